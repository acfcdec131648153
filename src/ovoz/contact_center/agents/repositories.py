"""Reference data of the desk."""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import text

from ovoz.contact_center.agents.schemas import BreakReason, Disposition
from ovoz.lib.db import Database, DatabaseUnavailable

Item = TypeVar("Item", BreakReason, Disposition)


class DeskReferences:
    """Break reasons and dispositions, in the order the tenant gave them.

    While Postgres is away the lists that were read last are given, so that a call can be wrapped up.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: dict[tuple[str, str], list[Any]] = {}

    async def break_reasons(self, tenant_id: str) -> list[BreakReason]:
        return await self._read(
            tenant_id,
            "SELECT code, names, limit_s, needs_approval, at_once FROM break_reason"
            " WHERE archived_at IS NULL ORDER BY position, code",
            BreakReason,
        )

    async def dispositions(self, tenant_id: str) -> list[Disposition]:
        return await self._read(
            tenant_id, "SELECT code, names FROM disposition ORDER BY position, code", Disposition
        )

    async def _read(self, tenant_id: str, query: str, kind: type[Item]) -> list[Item]:
        try:
            async with self._database.tenant(tenant_id) as session:
                rows = await session.execute(text(query))
                items = [msgspec.convert(dict(row._mapping), kind) for row in rows]
        except DatabaseUnavailable:
            if (tenant_id, query) not in self._last:
                raise
            return self._last[tenant_id, query]
        self._last[tenant_id, query] = items
        return items
