"""What an agent orders about further parties: asks one aside, swaps, joins, leaves, takes one out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ovoz.contact_center.switchboard.errors import NotPossibleNow, TargetNotFree, TargetUnknown
from ovoz.contact_center.switchboard.state.actions import Dial, Ring
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import (
    CONVERSING,
    Call,
    Handling,
    Leg,
    with_guest,
    with_leg,
    with_share,
)
from ovoz.contact_center.switchboard.state.duty import own
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.guests import guest_gone, leave, named, turn
from ovoz.contact_center.switchboard.state.parties import Guest
from ovoz.contact_center.switchboard.state.transfers import Destination, free_agent, outside_number

MOST_GUESTS = 5


# What the agent who has the call orders


def consult(floor: Floor, now: datetime, agent: Agent, call: Call, to: Destination) -> None:
    """Calls somebody aside; the caller hears music meanwhile. Raises before anything is done."""
    own(agent, call, CONVERSING)
    if call.rejoin_until is not None:
        raise NotPossibleNow("Your line is lost; it is being called again.", state="rejoining")
    if call.consulted is not None:
        raise NotPossibleNow("You are asking somebody already.", state="consulting")
    if len(call.guests) >= MOST_GUESTS:
        raise NotPossibleNow(f"More than {MOST_GUESTS} cannot be asked.", state="conference_full")
    match to.kind:
        case "agent":
            _call_colleague(floor, now, call, free_agent(floor, agent, to.id))
        case "queue":
            _call_colleague(floor, now, call, _free_in(floor, agent, to.id))
        case "number":
            _call_outside(floor, now, call, to.number or "")
        case "entry_point":
            raise TargetUnknown("An entry point cannot be asked; ask its queue.")


def swap(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """From the caller to who is asked, and back; who is not spoken with hears music."""
    asked = _asked(agent, call)
    if not asked.here:
        raise NotPossibleNow("Nobody is there to speak with yet.", state=asked.state)
    _speak(floor, now, call, aside=not call.aside)


def come_back(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """To the caller; who was asked is let go."""
    asked = _asked(agent, call)
    guest_gone(floor, now, call, asked, "let_go")
    call = floor.calls[call.id]
    if call.phase == "held":
        _speak(floor, now, call, aside=False)


def join(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """Who was asked and the caller hear each other, and the agent too."""
    asked = _asked(agent, call)
    _join(floor, now, call, asked)


def complete(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The agent leaves; the caller goes on with who was asked, or with those who are joined."""
    own(agent, call, CONVERSING)
    asked = call.consulted
    if asked is not None:
        _join(floor, now, call, asked)
        call = floor.calls[call.id]
    if not call.may_be_left:
        raise NotPossibleNow("Nobody would be left with the caller.", state=call.phase)
    leave(floor, now, call, "transferred")


def remove(floor: Floor, now: datetime, agent: Agent, call: Call, guest_id: UUID) -> None:
    """Takes one of the others out; the rest goes on."""
    own(agent, call, CONVERSING)
    guest = next((guest for guest in call.guests if guest.id == guest_id), None)
    if guest is None:
        raise TargetUnknown("They are not in this call (any more).")
    guest_gone(floor, now, call, guest, "removed")


def _asked(agent: Agent, call: Call) -> Guest:
    own(agent, call, CONVERSING)
    if call.consulted is None:
        raise NotPossibleNow("Nobody is being asked now.", state=call.phase)
    return call.consulted


def _free_in(floor: Floor, agent: Agent, queue_id: UUID | None) -> Agent:
    """The queue's agent who is idle longest."""
    queue = floor.queues.get(queue_id) if queue_id else None
    if queue is None or queue.archived:
        raise TargetUnknown("There is no such queue.")
    free = [
        other
        for other in floor.agents.values()
        if other.assignable and other.id != agent.id and queue.id in other.queues
    ]
    if not free:
        raise TargetNotFree(f"Nobody of the queue {queue.name} is free now.", state="nobody_free")
    return free_agent(
        floor, agent, min(free, key=lambda other: (other.idle_since or other.since, other.id)).id
    )


def _call_colleague(floor: Floor, now: datetime, call: Call, target: Agent) -> None:
    timeout_s = floor.queues[call.queue_id].ring_timeout_s
    until = now + timedelta(seconds=timeout_s + floor.limits.ring_guard_s)
    share = Handling(floor.new_id(), target.id, offered_at=now, aside=True)
    asked = _ask(floor, now, call, until, agent_id=target.id, told={"agent_name": target.name})
    floor.put_call(with_share(asked, share))
    floor.move_agent(target, now, "ringing", call_id=call.id)
    floor.act_when_journalled(
        Ring(call.id, leg=_leg_of(asked), endpoint=target.endpoint, timeout_s=timeout_s)
    )


def _call_outside(floor: Floor, now: datetime, call: Call, number: str) -> None:
    presented = outside_number(floor, call.queue_id)
    timeout_s = floor.limits.dial_timeout_s
    until = now + timedelta(seconds=timeout_s + floor.limits.ring_guard_s)
    told = {"dialled": number, "presented": presented}
    asked = _ask(floor, now, call, until, number=number, told=told)
    floor.put_call(asked)
    floor.act_when_journalled(
        Dial(call.id, leg=_leg_of(asked), number=number, presented=presented, timeout_s=timeout_s)
    )


def _leg_of(call: Call) -> str:
    assert call.consulted is not None
    return call.consulted.leg


def _ask(
    floor: Floor,
    now: datetime,
    call: Call,
    until: datetime,
    *,
    told: dict[str, Any],
    agent_id: UUID | None = None,
    number: str | None = None,
) -> Call:
    """The call with the new guest, the agent turned to them."""
    attempt = call.attempt + 1
    guest = Guest(
        floor.new_id(), f"{call.id.hex}-{attempt}", now, agent_id=agent_id, number=number, until=until
    )
    target = "agent" if agent_id is not None else "number"
    asked = with_guest(replace(call, attempt=attempt, missed=None), guest)
    asked = with_leg(asked, Leg(guest.leg, "agent" if agent_id else "outside", now, agent_id=agent_id))
    asked = floor.tell("calls.consultation_started.v1", now, asked, target=target, **told)
    return turn(floor, now, call, asked, aside=True)


def _join(floor: Floor, now: datetime, call: Call, asked: Guest) -> None:
    if not asked.here:
        raise NotPossibleNow("Nobody is there to speak with yet.", state=asked.state)
    joined = with_guest(call, replace(asked, joined=True))
    share = joined.share_of(asked.agent_id)
    if share is not None:
        joined = with_share(joined, replace(share, aside=False))
    joined = floor.tell("calls.party_joined.v1", now, joined, agent_id=asked.agent_id, **named(floor, asked))
    floor.put_call(turn(floor, now, call, joined, aside=False))


def _speak(floor: Floor, now: datetime, call: Call, *, aside: bool) -> None:
    floor.put_call(turn(floor, now, call, call, aside=aside))
