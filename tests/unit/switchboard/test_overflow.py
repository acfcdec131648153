"""Opening hours and overflow on the floor: where a caller goes, when, why, and that nobody goes in circles."""

from itertools import pairwise
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.support.shift import START, Shift, queue

from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.state import arrivals, conversation, overflow, transfers
from ovoz.contact_center.switchboard.state.actions import Dial, StartMusic
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.floor import replace
from ovoz.contact_center.switchboard.state.opening import Opening
from ovoz.contact_center.switchboard.state.rules import EntryPoint, QueueRules
from ovoz.contact_center.switchboard.state.transfers import Destination

OUTSIDE = "+992900000555"
SHUT = Opening(open_before=False)
NIGHT = queue(2)


def leads_to(other: QueueRules, when: str, at_least: float | None = None) -> Overflow:
    return Overflow(when, "queue", at_least, str(other.id), 0)  # type: ignore[arg-type]


def call_of(shift: Shift, id_: UUID) -> Call:
    return shift.floor.calls[id_]


def hears_out(shift: Shift, id_: UUID) -> None:
    playing = call_of(shift, id_).playing
    assert playing is not None
    arrivals.playback_finished(shift.floor, shift.now, playing)


def with_line(shift: Shift) -> None:
    """A number of the operator's own, to call from."""
    entry = EntryPoint(UUID(int=77), "+992446000100", "line", NIGHT.id)
    shift.floor.entry_points = {entry.id: entry}


# Overflow as time passes


def test_the_closed_rule_leads_to_another_queue() -> None:
    support = queue(1, opening=SHUT, overflow=(leads_to(NIGHT, "closed"),))
    shift = Shift(support, NIGHT)
    agent = shift.agent(NIGHT)
    call = shift.calls(support)
    assert (call_of(shift, call).agent_id, call_of(shift, call).queue_id) == (agent, NIGHT.id)
    (led,) = shift.said("calls.call_overflowed.v1")
    assert (led.data["queue"], led.data["target"], led.data["to_queue"]) == ("q1", "queue", "q2")
    assert led.data["why"] == {
        "rule": 0,
        "when": "closed",
        "at_least": None,
        "waited_s": 0.0,
        "length": 1,
        "estimated_wait_s": None,
        "agents": 0,
        "open": False,
    }


def test_a_rule_on_waiting_takes_effect_at_its_second_and_keeps_the_time_waited() -> None:
    support = queue(1, overflow=(leads_to(NIGHT, "wait_s", 45),))
    shift = Shift(support, NIGHT)
    shift.agent(support, ready=False)
    call = shift.calls(support)
    shift.passes(20)
    later = shift.calls(NIGHT)
    shift.passes(24.9)
    assert call_of(shift, call).queue_id == support.id
    shift.passes(0.1)
    led = call_of(shift, call)
    assert (led.queue_id, led.phase) == (NIGHT.id, "queued")
    assert (led.queued_at, led.entered_at) == (START, shift.now)
    assert led.segments[-2].outcome == "overflow"
    shift.agent(NIGHT)
    assert call_of(shift, call).phase == "offered", "before who came to this queue earlier and waited less"
    assert call_of(shift, later).phase == "queued"


def test_a_caller_for_whom_it_rings_is_led_on_when_nobody_answered() -> None:
    support = queue(1, overflow=(leads_to(NIGHT, "wait_s", 10),))
    shift = Shift(support, NIGHT)
    shift.agent(support)
    call = shift.calls(support)
    shift.passes(15)
    assert call_of(shift, call).phase == "offered", "a ring is not cut"
    shift.passes(11)
    assert call_of(shift, call).queue_id == NIGHT.id


def test_the_first_rule_that_can_be_followed_counts() -> None:
    full, shut = queue(3, max_length=1), queue(4, opening=SHUT)
    rules = (
        leads_to(full, "wait_s", 10),
        leads_to(shut, "wait_s", 10),
        replace(leads_to(NIGHT, "wait_s", 10), place=2),
    )
    support = queue(1, overflow=rules)
    shift = Shift(support, NIGHT, full, shut)
    shift.calls(full)
    call = shift.calls(support)
    shift.passes(10)
    assert call_of(shift, call).queue_id == NIGHT.id
    (led,) = shift.said("calls.call_overflowed.v1")
    assert led.data["why"]["rule"] == 2


def test_a_rule_that_cannot_be_followed_is_tried_again() -> None:
    full = queue(2, max_length=1)
    support = queue(1, overflow=(leads_to(full, "wait_s", 10),))
    shift = Shift(support, full)
    other = shift.calls(full)
    call = shift.calls(support)
    shift.passes(20)
    assert call_of(shift, call).queue_id == support.id
    conversation.caller_left(shift.floor, shift.now, f"caller-{other.int}", 16)
    shift.passes(overflow.AGAIN_S)
    assert call_of(shift, call).queue_id == full.id


def test_the_length_is_judged_for_who_comes() -> None:
    support = queue(1, overflow=(leads_to(NIGHT, "length", 3),))
    shift = Shift(support, NIGHT)
    calls = [shift.calls(support) for _ in range(4)]
    shift.passes(60)
    assert [call_of(shift, call).queue_id for call in calls] == [support.id] * 2 + [NIGHT.id] * 2


def test_a_full_queue_leads_on_where_a_rule_says_so() -> None:
    support = queue(1, max_length=1, overflow=(leads_to(NIGHT, "length", 2),))
    shift = Shift(support, NIGHT)
    calls = [shift.calls(support) for _ in range(2)]
    assert [call_of(shift, call).queue_id for call in calls] == [support.id, NIGHT.id]
    plain = Shift(queue(1, max_length=1))
    calls = [plain.calls(queue(1)) for _ in range(2)]
    assert [call_of(plain, call).refusal for call in calls] == [None, "queue_full"]


def test_a_goodbye_without_agents_comes_when_the_last_one_goes() -> None:
    support = queue(1, overflow=(Overflow("no_agents", "goodbye", place=0),))
    shift = Shift(support)
    agent, other = shift.agent(support), shift.agent(queue(3))
    shift.choose(agent, "break")
    waiting = shift.calls(support)
    shift.choose(other, "offline")
    shift.passes(1)
    assert call_of(shift, waiting).phase == "queued", "who cannot have it does not count"
    shift.choose(agent, "offline")
    shift.passes(0)
    assert call_of(shift, waiting).refusal == "overflow"
    hears_out(shift, waiting)
    assert call_of(shift, waiting).end_reason == "overflow"


def test_an_estimate_leads_on_only_once_its_error_is_known() -> None:
    support = queue(1, overflow=(leads_to(NIGHT, "estimated_wait_s", 100),))
    shift = Shift(support, NIGHT)
    shift.agent(support)
    # One is taken every 40 s, and one more always waits.
    waiting = [shift.calls(support)]
    for _ in range(30):
        waiting.append(shift.calls(support))
        talking = waiting.pop(0)
        shift.answers(talking)
        shift.passes(40)
        shift.finishes(talking)
    found = [call_of(shift, shift.calls(support)).queue_id for _ in range(4)]
    assert found[0] == support.id
    assert found[-1] == NIGHT.id
    fresh = Shift(support, NIGHT)
    assert {call_of(fresh, fresh.calls(support)).queue_id for _ in range(9)} == {support.id}


# A number outside


def outside(when: str = "closed", at_least: float | None = None) -> Overflow:
    return Overflow(when, "number", at_least, OUTSIDE, 0)  # type: ignore[arg-type]


def dialled(shift: Shift) -> list[Dial]:
    step = shift.floor.take_step()
    shift.facts.extend(step.facts)
    return [action for action in step.then if isinstance(action, Dial)]


def test_the_caller_speaks_with_the_number_outside() -> None:
    support = queue(1, opening=SHUT, overflow=(outside(),))
    shift = Shift(support)
    with_line(shift)
    call = shift.calls(support)
    assert call_of(shift, call).phase == "dialling"
    (dial,) = dialled(shift)
    assert (dial.number, dial.presented) == (OUTSIDE, "+992446000100")
    shift.passes(5)
    conversation.leg_answered(shift.floor, shift.now, dial.leg)
    assert call_of(shift, call).phase == "outside"
    shift.passes(60)
    conversation.leg_ended(shift.floor, shift.now, dial.leg, 16)
    ended = call_of(shift, call)
    assert (ended.phase, ended.end_reason) == ("closed", "outside_hung_up")
    (told,) = shift.said("calls.call_ended.v1")
    assert (told.data["answered"], told.data["waited_s"]) == (False, 5.0)


def test_a_number_that_does_not_answer_is_called_once() -> None:
    """Back to the place in line, with music, and by the next rule on from there."""
    support = queue(1, overflow=(outside("wait_s", 10), replace(leads_to(NIGHT, "wait_s", 60), place=1)))
    shift = Shift(support, NIGHT)
    with_line(shift)
    call = shift.calls(support)
    shift.passes(10)
    (dial,) = dialled(shift)
    conversation.leg_ended(shift.floor, shift.now, dial.leg, 17)
    back = call_of(shift, call)
    assert (back.phase, back.queued_at, back.entered_at) == ("queued", START, START)
    assert any(isinstance(action, StartMusic) for action in shift.floor.take_step().now)
    shift.passes(49)
    assert dialled(shift) == []
    assert call_of(shift, call).queue_id == support.id
    shift.passes(1)
    assert call_of(shift, call).queue_id == NIGHT.id


def test_a_busy_number_of_a_closed_queue_ends_in_a_goodbye() -> None:
    support = queue(1, opening=SHUT, overflow=(outside(),))
    shift = Shift(support)
    with_line(shift)
    call = shift.calls(support)
    (dial,) = dialled(shift)
    conversation.leg_ended(shift.floor, shift.now, dial.leg, 17)
    assert (call_of(shift, call).phase, call_of(shift, call).refusal) == ("greeting", "closed")


def test_nobody_is_called_while_the_journal_is_away() -> None:
    support = queue(1, overflow=(outside("wait_s", 10),))
    shift = Shift(support)
    with_line(shift)
    shift.floor.intents_allowed = False
    call = shift.calls(support)
    shift.passes(30)
    assert call_of(shift, call).phase == "queued"
    shift.floor.intents_allowed = True
    shift.passes(overflow.AGAIN_S)
    assert call_of(shift, call).phase == "dialling"


def test_the_caller_may_leave_while_it_is_called() -> None:
    support = queue(1, opening=SHUT, overflow=(outside(),))
    shift = Shift(support)
    with_line(shift)
    call = shift.calls(support)
    conversation.caller_left(shift.floor, shift.now, f"caller-{call.int}", 16)
    assert (call_of(shift, call).phase, call_of(shift, call).end_reason) == ("closed", "abandoned")


# No circles


@given(
    edges=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=24),
    entry=st.integers(0, 7),
)
def test_no_rules_whatever_lead_in_circles(edges: list[tuple[int, int]], entry: int) -> None:
    """Rules that validation would have refused, or that came to be while callers waited."""
    plain = [queue(number) for number in range(8)]
    queues = [
        replace(
            one,
            overflow=tuple(leads_to(plain[to], "wait_s", 10) for from_, to in edges if from_ == number),
        )
        for number, one in enumerate(plain)
    ]
    shift = Shift(*queues)
    call = shift.calls(queues[entry])
    shift.passes(200)
    left = [fact.data["queue"] for fact in shift.said("calls.call_overflowed.v1")]
    assert len(left) == len(set(left)) <= overflow.MOST_QUEUES
    assert call_of(shift, call).phase == "queued"
    assert queues[[one.id for one in queues].index(call_of(shift, call).queue_id)].name not in left


def test_a_long_chain_is_left_after_a_few() -> None:
    plain = [queue(number) for number in range(8)]
    chain = [replace(one, overflow=(leads_to(after, "wait_s", 10),)) for one, after in pairwise(plain)]
    shift = Shift(*chain, plain[-1])
    call = shift.calls(chain[0])
    shift.passes(200)
    assert call_of(shift, call).queue_id == plain[overflow.MOST_QUEUES].id


def test_an_agent_who_passes_a_caller_on_begins_anew() -> None:
    support = queue(1, overflow=(leads_to(NIGHT, "wait_s", 10),))
    shift = Shift(support, NIGHT)
    agent = shift.agent(NIGHT)
    call = shift.calls(support)
    shift.passes(10)
    shift.answers(call)
    assert call_of(shift, call).led.queues == (support.id,)
    transfers.transfer(
        shift.floor,
        shift.now,
        shift.floor.agents[agent],
        call_of(shift, call),
        Destination("queue", support.id),
    )
    shift.passes(10)
    assert call_of(shift, call).queue_id == NIGHT.id


def test_a_successor_leads_on_at_the_same_second() -> None:
    support = queue(1, overflow=(leads_to(NIGHT, "wait_s", 45),))
    shift = Shift(support, NIGHT)
    call = shift.calls(support)
    shift.passes(20)
    successor = Shift(support, NIGHT)
    successor.now, successor._ids = shift.now, shift._ids
    successor.floor.put_call(msgspec.convert(msgspec.to_builtins(call_of(shift, call)), Call))
    successor.floor.look_at_waiting()
    successor.passes(24.9)
    assert call_of(successor, call).queue_id == support.id
    successor.passes(0.1)
    assert call_of(successor, call).queue_id == NIGHT.id
