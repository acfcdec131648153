"""A recorded day as the simulation takes it, and what was: what nobody saw is estimated from what everybody saw.

Two things of a day are not on record. How long an answered caller would have waited: longer than they did, and beyond
that by the chance that those who gave up show (patience without memory: all waits divided by the number that gave up).
How long a lost call would have taken: as long as another of its queue did. Both are drawn by the call's id, so that the
same day comes out the same, and every draft meets the same callers.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from ovoz.contact_center.routing.contracts import Agent, Offer, Policy, Terms
from ovoz.contact_center.routing.rules.matching import Matcher
from ovoz.contact_center.routing.rules.simulation import (
    Arrival,
    Figures,
    Outcome,
    Shift,
    Simulation,
    figures,
    occupancy_spread,
)

NEVER_S = 1e9
"""The patience of a day on which nobody gave up."""
USUAL_HANDLING_S = 180.0
"""Of a day on which nobody was answered."""


class Contact(msgspec.Struct, frozen=True, gc=False):
    """A call that came into a queue. Moments are seconds of the day's clock.

    `handling_s`: talk, hold and the work after it; None: nobody answered. `dialled`: the number that was called.
    """

    id: UUID
    queue: str
    since: float
    waited_s: float
    handling_s: float | None = None
    dialled: str = ""

    @property
    def answered(self) -> bool:
        return self.handling_s is not None


class Stretch(msgspec.Struct, frozen=True):
    """A while in which an agent was there for calls: ready, or busy with one."""

    agent: UUID
    since: float
    until: float


class Person(msgspec.Struct, frozen=True):
    """An agent as the settings have them."""

    id: UUID
    skills: tuple[tuple[str, int], ...]
    groups: frozenset[str]


def mean_patience_s(contacts: Iterable[Contact]) -> float:
    """The most likely one: whoever was answered had at least the patience that they showed."""
    waited_s, lost = 0.0, 0
    for contact in contacts:
        waited_s += contact.waited_s
        lost += not contact.answered
    return waited_s / lost if lost else NEVER_S


def arrivals_of(contacts: Sequence[Contact], terms: Mapping[str, Terms]) -> list[Arrival]:
    """One for each contact whose queue has terms, with its queue for a tag."""
    patience_s = mean_patience_s(contacts)
    seen: dict[str, list[float]] = {}
    for contact in contacts:
        if contact.handling_s is not None:
            seen.setdefault(contact.queue, []).append(contact.handling_s)
    everywhere = [handling_s for of_queue in seen.values() for handling_s in of_queue] or [USUAL_HANDLING_S]
    found = []
    for contact in contacts:
        if contact.queue not in terms:
            continue
        draw = random.Random(contact.id.int)  # noqa: S311 - the same on every run, hides nothing
        further_s, handling_s = draw.expovariate(1.0) * patience_s, contact.handling_s
        found.append(
            Arrival(
                Offer(contact.id, terms[contact.queue], contact.since),
                contact.waited_s + (further_s if contact.answered else 0.0),
                handling_s if handling_s is not None else draw.choice(seen.get(contact.queue, everywhere)),
                (contact.queue,),
            )
        )
    return found


def shifts_of(stretches: Iterable[Stretch], people: Mapping[UUID, Person]) -> list[Shift]:
    """Somebody who comes back from a break is somebody new to the engine: their work until then counts no more."""
    found = []
    for place, stretch in enumerate(stretches):
        person = people.get(stretch.agent)
        if person is not None and stretch.until > stretch.since:
            agent = Agent(seat_of(place), person.skills, person.groups, stretch.since, stretch.since)
            found.append(Shift(agent, stretch.until))
    return found


def seat_of(place: int) -> UUID:
    """Who the agent of the stretch at this place is to the engine."""
    return UUID(int=place + 1)


def as_it_was(contacts: Iterable[Contact], terms: Mapping[str, Terms]) -> list[Outcome]:
    """The record itself, for figures by the same formulas."""
    return [
        Outcome(
            Arrival(
                Offer(contact.id, terms[contact.queue], contact.since),
                contact.waited_s,
                contact.handling_s or 0.0,
                (contact.queue,),
            ),
            contact.waited_s,
            contact.id if contact.answered else None,
        )
        for contact in contacts
        if contact.queue in terms
    ]


class Run(msgspec.Struct, frozen=True):
    """What became of each call, and the occupancy: work / time there, of all who were there."""

    outcomes: Sequence[Outcome]
    occupancy: float | None


class Played(msgspec.Struct, frozen=True):
    """A day's figures: of everything, and by queue."""

    all: Figures
    by_queue: dict[str, Figures]
    occupancy: float | None


def was(contacts: Sequence[Contact], stretches: Iterable[Stretch], terms: Mapping[str, Terms]) -> Run:
    """As it was, by the formulas of the replay."""
    there_s = sum(max(0.0, stretch.until - stretch.since) for stretch in stretches)
    worked_s = sum(contact.handling_s or 0.0 for contact in contacts if contact.queue in terms)
    return Run(as_it_was(contacts, terms), worked_s / there_s if there_s else None)


def run(arrivals: Iterable[Arrival], shifts: Iterable[Shift]) -> Run:
    """The day by the engine that serves the calls."""
    day = Simulation(Matcher(Policy()), arrivals, shifts).run()
    return Run(day.outcomes, occupancy_spread(day.presences)[0] if day.presences else None)


def recorded(
    contacts: Sequence[Contact],
    stretches: Iterable[Stretch],
    terms: Mapping[str, Terms],
    short_s: Mapping[str, float],
) -> Played:
    """The figures of the day as it was."""
    return played(was(contacts, stretches, terms), terms, short_s)


def play(
    contacts: Sequence[Contact],
    stretches: Iterable[Stretch],
    people: Mapping[UUID, Person],
    terms: Mapping[str, Terms],
    short_s: Mapping[str, float],
) -> Played:
    """The day under these terms. `short_s`: by queue, giving up sooner than this counts in no figure."""
    return played(run(arrivals_of(contacts, terms), shifts_of(stretches, people)), terms, short_s)


def played(day: Run, terms: Mapping[str, Terms], short_s: Mapping[str, float]) -> Played:
    """The figures of a run."""
    by_queue = figures_by_queue(day.outcomes, terms, short_s)
    return Played(of_all(by_queue.values()), by_queue, day.occupancy)


def figures_by_queue(
    outcomes: Iterable[Outcome], terms: Mapping[str, Terms], short_s: Mapping[str, float]
) -> dict[str, Figures]:
    """Of each queue that somebody came into, held against its own target; the first tag is the queue."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.arrival.tags[0], []).append(outcome)
    return {
        queue: figures(found[queue], within_s=one.target_s, short_s=short_s.get(queue, 0.0))
        for queue, one in terms.items()
        if queue in found
    }


def of_all(parts: Iterable[Figures]) -> Figures:
    """Of all queues together; each keeps its own target. The longest of the long waits stands for all."""
    found = list(parts)
    offered = sum(one.offered for one in found)
    answered = sum(one.offered * (1 - one.abandonment) for one in found)
    return Figures(
        offered,
        sum(one.offered * one.service_level for one in found) / offered if offered else 1.0,
        sum(one.offered * one.abandonment for one in found) / offered if offered else 0.0,
        sum(one.offered * (1 - one.abandonment) * one.mean_wait_s for one in found) / answered
        if answered
        else 0.0,
        max((one.p99_wait_s for one in found), default=0.0),
    )
