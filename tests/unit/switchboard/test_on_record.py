"""What is kept of how callers came into their first queue: rules that are asked again say what they said then."""

from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.support.shift import Shift, queue
from tests.unit.routing.test_treatment import LINE, documents, profiles

from ovoz.contact_center.callers.contracts import CallerProfile, OnRecord, RoutingRule, RoutingRules, RuleWhen
from ovoz.contact_center.callers.contracts import RuleThen as Then
from ovoz.contact_center.routing.contracts import EVERYONE, Ring, Terms
from ovoz.contact_center.routing.rules.recorded import Contact
from ovoz.contact_center.routing.rules.recorded_callers import RecordedDay, queue_of, treatments
from ovoz.contact_center.switchboard.state import arrivals, transfers
from ovoz.contact_center.switchboard.state.call import Caller, Known
from ovoz.contact_center.switchboard.state.routing import Routing
from ovoz.contact_center.switchboard.state.rules import EntryPoint
from ovoz.contact_center.switchboard.state.treating import change_rules

SUPPORT, VIP = queue(1), queue(2)
CODES = {"support": SUPPORT.id, "vip": VIP.id}
TERMS = {
    code: Terms(code, "voice", 20.0, (Ring(0.0, (), frozenset({EVERYONE})),)) for code in ("support", "vip")
}
ENTRY = EntryPoint(UUID(int=800), LINE, "line", SUPPORT.id, ())


class Desk(Shift):
    """Somebody is there who has every skill, and the rules hold."""

    def __init__(self, rules: RoutingRules) -> None:
        super().__init__(SUPPORT, VIP)
        self.agent(SUPPORT, VIP, ready=False, skills=(("tajik", 5), ("tariffs", 5)))
        self.floor.entry_points = {ENTRY.id: ENTRY}
        change_rules(self.floor, self.now, Routing(rules, CODES))

    def arrives(self, *, greeted: bool = False) -> UUID:
        id_ = self.id()
        arrivals.caller_arrived(
            self.floor,
            self.now,
            interaction_id=id_,
            node="node-1",
            channel=f"caller-{id_.int}",
            sip_call_id="",
            caller=Caller("+992900000101"),
            entry=msgspec.structs.replace(ENTRY, greeting=("hello",) if greeted else ()),
            recognising=self.floor.routing.rules.asks_for_caller,
        )
        return id_

    def hears_the_greeting(self, call: UUID) -> None:
        arrivals.playback_finished(self.floor, self.now, f"{call.hex}:greeting")

    def known(self, call: UUID, known: Known | None) -> None:
        arrivals.caller_known(self.floor, self.now, call, known)

    def kept(self) -> dict[UUID, OnRecord]:
        """As it comes out of the history: the later fact counts."""
        self.said("")
        found: dict[UUID, OnRecord] = {}
        for fact in self.facts:
            if "known" in fact.data:
                assert fact.interaction_id is not None
                found[fact.interaction_id] = msgspec.convert(through_json(fact.data["known"]), OnRecord)
        return found

    def contact(self, call: UUID) -> Contact:
        now = self.floor.calls[call]
        code = next(code for code, id_ in CODES.items() if id_ == now.queue_id)
        return Contact(call, code, 0.0, 1.0, None, now.entry_number)


def through_json(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


knowledge = st.none() | st.builds(Known, profiles, st.sampled_from([None, UUID(int=1)]))


@given(documents, st.lists(st.tuples(knowledge, st.booleans(), st.booleans()), min_size=1, max_size=4))
def test_the_rules_of_the_day_say_again_what_they_said(
    rules: RoutingRules, callers: list[tuple[Known | None, bool, bool]]
) -> None:
    """Whether the answer comes in the greeting, before a queue, after its time, or where no rule asks for it."""
    desk = Desk(rules)
    for known, greeted, late in callers:
        call = desk.arrives(greeted=greeted)
        if late:
            desk.passes(1)
        desk.known(call, known)
        if greeted:
            desk.hears_the_greeting(call)
    queued = desk.said("calls.call_queued.v1")
    assert len(queued) == len(callers)
    contacts = [desk.contact(fact.interaction_id) for fact in queued if fact.interaction_id is not None]
    day = RecordedDay(contacts, desk.kept(), (), {}, TERMS, {})
    for fact, contact, again in zip(queued, contacts, treatments(day, rules), strict=True):
        routed = fact.data["routed"] or {"rules": []}
        assert through_json(again.applied) == through_json(routed["rules"])
        assert queue_of(contact, day.known[contact.id], again, TERMS) == contact.queue


@given(documents, knowledge)
def test_another_draft_treats_as_the_switchboard_would_have(draft: RoutingRules, known: Known | None) -> None:
    """Also where the rules of the day asked nobody who calls."""
    of_the_day, other_day = Desk(RoutingRules()), Desk(draft)
    call, other = of_the_day.arrives(), other_day.arrives()
    of_the_day.known(call, known)
    other_day.known(other, known)
    contact = of_the_day.contact(call)
    day = RecordedDay([contact], of_the_day.kept(), (), {}, TERMS, {})
    [again] = treatments(day, draft)
    assert queue_of(contact, day.known[call], again, TERMS) == other_day.contact(other).queue
    treatment = other_day.floor.calls[other].treatment
    if treatment is not None:
        assert again.applied == treatment.applied
        assert (again.head_start_s, again.target_s) == (treatment.head_start_s, treatment.target_s)
        assert again.needs == treatment.needs or treatment.needs_dropped
    else:
        assert not again.applied


def test_little_is_kept_and_once() -> None:
    desk = Desk(RoutingRules((RoutingRule("VIP", RuleWhen(vip=True), Then(queue="vip")),)))
    call, stranger = desk.arrives(), desk.arrives()
    desk.known(call, Known(CallerProfile(vip=True, region="Sughd"), UUID(int=7)))
    desk.known(stranger, Known())
    desk.passes(1)
    nobody = desk.arrives()
    desk.passes(1)
    desk.known(nobody, Known(CallerProfile(vip=True)))
    kept = {fact.interaction_id: fact.data["known"] for fact in desk.said("calls.call_queued.v1")}
    assert kept == {
        call: {
            "queue": "support",
            "led_to": "vip",
            "profile": {"vip": True, "region": "Sughd"},
            "last_agent": str(UUID(int=7)),
        },
        stranger: {"queue": "support", "profile": {}},
        nobody: {"queue": "support"},
    }
    assert not desk.said("calls.caller_recognised.v1"), (
        "who came late was treated as unknown, and stays so here"
    )


def test_who_is_passed_on_is_not_met_again() -> None:
    desk = Desk(RoutingRules())
    [agent] = desk.floor.agents
    call = desk.arrives()
    desk.known(call, Known(CallerProfile(vip=True)))
    assert [fact.data["known"] for fact in desk.said("calls.caller_recognised.v1")] == [
        {"queue": "support", "profile": {"vip": True}}
    ], "no rule waited for it"
    desk.choose(agent, "ready")
    desk.answers(call)
    to = transfers.Destination("queue", VIP.id)
    transfers.transfer(desk.floor, desk.now, desk.floor.agents[agent], desk.floor.calls[call], to)
    queued = desk.said("calls.call_queued.v1")
    assert ["known" in fact.data for fact in queued] == [True, False]
