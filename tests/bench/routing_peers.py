"""What others do, written anew from their published behaviour, for the benchmark to compare with.

`app_queue` (Asterisk): one queue per skill, a priority (VIP) goes ahead; each caller looks by themselves, every second
from their arrival (RECHECK), whether fewer callers stand before them than members are free (autofill), and then takes
a member by the queue's strategy; who finds nobody then waits for `retry`, 5 s. `mod_callcenter` (FreeSWITCH): a
dispatcher goes through all callers by score (seconds waited, and a base score) ten times a second; agents by tier
level, then longest idle. Agents answer at once here, as in all other runs.
"""

import random
from heapq import heappop, heappush
from typing import Literal
from uuid import UUID

from tests.bench.routing_trace import PRIMARY

from ovoz.contact_center.routing.contracts import Agent, Assignment, Offer, Reason

Strategy = Literal["least_recent", "fewest_calls", "round_robin_memory", "random"]
RECHECK_S, RETRY_S, DISPATCH_S = 1.0, 5.0, 0.1
NO_REASON = Reason("longest_relative_wait", None, 0, 0.0, 0.0, 1, "longest_idle", 0.0, 0.0)


def skill_of(offer: Offer) -> str:
    return offer.terms.rings[0].needs[0].skill


class AppQueue:
    def __init__(self, strategy: Strategy, seed: int = 0) -> None:
        self._strategy = strategy
        self._random = random.Random(f"app_queue {seed}")
        self._members: dict[str, list[UUID]] = {}
        self._free: dict[str, dict[UUID, None]] = {}
        self._calls: dict[UUID, int] = {}
        self._last: dict[UUID, float] = {}
        self._round: dict[str, int] = {}
        self._agents: dict[UUID, Agent] = {}
        self._queues: dict[str, list[Offer]] = {}
        self._offers: dict[UUID, Offer] = {}
        self._looks: list[tuple[float, float, int, UUID]] = []

    def put_agent(self, agent: Agent) -> None:
        known = agent.id in self._agents
        self._agents[agent.id] = agent
        for skill, _ in agent.skills:
            if not known:
                self._members.setdefault(skill, []).append(agent.id)
            self._free.setdefault(skill, {})[agent.id] = None
        self._calls.setdefault(agent.id, 0)
        self._last[agent.id] = agent.idle_since if known else 0.0

    def drop_agent(self, agent_id: UUID) -> None:
        agent = self._agents.pop(agent_id)
        self._take(agent)
        for skill, _ in agent.skills:
            self._members[skill].remove(agent_id)

    def _take(self, agent: Agent) -> None:
        for skill, _ in agent.skills:
            self._free[skill].pop(agent.id, None)

    def put_offer(self, offer: Offer) -> None:
        queue = self._queues.setdefault(skill_of(offer), [])
        place = len(queue)
        if offer.terms.head_start_s:  # QUEUE_PRIO: behind others of the same priority
            place = sum(bool(one.terms.head_start_s) for one in queue)
        queue.insert(place, offer)
        self._offers[offer.id] = offer
        heappush(self._looks, (offer.since, offer.since, offer.id.int, offer.id))

    def drop_offer(self, offer_id: UUID) -> None:
        offer = self._offers.pop(offer_id)
        self._queues[skill_of(offer)].remove(offer)

    def next_due(self, now: float) -> float | None:
        while self._looks and self._looks[0][3] not in self._offers:
            heappop(self._looks)
        return max(now, self._looks[0][0]) if self._looks else None

    def match(self, now: float) -> list[Assignment]:
        made = []
        while self._looks and self._looks[0][0] <= now:
            moment, since, tie, offer_id = heappop(self._looks)
            offer = self._offers.get(offer_id)
            if offer is None:
                continue
            skill = skill_of(offer)
            free = self._free.get(skill, {})
            wait = RECHECK_S
            if free and offer in self._queues[skill][: len(free)]:
                agent = self._member(skill)
                if agent is not None:
                    self._take(self._agents[agent])
                    self._calls[agent] += 1
                    self.drop_offer(offer_id)
                    made.append(Assignment(offer_id, agent, NO_REASON))
                    continue
                wait = RETRY_S
            heappush(self._looks, (moment + wait, since, tie, offer_id))
        return made

    def _member(self, skill: str) -> UUID | None:
        free = self._free[skill]
        if self._strategy == "least_recent":
            return min(free, key=lambda one: (self._last[one], one.int), default=None)
        if self._strategy == "fewest_calls":
            return min(free, key=lambda one: (self._calls[one], one.int), default=None)
        if self._strategy == "random":
            return self._random.choice(list(free))
        members = self._members[skill]
        start = self._round.get(skill, 0)
        for step in range(len(members)):
            place = (start + step) % len(members)
            if members[place] in free:
                self._round[skill] = place + 1
                return members[place]
        return None


class CallCenter:
    """`mod_callcenter`, longest-idle-agent, tiers by level: primary first, the secondary when no primary is free."""

    BASE_SCORE = 1e6

    def __init__(self) -> None:
        self._free: dict[UUID, Agent] = {}
        self._offers: dict[UUID, Offer] = {}
        self._next = 0.0
        self._changed = False
        """A pass over what has not changed finds nothing: it is left out."""

    def put_agent(self, agent: Agent) -> None:
        self._free[agent.id] = agent
        self._changed = True

    def drop_agent(self, agent_id: UUID) -> None:
        self._free.pop(agent_id, None)

    def put_offer(self, offer: Offer) -> None:
        self._offers[offer.id] = offer
        self._changed = True

    def drop_offer(self, offer_id: UUID) -> None:
        self._offers.pop(offer_id, None)

    def next_due(self, now: float) -> float | None:
        if not self._changed or not self._offers or not self._free:
            return None
        return max(now, self._next)

    def match(self, now: float) -> list[Assignment]:
        if now < self._next or not self._changed:
            return []
        self._changed = False
        self._next = (now // DISPATCH_S + 1) * DISPATCH_S
        made = []
        in_order = sorted(
            self._offers.values(),
            key=lambda one: (
                -(now - one.since) - (self.BASE_SCORE if one.terms.head_start_s else 0),
                one.id.int,
            ),
        )
        for offer in in_order:
            if not self._free:
                break
            skill = skill_of(offer)
            able = [
                (0 if level == PRIMARY else 1, agent.idle_since, agent.id.int, agent.id)
                for agent in self._free.values()
                for name, level in agent.skills
                if name == skill
            ]
            if able:
                chosen = min(able)[3]
                del self._free[chosen]
                del self._offers[offer.id]
                made.append(Assignment(offer.id, chosen, NO_REASON))
        return made
