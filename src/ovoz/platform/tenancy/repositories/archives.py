"""Reading a tenant out and writing one in, table by table, by COPY. Sessions of the owner's login are handed in."""

from collections.abc import AsyncIterable, Awaitable, Callable
from graphlib import TopologicalSorter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.db import driver_of, schema_of
from ovoz.platform.tenancy.rules.archive_format import ArchivedTable, ArchivedTenant

LEFT_OUT = frozenset({"alembic_version", "session", "sign_in_failure", "invitation", "kept_answer"})
"""What means something only where it was made: sessions, counters, open invitations, kept answers."""

_COLUMNS = """
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum)
       FILTER (WHERE a.attgenerated = '' AND a.atttypid <> 'xid8'::regtype) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = :schema AND c.relkind = 'r' GROUP BY c.relname
"""
_REFERENCES = """
SELECT c.relname AS name, f.relname AS needs
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND k.contype = 'f' AND f.oid <> c.oid
"""
_SEQUENCES = """
SELECT c.relname AS table, a.attname AS column FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' WHERE n.nspname = :schema
"""


class ArchiveRepository:
    """One tenant's schema and its rows of the control schema."""

    def __init__(self, session: AsyncSession, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._schema = schema_of(tenant_id)

    async def tenant(self) -> ArchivedTenant | None:
        row = (
            await self._session.execute(
                text(
                    "SELECT t.id, t.slug, t.name, t.blueprint, t.locale, t.time_zone, t.max_calls, t.demo,"
                    " coalesce((SELECT array_agg(n.number ORDER BY n.number) FROM ovoz.number n"
                    " WHERE n.tenant_id = t.id), '{}') AS numbers FROM ovoz.tenant t WHERE t.id = :id"
                ),
                {"id": self._tenant_id},
            )
        ).one_or_none()
        return ArchivedTenant(**row._mapping) if row else None

    async def revision(self) -> str:
        found: str | None = await self._session.scalar(
            text(f"SELECT version_num FROM {self._schema}.alembic_version")
        )
        assert found is not None
        return found

    async def tables(self) -> list[tuple[str, list[str]]]:
        """Names with columns, in an order in which what is referred to comes first.

        Transaction ids are left out: they mean something only in their own cluster.
        """
        columns = {
            row.name: list(row.columns)
            for row in await self._session.execute(text(_COLUMNS), {"schema": self._schema})
        }
        order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in sorted(columns)})
        for row in await self._session.execute(text(_REFERENCES), {"schema": self._schema}):
            order.add(row.name, row.needs)
        return [(name, columns[name]) for name in order.static_order() if name not in LEFT_OUT]

    async def copy_out(
        self, table: str, columns: list[str], sink: Callable[[bytes], Awaitable[None]]
    ) -> None:
        """Every row in COPY's text format."""
        names = ", ".join(f'"{column}"' for column in columns)
        driver = await driver_of(self._session)
        await driver.copy_from_query(f'SELECT {names} FROM {self._schema}."{table}"', output=sink)

    async def copy_in(self, table: ArchivedTable, source: AsyncIterable[bytes]) -> None:
        driver = await driver_of(self._session)
        await driver.copy_to_table(table.name, schema_name=self._schema, columns=table.columns, source=source)

    async def empty(self) -> None:
        """Takes out what the migrations put into new tables."""
        names = ", ".join(f'{self._schema}."{name}"' for name, _ in await self.tables())
        await self._session.execute(text(f"TRUNCATE {names} CASCADE"))

    async def advance_sequences(self) -> None:
        """Identities go on behind the highest that was loaded."""
        for row in (await self._session.execute(text(_SEQUENCES), {"schema": self._schema})).all():
            await self._session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{self._schema}.{row.table}', '{row.column}'),"
                    f' max("{row.column}")) FROM {self._schema}."{row.table}" HAVING max("{row.column}") IS NOT NULL'
                )
            )

    async def insert_tenant(
        self, tenant: ArchivedTenant, slug: str, cell_id: str, wrapped_keys: dict[int, bytes], reason: str
    ) -> list[str]:
        """The tenant's rows, suspended for `reason`; the numbers that others have here and that it does not get."""
        await self._session.execute(
            text(
                "INSERT INTO ovoz.tenant (id, slug, name, cell_id, blueprint, locale, time_zone, max_calls, demo,"
                " state, suspended_reason, suspended_at)"
                " VALUES (:id, :slug, :name, :cell, :blueprint, :locale, :time_zone, :max_calls, :demo,"
                " 'suspended', :reason, now())"
            ),
            {
                "id": self._tenant_id,
                "slug": slug,
                "name": tenant.name,
                "cell": cell_id,
                "blueprint": tenant.blueprint,
                "locale": tenant.locale,
                "time_zone": tenant.time_zone,
                "max_calls": tenant.max_calls,
                "demo": tenant.demo,
                "reason": reason,
            },
        )
        await self._session.execute(
            text(
                "INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES (:id, :version, :wrapped)"
            ),
            [
                {"id": self._tenant_id, "version": version, "wrapped": wrapped}
                for version, wrapped in wrapped_keys.items()
            ],
        )
        given = await self._session.scalars(
            text(
                "INSERT INTO ovoz.number (number, tenant_id) SELECT unnest(CAST(:numbers AS text[])), :id"
                " ON CONFLICT DO NOTHING RETURNING number"
            ),
            {"id": self._tenant_id, "numbers": tenant.numbers},
        )
        there = set(given)
        return [number for number in tenant.numbers if number not in there]
