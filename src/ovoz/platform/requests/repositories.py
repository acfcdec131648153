"""All SQL of kept answers; a session is handed in, opened for the tenant."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLAIM = """
INSERT INTO kept_answer (user_id, key, operation, request_hash, claim, status, headers, body, at)
VALUES (:user_id, :key, :operation, :request_hash, :claim, 0, '[]', '', :at)
ON CONFLICT (user_id, key, operation) DO UPDATE
   SET request_hash = excluded.request_hash, claim = excluded.claim, status = 0, headers = '[]', body = '',
       at = excluded.at
 WHERE kept_answer.at < :forgotten
    OR (kept_answer.status = 0 AND kept_answer.at < :abandoned AND kept_answer.request_hash = excluded.request_hash)
RETURNING claim
"""
_FIND = """
SELECT request_hash, status, headers, body FROM kept_answer
 WHERE user_id = :user_id AND key = :key AND operation = :operation
"""
_MINE = "user_id = :user_id AND key = :key AND operation = :operation AND claim = :claim"


class Kept(msgspec.Struct, frozen=True):
    """A request that was claimed before; `status` is 0 or 1 while it has no answer (see the migration)."""

    request_hash: bytes
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Claim(msgspec.Struct, frozen=True):
    """Who does the work of one key."""

    user_id: UUID
    key: UUID
    operation: str
    claim: UUID


class KeptAnswerRepository:
    """One row for each person, key and operation."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(
        self, claim: Claim, request_hash: bytes, now: datetime, *, abandoned: datetime, forgotten: datetime
    ) -> bool:
        """Whether the work is the caller's: nobody began it, or whoever did gave it up before `abandoned`."""
        found = await self._session.execute(
            text(_CLAIM),
            {
                **msgspec.structs.asdict(claim),
                "request_hash": request_hash,
                "at": now,
                "abandoned": abandoned,
                "forgotten": forgotten,
            },
        )
        return found.first() is not None

    async def find(self, claim: Claim) -> Kept | None:
        found = (await self._session.execute(text(_FIND), msgspec.structs.asdict(claim))).first()
        return None if found is None else msgspec.convert(dict(found._mapping), Kept)

    async def committed(self, claim: Claim) -> bool:
        """Marks, in the act's own transaction, that it was carried out; False when another has the claim now.

        A transaction that only read needs no mark: nothing of it will be there.
        """
        wrote = await self._session.scalar(text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL"))
        if not wrote:
            return True
        return await self._change(claim, "UPDATE kept_answer SET status = 1 WHERE status < 2 AND " + _MINE)

    async def answer(self, claim: Claim, status: int, headers: list[tuple[str, str]], body: bytes) -> bool:
        return await self._change(
            claim,
            "UPDATE kept_answer SET status = :status, headers = CAST(:headers AS jsonb), body = :body WHERE "
            + _MINE,
            status=status,
            headers=msgspec.json.encode(headers).decode(),
            body=body,
        )

    async def give_up(self, claim: Claim) -> bool:
        """Frees the key, unless something was committed under it: then False."""
        return await self._change(claim, "DELETE FROM kept_answer WHERE status = 0 AND " + _MINE)

    async def forget(self, before: datetime) -> None:
        await self._session.execute(text("DELETE FROM kept_answer WHERE at < :before"), {"before": before})

    async def _change(self, claim: Claim, statement: str, **more: Any) -> bool:
        done = await self._session.execute(text(statement), {**msgspec.structs.asdict(claim), **more})
        return bool(getattr(done, "rowcount", 0))
