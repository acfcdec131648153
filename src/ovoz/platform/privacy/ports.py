"""What privacy needs of the world."""

from typing import Protocol
from uuid import UUID

from ovoz.platform.identity.contracts import Actor


class TenantKeys(Protocol):
    """The tenants' keys. Both raise LookupError, KeyRefused, DatabaseUnavailable."""

    async def current(self, tenant_id: str) -> tuple[int, bytes]: ...

    async def version(self, tenant_id: str, version: int) -> bytes: ...


class Subjects(Protocol):
    """One kind of those whose data can be revealed; the module that keeps them says who may see which."""

    async def may_see(self, actor: Actor, subject_id: UUID) -> bool:
        """False also where there is no such thing."""
        ...
