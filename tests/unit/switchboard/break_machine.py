"""The floor machine's breaks: wishes, words of supervisors, rules that change, and what must always hold of them."""

from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ovoz.contact_center.switchboard.errors import BreakFull, NotPossibleNow
from ovoz.contact_center.switchboard.state import breaks
from ovoz.contact_center.switchboard.state.facts import Fact
from ovoz.contact_center.switchboard.state.floor import Floor
from ovoz.contact_center.switchboard.state.rules import BreakRules

BREAKS = (
    BreakRules("lunch"),
    BreakRules("tea", limit_s=30, at_once=1),
    BreakRules("study", limit_s=60, needs_approval=True, at_once=2),
)
REASONS = st.sampled_from([rules.code for rules in BREAKS])


class BreakMachine(RuleBasedStateMachine):
    """A part of the floor machine, which has the floor, the clock and the agents."""

    floor: Floor
    now: datetime
    facts: list[Fact]
    agent_ids: list[UUID]

    def _id(self) -> UUID:
        raise NotImplementedError

    def commit(self, *, journalled: bool = True) -> None:
        raise NotImplementedError

    def shown(self) -> Floor:
        """The floor, also before it is opened."""
        return getattr(self, "floor", None) or Floor("a" * 12, [], new_id=self._id)

    @rule(which=st.integers(0, 9), approved=st.booleans(), late=st.booleans())
    def supervisor_decides(self, which: int, approved: bool, late: bool) -> None:
        """`late`: about a wish that is none any more."""
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        wish_id = self._id() if late or agent.wish is None else agent.wish.id
        before = agent
        try:
            breaks.decide(
                self.floor,
                self.now,
                agent,
                wish_id,
                approved=approved,
                note="",
                by=self._id(),
                by_name="boss",
            )
        except (NotPossibleNow, BreakFull):
            assert self.floor.agents[agent.id] == before
        else:
            assert self.floor.agents[agent.id].wish is None
        self.commit()

    @rule(which=st.integers(0, 9))
    def agent_withdraws(self, which: int) -> None:
        agent = self.floor.agents[self.agent_ids[which % len(self.agent_ids)]]
        try:
            breaks.withdraw(self.floor, self.now, agent)
        except NotPossibleNow:
            assert agent.wish is None
        self.commit()

    @rule(archived=st.sets(REASONS))
    def breaks_change(self, archived: set[str]) -> None:
        changed = [msgspec.structs.replace(rules, archived=rules.code in archived) for rules in BREAKS]
        breaks.change_breaks(self.floor, self.now, changed)
        self.commit()

    @invariant()
    def wishes_and_limits_are_answered_in_time(self) -> None:
        for agent in self.shown().agents.values():
            if agent.wish is not None:
                assert agent.state != "offline"
                assert not self.floor.breaks[agent.wish.reason].archived
                assert agent.wish.until > self.now
            if agent.state != "break":
                assert agent.break_until is None
                assert not agent.break_over
            elif agent.break_until is not None:
                assert agent.break_over == (agent.break_until <= self.now)
        wished = Counter(fact.data["wish_id"] for fact in self.facts if fact.type == "agents.break_wished.v1")
        ended = Counter(
            fact.data["wish_id"] for fact in self.facts if fact.type == "agents.break_wish_ended.v1"
        )
        assert set(wished.values()) | set(ended.values()) <= {1}
        assert ended.keys() <= wished.keys()

    @invariant()
    def no_more_on_a_break_than_may_be(self) -> None:
        held = Counter(
            agent.reason if agent.state == "break" else agent.next.reason
            for agent in self.shown().agents.values()
            if agent.state == "break" or (agent.next is not None and agent.next.state == "break")
        )
        for rules in self.shown().breaks.values():
            assert rules.at_once is None or held[rules.code] <= rules.at_once
