"""A day in the queue, event by event, with whoever chooses: the matcher, or a peer that it is compared with.

Arrivals bring their patience and their handling time with them, so two disciplines meet the very same day (common
random numbers), and a recorded day can be played again under draft rules. Nothing here is random.
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol
from uuid import UUID

import msgspec

from ovoz.contact_center.routing.contracts import Agent, Assignment, Channel, Offer
from ovoz.contact_center.routing.rules.capacity import free_channels


class Discipline(Protocol):
    """What chooses who gets what. The matcher is one."""

    def put_agent(self, agent: Agent) -> None: ...
    def drop_agent(self, agent_id: UUID) -> None: ...
    def put_offer(self, offer: Offer) -> None: ...
    def drop_offer(self, offer_id: UUID) -> None: ...
    def match(self, now: float) -> list[Assignment]: ...
    def next_due(self, now: float) -> float | None: ...


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A contact that begins to wait at `offer.since`, leaves after its patience, and else takes its handling time."""

    offer: Offer
    patience_s: float
    handling_s: float
    tags: tuple[str, ...] = ()
    """What figures can be asked for apart: a skill, a queue, VIP."""


class Shift(msgspec.Struct, frozen=True):
    """An agent as they sign in (at `agent.signed_in_at`), and when they sign out; a contact is finished first."""

    agent: Agent
    until: float


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one arrival."""

    arrival: Arrival
    waited_s: float
    agent: UUID | None
    """None: gave up."""


class Presence(msgspec.Struct, frozen=True):
    """One shift, and how much of it was work."""

    agent: UUID
    present_s: float
    worked_s: float


class Day(msgspec.Struct, frozen=True):
    outcomes: tuple[Outcome, ...]
    presences: tuple[Presence, ...]


class Figures(msgspec.Struct, frozen=True):
    """Formulas as in the reports: short abandons count in neither figure."""

    offered: int
    service_level: float
    abandonment: float
    mean_wait_s: float
    """Of the answered."""
    p99_wait_s: float
    """Of all, the impatient included."""


Handling = Callable[[Arrival, Agent], float]


class _Worker:
    """An agent during the simulation."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.agent = shift.agent
        self.load: dict[Channel, int] = {}
        self.worked_s = shift.agent.worked_s
        self.busy_since = 0.0
        self.over = False

    def as_agent(self, now: float) -> Agent:
        first = self.shift.agent
        worked = self.worked_s + (now - self.busy_since if self.load else 0.0)
        return Agent(
            id=first.id,
            skills=first.skills,
            groups=first.groups,
            signed_in_at=first.signed_in_at,
            idle_since=now,
            worked_s=worked,
            load=tuple(sorted(self.load.items())),
            capacity=first.capacity,
        )


ARRIVES, GIVES_UP, ENDS, SIGNS_IN, SIGNS_OUT, DUE = range(6)


class Simulation:
    """One run; `run` gives the day. `handling` says how long this arrival takes this agent."""

    def __init__(
        self,
        discipline: Discipline,
        arrivals: Iterable[Arrival],
        shifts: Iterable[Shift],
        handling: Handling = lambda arrival, _: arrival.handling_s,
    ) -> None:
        self._discipline = discipline
        self._handling = handling
        self._serial = count()
        self._waiting: dict[UUID, Arrival] = {}
        self._workers: dict[UUID, _Worker] = {}
        self._outcomes: list[Outcome] = []
        self._presences: list[Presence] = []
        self._due = float("inf")
        self._events: list[tuple[float, int, int, object]] = [
            (arrival.offer.since, next(self._serial), ARRIVES, arrival) for arrival in arrivals
        ]
        for shift in shifts:
            self._events.append((shift.agent.signed_in_at, next(self._serial), SIGNS_IN, shift))
        heapify(self._events)

    def run(self) -> Day:
        while self._events:
            now, _, kind, what = heappop(self._events)
            self._happen(now, kind, what)
            for assignment in self._discipline.match(now):
                self._begin(now, assignment)
            due = self._discipline.next_due(now) if self._waiting else None
            if due is not None and due < self._due:
                self._due = due
                self._at(due, DUE, None)
        for worker in self._workers.values():
            self._sign_out(worker, worker.shift.until)
        return Day(tuple(self._outcomes), tuple(self._presences))

    def _at(self, moment: float, kind: int, what: object) -> None:
        heappush(self._events, (moment, next(self._serial), kind, what))

    def _happen(self, now: float, kind: int, what: object) -> None:
        discipline = self._discipline
        if kind == DUE:
            self._due = float("inf")
        elif isinstance(what, Arrival):
            offer = what.offer
            if kind == ARRIVES:
                self._waiting[offer.id] = what
                discipline.put_offer(offer)
                self._at(now + what.patience_s, GIVES_UP, what)
            elif self._waiting.pop(offer.id, None) is not None:
                discipline.drop_offer(offer.id)
                self._outcomes.append(Outcome(what, what.patience_s, None))
        elif isinstance(what, Shift):
            if what.agent.id in self._workers:
                raise ValueError(f"agent {what.agent.id} signs in twice at the same time")
            worker = self._workers[what.agent.id] = _Worker(what)
            discipline.put_agent(what.agent)
            self._at(what.until, SIGNS_OUT, worker)
        elif isinstance(what, _Worker):
            what.over = True
            if not what.load:
                self._leave(what, now)
        elif isinstance(what, tuple):
            worker, channel = what
            self._end(worker, channel, now)

    def _begin(self, now: float, assignment: Assignment) -> None:
        arrival = self._waiting.pop(assignment.offer)
        worker = self._workers[assignment.agent]
        channel = arrival.offer.terms.channel
        if not worker.load:
            worker.busy_since = now
        worker.load[channel] = worker.load.get(channel, 0) + 1
        self._outcomes.append(Outcome(arrival, now - arrival.offer.since, assignment.agent))
        self._at(now + self._handling(arrival, worker.agent), ENDS, (worker, channel))
        worker_now = worker.as_agent(now)
        if free_channels(worker_now):
            self._discipline.put_agent(worker_now)

    def _end(self, worker: _Worker, channel: Channel, now: float) -> None:
        worker.load[channel] -= 1
        if not worker.load[channel]:
            del worker.load[channel]
        if not worker.load:
            worker.worked_s += now - worker.busy_since
        if not worker.over:
            self._discipline.put_agent(worker.as_agent(now))
        elif not worker.load:
            self._leave(worker, now)

    def _leave(self, worker: _Worker, now: float) -> None:
        self._discipline.drop_agent(worker.agent.id)
        del self._workers[worker.agent.id]
        self._sign_out(worker, now)

    def _sign_out(self, worker: _Worker, now: float) -> None:
        first = worker.shift.agent
        self._presences.append(Presence(first.id, now - first.signed_in_at, worker.worked_s - first.worked_s))


def figures(
    outcomes: Sequence[Outcome], *, within_s: float = 20.0, short_s: float = 5.0, tag: str | None = None
) -> Figures:
    """Of all outcomes, or of those with the tag."""
    counted = [
        one
        for one in outcomes
        if (tag is None or tag in one.arrival.tags) and (one.agent is not None or one.waited_s >= short_s)
    ]
    answered = [one.waited_s for one in counted if one.agent is not None]
    waits = sorted(one.waited_s for one in counted)
    total = len(counted)
    return Figures(
        offered=total,
        service_level=sum(wait <= within_s for wait in answered) / total if total else 1.0,
        abandonment=(total - len(answered)) / total if total else 0.0,
        mean_wait_s=sum(answered) / len(answered) if answered else 0.0,
        p99_wait_s=waits[int(0.99 * (total - 1))] if total else 0.0,
    )


def occupancy_spread(presences: Sequence[Presence]) -> tuple[float, float]:
    """Mean occupancy, and how far the 95th percentile of agents is from the 5th."""
    shares = sorted(one.worked_s / one.present_s for one in presences if one.present_s > 0)
    if not shares:
        return 0.0, 0.0
    last = len(shares) - 1
    return sum(shares) / len(shares), shares[round(0.95 * last)] - shares[round(0.05 * last)]
