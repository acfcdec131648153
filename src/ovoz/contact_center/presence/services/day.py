"""An agent's own day, from the event log and the segments."""

from typing import get_args
from zoneinfo import ZoneInfo

from ovoz.contact_center.agents.contracts import AgentState
from ovoz.contact_center.presence.repositories import DayRepository
from ovoz.contact_center.presence.rules import day
from ovoz.contact_center.presence.schemas import AgentDay, DayStretch, LimitPassed
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.platform.identity.contracts import Actor


class OwnDay:
    """What somebody did today, for themselves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def show(self, actor: Actor) -> AgentDay:
        """Today in the operator's time zone, up to this moment."""
        now = self._clock()
        zone = ZoneInfo(actor.time_zone)
        today = now.astimezone(zone).date()
        start, end = day.bounds(today, zone)
        async with self._database.tenant(actor.tenant_id) as session:
            rows = DayRepository(session, actor.user_id, start, end)
            found = day.stretches(await rows.before(), await rows.changes(), start, end, now)
            work = await rows.work()
            missed = await rows.missed()
            limits = await rows.limits_passed()
        seconds = day.seconds_by_state(found, now)
        figures = day.figures(work, seconds.get("ready", 0.0), start, end, now)

        def average(part_s: float) -> float | None:
            return part_s / figures.handled if figures.handled else None

        return AgentDay(
            date=today,
            time_zone=actor.time_zone,
            starts_at=start,
            ends_at=end,
            at=now,
            handled=figures.handled,
            missed=missed,
            aht_s=figures.aht_s,
            average_talk_s=average(figures.talk_s),
            average_hold_s=average(figures.hold_s),
            average_wrap_up_s=average(figures.wrap_up_s),
            occupancy=figures.occupancy,
            worked_s=figures.worked_s,
            states={state: seconds[state] for state in get_args(AgentState) if state in seconds},
            ribbon=[DayStretch(s.state, s.reason, s.started_at, s.ended_at) for s in found],  # type: ignore[arg-type]
            limits_passed=[LimitPassed(reason, at, limit_s) for at, reason, limit_s in limits],
        )
