"""Returning calls: the list is worked out from what happened; kept is only who takes care of whom."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.agents.api import LiveMessages, SessionEnd, topic
from ovoz.contact_center.agents.contracts import Caller, Colleague, Reference
from ovoz.contact_center.returns.errors import ReturnNotFound, ReturnTaken
from ovoz.contact_center.returns.ports import Notices
from ovoz.contact_center.returns.repositories import ReturnRepository
from ovoz.contact_center.returns.schemas import (
    CallsToReturn,
    CallToReturn,
    Outcome,
    ReturnsMessage,
    StillMessage,
)
from ovoz.contact_center.switchboard.contracts import CALLER_NAME, CALLER_NUMBER
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.sealed_fields import FieldKeys, FieldUnreadable
from ovoz.platform.access.api import Access, Reach
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Fields

log = structlog.get_logger(__name__)

KEPT_FOR: Final = timedelta(days=3)
"""Who was lost before that does not expect a call any more."""
TAKEN_FOR: Final = timedelta(minutes=15)
"""Who took a call and forgot it does not keep it from others for ever."""
AT_MOST_EVERY_S: Final = 1.0
STILL_EVERY_S: Final = 5.0
SESSION_GONE: Final = 4401

Send = Callable[[bytes], Awaitable[None]]
_STILL: Final = msgspec.json.encode(StillMessage())


class CallReturns:
    """Use cases of those who call back."""

    def __init__(
        self, database: Database, access: Access, fields: Fields, notices: Notices, clock: Clock
    ) -> None:
        self._database = database
        self._access = access
        self._fields = fields
        self._notices = notices
        self._clock = clock

    async def waiting(self, actor: Actor, queue_id: UUID | None, limit: int) -> CallsToReturn:
        """Within the reach of `returns.work`; raises KeyUnavailable."""
        reach = await self._access.reach(actor, "returns.work")
        keys = await self._fields.of(actor.tenant_id)
        now = self._clock()
        async with self._database.tenant(actor.tenant_id) as session:
            total, rows = await ReturnRepository(session).waiting(
                reach, since=now - KEPT_FOR, now=now, queue_id=queue_id, limit=limit
            )
        return CallsToReturn(total, [_shown(row, keys) for row in rows])

    async def take(self, actor: Actor, interaction_id: UUID) -> None:
        """Mine for a quarter of an hour, however often it is said; raises ReturnNotFound, ReturnTaken."""
        now = self._clock()
        reach = await self._access.reach(actor, "returns.work")
        async with self._database.tenant(actor.tenant_id) as session:
            returns = ReturnRepository(session)
            pseudonym = await _caller(returns, interaction_id, reach, now)
            if not await returns.take(pseudonym, actor.user_id, now=now, until=now + TAKEN_FOR):
                raise ReturnTaken("Take another one; the list says who has this one.")
        await self._tell(actor.tenant_id)

    async def give_back(self, actor: Actor, interaction_id: UUID) -> None:
        """To the others; raises ReturnNotFound."""
        now = self._clock()
        reach = await self._access.reach(actor, "returns.work")
        async with self._database.tenant(actor.tenant_id) as session:
            returns = ReturnRepository(session)
            pseudonym = await _caller(returns, interaction_id, reach, now)
            await returns.give_back(pseudonym, actor.user_id)
        await self._tell(actor.tenant_id)

    async def settle(self, actor: Actor, doer: Doer, interaction_id: UUID, outcome: Outcome) -> None:
        """Off the list until they are lost again; on record. Raises ReturnNotFound, ReturnTaken."""
        now = self._clock()
        reach = await self._access.reach(actor, "returns.work")
        async with self._database.tenant(actor.tenant_id) as session:
            returns = ReturnRepository(session)
            pseudonym = await _caller(returns, interaction_id, reach, now)
            if not await returns.take(pseudonym, actor.user_id, now=now, until=now):
                raise ReturnTaken("Who has it says what becomes of it; the list says who that is.")
            await returns.settle(pseudonym, actor.user_id, outcome, now=now)
            await returns.forget(now - KEPT_FOR)
            act = Act("returns.settled", doer, "interaction", str(interaction_id), after={"outcome": outcome})
            await tell(session, now, act)
        await self._tell(actor.tenant_id)

    async def _tell(self, tenant_id: str) -> None:
        try:
            await self._notices.publish(topic(tenant_id, "returns"), msgspec.json.encode(ReturnsMessage()))
        except Exception as error:
            # Others see it when they read the list next.
            log.warning("returns.notice_lost", error=str(error))


class ReturnsWatch:
    """Tells a reader when the list may have changed, at most once a second."""

    def __init__(self, messages: LiveMessages, session_end: SessionEnd) -> None:
        self._messages = messages
        self._session_end = session_end

    async def run(self, actor: Actor, send: Send) -> int:
        """Sends until the session ends; returns the code to close the socket with."""
        telling = asyncio.create_task(self._tell(actor, send))
        ending = asyncio.create_task(self._session_end.wait(actor))
        try:
            done, _ = await asyncio.wait({telling, ending}, return_when=asyncio.FIRST_COMPLETED)
            if telling in done:
                telling.result()
            return SESSION_GONE
        finally:
            for task in (telling, ending):
                task.cancel()
            await asyncio.gather(telling, ending, return_exceptions=True)

    async def _tell(self, actor: Actor, send: Send) -> None:
        said = msgspec.json.encode(ReturnsMessage())
        async with self._messages.subscribe(topic(actor.tenant_id, "returns")) as heard:
            # What changed before this reader listened is in the list that is read upon this.
            await send(said)
            while True:
                try:
                    await asyncio.wait_for(heard.next(), STILL_EVERY_S)
                except TimeoutError:
                    await send(_STILL)
                    continue
                await send(said)
                await asyncio.sleep(AT_MOST_EVERY_S)


async def _caller(returns: ReturnRepository, interaction_id: UUID, reach: Reach, now: datetime) -> str:
    """The pseudonym of who waits under this id; raises ReturnNotFound."""
    found = await returns.pseudonym_of(interaction_id, reach, since=now - KEPT_FOR)
    if found is None:
        raise ReturnNotFound(str(interaction_id))
    return found


def _shown(row: Any, keys: FieldKeys) -> CallToReturn:
    return CallToReturn(
        id=row.id,
        caller=Caller(
            _opened(row.caller_number, CALLER_NUMBER, row.id, keys),
            row.caller_hidden,
            _opened(row.caller_name, CALLER_NAME, row.id, keys) if row.caller_name is not None else None,
        ),
        queue=Reference(row.queue_id, row.queue_name or "") if row.queue_id is not None else None,
        entry_number=row.entry_number,
        times=row.times,
        first_at=row.first_at,
        last_at=row.started_at,
        end_reason=row.end_reason,
        waited_s=row.wait_ms / 1000,
        calling_now=row.calling_now,
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        taken_by=Colleague(row.taken_by, row.taken_by_name) if row.taken_by is not None else None,
        taken_until=row.taken_until if row.taken_by is not None else None,
    )


def _opened(sealed: bytes, place: str, row: UUID, keys: FieldKeys) -> str:
    """One damaged value takes nothing else of the list with it."""
    try:
        return keys.open(sealed, place, row)
    except FieldUnreadable:
        log.error("returns.field_unreadable", place=place, row=str(row))
        return ""
