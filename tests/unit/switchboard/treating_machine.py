"""The floor machine's routing rules: who calls is known at any moment or never, and rules change."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from tests.unit.switchboard.break_machine import BreakMachine

from ovoz.contact_center.callers.contracts import (
    CallerProfile,
    LastAgent,
    RoutingRule,
    RoutingRules,
    RuleThen,
    RuleWhen,
)
from ovoz.contact_center.switchboard.state import arrivals
from ovoz.contact_center.switchboard.state.call import Known
from ovoz.contact_center.switchboard.state.routing import Routing
from ovoz.contact_center.switchboard.state.treating import change_rules


class TreatingMachine(BreakMachine):
    """A part of the floor machine, which has the queues."""

    queue_ids: list[UUID]

    @precondition(lambda self: self.floor.calls)
    @rule(
        which=st.integers(0, 99),
        vip=st.booleans(),
        tajik=st.booleans(),
        last=st.integers(0, 5),
        readable=st.booleans(),
    )
    def caller_is_recognised(self, which: int, vip: bool, tajik: bool, last: int, readable: bool) -> None:
        """At any moment of the call: in the greeting, late, after everything."""
        call = list(self.floor.calls.values())[which % len(self.floor.calls)]
        agents = [*self.floor.agents, None]
        profile = CallerProfile(vip=vip, language="tg" if tajik else None)
        known = Known(profile, agents[last % len(agents)]) if readable else None
        arrivals.caller_known(self.floor, self.now, call.id, known)
        self.commit()

    @rule(skills=st.booleans(), last_agent_s=st.sampled_from([0, 30]))
    def rules_change(self, skills: bool, last_agent_s: int) -> None:
        then = RuleThen(skills={"tajik": 3}, skills_for_s=40) if skills else RuleThen(target_s=5)
        document = RoutingRules(
            (
                RoutingRule(
                    "vip", RuleWhen(vip=True), RuleThen(queue="vip", head_start_s=60, prefer="last_agent")
                ),
                RoutingRule("tajik", RuleWhen(languages=("tg",)), then),
            ),
            LastAgent(wait_s=last_agent_s),
        )
        change_rules(self.floor, self.now, Routing(document, {"vip": self.queue_ids[-1]}))
        self.commit()

    @invariant()
    def nobody_is_kept_from_the_queue_for_long(self) -> None:
        for call in self.shown().calls.values():
            if call.phase != "greeting" and call.queued_at is not None:
                assert call.recognise_until is None
