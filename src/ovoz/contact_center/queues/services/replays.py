"""What if: a recorded day played again with a queue's draft, beside what it was and beside the settings as they are."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import ParamSpec, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from ovoz.contact_center.queues.contracts import QueueSettings
from ovoz.contact_center.queues.repositories import QueueRepository
from ovoz.contact_center.queues.repositories.recorded import RecordedDays
from ovoz.contact_center.queues.rules.rings import groups_of, terms_of
from ovoz.contact_center.queues.rules.validation import Member
from ovoz.contact_center.queues.schemas import Replay, ReplayAsk, ReplayFigures
from ovoz.contact_center.routing.api import Contact, Person, Played, Stretch, play, recorded
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.problems import InputInvalid
from ovoz.lib.sounds import Sounds
from ovoz.platform.access.api import Subject

P = ParamSpec("P")
Result = TypeVar("Result")


class RecordedCalls(msgspec.Struct, frozen=True):
    """A day that is over, with the queues that take callers and the people as the settings have them now."""

    start: datetime
    end: datetime
    queues: dict[str, QueueSettings]
    agents: Sequence[Member]
    contacts: Sequence[Contact]
    stretches: Sequence[Stretch]

    @property
    def short_s(self) -> dict[str, float]:
        return {queue: float(settings.short_abandon_s) for queue, settings in self.queues.items()}

    @property
    def people(self) -> dict[UUID, Person]:
        """The agents with their queues."""
        return _people(self.agents, None, self.queues)


class Replays:
    """Plays one day at a time: the engine's own code, beside the event loop."""

    def __init__(self, database: Database, clock: Clock, sounds: Sounds) -> None:
        self._database = database
        self._clock = clock
        self._sounds = sounds
        self._one = asyncio.Semaphore(1)

    async def play(self, subject: Subject, ask: ReplayAsk) -> Replay:
        """Nothing is changed by it. Raises InputInvalid for a day that is not over."""
        day = await self.recorded(subject, ask.day)
        return await self.aside(_replay, day, ask.code, day.queues | {ask.code: ask.settings})

    async def recorded(self, subject: Subject, day: date) -> RecordedCalls:
        """A day of the operator's calendar. Raises InputInvalid for one that is not over."""
        zone = ZoneInfo(subject.time_zone)
        start = datetime.combine(day, time(), zone)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        if end > self._clock():
            raise InputInvalid(errors=[{"pointer": "/day", "detail": "a day that is over"}])
        async with self._database.tenant(subject.tenant_id) as session:
            queues = QueueRepository(session)
            live = {queue.code: queue.settings for queue in await queues.all() if not queue.archived}
            agents = (await queues.world(self._sounds)).agents
            days = RecordedDays(session, start, end)
            return RecordedCalls(start, end, live, agents, await days.contacts(), await days.stretches())

    async def aside(self, work: Callable[P, Result], *args: P.args, **options: P.kwargs) -> Result:
        """Beside the event loop, one at a time: whoever asks meanwhile waits."""
        async with self._one:
            return await asyncio.to_thread(work, *args, **options)


def _replay(day: RecordedCalls, code: str, draft: Mapping[str, QueueSettings]) -> Replay:
    contacts, stretches = day.contacts, day.stretches
    short_s = {queue: float(settings.short_abandon_s) for queue, settings in draft.items()}
    # What was is judged by the draft's target too: otherwise a softer target alone would look like better service.
    targets = {queue: terms_of(queue, settings) for queue, settings in draft.items()}
    present = {
        queue: msgspec.structs.replace(terms_of(queue, settings), target_s=targets[queue].target_s)
        for queue, settings in day.queues.items()
    }
    return Replay(
        contacts=len(contacts),
        agents=len({stretch.agent for stretch in stretches}),
        was=_figures(code, recorded(contacts, stretches, targets, short_s)),
        live=_figures(code, play(contacts, stretches, day.people, present, short_s)),
        draft=_figures(code, play(contacts, stretches, _people(day.agents, code, draft), targets, short_s)),
    )


def _people(
    agents: Sequence[Member], changed: str | None, settings: Mapping[str, QueueSettings]
) -> dict[UUID, Person]:
    """The agents with their queues as these settings have them."""
    members = set(settings[changed].members) if changed is not None else set()
    found = {}
    for agent in agents:
        queues = set(agent.queues)
        if changed is not None:
            queues = queues | {changed} if agent.id in members else queues - {changed}
        found[agent.id] = Person(
            agent.id, tuple(sorted(agent.skills.items())), groups_of(sorted(queues), agent.team_id)
        )
    return found


def _figures(code: str, played: Played) -> ReplayFigures:
    of_queue = played.by_queue.get(code)
    return ReplayFigures(all=played.all, queue=of_queue, occupancy=played.occupancy)
