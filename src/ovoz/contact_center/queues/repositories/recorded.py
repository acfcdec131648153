"""A day as it is on record: calls that came into queues, and when agents were there for them."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.routing.api import Contact, Stretch

_CONTACTS = """
SELECT i.id, q.code, extract(epoch FROM i.queued_at) AS since, i.wait_ms, i.answered_at IS NOT NULL AS answered,
       i.talk_ms + i.hold_ms + i.wrap_up_ms AS handling_ms, i.entry_number
FROM interaction i JOIN queue q ON q.id = i.queue_id
WHERE i.direction = 'inbound' AND i.queued_at >= :start AND i.queued_at < :end AND i.ended_at IS NOT NULL
ORDER BY i.queued_at, i.id
"""
# The state before the day is the last one of before; somebody signs out some day.
_STRETCHES = """
WITH change AS (
    SELECT agent_id, at, seq, data ->> 'after' AS state FROM event_log
    WHERE type = 'agents.state_changed.v1' AND at >= CAST(:start AS timestamptz) - interval '1 day' AND at < :end
), stretch AS (
    SELECT agent_id, state, greatest(at, :start) AS since,
           least(coalesce(lead(at) OVER (PARTITION BY agent_id ORDER BY at, seq), :end), :end) AS until
    FROM change
)
SELECT agent_id, extract(epoch FROM since) AS since, extract(epoch FROM until) AS until FROM stretch
WHERE state IN ('ready', 'ringing', 'talking', 'wrap_up') AND until > since
ORDER BY agent_id, since
"""


class RecordedDays:
    """Reads one; a session is handed in, opened for the tenant."""

    def __init__(self, session: AsyncSession, start: datetime, end: datetime) -> None:
        self._session = session
        self._day = {"start": start, "end": end}

    async def contacts(self) -> list[Contact]:
        rows = await self._session.execute(text(_CONTACTS), self._day)
        return [
            Contact(
                row.id,
                row.code,
                float(row.since),
                row.wait_ms / 1000,
                max(1.0, row.handling_ms / 1000) if row.answered else None,
                row.entry_number,
            )
            for row in rows
        ]

    async def stretches(self) -> list[Stretch]:
        """States that follow each other without a gap are one."""
        found: list[Stretch] = []
        for row in await self._session.execute(text(_STRETCHES), self._day):
            since, until = float(row.since), float(row.until)
            if found and found[-1].agent == row.agent_id and since <= found[-1].until:
                found[-1] = Stretch(row.agent_id, found[-1].since, until)
            else:
                found.append(Stretch(row.agent_id, since, until))
        return found
