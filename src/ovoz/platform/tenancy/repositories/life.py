"""What changes a tenant in the control schema, and what removes one. A session of the owner's login is handed in."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.db import schema_of
from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.repositories.tenants import COLUMNS, LIVING


class LifeRepository:
    """One tenant at a time; rows are locked as they are read, so two changes never cross."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def locked(self, tenant_id: str) -> Tenant | None:
        """The tenant, until the end of the transaction nobody else's to change."""
        row = (
            await self._session.execute(
                text(f"SELECT {COLUMNS} FROM {LIVING} AND t.id = :id FOR UPDATE OF t"), {"id": tenant_id}
            )
        ).one_or_none()
        return Tenant(**row._mapping) if row else None

    async def provider_id(self) -> str | None:
        found: str | None = await self._session.scalar(
            text("SELECT id FROM ovoz.tenant WHERE kind = 'provider'")
        )
        return found

    async def suspend(self, tenant_id: str, reason: str, at: datetime) -> None:
        await self._session.execute(
            text(
                "UPDATE ovoz.tenant SET state = 'suspended', suspended_reason = :reason, suspended_at = :at"
                " WHERE id = :id"
            ),
            {"id": tenant_id, "reason": reason, "at": at},
        )

    async def activate(self, tenant_id: str) -> None:
        await self._session.execute(
            text(
                "UPDATE ovoz.tenant SET state = 'active', suspended_reason = NULL, suspended_at = NULL,"
                " delete_after = NULL WHERE id = :id"
            ),
            {"id": tenant_id},
        )

    async def keep_suspended(self, tenant_id: str) -> None:
        """Back from a deletion into the suspension that was before it."""
        await self._session.execute(
            text("UPDATE ovoz.tenant SET state = 'suspended', delete_after = NULL WHERE id = :id"),
            {"id": tenant_id},
        )

    async def rename(self, tenant_id: str, slug: str) -> None:
        await self._session.execute(
            text("UPDATE ovoz.tenant SET slug = :slug WHERE id = :id"), {"id": tenant_id, "slug": slug}
        )

    async def slug_taken(self, slug: str) -> bool:
        return bool(
            await self._session.scalar(text("SELECT 1 FROM ovoz.tenant WHERE slug = :slug"), {"slug": slug})
        )

    async def begin_deleting(self, tenant_id: str, delete_after: datetime) -> None:
        await self._session.execute(
            text("UPDATE ovoz.tenant SET state = 'deleting', delete_after = :after WHERE id = :id"),
            {"id": tenant_id, "after": delete_after},
        )

    async def conversations(self, tenant_id: str) -> int:
        """Calls of the tenant that are live now."""
        count: int | None = await self._session.scalar(
            text("SELECT count(*) FROM ovoz.live WHERE tenant_id = :id AND key LIKE 'i:%'"), {"id": tenant_id}
        )
        return count or 0

    async def bury(self, tenant_id: str, slug: str, blueprint: str, at: datetime) -> None:
        """The tombstone, and with it the end of every key: from now on nothing of the tenant is served or opened."""
        await self._session.execute(
            text(
                "INSERT INTO ovoz.tombstone (tenant_id, slug, blueprint, deleted_at)"
                " VALUES (:id, :slug, :blueprint, :at) ON CONFLICT DO NOTHING"
            ),
            {"id": tenant_id, "slug": slug, "blueprint": blueprint, "at": at},
        )
        await self._session.execute(
            text("DELETE FROM ovoz.tenant_key WHERE tenant_id = :id"), {"id": tenant_id}
        )

    async def drop(self, tenant_id: str) -> None:
        """Schema, role and every row of the control schema that is about the tenant, but for the tombstone."""
        name = schema_of(tenant_id)
        for table, column in (
            ("number", "tenant_id"),
            ("live", "tenant_id"),
            ("outbox", "tenant_id"),
            ("tenant_key", "tenant_id"),
            ("tenant", "id"),
        ):
            await self._session.execute(
                text(f"DELETE FROM ovoz.{table} WHERE {column} = :id"), {"id": tenant_id}
            )
        await self._session.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
        if await self._session.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}):
            await self._session.execute(text(f"DROP OWNED BY {name}"))
            await self._session.execute(text(f"DROP ROLE {name}"))

    async def risen(self) -> list[tuple[str, str, str]]:
        """Id, slug and blueprint of tenants that a backup brought back although they are buried."""
        rows = await self._session.execute(
            text(
                "SELECT t.id, t.slug, t.blueprint FROM ovoz.tenant t"
                " JOIN ovoz.tombstone d ON d.tenant_id = t.id ORDER BY t.id"
            )
        )
        return [(row.id, row.slug, row.blueprint) for row in rows]

    async def tombstones(self) -> list[tuple[str, str, str, datetime]]:
        """Everybody who is buried."""
        rows = await self._session.execute(
            text("SELECT tenant_id, slug, blueprint, deleted_at FROM ovoz.tombstone ORDER BY tenant_id")
        )
        return [(row.tenant_id, row.slug, row.blueprint, row.deleted_at) for row in rows]
