"""Passing a caller on: to an agent, a queue, an entry point, an outside number; and back again when nobody takes it."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.errors import NotPossibleNow, TargetNotFree, TargetUnknown
from ovoz.contact_center.switchboard.state.actions import (
    Connect,
    Dissolve,
    HangUp,
    Part,
    StartMusic,
    StopMusic,
)
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.arrivals import close_unanswered, enter_entry_point, enter_queue
from ovoz.contact_center.switchboard.state.call import (
    CONVERSING,
    Call,
    Led,
    Passed,
    Place,
    begin_segment,
    end_segment,
    end_share,
    with_leg,
)
from ovoz.contact_center.switchboard.state.duty import dismiss_guests
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.outside import dial
from ovoz.contact_center.switchboard.state.reception import Refusal, reception
from ovoz.contact_center.switchboard.state.recordings import pause_over
from ovoz.contact_center.switchboard.state.rules import QueueRules

TargetKind = Literal["agent", "queue", "entry_point", "number"]
OUTCOMES = {
    1: "no_such_number",
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    20: "unreachable",
    21: "refused",
    27: "unreachable",
    28: "no_such_number",
    34: "network_busy",
    42: "network_busy",
}
"""What a Q.850 cause says of a number that was dialled; any other is `failed`."""


WHY_NOT: Final[dict[Refusal, str]] = {
    "queue_closed": "is closed now",
    "queue_full": "is full",
    "queue_lets_go": "would let the caller go now",
}


class Destination(msgspec.Struct, frozen=True):
    """Where a caller is passed on to: `number` (E.164, or a short one) outside, `id` of everything else."""

    kind: TargetKind
    id: UUID | None = None
    number: str | None = None


def transfer(floor: Floor, now: datetime, agent: Agent, call: Call, to: Destination) -> None:
    """The agent's share ends; the caller hears music until somebody takes the call. Raises before anything is done."""
    share = call.share_of(agent.id)
    if share is None or call.agent_id != agent.id or call.phase not in CONVERSING:
        raise NotPossibleNow("There is nobody to pass on now.", state=call.phase)
    if call.guests:
        raise NotPossibleNow(
            "Others are in the call: join them and leave, or let them go.", state="consulting"
        )
    match to.kind:
        case "agent":
            _to_agent(floor, now, agent, call, free_agent(floor, agent, to.id))
        case "queue":
            _to_queue(floor, now, agent, call, to.id)
        case "entry_point":
            _to_entry_point(floor, now, agent, call, to.id)
        case "number":
            _to_number(floor, now, agent, call, to.number or "")


def free_agent(floor: Floor, agent: Agent, target_id: UUID | None) -> Agent:
    """The colleague, who can be rung now; raises when there is none, or they are not free."""
    target = floor.agents.get(target_id) if target_id else None
    if target is None:
        raise TargetUnknown("There is no such colleague.")
    if target.id == agent.id:
        raise TargetNotFree("That is you.", state=agent.state)
    if not target.assignable:
        raise TargetNotFree(f"{target.name} is not free now.", state=target.state)
    if not floor.intents_allowed:
        raise NotPossibleNow("Nobody can be rung while the database is away.", state="journal_unavailable")
    return target


def _to_agent(floor: Floor, now: datetime, agent: Agent, call: Call, target: Agent) -> None:
    call = _let_go(floor, now, agent, call, "agent", agent_name=target.name)
    floor.offer(call, target, now)


def _to_queue(floor: Floor, now: datetime, agent: Agent, call: Call, queue_id: UUID | None) -> None:
    queue = floor.queues.get(queue_id) if queue_id else None
    if queue is None or queue.archived:
        raise TargetUnknown("There is no such queue.")
    _check_takes(floor, now, call, queue)
    call = _let_go(floor, now, agent, call, "queue", queue=queue.name, returns=False)
    enter_queue(floor, replace(call, queue_id=queue.id), now)


def _to_entry_point(floor: Floor, now: datetime, agent: Agent, call: Call, entry_id: UUID | None) -> None:
    entry = floor.entry_points.get(entry_id) if entry_id else None
    if entry is None:
        raise TargetUnknown("There is no such entry point.")
    queue = floor.queues[entry.queue_id]
    _check_takes(floor, now, call, queue)
    call = _let_go(
        floor, now, agent, call, "entry_point", entry_number=entry.number, queue=queue.name, returns=False
    )
    enter_entry_point(floor, call, now, entry)


def _check_takes(floor: Floor, now: datetime, call: Call, queue: QueueRules) -> None:
    refused = reception(floor, now, call, queue).refused
    if refused is not None:
        raise TargetNotFree(f"The queue {queue.name} {WHY_NOT[refused]}.", state=refused)


def outside_number(floor: Floor, queue_id: UUID) -> str:
    """What is presented to whom is called outside; raises when nobody can be called."""
    presented = floor.presented_number(queue_id)
    if presented is None:
        raise NotPossibleNow("The operator has no number to call from.", state="no_caller_number")
    if not floor.intents_allowed:
        raise NotPossibleNow("Nobody can be called while the database is away.", state="journal_unavailable")
    return presented


def _to_number(floor: Floor, now: datetime, agent: Agent, call: Call, number: str) -> None:
    presented = outside_number(floor, call.queue_id)
    call = _let_go(floor, now, agent, call, "number", dialled=number)
    dial(floor, now, call, number, presented)


def _let_go(
    floor: Floor,
    now: datetime,
    agent: Agent,
    call: Call,
    kind: TargetKind,
    *,
    returns: bool = True,
    **told: Any,
) -> Call:
    """The agent has the call no more and wraps up; the caller hears music."""
    if call.agent_leg is not None:
        floor.act(HangUp(call.id, call.agent_leg))
    if call.phase == "talking" and call.rejoin_until is None:
        floor.act(
            Part(call.id, call.bridge_id, call.caller_channel), StartMusic(call.id, call.caller_channel)
        )
    queue = floor.queues[call.queue_id]
    call = pause_over(floor, now, call, "transferred")
    call = floor.tell("calls.call_transferred.v1", now, call, target=kind, **told)
    call = end_segment(call, now, outcome="transferred")
    call = end_share(
        call, agent.id, now, "transferred", wrap_up_until=now + timedelta(seconds=queue.wrap_up_s)
    )
    back = Place(call.queue_id, call.queued_at or call.started_at) if returns else None
    call = replace(
        call,
        phase="queued",
        agent_id=None,
        agent_leg=None,
        rejoin_until=None,
        rejoin_at=None,
        passed=Passed(agent.id, back),
        led=Led(),
    )
    floor.put_call(call)
    floor.move_agent(agent, now, "wrap_up")
    return call


# The outside number


def outside_answered(floor: Floor, now: datetime, call: Call, *, observed_late: bool = False) -> None:
    """The number that was dialled answered: the caller speaks with it, and no agent is in it any more."""
    assert call.outside_leg is not None
    leg = call.leg(call.outside_leg)
    assert leg is not None
    floor.act(
        StopMusic(call.id, call.caller_channel),
        Connect(call.id, call.bridge_id, (call.caller_channel, call.outside_leg)),
    )
    call = with_leg(end_segment(call, now, outcome="answered"), replace(leg, answered_at=now))
    call = replace(
        begin_segment(call, "outside", now),
        phase="outside",
        dial_until=None,
        passed=replace(call.passed, back=None) if call.passed is not None else None,
    )
    floor.put_call(floor.tell("calls.dial_answered.v1", now, call, observed_late=observed_late))


def outside_over(
    floor: Floor, now: datetime, call: Call, outcome: str, *, observed_late: bool = False
) -> None:
    """The number that was dialled did not answer, or the conversation with it is over."""
    leg = call.leg(call.outside_leg) if call.outside_leg else None
    if leg is not None and leg.ended_at is None:
        floor.act(HangUp(call.id, leg.id))
    if call.phase == "outside":
        call = dismiss_guests(floor, now, call, outcome)
        floor.act(HangUp(call.id, call.caller_channel), Dissolve(call.id, call.bridge_id))
        close_unanswered(floor, now, call, outcome, observed_late=observed_late)
        return
    call = end_segment(call, now, outcome=outcome, observed_late=observed_late)
    call = replace(call, phase="queued", outside_leg=None, dial_until=None)
    call = floor.tell("calls.dial_ended.v1", now, call, observed_late=observed_late, outcome=outcome)
    if call.passed is not None and call.passed.back is not None:
        give_back(floor, now, call, outcome)
        floor.match(now)
    else:
        # A rule of the queue had it called: back to the place in line, or on by the next rule.
        enter_queue(floor, call, now, queued_at=call.queued_at, entered_at=call.entered_at)


def caller_left_outside(floor: Floor, now: datetime, call: Call, *, observed_late: bool = False) -> None:
    """The caller hung up while the number was dialled, or on it."""
    if call.outside_leg is not None:
        floor.act(HangUp(call.id, call.outside_leg))
    waiting = "abandoned" if call.answered_at is None else "left_after_transfer"
    reason = "caller_hung_up" if call.phase == "outside" else waiting
    call = dismiss_guests(floor, now, call, reason)
    floor.act(Dissolve(call.id, call.bridge_id))
    close_unanswered(floor, now, call, reason, observed_late=observed_late)


# Back again


def give_back(floor: Floor, now: datetime, call: Call, outcome: str) -> None:
    """Nobody took the caller: back to who passed them on, when they are free, else to the old place in the queue."""
    passed = call.passed
    assert passed is not None
    assert passed.back is not None
    back = passed.back
    queue = floor.queues[back.queue_id]
    by = floor.agents.get(passed.by)
    call = replace(
        call,
        phase="queued",
        queue_id=queue.id,
        queued_at=back.queued_at,
        entered_at=now,
        overflow_at=now,
        give_up_at=now + timedelta(seconds=queue.max_wait_s),
        announce_at=now + timedelta(seconds=queue.announce_every_s),
        passed=replace(passed, back=None, failed=outcome),
    )
    call = floor.tell("calls.transfer_failed.v1", now, call, outcome=outcome)
    if by is not None and floor.intents_allowed and _may_take_back(by, call):
        if call.share_of(by.id) is not None:
            call = end_share(call, by.id, now, "returned")
        floor.offer(call, by, now)
        return
    call = begin_segment(call, "queue", now)
    floor.put_call(call)


def _may_take_back(agent: Agent, call: Call) -> bool:
    share = call.share_of(agent.id)
    at_the_work_after_it = agent.call_id == call.id and share is not None and share.wraps_up
    return agent.assignable or (at_the_work_after_it and agent.registered)
