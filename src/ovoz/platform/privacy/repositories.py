"""All SQL of reveals; a session is handed in, opened for the tenant. Nothing here changes or removes a row."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.privacy.schemas import Reveal

_ADD = """
INSERT INTO reveal (id, user_id, subject_kind, subject_id, kinds, reason, at, until)
VALUES (:id, :user_id, :subject_kind, :subject_id, :kinds, :reason, :at, :until)
"""
_LASTING = """
SELECT id, subject_kind, subject_id, kinds, reason, at, until, user_id AS by
FROM reveal WHERE user_id = :user_id AND until > :now ORDER BY at DESC, id
"""


class RevealRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, reveal: Reveal) -> None:
        values = msgspec.structs.asdict(reveal)
        values |= {"user_id": values.pop("by"), "subject_id": str(reveal.subject_id)}
        await self._session.execute(text(_ADD), values)

    async def lasting(self, user_id: UUID, now: datetime) -> list[Reveal]:
        """Reveals of a person that are not over, newest first."""
        rows = await self._session.execute(text(_LASTING), {"user_id": user_id, "now": now})
        return [msgspec.convert(dict(row._mapping), Reveal) for row in rows]
