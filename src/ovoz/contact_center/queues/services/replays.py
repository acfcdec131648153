"""What if: a recorded day played again with a queue's draft, beside what it was and beside the settings as they are."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
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


class Replays:
    """Plays one day at a time: the engine's own code, beside the event loop."""

    def __init__(self, database: Database, clock: Clock, sounds: Sounds) -> None:
        self._database = database
        self._clock = clock
        self._sounds = sounds
        self._one = asyncio.Semaphore(1)

    async def play(self, subject: Subject, ask: ReplayAsk) -> Replay:
        """Nothing is changed by it. Raises InputInvalid for a day that is not over."""
        zone = ZoneInfo(subject.time_zone)
        start = datetime.combine(ask.day, time(), zone)
        end = datetime.combine(ask.day + timedelta(days=1), time(), zone)
        if end > self._clock():
            raise InputInvalid(errors=[{"pointer": "/day", "detail": "a day that is over"}])
        async with self._database.tenant(subject.tenant_id) as session:
            queues = QueueRepository(session)
            live = {queue.code: queue.settings for queue in await queues.all() if not queue.archived}
            agents = (await queues.world(self._sounds)).agents
            days = RecordedDays(session, start, end)
            contacts, stretches = await days.contacts(), await days.stretches()
        draft = live | {ask.code: ask.settings}
        async with self._one:
            return await asyncio.to_thread(_replay, ask.code, live, draft, agents, contacts, stretches)


def _replay(
    code: str,
    live: Mapping[str, QueueSettings],
    draft: Mapping[str, QueueSettings],
    agents: Sequence[Member],
    contacts: Sequence[Contact],
    stretches: Sequence[Stretch],
) -> Replay:
    short_s = {queue: float(settings.short_abandon_s) for queue, settings in draft.items()}
    # What was is judged by the draft's target too: otherwise a softer target alone would look like better service.
    targets = {queue: terms_of(queue, settings) for queue, settings in draft.items()}
    present = {
        queue: msgspec.structs.replace(terms_of(queue, settings), target_s=targets[queue].target_s)
        for queue, settings in live.items()
    }
    return Replay(
        contacts=len(contacts),
        agents=len({stretch.agent for stretch in stretches}),
        was=_figures(code, recorded(contacts, stretches, targets, short_s)),
        live=_figures(code, play(contacts, stretches, _people(agents, None, live), present, short_s)),
        draft=_figures(code, play(contacts, stretches, _people(agents, code, draft), targets, short_s)),
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
