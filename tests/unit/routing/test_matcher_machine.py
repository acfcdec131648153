"""The matcher under random agents, offers and time, beside the oracle; killed and rebuilt at any moment."""

import random
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.unit.routing.oracle import Oracle
from tests.unit.routing.worlds import agent_id, some_agent, some_offer, some_terms

from ovoz.contact_center.routing.contracts import Offer, Policy, Terms
from ovoz.contact_center.routing.rules.matching import Matcher

AGENTS = 7


class MatcherMachine(RuleBasedStateMachine):
    """Two matchers (one of them is killed and rebuilt now and then) and the oracle get the same calls."""

    @initialize(
        seed=st.integers(0, 2**32),
        order=st.sampled_from(("least_occupied", "longest_idle")),
        guard=st.sampled_from((10.0, 60.0)),
        late_yields=st.booleans(),
    )
    def begin(self, seed: int, order: str, guard: float, late_yields: bool) -> None:
        self.draw = draw = random.Random(seed)
        self.policy = msgspec.convert(
            {"agent_order": order, "guard_s": guard, "late_yields": late_yields}, Policy
        )
        self.matcher, self.mortal = Matcher(self.policy), Matcher(self.policy)
        self.oracle = Oracle(self.policy)
        self.now = 10_000.0
        self.offers = 0
        self.terms: list[Terms] = [some_terms(draw) for _ in range(5)]
        self.assigned: set[UUID] = set()
        self.changed = True

    @rule()
    def put_offer(self) -> None:
        draw = self.draw
        for _ in range(draw.randint(1, 4)):
            self.offers += 1
            self._put(some_offer(draw, self.offers, draw.choice(self.terms), self.now, AGENTS))

    @rule()
    def put_it_again_on_other_terms(self) -> None:
        draw = self.draw
        if self.oracle.offers:
            known = self.oracle.offers[draw.choice(sorted(self.oracle.offers))]
            again = some_offer(draw, 0, draw.choice(self.terms), self.now, AGENTS)
            self._put(msgspec.structs.replace(again, id=known.id, since=known.since))

    def _put(self, offer: Offer) -> None:
        for one in (self.matcher, self.mortal, self.oracle):
            one.put_offer(offer)
        self.changed = True

    @rule()
    def drop_offer(self) -> None:
        if self.oracle.offers:
            offer = self.draw.choice(sorted(self.oracle.offers))
            for one in (self.matcher, self.mortal, self.oracle):
                one.drop_offer(offer)
            self.changed = True

    @rule()
    def put_agent(self) -> None:
        draw = self.draw
        for number in draw.sample(range(AGENTS), draw.randint(1, 3)):
            agent = some_agent(draw, number, self.now)
            for one in (self.matcher, self.mortal, self.oracle):
                one.put_agent(agent)
        self.changed = True

    @rule(number=st.integers(0, AGENTS - 1))
    def drop_agent(self, number: int) -> None:
        for one in (self.matcher, self.mortal, self.oracle):
            one.drop_agent(agent_id(number))
        self.changed = True

    @rule(seconds=st.sampled_from((0.25, 1.0, 3.0, 17.0)))
    def pass_time(self, seconds: float) -> None:
        due = None if self.changed else self.matcher.next_due(self.now)
        if not self.changed and (due is None or due > self.now + seconds):
            assert self.oracle.match(self.now + seconds) == []
        self.now += seconds

    @rule()
    def match(self) -> None:
        made = self.matcher.match(self.now)
        assert self.mortal.match(self.now) == made
        assert [(one.offer, one.agent, one.reason.agents_free) for one in made] == self._oracle_makes()
        assert self.assigned.isdisjoint(one.offer for one in made)
        assert len({one.agent for one in made}) == len(made)
        self.assigned.update(one.offer for one in made)
        assert self.matcher.match(self.now) == []
        due = self.matcher.next_due(self.now)
        assert due is None or due > self.now
        self.changed = False

    def _oracle_makes(self) -> list[tuple[UUID, UUID, int]]:
        before = {
            agent.id: agent for agent in self.oracle.agents.values() if agent.id not in self.oracle.taken
        }
        offers = dict(self.oracle.offers)
        made = self.oracle.match(self.now)
        for offer, agent, _ in made:
            assert self.oracle.has_room(before[agent], offers[offer].terms.channel) is False  # taken now
            load, slots = dict(before[agent].load), dict(before[agent].capacity.slots)
            channel = offers[offer].terms.channel
            assert load.get(channel, 0) + 1 <= slots[channel]
        return made

    @rule()
    def explain(self) -> None:
        for offer in list(self.oracle.offers)[:3]:
            why = self.matcher.waiting(offer, self.now)
            counted = why.agents_busy + why.agents_unavailable + why.agents_later + why.agents_never
            assert counted == len(self.oracle.agents)
            alone = self.oracle.waits_for(self.oracle.offers[offer], self.now)
            assert why.waits_for == (alone[0] if alone else None)
            mine = self.oracle.offers[offer]
            assert why.ahead == sum(
                (one.since, one.id.int) < (mine.since, mine.id.int)
                for one in self.oracle.offers.values()
                if one.terms == mine.terms
            )

    @rule()
    def kill(self) -> None:
        """Only what was put and assigned is left, and is put again in any order."""
        self.mortal = Matcher(self.policy, self.matcher.usual_occupancy)
        agents, offers = list(self.oracle.agents.values()), list(self.oracle.offers.values())
        draw = self.draw
        draw.shuffle(agents)
        draw.shuffle(offers)
        for offer in offers[:2]:
            self.mortal.put_offer(offer)
        for agent in agents:
            taken = agent.id in self.oracle.taken
            self.mortal.put_agent(msgspec.structs.replace(agent, available=False) if taken else agent)
        for offer in offers[2:]:
            self.mortal.put_offer(offer)

    @invariant()
    def same_idea_of_usual(self) -> None:
        if hasattr(self, "oracle"):
            assert self.matcher.usual_occupancy == self.oracle.usual


MatcherMachine.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=200,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making it shorter would take minutes
    suppress_health_check=list(HealthCheck),
)
TestMatcher = MatcherMachine.TestCase
