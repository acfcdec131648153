"""The matcher: which offer goes to which agent, now.

Between two calls of `match` one thing holds: no idle agent could have any offer that waits. So only what has changed
is looked at: agents put since, lines with a new head, and moments that have come (a ring, the end of a preference).
A line whose head finds nobody is left whole: those behind it have come to fewer rings.
"""

from heapq import heapify, heappop, heappush
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from ovoz.contact_center.routing.contracts import (
    Assignment,
    By,
    Reason,
    Terms,
    Waiting,
)
from ovoz.contact_center.routing.rules.qualifying import check, first_ring
from ovoz.contact_center.routing.rules.registry import SCARCE, Registry
from ovoz.contact_center.routing.rules.standing import Line, Plan, Profile, Seat, Urgency, Waiter

LOOKED_AT = 32
"""So many who are idle are compared for whom to spare."""


class Found(NamedTuple):
    """Who can have it, the ring they come in by, how many could have had it, and who of those was kept for others."""

    seat: Seat
    ring: int
    free: int
    spared: int = 0


class Matcher(Registry):
    """Offers and agents in, assignments out; the same calls in the same order always give the same.

    `usual_occupancy` is kept up by the matcher itself; a successor that is to choose exactly alike is given it.
    """

    # Time

    def next_due(self, now: float) -> float | None:
        """When `match` has to be called again though nothing is put or dropped; now, if something was since."""
        if self._fresh or self._stirred:
            return now
        while self._due and not self._holds(self._due[0]):
            heappop(self._due)
        return max(now, self._due[0][0]) if self._due else None

    def _holds(self, due: tuple[float, int, Line | Waiter, int]) -> bool:
        moment, _, what, number = due
        if isinstance(what, Line):
            return what.due == moment
        return self._waiters.get(what.offer.id) is what and number not in what.ended

    def _pass_time(self, now: float) -> None:
        while self._lateness and self._lateness[0][0] <= now:
            waiter = heappop(self._lateness)[2]
            if self._waiters.get(waiter.offer.id) is waiter:
                waiter.late = True
                self._place(waiter)
        while self._due and self._due[0][0] <= now:
            due = heappop(self._due)
            what = due[2]
            if not self._holds(due):
                continue
            if isinstance(what, Line):
                what.due = float("inf")
                self._stirred[what] = None
            else:
                what.ended.add(due[3])
                agent = what.offer.preferred[due[3]].agent
                if all(
                    number in what.ended
                    for number, one in enumerate(what.offer.preferred)
                    if one.agent == agent
                ):
                    self._forget_preference(what, agent)
                self._place(what)

    def _look_again(self, line: Line, now: float) -> None:
        """Have the line looked at when its head comes to the next ring."""
        if line.places and line.agent is None:
            moment = line.plan.next_ring_at(line.places[0][0], now)
            if moment is not None and moment < line.due:
                line.due = moment
                heappush(self._due, (moment, next(self._serial), line, 0))

    # Matching

    def match(self, now: float) -> list[Assignment]:
        """Give what waits to who is idle, the most urgent first. An assigned offer is gone; its agent is taken until
        put again.
        """
        self._pass_time(now)
        self._settle()
        if not self._fresh and not self._stirred:
            return []
        if len(self._fresh) == 1 and not (self._stirred and self._idle):
            return self._serve(self._fresh.popitem()[1], now)
        touched, self._stirred = self._stirred, {}
        for seat in self._fresh.values():
            self._list(seat)
            for plan, _ in seat.listed:
                touched.update(plan.lines)
            touched.update(self._personal.get(seat.id, {}))
        self._fresh = {}
        heads = [self._head(line, now) for line in touched if line.places] if self._idle else []
        heapify(heads)
        made: list[Assignment] = []
        while heads and self._idle:
            head = heappop(heads)
            line = head[2]
            if not line.places:
                continue
            waiter = line.places[0][3]
            # Since it was written down, the line may have another head, and the crowd may have become smaller.
            if line.urgency(now) == head[0]:
                found = self._find(line, waiter, now)
                if found is None:
                    continue
                made.append(self._assign(line, waiter, found, now))
            if line.places:
                heappush(heads, self._head(line, now))
        touched.update(self._stirred)
        self._stirred = {}
        for line in touched:
            self._look_again(line, now)
        return made

    def _serve(self, seat: Seat, now: float) -> list[Assignment]:
        """The only one for whom anything can have changed: the most urgent head they can have, without being listed."""
        profile, agent_id = seat.profile, seat.id
        profile.learn(self._plans)
        best: Urgency | None = None
        chosen: tuple[Line, int] | None = None
        for channel in seat.channels:
            for plan, ring in profile.reach.get(channel, ()):
                if not plan.lines:
                    continue
                after = plan.after[ring]
                for line in plan.lines:
                    if now >= line.places[0][0] + after and agent_id not in line.not_to:
                        urgency = line.urgency(now)
                        if best is None or urgency < best:
                            best, chosen = urgency, (line, ring)
        for line in self._personal.get(agent_id, ()):
            if line.plan.channel in seat.channels:
                urgency = line.urgency(now)
                if best is None or urgency < best:
                    ring_of = first_ring(line.plan.rings, profile.skills, profile.groups)
                    best, chosen = urgency, (line, ring_of or 0)
        made: list[Assignment] = []
        if chosen is None:
            self._list(seat)
        else:
            line, ring = chosen
            made.append(self._assign(line, line.places[0][3], Found(seat, ring, free=1), now))
        for line in self._stirred:
            self._look_again(line, now)
        self._stirred = {}
        return made

    def _head(self, line: Line, now: float) -> tuple[Urgency, int, Line]:
        return (line.urgency(now), next(self._serial), line)

    def _find(self, line: Line, waiter: Waiter, now: float) -> Found | None:
        plan = line.plan
        if line.agent is not None:
            wanted = [waiter.offer.only] if waiter.offer.only is not None else self._waits_for(waiter)
            idle = [
                seat
                for agent in dict.fromkeys(wanted)
                if (seat := self._seats.get(agent)) is not None
                and seat.stamp
                and plan.channel in seat.channels
            ]
            if not idle:
                return None
            ring = first_ring(plan.rings, idle[0].profile.skills, idle[0].profile.groups)
            return Found(idle[0], ring or 0, free=len(idle))
        reached = plan.reached(waiter.since, now)
        for ring in range(reached):
            if plan.free[ring]:
                best = self._best(plan, ring, line.not_to)
                if best is not None:
                    free = sum(plan.free[:reached]) - self._idle_among(line.not_to, plan, reached)
                    return Found(best[0], ring, free, spared=best[1])
        return None

    def _best(self, plan: Plan, ring: int, not_to: frozenset[UUID]) -> tuple[Seat, int] | None:
        """The first in order of those idle in this ring, and how many before it are spared for other work.

        Looks at no more than LOOKED_AT of them: nearly always the first needs no sparing, and is taken.
        """
        best: Seat | None = None
        contacts, least, spared = 0, 0.0, 0
        dearness: dict[Profile, float] = {}
        for place, entry in enumerate(islice(plan.in_order(ring, not_to), LOOKED_AT)):
            if best is not None and (entry[0] > contacts or entry[1] >= least):
                break
            profile = entry[4].profile
            dear = dearness.get(profile)
            if dear is None:
                dear = dearness[profile] = self._dear_s(profile, plan)
            if best is None or entry[1] + dear < least:
                best, spared = entry[4], place
                contacts, least = entry[0], entry[1] + dear
        return None if best is None else (best, spared)

    def _dear_s(self, profile: Profile, plan: Plan) -> float:
        """Seconds of work that are added for what else somebody who is idle could be wanted for soon."""
        dear = 0.0
        for ability in profile.abilities:
            idle = self._idle_with[ability]
            if idle < SCARCE and ability not in plan.asks_for:
                dear += self._spare_s[idle]
        return dear

    def _idle_among(self, agents: frozenset[UUID], plan: Plan, reached: int) -> int:
        seats = (self._seats.get(agent) for agent in agents)
        return sum(
            one is plan and ring < reached for seat in seats if seat is not None for one, ring in seat.listed
        )

    def _assign(self, line: Line, waiter: Waiter, found: Found, now: float) -> Assignment:
        offer, seat, since = waiter.offer, found.seat, waiter.since
        agent = seat.agent
        span = now - agent.signed_in_at
        preferred = None
        by: By = "guard" if line.overdue(since, now) else "longest_relative_wait"
        if offer.only is not None:
            by = "only"
        elif line.agent is not None:
            by = "preferred"
            preferred = next(
                one.why
                for number, one in enumerate(offer.preferred)
                if one.agent == seat.id and number not in waiter.ended
            )
        reason = Reason(
            by=by,
            preferred=preferred,
            ring=found.ring,
            waited_s=max(0.0, now - since),
            relative_wait=line.relative_wait(since, now),
            agents_free=found.free,
            spared=found.spared,
            agent_order=self.policy.agent_order,
            occupancy=agent.worked_s / span if span > 0 else 0.0,
            idle_s=max(0.0, now - agent.idle_since),
        )
        self.drop_offer(offer.id)
        self._unlist(seat)
        seat.channels = ()
        return Assignment(offer.id, seat.id, reason)

    # Questions

    def eligible(self, terms: Terms) -> tuple[tuple[UUID, int], ...]:
        """Who of those signed in could ever serve these terms, each with the first ring that reaches them, by ring."""
        check(terms)
        found = []
        for seat in self._seats.values():
            ring = self._ring(seat, terms)
            if ring is not None:
                found.append((ring, seat.id.int, seat.id))
        return tuple((agent, ring) for ring, _, agent in sorted(found))

    @staticmethod
    def _ring(seat: Seat, terms: Terms) -> int | None:
        if not any(channel == terms.channel and slots > 0 for channel, slots in seat.agent.capacity.slots):
            return None
        return first_ring(terms.rings, seat.profile.skills, seat.profile.groups)

    def waiting(self, offer_id: UUID, now: float) -> Waiting:
        """Why it still waits. Looks at everyone who is signed in: to be asked by people, not at every match."""
        waiter = self._waiters[offer_id]
        offer, plan = waiter.offer, waiter.kind.plan
        reached = plan.reached(waiter.since, now)
        alone = [offer.only] if offer.only is not None else self._waits_for(waiter, now)
        moment = plan.next_ring_at(waiter.since, now)
        busy = unavailable = later = never = 0
        for seat in self._seats.values():
            ring = self._ring(seat, offer.terms)
            if seat.id in alone:
                ring = 0
            elif offer.only is not None or seat.id in offer.not_to:
                ring = None
            if ring is None:
                never += 1
            elif (alone and seat.id not in alone) or (not alone and ring >= reached):
                later += 1
            elif not seat.agent.available:
                unavailable += 1
            else:
                busy += 1
        return Waiting(
            ring=reached - 1,
            next_ring_in_s=None if moment is None else moment - now,
            waits_for=alone[0] if alone else None,
            ahead=waiter.kind.ahead(waiter),
            agents_busy=busy,
            agents_unavailable=unavailable,
            agents_later=later,
            agents_never=never,
        )
