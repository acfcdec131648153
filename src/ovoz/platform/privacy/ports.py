"""What privacy needs of the world."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from ovoz.platform.identity.contracts import Actor


class TenantKeys(Protocol):
    """The tenants' keys. All raise LookupError, KeyRefused, DatabaseUnavailable."""

    async def current(self, tenant_id: str) -> tuple[int, bytes]: ...

    async def version(self, tenant_id: str, version: int) -> bytes: ...

    async def versions(
        self, tenant_ids: Collection[str], *, settled_for_s: float
    ) -> Mapping[str, tuple[int, Mapping[int, bytes]]]:
        """Of each tenant that has keys: the version to seal with, and every version; raises no LookupError."""
        ...


class Subjects(Protocol):
    """One kind of those whose data can be revealed; the module that keeps them says who may see which."""

    async def may_see(self, actor: Actor, subject_id: UUID) -> bool:
        """False also where there is no such thing."""
        ...
