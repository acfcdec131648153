"""What the matcher must do, said as plainly and slowly as can be: every offer beside every agent, each time."""

import math
from uuid import UUID

from ovoz.contact_center.routing.contracts import EVERYONE, Agent, Offer, Policy

GUARD_TARGETS = 3
LOOKED_AT, SCARCE, LESS = 32, 40, 4.0
DRIFT, SETTLED_S = 0.03, 3600


class Oracle:
    def __init__(self, policy: Policy, usual_occupancy: float = 0.85) -> None:
        self.policy = policy
        self.usual = usual_occupancy
        self.agents: dict[UUID, Agent] = {}
        self.taken: set[UUID] = set()
        self.offers: dict[UUID, Offer] = {}

    def put_agent(self, agent: Agent) -> None:
        self.agents[agent.id] = agent
        self.taken.discard(agent.id)

    def drop_agent(self, agent_id: UUID) -> None:
        self.agents.pop(agent_id, None)
        self.taken.discard(agent_id)

    def settle(self) -> None:
        worked = sum(round(agent.worked_s * 1000) for agent in self.agents.values())
        span = sum(round((agent.idle_since - agent.signed_in_at) * 1000) for agent in self.agents.values())
        if (
            self.policy.agent_order == "least_occupied"
            and span >= SETTLED_S * 1000
            and abs(worked / span - self.usual) > DRIFT
        ):
            self.usual = worked / span

    def put_offer(self, offer: Offer) -> None:
        self.offers[offer.id] = offer

    def drop_offer(self, offer_id: UUID) -> None:
        self.offers.pop(offer_id, None)

    def ring(self, offer: Offer, agent: Agent) -> int | None:
        skills = dict(agent.skills)
        for number, ring in enumerate(offer.terms.rings):
            if (EVERYONE in ring.groups or ring.groups & agent.groups) and all(
                skills.get(need.skill, 0) >= need.level for need in ring.needs
            ):
                return number
        return None

    def has_room(self, agent: Agent, channel: str) -> bool:
        if not agent.available or agent.id in self.taken:
            return False
        load = {name: count for name, count in agent.load if count}
        room = dict(agent.capacity.slots).get(channel, 0) > load.get(channel, 0)  # type: ignore[call-overload]
        return room and all(
            present == channel or (channel, present) in agent.capacity.interrupts for present in load
        )

    def waits_for(self, offer: Offer, now: float) -> list[UUID]:
        if offer.only is not None:
            return [offer.only]
        return [
            one.agent
            for one in offer.preferred
            if one.agent in self.agents and one.agent not in offer.not_to and now < offer.since + one.wait_s
        ]

    def candidates(self, offer: Offer, now: float) -> list[UUID]:
        """Who could have it now, the best first."""
        alone = self.waits_for(offer, now)
        if alone:
            return [
                agent
                for agent in dict.fromkeys(alone)
                if agent in self.agents and self.has_room(self.agents[agent], offer.terms.channel)
            ]
        found = []
        for agent in self.agents.values():
            ring = self.ring(offer, agent)
            if (
                ring is not None
                and now >= offer.since + offer.terms.rings[ring].after_s
                and agent.id not in offer.not_to
                and self.has_room(agent, offer.terms.channel)
            ):
                found.append(
                    (ring, sum(count for _, count in agent.load), self.order(agent), agent.id.int, agent.id)
                )
        return self.sparing(offer, sorted(found))

    def sparing(self, offer: Offer, found: list[tuple[int, int, float, int, UUID]]) -> list[UUID]:
        """Of the first ring's, whoever has least work once what else they are needed for is added to it."""
        ring = [one for one in found if one[:2] == found[0][:2]][:LOOKED_AT]
        if not ring:
            return []
        asked = {need.skill for ring in offer.terms.rings for need in ring.needs}
        asked |= {group for ring in offer.terms.rings for group in ring.groups}
        best = min(ring, key=lambda one: one[2] + self.dear_s(self.agents[one[-1]], asked))
        return [best[-1], *(one[-1] for one in found if one is not best)]

    def dear_s(self, agent: Agent, asked: set[str]) -> float:
        if self.policy.agent_order == "longest_idle":
            return 0.0
        dear = 0.0
        for ability in self.abilities(agent):
            # Whoever is taken, or has no room for anything, is not idle.
            idle = sum(self.is_idle(one) and ability in self.abilities(one) for one in self.agents.values())
            if ability not in asked and idle < SCARCE:
                dear += self.policy.spare_s * math.exp(-idle / LESS)
        return dear

    def abilities(self, agent: Agent) -> list[str]:
        return [skill for skill, _ in agent.skills] + sorted(
            group for group in agent.groups if group.startswith("queue:")
        )

    def is_idle(self, agent: Agent) -> bool:
        return any(self.has_room(agent, channel) for channel, _ in agent.capacity.slots)

    def order(self, agent: Agent) -> float:
        if self.policy.agent_order == "longest_idle":
            return agent.idle_since
        return agent.worked_s + self.usual * agent.signed_in_at

    def urgency(self, offer: Offer, now: float) -> tuple[int, float, float, int]:
        """The smallest goes first."""
        terms = offer.terms
        waited = now - offer.since
        if now > offer.since + max(self.policy.guard_s, GUARD_TARGETS * terms.target_s):
            return (0, -waited, offer.since, offer.id.int)
        late = self.policy.late_yields and not terms.head_start_s and now >= offer.since + terms.target_s
        crowd = sum(
            one.terms.rings == terms.rings and one.terms.channel == terms.channel
            for one in self.offers.values()
        )
        relative = (waited + terms.head_start_s + self.policy.crowd_s * crowd) * (
            terms.weight / terms.target_s
        )
        return (2 if late else 1, -relative, offer.since, offer.id.int)

    def match(self, now: float) -> list[tuple[UUID, UUID, int]]:
        """(offer, agent, how many could have had it)."""
        self.settle()
        made: list[tuple[UUID, UUID, int]] = []
        while True:
            for offer in sorted(self.offers.values(), key=lambda one: self.urgency(one, now)):
                candidates = self.candidates(offer, now)
                if candidates:
                    made.append((offer.id, candidates[0], len(candidates)))
                    self.taken.add(candidates[0])
                    del self.offers[offer.id]
                    break
            else:
                return made
