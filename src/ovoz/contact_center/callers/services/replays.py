"""What if: a recorded day played again with a draft of the routing rules, beside the day as it was and as rules are."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.callers.contracts import OnRecord, RoutingRules
from ovoz.contact_center.callers.repositories import OnRecordRepository, RulesRepository
from ovoz.contact_center.callers.schemas import (
    PlayedRun,
    QueuePlayed,
    RoutingReplay,
    RoutingReplayAsk,
    RuleOfDraftPlayed,
    RuleQueue,
)
from ovoz.contact_center.callers.services.rules import Routing
from ovoz.contact_center.queues.api import RecordedCalls, Replays, terms_of
from ovoz.contact_center.routing.api import Played, RecordedDay, play_rules, played
from ovoz.contact_center.switchboard.contracts import fact_place
from ovoz.lib.db import Database
from ovoz.lib.sealed_fields import FieldKeys, FieldUnreadable
from ovoz.platform.access.api import Subject
from ovoz.platform.privacy.api import Fields

log = structlog.get_logger(__name__)

_KNOWN = fact_place("known")


class RuleReplays:
    """Plays days with drafts of the rules; as the queues' replays do, one at a time."""

    def __init__(self, database: Database, fields: Fields, routing: Routing, replays: Replays) -> None:
        self._database = database
        self._fields = fields
        self._routing = routing
        self._replays = replays

    async def play(self, subject: Subject, ask: RoutingReplayAsk) -> RoutingReplay:
        """Nothing is changed by it.

        Raises InputInvalid for a day that is not over, RoutingRulesInvalid for a draft that could not be put in place.
        """
        await self._routing.demand_sound(subject, ask.settings)
        calls = await self._replays.recorded(subject, ask.day)
        keys = await self._fields.of(subject.tenant_id)
        async with self._database.tenant(subject.tenant_id) as session:
            live, _ = await RulesRepository(session).rules()
            sealed = await OnRecordRepository(session).of_day(calls.start, calls.end)
        return await self._replays.aside(_replay, calls, sealed, keys, live, ask.settings)


def _replay(
    calls: RecordedCalls,
    sealed: Sequence[tuple[UUID, UUID, Any]],
    keys: FieldKeys,
    live: RoutingRules,
    draft: RoutingRules,
) -> RoutingReplay:
    terms = {code: terms_of(code, settings) for code, settings in calls.queues.items()}
    day = RecordedDay(
        calls.contacts, _opened(sealed, keys), calls.stretches, calls.people, terms, calls.short_s
    )
    found = play_rules(day, live, draft)
    was, is_, would = (played(run, terms, day.short_s) for run in (found.was, found.live, found.draft))
    return RoutingReplay(
        contacts=len(found.was.outcomes),
        unknown=found.unknown,
        agents=len({stretch.agent for stretch in calls.stretches}),
        otherwise=found.otherwise,
        moved=found.moved,
        was=_run(was),
        live=_run(is_),
        draft=_run(would),
        rules=[
            RuleOfDraftPlayed(rule.name, one.held, one.decided, one.was, one.live, one.draft)
            for rule, one in zip(draft.rules, found.rules, strict=True)
        ],
        queues=[
            QueuePlayed(
                RuleQueue(code, settings.name),
                was.by_queue.get(code),
                is_.by_queue.get(code),
                would.by_queue.get(code),
            )
            for code, settings in calls.queues.items()
            if is_.by_queue.get(code) != would.by_queue.get(code)
        ],
    )


def _opened(sealed: Sequence[tuple[UUID, UUID, Any]], keys: FieldKeys) -> Mapping[UUID, OnRecord]:
    """By interaction; what is damaged is not known."""
    found = {}
    for interaction, fact, kept in sealed:
        try:
            found[interaction] = msgspec.convert(keys.open_json(kept, _KNOWN, fact), OnRecord)
        except (FieldUnreadable, msgspec.ValidationError):
            log.error("history.field_unreadable", place=_KNOWN, row=str(fact))
    return found


def _run(one: Played) -> PlayedRun:
    return PlayedRun(one.all, one.occupancy)
