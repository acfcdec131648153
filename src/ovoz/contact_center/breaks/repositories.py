"""All SQL of break reasons; a session is handed in, opened for the tenant."""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.breaks.schemas import BreakReasonSettings

_REASON = (
    "SELECT code, names, limit_s, at_once, needs_approval, archived_at IS NOT NULL AS archived, version"
    " FROM break_reason"
)


class BreakReasonRepository:
    """Reads and writes reasons."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> list[BreakReasonSettings]:
        rows = await self._session.execute(text(f"{_REASON} ORDER BY position, code"))
        return [_reason(row) for row in rows]

    async def one(self, code: str) -> BreakReasonSettings | None:
        """Locked until the end of the transaction."""
        rows = await self._session.execute(text(f"{_REASON} WHERE code = :code FOR UPDATE"), {"code": code})
        row = rows.one_or_none()
        return _reason(row) if row is not None else None

    async def add(self, reason: BreakReasonSettings) -> bool:
        """False when the code is taken."""
        rows = await self._session.execute(
            text(
                "INSERT INTO break_reason (code, names, limit_s, at_once, needs_approval, version, position)"
                " SELECT :code, CAST(:names AS jsonb), :limit_s, :at_once, :needs_approval, :version,"
                " (SELECT coalesce(max(position) + 1, 0) FROM break_reason)"
                " ON CONFLICT DO NOTHING RETURNING code"
            ),
            _values(reason),
        )
        return rows.one_or_none() is not None

    async def replace(self, reason: BreakReasonSettings) -> None:
        await self._session.execute(
            text(
                "UPDATE break_reason SET names = CAST(:names AS jsonb), limit_s = :limit_s, at_once = :at_once,"
                " needs_approval = :needs_approval, version = :version,"
                " archived_at = CASE WHEN :archived THEN coalesce(archived_at, now()) END WHERE code = :code"
            ),
            _values(reason) | {"archived": reason.archived},
        )

    async def lock_order(self) -> list[str]:
        """The codes in their order; nobody adds one or changes the order meanwhile."""
        await self._session.execute(text("LOCK TABLE break_reason IN SHARE ROW EXCLUSIVE MODE"))
        return [reason.code for reason in await self.all()]

    async def put_in_order(self, codes: list[str]) -> None:
        await self._session.execute(
            text(
                "UPDATE break_reason r SET position = o.place FROM"
                " unnest(CAST(:codes AS text[])) WITH ORDINALITY AS o (code, place) WHERE r.code = o.code"
            ),
            {"codes": codes},
        )

    async def tell_switchboard(self) -> None:
        """It reads the tenant's settings again after the commit."""
        await self._session.execute(text("SELECT ovoz.tell_settings_changed()"))


def _reason(row: Any) -> BreakReasonSettings:
    return msgspec.convert(dict(row._mapping), BreakReasonSettings)


def _values(reason: BreakReasonSettings) -> dict[str, object]:
    return {
        "code": reason.code,
        "names": msgspec.json.encode(reason.names).decode(),
        "limit_s": reason.limit_s,
        "at_once": reason.at_once,
        "needs_approval": reason.needs_approval,
        "version": reason.version,
    }
