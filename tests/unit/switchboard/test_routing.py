"""The floor and the routing engine: who is given what, why, and that a successor goes on alike."""

import msgspec
import pytest
from tests.support.shift import Shift, queue

from ovoz.contact_center.routing.contracts import Need, Reason, Ring, Waiting, members_group
from ovoz.contact_center.switchboard.state import view
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.floor import replace


def test_the_reason_stands_in_the_fact_and_at_the_desk() -> None:
    support = queue(1)
    shift = Shift(support)
    call = shift.calls(support)
    shift.passes(30)
    agent = shift.agent(support)
    (offered,) = shift.said("calls.call_offered.v1")
    why = msgspec.convert(offered.data["why"], Reason)
    assert (why.by, why.ring, why.agents_free, why.waited_s) == ("longest_relative_wait", 0, 1, 30.0)
    assert why.relative_wait == pytest.approx(1.5)
    desk = view.desk(shift.floor, shift.floor.agents[agent], epoch=1, seq=1, now=shift.now, media=None)
    assert desk["interaction"]["id"] == str(call)
    assert msgspec.convert(desk["interaction"]["why"], Reason) == why


def test_an_announcement_keeps_why_the_caller_still_waits() -> None:
    support = queue(1)
    shift = Shift(support)
    busy, resting = shift.agent(support), shift.agent(support)
    shift.choose(resting, "break")
    shift.answers(shift.calls(support))
    shift.calls(support)
    shift.agent(ready=True)
    shift.passes(10)
    (announced,) = shift.said("calls.position_announced.v1")
    why = msgspec.convert(announced.data["why"], Waiting)
    assert (why.agents_busy, why.agents_unavailable, why.agents_never, why.ahead) == (1, 1, 1, 0)
    assert shift.floor.agents[busy].state == "talking"


def test_a_queue_reaches_more_agents_as_time_passes() -> None:
    """Level 4 at first, any level after 20 s, colleagues of another queue after 40 s: by time alone."""
    other = queue(2)
    members, colleagues = (
        frozenset({members_group(str(queue(1).id))}),
        frozenset({members_group(str(other.id))}),
    )
    rings = (
        Ring(0.0, (Need("internet", 4),), members),
        Ring(20.0, (Need("internet", 1),), members),
        Ring(40.0, (), colleagues),
    )
    support = queue(1, rings=rings)
    for skills, groups, expected in (
        ((("internet", 4),), support, 0.0),
        ((("internet", 2),), support, 20.0),
        ((), other, 40.0),
    ):
        shift = Shift(support, other)
        shift.agent(groups, skills=skills)
        call = shift.calls(support)
        if expected:
            shift.passes(expected - 0.5)
            assert shift.floor.calls[call].phase == "queued"
            shift.passes(0.5)
        assert shift.floor.calls[call].phase == "offered"
        why = shift.floor.calls[call].why
        assert why is not None
        assert why.waited_s == pytest.approx(expected)


def test_work_is_shared_by_who_has_had_least() -> None:
    """The next call goes to who has had less work, however short they have been free."""
    support = queue(1)
    shift = Shift(support)
    first = shift.agent(support)
    second = shift.agent(support, ready=False)
    long = shift.calls(support)
    shift.answers(long)
    shift.choose(second, "ready")
    shift.passes(300)
    shift.finishes(long)
    short = shift.calls(support)
    assert shift.floor.calls[short].agent_id == second
    shift.answers(short)
    shift.passes(30)
    shift.finishes(short)
    shift.passes(60)
    third = shift.calls(support)
    assert shift.floor.calls[third].agent_id == second, "30 s of work against 300 s"
    assert shift.floor.agents[first].worked_s == 300


def test_a_break_is_neither_work_nor_idleness() -> None:
    """Who comes back from an hour's break has nothing to make up for."""
    support = queue(1)
    shift = Shift(support)
    resting = shift.agent(support)
    working = shift.agent(support)
    shift.choose(resting, "break")
    for _ in range(10):
        call = shift.calls(support)
        assert shift.floor.calls[call].agent_id == working
        shift.answers(call)
        shift.passes(300)
        shift.finishes(call)
        shift.passes(60)
    before = shift.floor.agents[resting].on_duty_since
    assert before is not None
    shift.choose(resting, "ready")
    agent = shift.floor.agents[resting]
    assert agent.on_duty_since == shift.now
    assert agent.worked_s == 0
    assert shift.floor.agents[working].worked_s == 3000


def test_a_successor_goes_on_alike() -> None:
    """Rebuilt from what the journal kept, a floor gives the same calls to the same agents for the same reasons."""
    support, premium = queue(1), queue(2, priority=100)
    shift = Shift(support, premium)
    agents = [shift.agent(support, premium, ready=False) for _ in range(3)]
    for number in range(6):
        shift.calls(premium if number % 3 == 2 else support)
        shift.passes(3)
    shift.floor.take_step()

    successor = Shift(support, premium)
    successor.now, successor._ids = shift.now, shift._ids
    for agent in shift.floor.agents.values():
        successor.floor.put_agent(msgspec.convert(msgspec.to_builtins(agent), Agent))
    for call in shift.floor.calls.values():
        successor.floor.put_call(msgspec.convert(msgspec.to_builtins(call), Call))
    for each in (shift, successor):
        for agent_id in agents:
            each.choose(agent_id, "ready")
            each.passes(1)
    given = [
        {call.id: (call.agent_id, call.why) for call in each.floor.calls.values()}
        for each in (shift, successor)
    ]
    assert given[0] == given[1]
    assert sum(agent is not None for agent, _ in given[0].values()) == 3
    assert {call.queue_id for call in shift.floor.calls.values() if call.agent_id == agents[0]} == {
        premium.id
    }


def test_a_wait_is_announced_once_its_error_is_known() -> None:
    """One caller is taken every 40 s: after twenty of them the estimate has proven itself, and is said in minutes."""
    support = queue(1)
    shift = Shift(support)
    agent = shift.agent(support)
    waiting = [shift.calls(support)]
    for _ in range(30):
        for _ in range(3 - len(waiting)):
            waiting.append(shift.calls(support))
        talking = waiting.pop(0)
        assert shift.floor.calls[talking].agent_id == agent
        shift.answers(talking)
        shift.passes(40)
        shift.finishes(talking)
    told = [
        (fact.data["minutes"], fact.data["error_s"]) for fact in shift.said("calls.position_announced.v1")
    ]
    assert told[0] == (None, None), "nothing is said while nothing is known"
    assert all(error is not None and error <= 60 for minutes, error in told if minutes is not None)
    assert [minutes for minutes, _ in told][-1] in (1, 2)
    quiet = Shift(replace(support, announces_position=False, announces_wait=False))
    quiet.calls(support)
    quiet.passes(300)
    assert quiet.said("calls.position_announced.v1") == []


def test_nobody_is_woken_for_a_match_that_may_not_be_made() -> None:
    """Postgres is away, a caller waits, an agent is ready: the next deadline lies ahead."""
    support = queue(1)
    shift = Shift(support)
    call = shift.calls(support)
    shift.floor.intents_allowed = False
    agent = shift.agent(support)
    due = shift.floor.next_due(shift.now)
    assert due is not None
    assert due > shift.now
    shift.passes(60)
    assert shift.floor.calls[call].phase == "queued"
    shift.floor.intents_allowed = True
    shift.floor.match(shift.now)
    assert shift.floor.calls[call].agent_id == agent
