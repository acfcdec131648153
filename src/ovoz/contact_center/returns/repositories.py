"""All SQL of calls to return; a session is handed in, opened for the tenant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, column, exists, func, or_, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.access.api import Columns, Reach, within

LOST_AFTER_TRANSFER = "left_after_transfer"
NO_PATIENCE_ASKED = ("queue_full", "over_limit", "closed", "overflow", LOST_AFTER_TRANSFER)
"""Ends that count however long the caller waited: turned away, or lost after somebody had spoken with them."""

SERVED_OUTSIDE = ("outside_hung_up", "caller_hung_up")
"""Ends without an agent of a caller whom a rule of the queue led to a number outside: they have spoken there."""

_interaction = table(
    "interaction",
    *(
        column(name)
        for name in (
            *("id", "direction", "caller_pseudonym", "caller_number", "caller_name", "caller_hidden"),
            *("entry_number", "queue_id", "agent_id", "started_at", "queued_at", "answered_at", "ended_at"),
            *("end_reason", "wait_ms"),
        )
    ),
)
_user = table("user_account", column("id"), column("name"))
_queue = table("queue", column("id"), column("name"), column("short_abandon_s"))
_return = table(
    "call_return",
    *(column(name) for name in ("caller_pseudonym", "taken_by", "taken_until", "settled_at")),
)

_lost = _interaction.alias("lost")
_other = _interaction.alias("other")

_TAKE = """
INSERT INTO call_return (caller_pseudonym, taken_by, taken_until) VALUES (:pseudonym, :by, :until)
ON CONFLICT (caller_pseudonym) DO UPDATE SET taken_by = excluded.taken_by, taken_until = excluded.taken_until
WHERE call_return.taken_until IS NULL OR call_return.taken_until <= :now OR call_return.taken_by = :by
RETURNING caller_pseudonym
"""
_GIVE_BACK = """
UPDATE call_return SET taken_by = NULL, taken_until = NULL WHERE caller_pseudonym = :pseudonym AND taken_by = :by
"""
_SETTLE = """
INSERT INTO call_return (caller_pseudonym, settled_at, settled_by, outcome)
VALUES (:pseudonym, :now, :by, :outcome)
ON CONFLICT (caller_pseudonym) DO UPDATE SET settled_at = excluded.settled_at, settled_by = excluded.settled_by,
    outcome = excluded.outcome, taken_by = NULL, taken_until = NULL
"""


def _is_lost(reach: Reach, since: datetime) -> ColumnElement[bool]:
    """Nobody spoke with them, or they were lost when they were passed on, and nothing has come right since."""
    served = exists().where(
        _other.c.caller_pseudonym == _lost.c.caller_pseudonym,
        _other.c.started_at > _lost.c.started_at,
        _other.c.answered_at.is_not(None),
        _other.c.end_reason.is_distinct_from(LOST_AFTER_TRANSFER),
    )
    settled = exists().where(
        _return.c.caller_pseudonym == _lost.c.caller_pseudonym, _return.c.settled_at >= _lost.c.ended_at
    )
    # Who thinks better of it within a moment has not waited.
    counts = or_(
        _lost.c.end_reason.in_(NO_PATIENCE_ASKED),
        and_(_lost.c.queued_at.is_not(None), _lost.c.wait_ms >= _queue.c.short_abandon_s * 1000),
    )
    return and_(
        _lost.c.direction == "inbound",
        _lost.c.ended_at.is_not(None),
        or_(_lost.c.answered_at.is_(None), _lost.c.end_reason == LOST_AFTER_TRANSFER),
        _lost.c.end_reason.not_in(SERVED_OUTSIDE) | _lost.c.answered_at.is_not(None),
        _lost.c.caller_pseudonym != "",
        _lost.c.caller_hidden.is_(False),
        _lost.c.started_at >= since,
        counts,
        ~served,
        ~settled,
        within(
            reach,
            Columns(
                owner=_lost.c.agent_id,
                queue=_lost.c.queue_id,
                number_pseudonym=_lost.c.caller_pseudonym,
            ),
        ),
    )


class ReturnRepository:
    """Works out who waits for a call, and keeps who takes care of it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def waiting(
        self, reach: Reach, *, since: datetime, now: datetime, queue_id: UUID | None, limit: int
    ) -> tuple[int, Sequence[Any]]:
        """How many there are, and the first of them: one row for each caller, with their last lost call."""
        caller = _lost.c.caller_pseudonym
        lost = (
            select(
                _lost,
                _queue.c.name.label("queue_name"),
                func.row_number()
                .over(partition_by=caller, order_by=_lost.c.started_at.desc())
                .label("place"),
                func.count().over(partition_by=caller).label("times"),
                func.min(_lost.c.started_at).over(partition_by=caller).label("first_at"),
            )
            .outerjoin_from(_lost, _queue, _queue.c.id == _lost.c.queue_id)
            .where(_is_lost(reach, since))
            .cte("unserved")
        )
        back = (
            select(func.count().label("attempts"), func.max(_other.c.started_at).label("attempted_at"))
            .where(
                _other.c.caller_pseudonym == lost.c.caller_pseudonym,
                _other.c.direction == "outbound",
                _other.c.started_at > lost.c.started_at,
            )
            .lateral("back")
        )
        calling = exists().where(
            _other.c.caller_pseudonym == lost.c.caller_pseudonym,
            _other.c.direction == "inbound",
            _other.c.ended_at.is_(None),
        )
        query = (
            select(
                lost,
                back.c.attempts,
                back.c.attempted_at,
                calling.label("calling_now"),
                _user.c.id.label("taken_by"),
                _user.c.name.label("taken_by_name"),
                _return.c.taken_until,
                func.count().over().label("total"),
            )
            .join_from(lost, back, text("true"))
            .outerjoin(
                _return,
                and_(_return.c.caller_pseudonym == lost.c.caller_pseudonym, _return.c.taken_until > now),
            )
            .outerjoin(_user, _user.c.id == _return.c.taken_by)
            .where(lost.c.place == 1)
            .order_by(back.c.attempts, lost.c.first_at, lost.c.id)
            .limit(limit)
        )
        if queue_id is not None:
            query = query.where(lost.c.queue_id == queue_id)
        rows = (await self._session.execute(query)).all()
        return (rows[0].total if rows else 0), rows

    async def pseudonym_of(self, interaction_id: UUID, reach: Reach, *, since: datetime) -> str | None:
        """The caller of a call that waits to be returned."""
        query = (
            select(_lost.c.caller_pseudonym)
            .outerjoin_from(_lost, _queue, _queue.c.id == _lost.c.queue_id)
            .where(_is_lost(reach, since), _lost.c.id == interaction_id)
        )
        return (await self._session.execute(query)).scalar_one_or_none()

    async def take(self, pseudonym: str, by: UUID, *, now: datetime, until: datetime) -> bool:
        """False while somebody else has it."""
        values = {"pseudonym": pseudonym, "by": by, "now": now, "until": until}
        return (await self._session.execute(text(_TAKE), values)).one_or_none() is not None

    async def give_back(self, pseudonym: str, by: UUID) -> None:
        await self._session.execute(text(_GIVE_BACK), {"pseudonym": pseudonym, "by": by})

    async def settle(self, pseudonym: str, by: UUID, outcome: str, *, now: datetime) -> None:
        values = {"pseudonym": pseudonym, "by": by, "outcome": outcome, "now": now}
        await self._session.execute(text(_SETTLE), values)

    async def forget(self, before: datetime) -> None:
        """What was settled before the oldest call that counts says nothing any more."""
        await self._session.execute(
            text("DELETE FROM call_return WHERE greatest(settled_at, taken_until) < :before"),
            {"before": before},
        )
