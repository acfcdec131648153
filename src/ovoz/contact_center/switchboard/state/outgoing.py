"""Calls that an agent makes: a number outside over the carrier, or a colleague.

The agent's own phone is called first and answers by itself; then the other one rings. A number outside takes the
caller's seat, so that everything an agent does with a caller can be done with it. A colleague is the joined guest of a
call that has no caller.
"""

from datetime import datetime, timedelta
from uuid import UUID

from ovoz.contact_center.switchboard.errors import NotPossibleNow, PhoneNotRegistered
from ovoz.contact_center.switchboard.state.actions import Dial, Ring
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import (
    Call,
    Caller,
    Handling,
    Leg,
    begin_segment,
    end_segment,
    with_guest,
    with_leg,
    with_share,
)
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.parties import Guest
from ovoz.contact_center.switchboard.state.rules import QueueRules
from ovoz.contact_center.switchboard.state.sound import resound
from ovoz.contact_center.switchboard.state.transfers import free_agent, outside_number


def call_number(
    floor: Floor, now: datetime, agent: Agent, number: str, *, interaction_id: UUID, node: str
) -> None:
    """Calls a number outside, presenting the operator's. Raises before anything is done."""
    queue = _may_call(floor, agent)
    presented = outside_number(floor, queue.id)
    _call_own_phone(
        floor,
        now,
        agent,
        Call(
            id=interaction_id,
            node=node,
            direction="outbound",
            caller=Caller(number),
            caller_channel=f"{interaction_id.hex}-called",
            entry_point_id=None,
            entry_number=presented,
            entry_name="",
            queue_id=queue.id,
            started_at=now,
        ),
    )


def call_colleague(
    floor: Floor, now: datetime, agent: Agent, target_id: UUID, *, interaction_id: UUID, node: str
) -> None:
    """Calls a colleague who is free; nobody else may ring them from now on. Raises before anything is done."""
    queue = _may_call(floor, agent)
    target = free_agent(floor, agent, target_id)
    until = now + timedelta(
        seconds=floor.limits.own_ring_s + queue.ring_timeout_s + floor.limits.ring_guard_s
    )
    call = Call(
        id=interaction_id,
        node=node,
        direction="internal",
        caller=Caller(""),
        caller_channel=f"{interaction_id.hex}-nobody",
        entry_point_id=None,
        entry_number="",
        entry_name="",
        queue_id=queue.id,
        started_at=now,
        attempt=1,
    )
    leg_id = f"{interaction_id.hex}-1"
    call = with_guest(call, Guest(floor.new_id(), leg_id, now, agent_id=target.id, until=until))
    call = with_leg(call, Leg(leg_id, "agent", now, agent_id=target.id))
    call = with_share(call, Handling(floor.new_id(), target.id, offered_at=now, aside=True))
    _call_own_phone(floor, now, agent, call)
    floor.move_agent(target, now, "ringing", call_id=call.id)


def _may_call(floor: Floor, agent: Agent) -> QueueRules:
    """The queue by whose rules the agent calls; raises when they cannot."""
    if floor.suspended:
        raise NotPossibleNow("The operator is suspended.", state="operator_suspended")
    if not agent.registered:
        raise PhoneNotRegistered("Wait for “Registered!”, then call again.", state=agent.state)
    if not agent.assignable:
        raise NotPossibleNow("Be ready and without a call to make one.", state=agent.state)
    if floor.active_calls >= floor.limits.max_calls:
        raise NotPossibleNow("The operator has as many calls as it may have.", state="over_limit")
    if not floor.intents_allowed:
        raise NotPossibleNow("Nobody can be called while the database is away.", state="journal_unavailable")
    return next(
        (floor.queues[queue] for queue in agent.queues if queue in floor.queues),
        next(iter(floor.queues.values())),
    )


def _call_own_phone(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    attempt = call.attempt + 1
    leg_id = f"{call.id.hex}-{attempt}"
    call = replace(
        call,
        phase="calling",
        agent_id=agent.id,
        agent_leg=leg_id,
        attempt=attempt,
        rejoin_until=now + timedelta(seconds=floor.limits.rejoin_grace_s),
    )
    call = begin_segment(call, "dial", now, agent_id=agent.id)
    call = with_leg(call, Leg(leg_id, "agent", now, agent_id=agent.id))
    # From the beginning it is theirs, whether anybody answers or not.
    call = with_share(call, Handling(floor.new_id(), agent.id, offered_at=now, answered_at=now))
    call = floor.tell(
        "calls.call_started.v1",
        now,
        call,
        channel="voice",
        direction=call.direction,
        caller=call.caller.number,
        hidden=False,
        entry_number=call.entry_number,
        queue=floor.queues[call.queue_id].name,
        node=call.node,
        sip_call_id="",
    )
    floor.put_call(call)
    floor.move_agent(agent, now, "talking", call_id=call.id)
    floor.act_when_journalled(
        Ring(call.id, leg=leg_id, endpoint=agent.endpoint, timeout_s=floor.limits.own_ring_s, rejoin=True)
    )


def agent_there(floor: Floor, now: datetime, before: Call, leg_id: str) -> None:
    """The agent's own phone is in it (again): the number is called, when it was not yet."""
    leg = before.leg(leg_id)
    assert leg is not None
    call = replace(with_leg(before, replace(leg, answered_at=now)), rejoin_until=None, rejoin_at=None)
    resound(floor, before, call)
    guest = next(iter(call.guests), None)
    if guest is not None and call.dial_until is None:
        _ring_colleague(floor, now, call, guest)
        return
    if call.dial_until is not None:
        floor.put_call(floor.tell("calls.agent_rejoined.v1", now, call))
        return
    timeout_s = floor.limits.dial_timeout_s
    call = with_leg(call, Leg(call.caller_channel, "caller", now))
    call = replace(call, dial_until=now + timedelta(seconds=timeout_s + floor.limits.ring_guard_s))
    presented, number = call.entry_number, call.caller.number
    floor.put_call(floor.tell("calls.dial_started.v1", now, call, dialled=number, presented=presented))
    floor.act_when_journalled(
        Dial(call.id, leg=call.caller_channel, number=number, presented=presented, timeout_s=timeout_s)
    )


def _ring_colleague(floor: Floor, now: datetime, call: Call, guest: Guest) -> None:
    assert guest.agent_id is not None
    target = floor.agents[guest.agent_id]
    call = replace(call, dial_until=guest.until)
    floor.put_call(
        floor.tell("calls.consultation_started.v1", now, call, target="agent", agent_name=target.name)
    )
    timeout_s = floor.queues[call.queue_id].ring_timeout_s
    floor.act_when_journalled(Ring(call.id, leg=guest.leg, endpoint=target.endpoint, timeout_s=timeout_s))


def called_answered(floor: Floor, now: datetime, before: Call, *, observed_late: bool = False) -> None:
    """The number answered: a conversation as any other. It is not recorded, because nobody told them that it is."""
    assert before.agent_id is not None
    leg = before.leg(before.caller_channel)
    assert leg is not None
    call = end_segment(with_leg(before, replace(leg, answered_at=now)), now, outcome="answered")
    call = begin_segment(call, "talk", now, agent_id=before.agent_id)
    call = replace(call, phase="talking", dial_until=None, answered_at=now)
    resound(floor, before, call)
    floor.put_call(floor.tell("calls.dial_answered.v1", now, call, observed_late=observed_late))
