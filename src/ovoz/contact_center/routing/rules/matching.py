"""The matcher: which offer goes to which agent, now.

Between two calls of `match` one thing holds: no idle agent could have any offer that waits. So only what has changed
is looked at: agents put since, lines with a new head, and moments that have come (a ring, the end of a preference).
A line whose head finds nobody is left whole: those behind it have come to fewer rings.
"""

from heapq import heapify, heappop, heappush
from itertools import count
from uuid import UUID

from ovoz.contact_center.routing.contracts import (
    Agent,
    Assignment,
    By,
    Channel,
    Offer,
    Policy,
    Reason,
    Ring,
    Terms,
    Waiting,
)
from ovoz.contact_center.routing.rules.capacity import contacts, free_channels
from ovoz.contact_center.routing.rules.qualifying import check, first_ring
from ovoz.contact_center.routing.rules.standing import Kind, Line, Plan, Profile, Seat, Urgency, Waiter

NOBODY: frozenset[UUID] = frozenset()
DRIFT = 0.03
"""How far the usual occupancy may be off before the idle are put in order anew."""
SETTLED_MS = 3_600_000
"""Work is compared with what is usual once this much time was worked or waited by all together."""
SPARE_KINDS = 1024


class Matcher:
    """Offers and agents in, assignments out; the same calls in the same order always give the same.

    `usual_occupancy` is kept up by the matcher itself; a successor that is to choose exactly alike is given it.
    """

    def __init__(self, policy: Policy, usual_occupancy: float = 0.85) -> None:
        self.policy = policy
        self.usual_occupancy = usual_occupancy
        self._seats: dict[UUID, Seat] = {}
        self._profiles: dict[tuple[tuple[tuple[str, int], ...], frozenset[str]], Profile] = {}
        self._plans: list[Plan] = []
        self._plan_of: dict[tuple[Channel, tuple[Ring, ...]], Plan] = {}
        self._kinds: dict[Terms, Kind] = {}
        self._kinds_allowed = SPARE_KINDS
        self._waiters: dict[UUID, Waiter] = {}
        self._lines: dict[object, Line] = {}
        self._personal: dict[UUID, dict[Line, None]] = {}
        """Lines in which somebody waits whom this agent alone may have."""
        self._preferring: dict[UUID, dict[UUID, Waiter]] = {}
        """By agent: offers with a preference for them that has not ended."""
        self._fresh: dict[UUID, Seat] = {}
        """Seats that can be given something and have not been looked at since they were put."""
        self._stirred: dict[Line, None] = {}
        """Lines whose head has changed."""
        self._due: list[tuple[float, int, Line | Waiter, int]] = []
        self._lateness: list[tuple[float, int, Waiter]] = []
        """When each will be late. It changes nothing by itself, so nobody is woken for it."""
        self._serial = count(1)
        self._worked_ms = 0
        self._span_ms = 0

    # Agents

    def put_agent(self, agent: Agent) -> None:
        """Somebody has signed in, or something about them has changed: state, load, skills."""
        seat = self._seats.get(agent.id)
        if seat is None:
            seat = self._seats[agent.id] = Seat(agent, self._take_profile(agent))
            self._replace_preferring(agent.id)
        else:
            self._unlist(seat)
            if (agent.skills, agent.groups) != seat.profile.key:
                self._leave_profile(seat.profile)
                seat.profile = self._take_profile(agent)
            seat.agent = agent
        seat.channels = free_channels(agent)
        seat.contacts = contacts(agent)
        self._count_work(
            seat, round(agent.worked_s * 1000), round((agent.idle_since - agent.signed_in_at) * 1000)
        )
        if seat.channels:
            self._fresh[agent.id] = seat
        else:
            self._fresh.pop(agent.id, None)

    def drop_agent(self, agent_id: UUID) -> None:
        """Somebody has signed out; whoever prefers them waits for them no longer."""
        seat = self._seats.pop(agent_id, None)
        if seat is None:
            return
        self._unlist(seat)
        self._leave_profile(seat.profile)
        self._count_work(seat, 0, 0)
        self._fresh.pop(agent_id, None)
        self._replace_preferring(agent_id)

    def _order(self, agent: Agent) -> float:
        """The smallest goes first. It does not change while they are idle.

        Least occupied: least work beyond what is usual for the time since they signed in. The ratio itself would
        change with every second of waiting, for each in another way.
        """
        if self.policy.agent_order == "longest_idle":
            return agent.idle_since
        return agent.worked_s + self.usual_occupancy * agent.signed_in_at

    def _count_work(self, seat: Seat, worked_ms: int, span_ms: int) -> None:
        self._worked_ms += worked_ms - seat.worked_ms
        self._span_ms += span_ms - seat.span_ms
        seat.worked_ms, seat.span_ms = worked_ms, span_ms

    def _settle(self) -> None:
        """Follow the usual occupancy. Only in `match`, so that it does not matter in which order agents are put."""
        if self._span_ms < SETTLED_MS or self.policy.agent_order != "least_occupied":
            return
        usual = self._worked_ms / self._span_ms
        if abs(usual - self.usual_occupancy) > DRIFT:
            self.usual_occupancy = usual
            for seat in self._seats.values():
                if seat.stamp:
                    self._unlist(seat)
                    self._list(seat)

    def _take_profile(self, agent: Agent) -> Profile:
        profile = self._profiles.get((agent.skills, agent.groups))
        if profile is None:
            profile = Profile(agent)
            self._profiles[profile.key] = profile
        profile.holders += 1
        return profile

    def _leave_profile(self, profile: Profile) -> None:
        profile.holders -= 1
        if not profile.holders:
            del self._profiles[profile.key]

    def _list(self, seat: Seat) -> None:
        """Write the agent down as idle wherever something could come to them from."""
        seat.stamp = next(self._serial)
        entry = (seat.contacts, self._order(seat.agent), seat.id.int, seat.stamp, seat)
        seat.profile.learn(self._plans)
        for channel in seat.channels:
            for place in seat.profile.reach.get(channel, ()):
                place[0].add(place[1], entry)
                seat.listed.append(place)

    def _unlist(self, seat: Seat) -> None:
        seat.stamp = 0
        for plan, ring in seat.listed:
            plan.free[ring] -= 1
        seat.listed = []

    # Offers

    def put_offer(self, offer: Offer) -> None:
        """Something begins to wait, or waits on other terms from now on. It keeps its place by `since`."""
        if offer.only is not None and offer.only in offer.not_to:
            raise ValueError(f"offer {offer.id} is for one agent only, and not to go to this one")
        waiter = Waiter(offer, self._kind(offer.terms))
        self.drop_offer(offer.id)
        self._waiters[offer.id] = waiter
        waiter.kind.add(waiter)
        if offer.only is None:
            for number, preference in enumerate(offer.preferred):
                if preference.agent in offer.not_to or preference.wait_s <= 0:
                    waiter.ended.add(number)
                else:
                    self._preferring.setdefault(preference.agent, {})[offer.id] = waiter
                    heappush(self._due, (offer.since + preference.wait_s, next(self._serial), waiter, number))
        if self.policy.late_yields and not offer.terms.head_start_s:
            heappush(self._lateness, (offer.since + offer.terms.target_s, next(self._serial), waiter))
        self._place(waiter)

    def drop_offer(self, offer_id: UUID) -> None:
        """It waits no longer: given up, withdrawn, closed."""
        waiter = self._waiters.pop(offer_id, None)
        if waiter is None:
            return
        waiter.kind.remove(waiter)
        self._stand(waiter, ())
        for preference in waiter.offer.preferred:
            self._forget_preference(waiter, preference.agent)

    def _kind(self, terms: Terms) -> Kind:
        kind = self._kinds.get(terms)
        if kind is None:
            check(terms)
            if len(self._kinds) >= self._kinds_allowed:
                self._tidy()
            plan = self._plan_of.get((terms.channel, terms.rings))
            if plan is None:
                plan = self._plan_of[terms.channel, terms.rings] = Plan(terms.channel, terms.rings)
                self._plans.append(plan)
                for seat in self._seats.values():
                    if seat.stamp:
                        self._unlist(seat)
                        self._list(seat)
            kind = self._kinds[terms] = Kind(terms, plan, self._line(terms, plan, NOBODY, None, False))
        return kind

    def _tidy(self) -> None:
        """Forget terms that nothing waits on: rules change, and what they were is never asked for again."""
        self._kinds = {terms: kind for terms, kind in self._kinds.items() if kind.waiters}
        self._kinds_allowed = 2 * len(self._kinds) + SPARE_KINDS
        kept = {kind.plan: None for kind in self._kinds.values()}
        standing = {kind.line for kind in self._kinds.values()}
        self._lines = {key: line for key, line in self._lines.items() if line.places or line in standing}
        self._plans = list(kept)
        self._plan_of = {(plan.channel, plan.rings): plan for plan in self._plans}
        for profile in self._profiles.values():
            profile.forget()
        for plan in self._plans:
            plan.idle = [[] for _ in plan.rings]
            plan.free = [0] * len(plan.rings)
        for seat in self._seats.values():
            if seat.stamp:
                seat.listed = []
                self._list(seat)

    def _line(
        self, terms: Terms, plan: Plan, not_to: frozenset[UUID], agent: UUID | None, late: bool
    ) -> Line:
        key = (plan, terms.target_s, terms.weight, terms.head_start_s, not_to, agent, late)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(key, plan, terms, not_to, agent, late, self.policy)
        return line

    def _place(self, waiter: Waiter) -> None:
        """Where it stands: at each agent it waits for, or where anybody may have it."""
        offer, kind = waiter.offer, waiter.kind
        alone = [offer.only] if offer.only is not None else self._waits_for(waiter)
        if alone:
            lines = tuple(
                self._line(offer.terms, kind.plan, NOBODY, agent, waiter.late)
                for agent in dict.fromkeys(alone)
            )
        elif offer.not_to or waiter.late:
            lines = (self._line(offer.terms, kind.plan, offer.not_to, None, waiter.late),)
        else:
            lines = (kind.line,)
        self._stand(waiter, lines)

    def _waits_for(self, waiter: Waiter, now: float = float("-inf")) -> list[UUID]:
        """The agents it waits for, first choice first. Nobody waits for someone who is not signed in."""
        return [
            preference.agent
            for number, preference in enumerate(waiter.offer.preferred)
            if number not in waiter.ended
            and preference.agent in self._seats
            and now < waiter.since + preference.wait_s
        ]

    def _stand(self, waiter: Waiter, lines: tuple[Line, ...]) -> None:
        before, waiter.at = waiter.at, lines
        for line in before:
            if line not in lines and line.remove(waiter):
                if line.places:
                    self._stirred[line] = None
                else:
                    self._close(line)
        for line in lines:
            if line not in before:
                if not line.places:
                    self._open(line)
                if line.add(waiter, next(self._serial)):
                    self._stirred[line] = None

    def _open(self, line: Line) -> None:
        if line.agent is None:
            line.plan.lines[line] = None
        else:
            self._personal.setdefault(line.agent, {})[line] = None

    def _close(self, line: Line) -> None:
        if line.agent is None:
            del line.plan.lines[line]
        else:
            lines = self._personal[line.agent]
            del lines[line]
            if not lines:
                del self._personal[line.agent]
        if line.agent is not None or line.not_to or line.late:
            self._lines.pop(line.key, None)
        self._stirred.pop(line, None)
        line.due = float("inf")

    def _replace_preferring(self, agent_id: UUID) -> None:
        for waiter in list(self._preferring.get(agent_id, {}).values()):
            self._place(waiter)

    def _forget_preference(self, waiter: Waiter, agent_id: UUID) -> None:
        waiters = self._preferring.get(agent_id)
        if waiters is not None:
            waiters.pop(waiter.offer.id, None)
            if not waiters:
                del self._preferring[agent_id]

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
        if len(self._fresh) == 1 and not self._stirred:
            return self._serve(self._fresh.popitem()[1], now)
        touched, self._stirred = self._stirred, {}
        for seat in self._fresh.values():
            self._list(seat)
            for plan, _ in seat.listed:
                touched.update(plan.lines)
            touched.update(self._personal.get(seat.id, {}))
        self._fresh = {}
        heads = [self._head(line, now) for line in touched if line.places]
        heapify(heads)
        made: list[Assignment] = []
        while heads:
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
                made.append(self._assign(line, waiter, *found, now))
            if line.places:
                heappush(heads, self._head(line, now))
        touched.update(self._stirred)
        self._stirred = {}
        for line in touched:
            self._look_again(line, now)
        return made

    def _serve(self, seat: Seat, now: float) -> list[Assignment]:
        """One agent is free, and nothing else has changed: the most urgent head they can have, without being listed."""
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
        if chosen is None:
            self._list(seat)
            return []
        line, ring = chosen
        made = [self._assign(line, line.places[0][3], seat, ring, 1, now)]
        for line in self._stirred:
            self._look_again(line, now)
        self._stirred = {}
        return made

    def _head(self, line: Line, now: float) -> tuple[Urgency, int, Line]:
        return (line.urgency(now), next(self._serial), line)

    def _find(self, line: Line, waiter: Waiter, now: float) -> tuple[Seat, int, int] | None:
        """The seat, the ring it comes in by, and how many could have had it."""
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
            return idle[0], ring or 0, len(idle)
        reached = plan.reached(waiter.since, now)
        for ring in range(reached):
            if plan.free[ring]:
                seat = plan.best(ring, line.not_to)
                if seat is not None:
                    return seat, ring, sum(plan.free[:reached]) - self._idle_among(line.not_to, plan, reached)
        return None

    def _idle_among(self, agents: frozenset[UUID], plan: Plan, reached: int) -> int:
        seats = (self._seats.get(agent) for agent in agents)
        return sum(
            one is plan and ring < reached for seat in seats if seat is not None for one, ring in seat.listed
        )

    def _assign(self, line: Line, waiter: Waiter, seat: Seat, ring: int, free: int, now: float) -> Assignment:
        offer, agent, since = waiter.offer, seat.agent, waiter.since
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
            ring=ring,
            waited_s=max(0.0, now - since),
            relative_wait=line.relative_wait(since, now),
            agents_free=free,
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
