"""What the life of a tenant needs of the outside; entrypoints wire it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.audit.contracts import Act

Teller = Callable[[AsyncSession, datetime, Act], Awaitable[None]]
"""`tell` of the audit: puts an act on record in the transaction that is handed in."""


class AuditProof(Protocol):
    """What proves the tenant's audit where an archive is restored. Sessions of the owner's login are handed in."""

    async def carried(self, session: AsyncSession, tenant_id: str) -> bytes:
        """For the archive: public, nothing personal."""
        ...

    async def adopt(
        self, session: AsyncSession, tenant_id: str, carried: bytes | None, *, origin_tenant: str, slug: str
    ) -> Mapping[str, Any]:
        """Keeps it for the new tenant, whose tables are loaded; what is told of it. ValueError where it is wrong."""
        ...


class Attachment(msgspec.Struct, frozen=True):
    """Something of a tenant that is kept outside the database: `name` is stable, `size_bytes` that of the plain."""

    id: UUID
    name: str
    size_bytes: int


class TenantObjects(Protocol):
    """What a tenant keeps outside the database, sealed under its own key."""

    async def attachments(self, tenant_id: str) -> Sequence[Attachment]:
        """Everything there is, in order."""
        ...

    def read(self, tenant_id: str, attachment: Attachment) -> AsyncIterator[bytes]:
        """The plain content in parts; raises DomainError where it is damaged or cannot be reached."""
        ...

    async def write(self, tenant_id: str, attachment: Attachment, plain: AsyncIterator[bytes]) -> None:
        """Keeps the content under the tenant's present key, and says so in its row."""
        ...

    async def remove_all(self, tenant_id: str) -> int:
        """Removes every object of the tenant; returns how many."""
        ...


class TenantCache(Protocol):
    """What is remembered of a tenant and may be lost at any time."""

    async def forget(self, tenant_id: str) -> int:
        """Removes every key that carries the tenant's id; returns how many. OSError when it cannot be reached."""
        ...


class Graveyard(Protocol):
    """Tombstones outside the database, so that an older backup of the whole database meets them."""

    def bury(self, tenant_id: str, slug: str, blueprint: str, at: datetime) -> None:
        """On the disk when it returns."""
        ...

    def all(self) -> Sequence[tuple[str, str, str, datetime]]: ...
