"""Breaks on the floor: limits, places, wishes and the word of a supervisor, in whatever order they meet."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from ovoz.contact_center.switchboard.errors import BreakFull, NotPossibleNow
from ovoz.contact_center.switchboard.state import arrivals, breaks, conversation, presence, recovery, view
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Caller
from ovoz.contact_center.switchboard.state.facts import Fact
from ovoz.contact_center.switchboard.state.floor import Floor
from ovoz.contact_center.switchboard.state.rules import BreakRules, QueueRules

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
QUEUE = UUID(int=1)
BOSS = UUID(int=99)
RULES = (
    BreakRules("tea", limit_s=600),
    BreakRules("lunch", limit_s=1800, at_once=1),
    BreakRules("study", needs_approval=True),
    BreakRules("doctor", limit_s=3600, needs_approval=True, at_once=1),
)


class Shift:
    """A floor with three agents who are ready, and a clock."""

    def __init__(self) -> None:
        dice = random.Random(5)
        self.now = NOW
        self.facts: list[Fact] = []
        queue = QueueRules(QUEUE, "queue", 0, 10, 120, 20, 30, 30, recorded=False)
        self.floor = Floor("a" * 12, [queue], new_id=lambda: UUID(int=dice.getrandbits(128), version=4))
        breaks.change_breaks(self.floor, NOW, RULES)
        for number in range(3):
            presence.agent_known(
                self.floor,
                NOW,
                agent_id=UUID(int=10 + number),
                name=f"agent {number}",
                endpoint=f"e{number}",
                queues=(QUEUE,),
            )
            presence.phone_registered(self.floor, NOW, f"e{number}")
            self.choose(number, "ready")

    def agent(self, number: int = 0) -> Agent:
        return self.floor.agents[UUID(int=10 + number)]

    def choose(self, number: int, state: str, reason: str | None = None) -> Agent:
        presence.choose_state(self.floor, self.now, self.agent(number), state, reason)  # type: ignore[arg-type]
        self.facts.extend(self.floor.take_step().facts)
        return self.agent(number)

    def decide(self, number: int = 0, *, approved: bool = True, wish_id: UUID | None = None) -> Agent:
        wish = self.agent(number).wish
        breaks.decide(
            self.floor,
            self.now,
            self.agent(number),
            wish_id or (wish.id if wish else UUID(int=0)),
            approved=approved,
            note="После часа пик",
            by=BOSS,
            by_name="Фарида",
        )
        self.facts.extend(self.floor.take_step().facts)
        return self.agent(number)

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        recovery.time_passed(self.floor, self.now)
        self.facts.extend(self.floor.take_step().facts)

    def call_arrives(self) -> UUID:
        """It is given to the agent who is idle longest: the first."""
        call = arrivals.caller_arrived(
            self.floor,
            self.now,
            interaction_id=self.floor.new_id(),
            node="n",
            channel=f"c-{len(self.facts)}",
            sip_call_id="",
            caller=Caller("+992900000101"),
            entry=arrivals.EntryPoint(UUID(int=2), "+992446000100", "line", QUEUE),
        )
        self.facts.extend(self.floor.take_step().facts)
        return call.id

    def told(self, type_: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.type == f"agents.{type_}.v1"]

    def succeed(self) -> None:
        """A successor adopts the agents as the journal has them."""
        kept = [msgspec.to_builtins(agent) for agent in self.floor.agents.values()]
        successor = Floor("a" * 12, self.floor.queues.values(), new_id=self.floor.new_id)
        for agent in kept:
            successor.put_agent(msgspec.convert(agent, Agent))
        breaks.change_breaks(successor, self.now, RULES)
        self.floor = successor


@pytest.fixture
def shift() -> Shift:
    return Shift()


def test_a_break_without_a_word_begins_at_once_with_its_limit(shift: Shift) -> None:
    agent = shift.choose(0, "break", "tea")
    assert (agent.state, agent.reason, agent.wish) == ("break", "tea", None)
    assert agent.break_until == NOW + timedelta(seconds=600)


@pytest.mark.parametrize("reason", ["nap", None])
def test_what_is_no_reason_is_refused(shift: Shift, reason: str | None) -> None:
    with pytest.raises(NotPossibleNow):
        shift.choose(0, "break", reason)
    assert shift.agent().state == "ready"


def test_a_break_over_its_limit_is_said_once_and_seen_until_it_ends(shift: Shift) -> None:
    shift.choose(0, "break", "tea")
    shift.passes(599)
    assert not shift.agent().break_over
    for _ in range(3):
        shift.passes(1)
    [fact] = shift.told("break_over_limit")
    assert (fact.at, fact.data) == (NOW + timedelta(seconds=600), {"reason": "tea", "limit_s": 600})
    assert shift.agent().break_over
    back = shift.choose(0, "ready")
    assert (back.break_over, back.break_until) == (False, None)


def test_the_limit_counts_after_a_take_over(shift: Shift) -> None:
    shift.choose(0, "break", "tea")
    shift.succeed()
    shift.passes(601)
    assert len(shift.told("break_over_limit")) == 1
    shift.succeed()
    shift.passes(601)
    assert len(shift.told("break_over_limit")) == 1


def test_a_break_that_needs_a_word_waits_and_changes_nothing_else(shift: Shift) -> None:
    agent = shift.choose(0, "break", "study")
    assert (agent.state, agent.next) == ("ready", None)
    assert agent.wish is not None
    assert (agent.wish.reason, agent.wish.asked_at) == ("study", NOW)
    assert agent.wish.until == NOW + timedelta(minutes=15)
    assert agent.assignable


def test_asking_again_for_the_same_keeps_the_place_in_the_line(shift: Shift) -> None:
    first = shift.choose(0, "break", "study").wish
    shift.passes(60)
    assert shift.choose(0, "break", "study").wish == first
    other = shift.choose(0, "break", "doctor").wish
    assert other is not None
    assert other.reason == "doctor"
    assert [fact.data["outcome"] for fact in shift.told("break_wish_ended")] == ["withdrawn"]


def test_an_approved_wish_begins_the_break(shift: Shift) -> None:
    shift.choose(0, "break", "doctor")
    shift.passes(30)
    agent = shift.decide()
    assert (agent.state, agent.reason, agent.wish, agent.answer) == ("break", "doctor", None, None)
    assert agent.break_until == shift.now + timedelta(hours=1)
    [ended] = shift.told("break_wish_ended")
    assert ended.data["outcome"] == "approved"
    assert ended.data["waited_s"] == 30
    assert ended.data["decided_by"] == str(BOSS)


def test_a_denied_wish_leaves_the_state_and_the_note(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    agent = shift.decide(approved=False)
    assert (agent.state, agent.wish) == ("ready", None)
    assert agent.answer is not None
    assert (agent.answer.outcome, agent.answer.note, agent.answer.by_name) == (
        "denied",
        "После часа пик",
        "Фарида",
    )
    assert shift.choose(0, "break", "study").wish is not None, "one may ask again"
    assert shift.agent().answer is None


def test_a_wish_that_nobody_answers_lapses_and_cannot_be_decided_any_more(shift: Shift) -> None:
    wish = shift.choose(0, "break", "study").wish
    assert wish is not None
    shift.passes(899)
    assert shift.agent().wish is not None
    shift.passes(1)
    agent = shift.agent()
    assert agent.wish is None
    assert agent.answer is not None
    assert agent.answer.outcome == "lapsed"
    with pytest.raises(NotPossibleNow):
        shift.decide(wish_id=wish.id)


def test_a_wish_lapses_after_a_take_over_too(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    shift.succeed()
    shift.passes(900)
    assert [fact.data["outcome"] for fact in shift.told("break_wish_ended")] == ["lapsed"]


def test_approved_and_withdrawn_at_the_same_time_the_first_one_counts(shift: Shift) -> None:
    wish = shift.choose(0, "break", "study").wish
    assert wish is not None
    breaks.withdraw(shift.floor, shift.now, shift.agent())
    assert (shift.agent().wish, shift.agent().answer) == (None, None)
    with pytest.raises(NotPossibleNow):
        shift.decide(wish_id=wish.id)
    assert shift.agent().state == "ready"
    shift.choose(0, "break", "study")
    with pytest.raises(NotPossibleNow):
        shift.decide(wish_id=wish.id)
    shift.decide()
    with pytest.raises(NotPossibleNow):
        breaks.withdraw(shift.floor, shift.now, shift.agent())
    assert shift.agent().state == "break"


def test_approved_while_it_rings_or_during_a_call_the_break_follows(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    call_id = shift.call_arrives()
    agent = shift.decide()
    assert agent.state == "ringing"
    assert agent.next is not None
    assert (agent.next.state, agent.next.reason) == ("break", "study")
    leg = shift.floor.calls[call_id].agent_leg
    assert leg is not None
    conversation.leg_answered(shift.floor, shift.now, leg)
    conversation.hang_up(shift.floor, shift.now, shift.agent(), shift.floor.calls[call_id])
    shift.passes(31)
    assert (shift.agent().state, shift.agent().reason) == ("break", "study")
    assert shift.agent().answer is None


def test_what_was_approved_can_still_be_taken_when_the_call_was_missed(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    shift.call_arrives()
    shift.decide()
    shift.passes(26)
    assert (shift.agent().state, shift.agent().next) == ("not_answering", None)
    agent = shift.choose(0, "break", "study")
    assert (agent.state, agent.wish) == ("break", None)
    shift.choose(0, "ready")
    assert shift.choose(0, "break", "study").wish is not None, "a word counts for one break"


def test_who_goes_home_after_the_call_is_not_kept_by_an_approved_break(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    shift.call_arrives()
    shift.choose(0, "offline")
    agent = shift.decide()
    assert agent.next is not None
    assert agent.next.state == "offline"


def test_signing_out_ends_the_wish(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    agent = shift.choose(0, "offline")
    assert (agent.state, agent.wish, agent.answer) == ("offline", None, None)
    assert [fact.data["outcome"] for fact in shift.told("break_wish_ended")] == ["signed_out"]


def test_archiving_the_reason_ends_its_wishes_and_no_break_that_lasts(shift: Shift) -> None:
    shift.choose(0, "break", "study")
    shift.choose(1, "break", "tea")
    archived = [msgspec.structs.replace(rules, archived=rules.code in ("study", "tea")) for rules in RULES]
    breaks.change_breaks(shift.floor, shift.now, archived)
    agent = shift.agent()
    assert agent.wish is None
    assert agent.answer is not None
    assert agent.answer.outcome == "reason_archived"
    assert shift.agent(1).state == "break"
    with pytest.raises(NotPossibleNow):
        shift.choose(2, "break", "tea")


def test_a_full_break_says_when_the_first_one_comes_back(shift: Shift) -> None:
    shift.choose(1, "break", "lunch")
    shift.passes(300)
    with pytest.raises(BreakFull) as refused:
        shift.choose(0, "break", "lunch")
    assert refused.value.members == {"reason": "lunch", "at_once": 1, "back_in_s": 1500}
    [row] = view.breaks(shift.floor, shift.agent().id)[:1]
    assert row["taken"] == 1
    assert row["first_back"]["name"] == "agent 1"
    shift.choose(1, "ready")
    assert shift.choose(0, "break", "lunch").state == "break"


def test_who_goes_after_the_call_holds_a_place(shift: Shift) -> None:
    shift.call_arrives()
    assert shift.agent(0).state == "ringing"
    shift.choose(0, "break", "lunch")
    with pytest.raises(BreakFull):
        shift.choose(1, "break", "lunch")
    shift.choose(0, "ready")
    assert shift.choose(1, "break", "lunch").state == "break"


def test_the_holder_of_the_place_is_not_in_their_own_way(shift: Shift) -> None:
    shift.choose(0, "break", "lunch")
    assert shift.choose(0, "break", "lunch").state == "break"


def test_one_may_wish_for_a_full_break_and_it_is_approved_when_there_is_a_place(shift: Shift) -> None:
    for number in (0, 1):
        shift.choose(number, "break", "doctor")
    shift.decide(0)
    with pytest.raises(BreakFull):
        shift.decide(1)
    assert shift.agent(1).wish is not None
    shift.choose(0, "ready")
    assert shift.decide(1).state == "break"


def test_ready_time_and_work_are_counted_from_signing_in(shift: Shift) -> None:
    shift.passes(100)
    shift.choose(0, "break", "tea")
    shift.passes(50)
    shift.choose(0, "ready")
    shift.passes(10)
    agent = shift.choose(0, "break", "tea")
    assert (agent.ready_s, agent.worked_s, agent.signed_in_at) == (110.0, 0.0, NOW)
    shift.choose(0, "offline")
    shift.passes(500)
    assert shift.choose(0, "ready").ready_s == 0
