"""Reading tenants from the control schema. Who has a tombstone is never found, whatever a backup brought back."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import DateTime, Text, column, or_, select, table, text

from ovoz.lib.db import Database
from ovoz.lib.paging import Keyset, cut
from ovoz.platform.tenancy.contracts import KeptKey, Tenant, TenantOverview, TenantSort, TenantState

COLUMNS = (
    "t.id, t.slug, t.name, t.state, t.locale, t.time_zone, t.demo, t.blueprint, t.kind, t.suspended_reason,"
    " t.delete_after"
)
LIVING = "ovoz.tenant t WHERE NOT EXISTS (SELECT FROM ovoz.tombstone WHERE ovoz.tombstone.tenant_id = t.id)"

_TENANT = table(
    "tenant",
    *(column(name, Text) for name in ("id", "slug", "name", "state", "kind")),
    column("created_at", DateTime(timezone=True)),
    schema="ovoz",
).alias("t")
_REVISION = (
    "(SELECT max(m.revision) FROM ovoz.tenant_migration m WHERE m.tenant_id = t.id AND m.state = 'done')"
    " AS revision"
)


class TenantRepository:
    """Reads the control schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_slug(self, slug: str) -> Tenant | None:
        async with self._database.control() as session:
            row = (
                await session.execute(
                    text(f"SELECT {COLUMNS} FROM {LIVING} AND t.slug = :slug"), {"slug": slug}
                )
            ).one_or_none()
            return Tenant(**row._mapping) if row else None

    async def all(self) -> list[Tenant]:
        async with self._database.control() as session:
            rows = await session.execute(text(f"SELECT {COLUMNS} FROM {LIVING} ORDER BY t.slug"))
            return [Tenant(**row._mapping) for row in rows]

    async def overview(
        self,
        *,
        sort: TenantSort = "slug",
        cursor: str | None = None,
        limit: int,
        slug: str | None = None,
        state: TenantState | None = None,
        search: str | None = None,
    ) -> tuple[list[TenantOverview], str | None]:
        """Operators, a page at a time; the revision is the newest that the ledger has as done. Raises CursorInvalid."""
        keyset = Keyset(sort, {"slug": _TENANT.c.slug, "created_at": _TENANT.c.created_at}, _TENANT.c.id)
        wanted: list[Any] = [
            _TENANT.c.kind == "operator",
            text("NOT EXISTS (SELECT FROM ovoz.tombstone WHERE ovoz.tombstone.tenant_id = t.id)"),
        ]
        if cursor is not None:
            wanted.append(keyset.after(cursor))
        if slug is not None:
            wanted.append(_TENANT.c.slug == slug)
        if state is not None:
            wanted.append(_TENANT.c.state == state)
        if search is not None:
            found_in = (_TENANT.c.slug, _TENANT.c.name)
            wanted.append(or_(*(each.icontains(search, autoescape=True) for each in found_in)))
        query = (
            select(text(f"{COLUMNS}, t.ring, t.created_at, {_REVISION}"))
            .select_from(_TENANT)
            .where(*wanted)
            .order_by(*keyset.order())
            .limit(limit + 1)
        )
        async with self._database.control() as session:
            rows, more = cut((await session.execute(query)).all(), limit)
        found = [
            TenantOverview(
                Tenant(**{name: getattr(row, name) for name in Tenant.__struct_fields__}),
                row.ring,
                row.revision,
                row.created_at,
            )
            for row in rows
        ]
        if not more:
            return found, None
        last = found[-1]
        value = last.tenant.slug if sort.endswith("slug") else last.created_at
        return found, keyset.cursor(value, last.tenant.id)

    async def wrapped_keys(self, tenant_ids: Collection[str], *, settled_for_s: float) -> list[KeptKey]:
        """Every version of these tenants' keys, oldest first; `settled`: it is older than that, or the first one."""
        async with self._database.control() as session:
            rows = await session.execute(
                text(
                    "SELECT k.tenant_id, k.version, k.wrapped, k.version = min(k.version) OVER (PARTITION BY"
                    " k.tenant_id) OR k.created_at < now() - make_interval(secs => :settled) AS settled"
                    " FROM tenant_key k WHERE k.tenant_id = ANY(:tenants) AND NOT EXISTS (SELECT FROM tombstone d"
                    " WHERE d.tenant_id = k.tenant_id) ORDER BY k.tenant_id, k.version"
                ),
                {"tenants": list(tenant_ids), "settled": settled_for_s},
            )
            return [KeptKey(**row._mapping) for row in rows]

    async def wrapped_key(self, tenant_id: str, version: int | None) -> tuple[int, bytes] | None:
        """A version of the tenant's key as it is kept; the newest where none is named."""
        async with self._database.control() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT version, wrapped FROM tenant_key WHERE tenant_id = :tenant"
                        " AND (CAST(:version AS integer) IS NULL OR version = :version)"
                        " AND NOT EXISTS (SELECT FROM tombstone WHERE tombstone.tenant_id = :tenant)"
                        " ORDER BY version DESC LIMIT 1"
                    ),
                    {"tenant": tenant_id, "version": version},
                )
            ).one_or_none()
            return (row.version, row.wrapped) if row else None
