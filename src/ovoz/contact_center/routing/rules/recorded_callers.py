"""A recorded day under rules by which callers are treated: everybody as they were known then, treated anew.

What the rules of the day decided is not asked again where other rules say the same: a caller whom they lead to the same
queue stays in the one that the call is on record with, so that what colleagues and overflow did is as it was.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from ovoz.contact_center.callers.contracts import OnRecord, RoutingRules
from ovoz.contact_center.routing.contracts import Agent, Need, Offer, Preference, Terms
from ovoz.contact_center.routing.rules.recorded import (
    Contact,
    Person,
    Run,
    Stretch,
    arrivals_of,
    figures_by_queue,
    of_all,
    run,
    seat_of,
    shifts_of,
    was,
)
from ovoz.contact_center.routing.rules.simulation import Arrival, Figures, Outcome
from ovoz.contact_center.routing.rules.treatment import Treatment, reaching, treat, treated, waiting_for

NOTHING_KNOWN = OnRecord()
_NO_PREFERENCE: tuple[Preference, ...] = ()


class RecordedDay(msgspec.Struct, frozen=True):
    """A day as it is on record, with queues and people as the settings have them.

    `short_s`: by queue, giving up sooner than this counts in no figure. `known`: by call; who is not there is unknown.
    """

    contacts: Sequence[Contact]
    known: Mapping[UUID, OnRecord]
    stretches: Sequence[Stretch]
    people: Mapping[UUID, Person]
    terms: Mapping[str, Terms]
    short_s: Mapping[str, float]


class RulePlayed(msgspec.Struct, frozen=True):
    """One rule of the draft: for how many calls it holds, and for how many it decides something.

    The figures are of the calls that it decides something for (None: of none), in each of the three runs.
    """

    held: int
    decided: int
    was: Figures | None
    live: Figures | None
    draft: Figures | None


class RulesPlayed(msgspec.Struct, frozen=True):
    """A day three times. `unknown`: calls of whom nobody knew who calls. `otherwise`: calls that the draft treats in
    another way than the rules in force, `moved` of them in another queue.
    """

    unknown: int
    otherwise: int
    moved: int
    was: Run
    live: Run
    draft: Run
    rules: tuple[RulePlayed, ...]


def treatments(day: RecordedDay, rules: RoutingRules) -> list[Treatment]:
    """What these rules make of each caller of the day."""
    seen: dict[tuple[object, ...], Treatment] = {}
    found = []
    for contact in day.contacts:
        known = day.known.get(contact.id, NOTHING_KNOWN)
        key = (known.profile, contact.dialled, known.last_agent)
        treatment = seen.get(key)
        if treatment is None:
            treatment = seen[key] = treat(rules, known.profile, contact.dialled, known.last_agent)
        found.append(treatment)
    return found


def queue_of(contact: Contact, known: OnRecord, treatment: Treatment, terms: Mapping[str, Terms]) -> str:
    """Where the caller waits under this treatment; a queue that is not there any more leads nobody away."""
    named = treatment.queue if treatment.queue in terms else None
    then, now = known.led_to or known.queue, named or known.queue
    return contact.queue if now is None or now == then or now not in terms else now


def play_rules(day: RecordedDay, live: RoutingRules, draft: RoutingRules) -> RulesPlayed:
    """The day as it was, under the rules in force, and under the draft."""
    # What came into a queue that is archived now counts in no run.
    counted = [contact for contact in day.contacts if contact.queue in day.terms]
    day = msgspec.structs.replace(day, contacts=counted)
    before, after = treatments(day, live), treatments(day, draft)
    otherwise = moved = 0
    for contact, one, other in zip(counted, before, after, strict=True):
        if one is not other and _effect(one) != _effect(other):
            otherwise += 1
            known = day.known.get(contact.id, NOTHING_KNOWN)
            moved += queue_of(contact, known, one, day.terms) != queue_of(contact, known, other, day.terms)
    arrivals = arrivals_of(counted, day.terms)
    runs = (
        was(counted, day.stretches, day.terms),
        run(arrivals_under(day, arrivals, before), shifts_of(day.stretches, day.people)),
        run(arrivals_under(day, arrivals, after), shifts_of(day.stretches, day.people)),
    )
    return RulesPlayed(
        sum(day.known.get(contact.id, NOTHING_KNOWN).profile is None for contact in counted),
        otherwise,
        moved,
        *runs,
        rules=_by_rule(day, draft, after, runs),
    )


def arrivals_under(
    day: RecordedDay, arrivals: Sequence[Arrival], treated_as: Sequence[Treatment]
) -> list[Arrival]:
    """The day's callers, each treated so; all of them with the patience and the work of the record."""
    staff = [Agent(person.id, person.skills, person.groups, 0.0, 0.0) for person in day.people.values()]
    there = _Presence(day.stretches)
    reached: dict[tuple[str, tuple[Need, ...], float | None], tuple[Treatment, frozenset[UUID]]] = {}
    shared: dict[tuple[object, ...], Terms] = {}
    found = []
    for contact, treatment, arrival in zip(day.contacts, treated_as, arrivals, strict=True):
        queue = queue_of(contact, day.known.get(contact.id, NOTHING_KNOWN), treatment, day.terms)
        needs, needs_for_s, preferred = treatment.needs, treatment.needs_for_s, _NO_PREFERENCE
        if needs or treatment.preferred:
            asked = (queue, needs, needs_for_s)
            if asked not in reached:
                reached[asked] = reaching(day.terms[queue], treatment, staff)
            served, may = reached[asked]
            needs, needs_for_s = served.needs, served.needs_for_s
            if treatment.preferred:
                preferred = tuple(
                    Preference(seat, one.wait_s, one.why)
                    for one in waiting_for(treatment, may, day.people.keys()).preferred
                    if (seat := there.seat(one.agent, contact.since)) is not None
                )
        key = (queue, treatment.head_start_s, treatment.target_s, needs, needs_for_s)
        terms = shared.get(key)
        if terms is None:
            served = msgspec.structs.replace(treatment, needs=needs, needs_for_s=needs_for_s)
            terms = shared[key] = treated(day.terms[queue], served)
        offer = Offer(contact.id, terms, contact.since, preferred)
        found.append(Arrival(offer, arrival.patience_s, arrival.handling_s, (queue,)))
    return found


class _Presence:
    """Who was there when, as the engine knows them: `seat_of` their stretch."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._of: dict[UUID, list[tuple[float, float, UUID]]] = {}
        for place, stretch in enumerate(stretches):
            self._of.setdefault(stretch.agent, []).append((stretch.since, stretch.until, seat_of(place)))
        for stretches_of_one in self._of.values():
            stretches_of_one.sort()

    def seat(self, agent: UUID, at: float) -> UUID | None:
        of_agent = self._of.get(agent, [])
        place = bisect_right(of_agent, at, key=lambda one: one[0])
        if not place:
            return None
        _, until, seat = of_agent[place - 1]
        return seat if at < until else None


def _effect(treatment: Treatment) -> Treatment:
    """What it does, whatever the rules are called that do it."""
    return msgspec.structs.replace(treatment, applied=())


def _by_rule(
    day: RecordedDay, draft: RoutingRules, treated_as: Sequence[Treatment], runs: tuple[Run, Run, Run]
) -> tuple[RulePlayed, ...]:
    held = dict.fromkeys((rule.name for rule in draft.rules), 0)
    deciding: dict[UUID, list[str]] = {}
    for contact, treatment in zip(day.contacts, treated_as, strict=True):
        for applied in treatment.applied:
            held[applied.rule] += 1
            if applied.decided:
                deciding.setdefault(contact.id, []).append(applied.rule)
    figures = [_figures_by_rule(one, deciding, day) for one in runs]
    decided = dict.fromkeys(held, 0)
    for names in deciding.values():
        for name in names:
            decided[name] += 1
    return tuple(
        RulePlayed(held[name], decided[name], *(of_run.get(name) for of_run in figures)) for name in held
    )


def _figures_by_rule(
    one: Run, deciding: Mapping[UUID, Sequence[str]], day: RecordedDay
) -> dict[str, Figures]:
    found: dict[str, list[Outcome]] = {}
    for outcome in one.outcomes:
        for name in deciding.get(outcome.arrival.offer.id, ()):
            found.setdefault(name, []).append(outcome)
    return {
        name: of_all(figures_by_queue(outcomes, day.terms, day.short_s).values())
        for name, outcomes in found.items()
    }
