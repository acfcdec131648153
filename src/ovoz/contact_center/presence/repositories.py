"""Whom somebody may see of the shift, and what an agent did; a session is handed in, opened for the tenant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, column, false, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.agents.contracts import Reference
from ovoz.contact_center.presence.rules.day import Change, Work
from ovoz.platform.access.api import AccessRepository, Columns, Reach, within

_user = table(
    "user_account", column("id"), column("team_id"), column("is_agent"), column("disabled_at"), column("name")
)
_team = table("team", column("id"), column("name"))


_CHANGES = """
SELECT at, data ->> 'after' AS state, data ->> 'reason' AS reason FROM event_log
WHERE agent_id = :agent AND type = 'agents.state_changed.v1'
"""
# Whole contacts, with those of the day before: one may go over midnight. Who was asked aside or joined has no segments
# of their own in a call that is another's: that they spoke, only their share says.
_WORK = """
WITH contact AS (
    SELECT DISTINCT interaction_id FROM handling WHERE agent_id = :agent AND answered_at IS NOT NULL
      AND offered_at < :end AND offered_at >= CAST(:start AS timestamptz) - interval '1 day'
), own AS (
    SELECT s.interaction_id, s.kind, s.started_at, s.ended_at FROM segment s JOIN contact USING (interaction_id)
    WHERE s.agent_id = :agent
), share AS (
    SELECT h.interaction_id, h.answered_at, h.ended_at, h.closed_at,
           least(h.ended_at, (SELECT min(o.started_at) FROM own o WHERE o.interaction_id = h.interaction_id
                              AND o.started_at >= h.answered_at)) AS guest_until
    FROM handling h JOIN contact USING (interaction_id) WHERE h.agent_id = :agent AND h.answered_at IS NOT NULL
)
SELECT interaction_id, kind, started_at, ended_at FROM own WHERE kind IN ('talk', 'hold')
UNION ALL
SELECT interaction_id, 'talk', answered_at, guest_until FROM share WHERE guest_until IS DISTINCT FROM answered_at
UNION ALL
SELECT interaction_id, 'wrap_up', ended_at, closed_at FROM share WHERE ended_at IS NOT NULL
"""
_MISSED = """
SELECT count(*) FROM segment WHERE agent_id = :agent AND kind = 'ring' AND started_at < :end
  AND started_at >= CAST(:start AS timestamptz) - interval '1 day' AND ended_at >= :start AND ended_at < :end
  AND outcome IN ('ring_no_answer', 'rejected', 'phone_lost')
"""
_LIMITS = """
SELECT at, data ->> 'reason' AS reason, CAST(data ->> 'limit_s' AS integer) AS limit_s FROM event_log
WHERE agent_id = :agent AND type = 'agents.break_over_limit.v1' AND at >= :start AND at < :end ORDER BY at
"""


class Standing(msgspec.Struct, frozen=True):
    """A person's roles and team as they are now; a socket outlives what its session was opened with."""

    roles: frozenset[str]
    team_id: UUID | None


class ShiftRepository:
    """Reads people."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def standing(self, user_id: UUID) -> Standing:
        roles = await AccessRepository(self._session).standing([user_id])
        found = await self._session.execute(select(_user.c.team_id).where(_user.c.id == user_id))
        return Standing(roles.get(user_id, frozenset()), found.scalar_one_or_none())

    async def within(self, reach: Reach) -> dict[UUID, Reference | None]:
        """The agents within reach, with their teams."""
        return await self._agents(within(reach, Columns(owner=_user.c.id)))

    async def of_team(self, team_id: UUID | None) -> dict[UUID, Reference | None]:
        """The agents of a team; nobody is in none."""
        return await self._agents(_user.c.team_id == team_id if team_id is not None else false())

    async def _agents(self, condition: ColumnElement[bool]) -> dict[UUID, Reference | None]:
        rows = await self._session.execute(
            select(_user.c.id, _team.c.id.label("team_id"), _team.c.name.label("team_name"))
            .select_from(_user.outerjoin(_team, _team.c.id == _user.c.team_id))
            .where(_user.c.is_agent, _user.c.disabled_at.is_(None), condition)
        )
        return {
            row.id: Reference(row.team_id, row.team_name) if row.team_id is not None else None for row in rows
        }


class DayRepository:
    """Reads what the event log, the segments and the shares say of one agent within [start, end)."""

    def __init__(self, session: AsyncSession, agent_id: UUID, start: datetime, end: datetime) -> None:
        self._session = session
        self._values = {"agent": agent_id, "start": start, "end": end}

    async def before(self) -> Change | None:
        """The agent's last change of state before the day."""
        rows = await self._read(f"{_CHANGES} AND at < :start ORDER BY at DESC, seq DESC LIMIT 1")
        return next((Change(row.at, row.state, row.reason) for row in rows), None)

    async def changes(self) -> list[Change]:
        rows = await self._read(f"{_CHANGES} AND at >= :start AND at < :end ORDER BY at, seq")
        return [Change(row.at, row.state, row.reason) for row in rows]

    async def work(self) -> list[Work]:
        return [
            Work(row.interaction_id, row.kind, row.started_at, row.ended_at)
            for row in await self._read(_WORK)
        ]

    async def missed(self) -> int:
        return int((await self._read(_MISSED))[0].count)

    async def limits_passed(self) -> list[tuple[datetime, str, int]]:
        return [(row.at, row.reason, row.limit_s) for row in await self._read(_LIMITS)]

    async def _read(self, query: str) -> Sequence[Any]:
        values = {name: value for name, value in self._values.items() if f":{name}" in query}
        return (await self._session.execute(text(query), values)).all()
