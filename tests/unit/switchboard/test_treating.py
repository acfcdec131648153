"""Routing rules on the floor: who calls is known in time, too late or not at all; rules change; a successor goes on."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from tests.support.shift import Shift, queue

from ovoz.contact_center.callers.contracts import (
    CallerProfile,
    LastAgent,
    RoutingRule,
    RoutingRules,
    RuleThen,
    RuleWhen,
)
from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.state import arrivals, presence, transfers, view
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call, Caller, Known
from ovoz.contact_center.switchboard.state.opening import Opening
from ovoz.contact_center.switchboard.state.routing import Routing
from ovoz.contact_center.switchboard.state.rules import EntryPoint, QueueRules
from ovoz.contact_center.switchboard.state.treating import change_rules

SUPPORT, VIP = queue(1), queue(2)
VIP_RULE = RoutingRule("VIP", RuleWhen(vip=True), RuleThen(queue="vip", head_start_s=60))
TAJIK = RoutingRule("tajik", RuleWhen(languages=("tg",)), RuleThen(skills={"tajik": 3}))


def json(value: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(value))


class Desk(Shift):
    """A shift with routing rules."""

    def __init__(
        self,
        *rules: RoutingRule,
        last_agent_s: int = 0,
        vip: QueueRules = VIP,
        support: QueueRules = SUPPORT,
    ) -> None:
        super().__init__(support, vip)
        self.rules(*rules, last_agent_s=last_agent_s)

    def rules(self, *rules: RoutingRule, last_agent_s: int = 0) -> None:
        document = RoutingRules(rules, LastAgent(wait_s=last_agent_s))
        change_rules(self.floor, self.now, Routing(document, {"support": SUPPORT.id, "vip": VIP.id}))

    def arrives(self, *, greeting: tuple[str, ...] = ()) -> UUID:
        """Somebody calls support, and it is being asked who."""
        id_ = self.id()
        arrivals.caller_arrived(
            self.floor,
            self.now,
            interaction_id=id_,
            node="node-1",
            channel=f"caller-{id_.int}",
            sip_call_id="",
            caller=Caller("+992900000101"),
            entry=EntryPoint(UUID(int=800), "+992446000100", "line", SUPPORT.id, greeting),
            recognising=True,
        )
        return id_

    def known(self, call: UUID, *, last_agent: UUID | None = None, **profile: object) -> None:
        found = Known(CallerProfile(**profile), last_agent)  # type: ignore[arg-type]
        arrivals.caller_known(self.floor, self.now, call, found)

    def call(self, call: UUID) -> Call:
        return self.floor.calls[call]


def test_a_caller_comes_into_no_queue_before_it_is_known_who_calls() -> None:
    desk = Desk(VIP_RULE)
    call = desk.arrives()
    assert desk.call(call).phase == "greeting"
    desk.known(call, vip=True)
    assert (desk.call(call).phase, desk.call(call).queue_id) == ("queued", VIP.id)
    [queued] = desk.said("calls.call_queued.v1")
    assert queued.data["queue"] == "q2"
    assert json(queued.data["routed"]["rules"]) == [
        {
            "rule": "VIP",
            "because": [{"attribute": "vip", "value": "yes"}],
            "decided": ["queue", "head_start"],
        }
    ]


def test_the_greeting_is_not_cut_by_the_answer_and_not_drawn_out_by_it() -> None:
    desk = Desk(VIP_RULE)
    call = desk.arrives(greeting=("hello",))
    desk.known(call, vip=True)
    assert desk.call(call).phase == "greeting"
    arrivals.playback_finished(desk.floor, desk.now, f"{call.hex}:greeting")
    assert desk.call(call).queue_id == VIP.id
    late = desk.arrives(greeting=("hello",))
    desk.passes(5)
    arrivals.playback_finished(desk.floor, desk.now, f"{late.hex}:greeting")
    assert desk.call(late).phase == "queued"


def test_who_cannot_be_read_is_routed_as_unknown_which_is_said() -> None:
    everyone = RoutingRule("line", RuleWhen(dialled=("+992446000100",)), RuleThen(target_s=7))
    desk = Desk(VIP_RULE, everyone)
    call = desk.arrives()
    desk.passes(0.6)
    assert desk.call(call).phase == "greeting"
    desk.passes(0.2)
    assert (desk.call(call).phase, desk.call(call).queue_id) == ("queued", SUPPORT.id)
    [queued] = desk.said("calls.call_queued.v1")
    assert queued.data["routed"]["unknown"] == "late"
    assert [one["rule"] for one in queued.data["routed"]["rules"]] == ["line"]
    arrivals.caller_known(desk.floor, desk.now, call, None)
    [changed] = desk.said("calls.treatment_changed.v1")
    assert changed.data["routed"]["unknown"] == "unavailable"


def test_what_is_learnt_late_counts_from_then_on_but_moves_nobody() -> None:
    desk = Desk(VIP_RULE, TAJIK)
    other = desk.arrives()
    call = desk.arrives()
    desk.passes(10)
    desk.known(other)
    desk.known(call, vip=True, language="tg")
    assert desk.call(call).queue_id == SUPPORT.id
    treatment = desk.call(call).treatment
    assert treatment is not None
    assert (treatment.head_start_s, treatment.needs_dropped) == (60.0, True)
    agent = desk.agent(SUPPORT)
    assert desk.call(call).agent_id == agent, "with a head start, before who came earlier"
    shown = view.desk(desk.floor, desk.floor.agents[agent], epoch=1, seq=1, now=desk.now, media=None)
    assert [one["rule"] for one in shown["interaction"]["routed"]["rules"]] == ["VIP", "tajik"]
    assert shown["interaction"]["routed"]["dropped"] is True


def test_a_full_queue_is_led_to_by_no_rule() -> None:
    desk = Desk(VIP_RULE, vip=queue(2, max_length=1))
    calls = [desk.arrives() for _ in range(2)]
    for call in calls:
        desk.known(call, vip=True)
    assert [desk.call(call).queue_id for call in calls] == [VIP.id, SUPPORT.id]


def test_skills_of_a_rule_are_asked_for_where_somebody_has_them() -> None:
    desk = Desk(TAJIK)
    desk.agent(SUPPORT)
    able = desk.agent(SUPPORT, skills=(("tajik", 3),))
    call = desk.arrives()
    desk.known(call, language="tg")
    assert desk.call(call).agent_id == able
    again = desk.arrives()
    desk.known(again, language="tg")
    desk.passes(60)
    assert desk.call(again).phase == "queued", "who could have it is busy, and the other speaks no Tajik"


def test_the_last_agent_is_waited_for_while_they_are_there() -> None:
    desk = Desk(last_agent_s=20)
    last, other = desk.agent(SUPPORT), desk.agent(SUPPORT)
    busy = desk.arrives()
    desk.known(busy, last_agent=last)
    assert desk.call(busy).agent_id == last
    why = desk.call(busy).why
    assert why is not None
    assert (why.by, why.preferred) == ("preferred", "last_agent")
    desk.answers(busy)
    call = desk.arrives()
    desk.known(call, last_agent=last)
    desk.passes(19)
    assert desk.call(call).phase == "queued"
    desk.passes(2)
    assert desk.call(call).agent_id == other
    desk.answers(call)

    resting = desk.agent(SUPPORT)
    presence.choose_state(desk.floor, desk.now, desk.floor.agents[resting], "break", "lunch")
    free = desk.agent(SUPPORT)
    third = desk.arrives()
    desk.known(third, last_agent=resting)
    assert desk.call(third).agent_id == free, "who is on a break is waited for by nobody"


def test_who_did_not_take_the_caller_is_not_waited_for_again() -> None:
    desk = Desk(last_agent_s=600)
    last = desk.agent(SUPPORT)
    call = desk.arrives()
    desk.known(call, last_agent=last)
    other = desk.agent(SUPPORT)
    desk.passes(26)
    assert desk.floor.agents[last].state == "not_answering"
    assert desk.call(call).agent_id == other


def test_whom_a_colleague_passed_on_no_rule_leads_elsewhere() -> None:
    desk = Desk(last_agent_s=60)
    first = desk.agent(SUPPORT)
    call = desk.arrives()
    desk.known(call, vip=True, last_agent=first)
    desk.answers(call)
    desk.rules(VIP_RULE, last_agent_s=60)
    agent = desk.floor.agents[first]
    to = transfers.Destination("queue", SUPPORT.id)
    transfers.transfer(desk.floor, desk.now, agent, desk.call(call), to)
    assert desk.call(call).queue_id == SUPPORT.id
    treatment = desk.call(call).treatment
    assert treatment is not None
    assert (treatment.head_start_s, treatment.preferred) == (60.0, ())


def test_new_rules_hold_for_those_who_wait() -> None:
    desk = Desk(VIP_RULE)
    call = desk.arrives()
    desk.known(call, vip=True)
    desk.rules()
    assert desk.call(call).treatment is None
    [changed] = desk.said("calls.treatment_changed.v1")
    assert changed.data["routed"] is None
    desk.rules()
    assert len(desk.said("calls.treatment_changed.v1")) == 1


@pytest.mark.parametrize("recognised", [True, False])
def test_a_successor_treats_alike(recognised: bool) -> None:
    """Also one who takes over while it is being asked who calls: then nobody answers any more."""
    desk = Desk(VIP_RULE, last_agent_s=30)
    last = desk.agent(VIP, ready=False)
    call = desk.arrives()
    if recognised:
        desk.known(call, vip=True, last_agent=last)
    successor = Desk(VIP_RULE, last_agent_s=30)
    successor.now = desk.now
    for agent in desk.floor.agents.values():
        successor.floor.put_agent(msgspec.convert(msgspec.to_builtins(agent), Agent))
    for one in desk.floor.calls.values():
        successor.floor.put_call(msgspec.json.decode(msgspec.json.encode(one), type=Call))
    assert successor.call(call) == desk.call(call)
    successor.passes(1)
    assert successor.call(call).phase == "queued"
    assert successor.call(call).queue_id == (VIP.id if recognised else SUPPORT.id)
    assert successor.now > desk.now + timedelta(seconds=0.5)


def test_who_was_led_on_by_an_overflow_is_not_led_back_by_a_rule() -> None:
    back = Overflow("no_agents", "queue", to=str(SUPPORT.id))
    desk = Desk(VIP_RULE, vip=queue(2, overflow=(back,)))
    call = desk.arrives()
    desk.known(call, vip=True)
    assert (desk.call(call).phase, desk.call(call).queue_id) == ("queued", SUPPORT.id)
    assert desk.call(call).led.queues == (VIP.id,)
    treatment = desk.call(call).treatment
    assert treatment is not None
    assert treatment.head_start_s == 60.0


def test_a_queue_that_is_closed_and_leads_nowhere_is_led_to_by_no_rule() -> None:
    desk = Desk(VIP_RULE, vip=queue(2, opening=Opening(open_before=False)))
    call = desk.arrives()
    desk.known(call, vip=True)
    assert (desk.call(call).phase, desk.call(call).queue_id) == ("queued", SUPPORT.id)


def test_whom_a_closed_queue_sent_on_no_rule_leads_back() -> None:
    """VIP goes to its own queue by rule; that is closed and leads to support: there they stay."""
    shut = queue(
        2, opening=Opening(open_before=False), overflow=(Overflow("closed", "queue", to=str(SUPPORT.id)),)
    )
    desk = Desk(VIP_RULE, vip=shut)
    call = desk.arrives()
    arrivals.caller_known(desk.floor, desk.now, call, Known(CallerProfile(vip=True)))
    assert (desk.floor.calls[call].queue_id, desk.floor.calls[call].phase) == (SUPPORT.id, "queued")
    [led] = desk.said("calls.call_overflowed.v1")
    assert led.data["to_queue"] == SUPPORT.name


@pytest.mark.parametrize("vip", [True, False])
def test_who_meets_a_full_queue_is_turned_away_only_when_no_rule_leads_elsewhere(vip: bool) -> None:
    """Who it is, is known a moment after they called."""
    desk = Desk(VIP_RULE, support=queue(1, max_length=1))
    waits, call = desk.arrives(), desk.arrives()
    arrivals.caller_known(desk.floor, desk.now, waits, Known())
    assert desk.floor.calls[waits].phase == "queued"
    late = desk.arrives()
    for one in (call, late):
        arrivals.caller_known(desk.floor, desk.now, one, Known(CallerProfile(vip=vip)))
        found = desk.floor.calls[one]
        if vip:
            assert (found.phase, found.queue_id) == ("queued", VIP.id)
        else:
            assert found.refusal == "queue_full"
    assert len(desk.floor.waiting_in(SUPPORT.id)) == 1
