"""Reference data of the desk."""

import msgspec
from sqlalchemy import text

from ovoz.contact_center.agents.schemas import BreakReason, Disposition
from ovoz.lib.db import Database


class DeskReferences:
    """Break reasons and dispositions, in the order the tenant gave them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def break_reasons(self, tenant_id: str) -> list[BreakReason]:
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(
                text("SELECT code, names, limit_s FROM break_reason ORDER BY position, code")
            )
            return [msgspec.convert(dict(row._mapping), BreakReason) for row in rows]

    async def dispositions(self, tenant_id: str) -> list[Disposition]:
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(text("SELECT code, names FROM disposition ORDER BY position, code"))
            return [msgspec.convert(dict(row._mapping), Disposition) for row in rows]
