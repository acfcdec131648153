"""Opening hours on the floor: who comes when it is closed, who waits when it closes, and what a successor finds."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from tests.support.shift import START, Shift, queue

from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.errors import TargetNotFree
from ovoz.contact_center.switchboard.state import arrivals, conversation, transfers, view
from ovoz.contact_center.switchboard.state.actions import HangUp, Play
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.floor import replace
from ovoz.contact_center.switchboard.state.opening import Opening
from ovoz.contact_center.switchboard.state.rules import QueueRules
from ovoz.contact_center.switchboard.state.transfers import Destination

SHUT = Opening(open_before=False)


def call_of(shift: Shift, id_: UUID) -> Call:
    return shift.floor.calls[id_]


def test_a_closed_queue_says_so_and_lets_go() -> None:
    support = queue(1, opening=SHUT)
    shift = Shift(support)
    shift.agent(support)
    call = shift.calls(support)
    step = shift.floor.take_step()
    assert [action.media for action in step.now if isinstance(action, Play)] == [arrivals.CLOSED_PROMPTS]
    assert not any(fact.type == "calls.call_queued.v1" for fact in step.facts)
    assert call_of(shift, call).queued_at is None, "they have never been in line"
    playing = call_of(shift, call).playing
    assert playing is not None
    arrivals.playback_finished(shift.floor, shift.now, playing)
    assert (call_of(shift, call).phase, call_of(shift, call).end_reason) == ("closed", "closed")
    assert any(isinstance(action, HangUp) for action in shift.floor.take_step().now)


def test_nobody_is_greeted_who_is_let_go_at_once() -> None:
    support, night = queue(1, opening=SHUT), queue(2)
    shift = Shift(support, night)

    def first_heard(called: QueueRules) -> tuple[str, ...]:
        shift.calls(called, greeting=("hello",))
        return next(action.media for action in shift.floor.take_step().now if isinstance(action, Play))

    assert first_heard(support) == arrivals.CLOSED_PROMPTS
    assert first_heard(night) == ("sound:hello",)
    led = replace(support, overflow=(Overflow("closed", "queue", to=str(night.id), place=0),))
    shift.floor.change_queues([led])
    assert first_heard(led) == ("sound:hello",)


def test_it_opens_and_closes_at_the_moment_that_was_known_before() -> None:
    turns = (START + timedelta(seconds=60), START + timedelta(seconds=120))
    support = queue(1, opening=Opening(False, turns))
    shift = Shift(support)
    for wait, phase in ((0, "greeting"), (59, "greeting"), (1, "queued"), (59, "queued"), (1, "greeting")):
        shift.passes(wait)
        assert call_of(shift, shift.calls(support)).phase == phase, shift.now


def test_who_waits_when_it_closes_is_served_as_long_as_somebody_is_there() -> None:
    support = queue(1, opening=Opening(True, (START + timedelta(seconds=60),)))
    shift = Shift(support)
    agent = shift.agent(support)
    busy = shift.calls(support)
    shift.answers(busy)
    waiting = shift.calls(support)
    shift.passes(70)
    assert call_of(shift, shift.calls(support)).refusal == "closed", "who comes now is too late"
    assert call_of(shift, waiting).phase == "queued"
    shift.finishes(busy)
    assert call_of(shift, waiting).agent_id == agent
    leg = call_of(shift, waiting).agent_leg
    assert leg is not None
    conversation.leg_ended(shift.floor, shift.now, leg, 19)
    shift.passes(1)
    assert call_of(shift, waiting).phase == "queued", "not answering, and still there"
    shift.choose(agent, "offline")
    shift.passes(0)
    assert call_of(shift, waiting).refusal == "closed", "nobody is left"


def test_who_waits_where_nobody_is_left_when_it_closes_is_told_at_once() -> None:
    support = queue(1, opening=Opening(False, (START + timedelta(seconds=30), START + timedelta(seconds=90))))
    shift = Shift(support)
    shift.passes(30)
    waiting = shift.calls(support)
    shift.passes(59)
    assert call_of(shift, waiting).phase == "queued"
    shift.passes(1)
    assert (call_of(shift, waiting).phase, call_of(shift, waiting).refusal) == ("greeting", "closed")


def test_new_hours_hold_for_who_waits_already() -> None:
    support = queue(1)
    shift = Shift(support)
    waiting = shift.calls(support)
    shift.floor.change_queues([replace(support, opening=SHUT)])
    shift.passes(0)
    assert call_of(shift, waiting).refusal == "closed"


def test_nobody_is_passed_on_to_a_closed_queue() -> None:
    support, shut = queue(1), queue(2, opening=SHUT)
    shift = Shift(support, shut)
    agent = shift.agent(support)
    call = shift.calls(support)
    shift.answers(call)
    before = call_of(shift, call)
    with pytest.raises(TargetNotFree) as refused:
        transfers.transfer(
            shift.floor, shift.now, shift.floor.agents[agent], before, Destination("queue", shut.id)
        )
    assert refused.value.members["state"] == "queue_closed"
    assert call_of(shift, call) == before


def test_a_closed_queue_takes_whom_its_rules_lead_on() -> None:
    night = queue(3)
    shut = queue(2, opening=SHUT, overflow=(Overflow("closed", "queue", to=str(night.id), place=0),))
    shift = Shift(queue(1), shut, night)
    agent = shift.agent(queue(1))
    call = shift.calls(queue(1))
    shift.answers(call)
    transfers.transfer(
        shift.floor, shift.now, shift.floor.agents[agent], call_of(shift, call), Destination("queue", shut.id)
    )
    assert (call_of(shift, call).queue_id, call_of(shift, call).phase) == (night.id, "queued")
    told = [fact.type for fact in shift.floor.take_step().facts]
    assert told.index("calls.call_transferred.v1") < told.index("calls.call_overflowed.v1")


def test_desks_are_told_when_a_queue_turns_and_when_it_is_set_anew() -> None:
    support = queue(1, opening=Opening(True, (START + timedelta(seconds=60),)))
    shift = Shift(support)
    shift.floor.take_step()
    shift.passes(59)
    assert not shift.floor.take_step().queues
    [figures] = view.queues(shift.floor, shift.now)
    assert (figures["open"], figures["turns_at"]) == (True, "2026-11-25T08:01:00Z")
    shift.passes(1)
    step = shift.floor.take_step()
    assert (step.queues, step.empty, step.facts) == (True, False, [])
    [figures] = view.queues(shift.floor, shift.now)
    assert (figures["open"], figures["turns_at"]) == (False, None)
    shift.floor.change_queues([support])
    assert not shift.floor.take_step().queues
    shift.floor.change_queues([replace(support, opening=Opening())])
    assert shift.floor.take_step().queues


def test_a_successor_finds_a_queue_that_has_closed_meanwhile() -> None:
    support = queue(1, opening=Opening(True, (START + timedelta(seconds=60),)))
    shift = Shift(support)
    call = shift.calls(support)
    successor = Shift(replace(support, opening=SHUT))
    successor.now, successor._ids = shift.now + timedelta(seconds=90), shift._ids
    successor.floor.put_call(msgspec.convert(msgspec.to_builtins(call_of(shift, call)), Call))
    successor.floor.look_at_waiting()
    successor.passes(0)
    assert call_of(successor, call).refusal == "closed"
