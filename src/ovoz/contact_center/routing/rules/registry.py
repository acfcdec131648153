"""Who is signed in and what waits: put, changed, dropped; nothing is decided here."""

from collections import Counter
from heapq import heappush
from itertools import count
from math import exp
from uuid import UUID

from ovoz.contact_center.routing.contracts import (
    Agent,
    Channel,
    Offer,
    Policy,
    Ring,
    Terms,
)
from ovoz.contact_center.routing.rules.capacity import contacts, free_channels
from ovoz.contact_center.routing.rules.qualifying import check
from ovoz.contact_center.routing.rules.standing import Kind, Line, Plan, Profile, Seat, Waiter

NOBODY: frozenset[UUID] = frozenset()
DRIFT = 0.03
"""How far the usual occupancy may be off before the idle are put in order anew."""
SETTLED_MS = 3_600_000
"""Work is compared with what is usual once this much time was worked or waited by all together."""
SPARE_KINDS = 1024
SCARCE = 40
"""So many who are idle are plenty."""
LESS = 4.0
"""Sparing falls by e for so many more who are idle."""


class Registry:
    """What the matcher knows, kept so that little has to be looked at when something changes."""

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
        self._idle = 0
        """How many are written down as idle somewhere."""
        self._idle_with: Counter[str] = Counter()
        """How many of them have this skill, or are members of this queue."""
        spare_s = policy.spare_s if policy.agent_order == "least_occupied" else 0.0
        self._spare_s = [0.0, *(spare_s * exp(-idle / LESS) for idle in range(1, SCARCE))]
        """By how many idle agents have an ability: what is added to the work of each of them."""
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
        self._idle += 1
        for ability in seat.profile.abilities:
            self._idle_with[ability] += 1
        entry = (seat.contacts, self._order(seat.agent), seat.id.int, seat.stamp, seat)
        seat.profile.learn(self._plans)
        for channel in seat.channels:
            for place in seat.profile.reach.get(channel, ()):
                place[0].add(place[1], entry)
                seat.listed.append(place)

    def _unlist(self, seat: Seat) -> None:
        if not seat.stamp:
            return
        seat.stamp = 0
        self._idle -= 1
        for ability in seat.profile.abilities:
            self._idle_with[ability] -= 1
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
                self._unlist(seat)
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
