"""Who stands where: agents idle by ring, offers in lines, first in, first out; only heads are ever compared."""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from uuid import UUID

from ovoz.contact_center.routing.contracts import MEMBERS, Agent, Channel, Offer, Policy, Ring, Terms
from ovoz.contact_center.routing.rules.qualifying import first_ring

LAST_RESORT = 3.0
"""The guard never begins before this many targets: an e-mail of a minute does not go before calls."""
Urgency = tuple[int, float, float, int]
"""0 beyond the guard, 1 in time, 2 late; then the longest (relative) wait; ties by `since`, then by id."""


def abilities(skills: Iterable[str], groups: Iterable[str]) -> tuple[str, ...]:
    """What somebody can be wanted for: skills, and queues that they are a member of."""
    return (*skills, *sorted(group for group in groups if group.startswith(MEMBERS)))


class Profile:
    """A set of skills and groups, with the plans that reach it; shared by all agents who have the same."""

    __slots__ = ("_seen", "abilities", "groups", "holders", "key", "reach", "skills")

    def __init__(self, agent: Agent) -> None:
        self.key = (agent.skills, agent.groups)
        self.skills = dict(agent.skills)
        self.groups = agent.groups
        self.abilities = abilities(self.skills, agent.groups)
        self.holders = 0
        self.reach: dict[Channel, list[tuple[Plan, int]]] = {}
        """By channel: plans that reach it, each with the first ring that does."""
        self._seen = 0

    def learn(self, plans: "list[Plan]") -> None:
        """Look at the plans that are new since the last time."""
        for plan in plans[self._seen :]:
            ring = first_ring(plan.rings, self.skills, self.groups)
            if ring is not None:
                self.reach.setdefault(plan.channel, []).append((plan, ring))
        self._seen = len(plans)

    def forget(self) -> None:
        self.reach.clear()
        self._seen = 0


class Seat:
    """An agent as the matcher sees them. `channels`: what they can be given now. `listed`: where they are idle."""

    __slots__ = (
        "agent",
        "channels",
        "contacts",
        "id",
        "listed",
        "profile",
        "span_ms",
        "stamp",
        "worked_ms",
    )

    def __init__(self, agent: Agent, profile: Profile) -> None:
        self.id = agent.id
        self.agent = agent
        self.profile = profile
        self.channels: tuple[Channel, ...] = ()
        self.contacts = 0
        self.stamp = 0
        self.listed: list[tuple[Plan, int]] = []
        self.worked_ms = 0
        self.span_ms = 0


Entry = tuple[int, float, int, int, Seat]
"""contacts, order, the id's number, stamp. An entry is good as long as its stamp is the seat's."""


class Plan:
    """A channel with its rings: all terms that differ in nothing else share who may serve them.

    `idle[r]` is a heap of the agents whose first ring is r; those who have left it are removed late.
    """

    __slots__ = ("after", "asks_for", "channel", "free", "idle", "lines", "rings", "waiting")

    def __init__(self, channel: Channel, rings: tuple[Ring, ...]) -> None:
        self.channel: Channel = channel
        self.rings = rings
        self.asks_for = frozenset(
            ability
            for ring in rings
            for ability in abilities((need.skill for need in ring.needs), ring.groups)
        )
        self.after = tuple(ring.after_s for ring in rings)
        self.idle: list[list[Entry]] = [[] for _ in rings]
        self.free = [0] * len(rings)
        self.waiting = 0
        """How many wait on terms of this plan."""
        self.lines: dict[Line, None] = {}
        """Lines in which somebody waits whom anybody may have."""

    def reached(self, since: float, now: float) -> int:
        """How many rings an offer has come to that waits since then."""
        count = 0
        for after in self.after:
            if now < since + after:
                break
            count += 1
        return count

    def next_ring_at(self, since: float, now: float) -> float | None:
        for after in self.after:
            if now < since + after:
                return since + after
        return None

    def add(self, ring: int, entry: Entry) -> None:
        heap = self.idle[ring]
        heappush(heap, entry)
        self.free[ring] += 1
        if len(heap) > 2 * self.free[ring] + 32:
            heap[:] = [one for one in heap if one[4].stamp == one[3]]
            heapify(heap)

    def in_order(self, ring: int, not_to: frozenset[UUID]) -> Iterator[Entry]:
        """Those idle in this ring, the first in order first; as far as it is asked for."""
        heap = self.idle[ring]
        while heap and heap[0][4].stamp != heap[0][3]:
            heappop(heap)
        ahead = [(heap[0], 0)] if heap else []
        while ahead:
            entry, place = heappop(ahead)
            if entry[4].stamp == entry[3] and entry[4].id not in not_to:
                yield entry
            for below in (2 * place + 1, 2 * place + 2):
                if below < len(heap):
                    heappush(ahead, (heap[below], below))


class Waiter:
    """An offer, and the lines it stands in. `ended`: the places in `preferred` whose wait is over."""

    __slots__ = ("at", "ended", "kind", "late", "offer", "since", "tie")

    def __init__(self, offer: Offer, kind: "Kind") -> None:
        self.offer = offer
        self.kind = kind
        self.since = offer.since
        self.tie = offer.id.int
        self.at: tuple[Line, ...] = ()
        self.ended: set[int] = set()
        self.late = False


Place = tuple[float, int, int, Waiter]
"""since, the id's number, a serial number (so that two places of one offer are never compared further)."""


class Line:
    """Offers that differ in nothing that decides: same plan, target, weight, head start, whom they may not go to,
    and whether they are late.

    With `agent` it holds what that agent alone may have. The first place always holds.
    """

    __slots__ = (
        "_crowd_s",
        "_guard_s",
        "_head_start_s",
        "_slope",
        "agent",
        "due",
        "key",
        "late",
        "not_to",
        "places",
        "plan",
        "waiting",
    )

    def __init__(
        self,
        key: object,
        plan: "Plan",
        terms: Terms,
        not_to: frozenset[UUID],
        agent: UUID | None,
        late: bool,
        policy: Policy,
    ) -> None:
        self.key = key
        self.late = late
        self.plan = plan
        self.not_to = not_to
        self.agent = agent
        self.places: list[Place] = []
        self.waiting = 0
        self.due = float("inf")
        """When the matcher will look at it again by itself."""
        self._slope = terms.weight / terms.target_s
        self._head_start_s = terms.head_start_s
        self._crowd_s = policy.crowd_s
        self._guard_s = max(policy.guard_s, LAST_RESORT * terms.target_s)

    def urgency(self, now: float) -> Urgency:
        """What is compared between heads; the smallest is next."""
        since, tie, _, _ = self.places[0]
        if now > since + self._guard_s:
            return (0, since - now, since, tie)
        counted = now - since + self._head_start_s + self._crowd_s * self.plan.waiting
        return (2 if self.late else 1, -counted * self._slope, since, tie)

    def relative_wait(self, since: float, now: float) -> float:
        return (now - since + self._head_start_s) * self._slope

    def overdue(self, since: float, now: float) -> bool:
        return now > since + self._guard_s

    def add(self, waiter: Waiter, serial: int) -> bool:
        """Put it where it belongs by age. True if it is the head now."""
        place = (waiter.since, waiter.tie, serial, waiter)
        heappush(self.places, place)
        self.waiting += 1
        return self.places[0] is place

    def remove(self, waiter: Waiter) -> bool:
        """Take out one that has this line no more in `at`. True if it was the head."""
        places = self.places
        self.waiting -= 1
        if places[0][3] is not waiter:
            if len(places) > 2 * self.waiting + 32:
                places[:] = [place for place in places if self in place[3].at]
                heapify(places)
            return False
        while places and self not in places[0][3].at:
            heappop(places)
        return True


class Kind:
    """All that waits on equal terms, and the line of those of them whom anybody may have."""

    __slots__ = ("_ages", "line", "plan", "terms", "waiters")

    def __init__(self, terms: Terms, plan: "Plan", line: Line) -> None:
        self.terms = terms
        self.plan = plan
        self.line = line
        self.waiters: dict[UUID, Waiter] = {}
        self._ages: dict[UUID, int] | None = None

    def add(self, waiter: Waiter) -> None:
        self.waiters[waiter.offer.id] = waiter
        self.plan.waiting += 1
        self._ages = None

    def remove(self, waiter: Waiter) -> None:
        del self.waiters[waiter.offer.id]
        self.plan.waiting -= 1
        self._ages = None

    def ahead(self, waiter: Waiter) -> int:
        """How many of equal terms came before it; sorted once for all who ask between two changes."""
        if self._ages is None:
            in_order = sorted(self.waiters.values(), key=lambda one: (one.since, one.tie))
            self._ages = {one.offer.id: number for number, one in enumerate(in_order)}
        return self._ages[waiter.offer.id]
