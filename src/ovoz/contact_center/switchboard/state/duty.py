"""Whose a call is, and what follows for an agent who has it no more."""

from datetime import datetime, timedelta
from uuid import UUID

from ovoz.contact_center.switchboard.errors import NotPossibleNow
from ovoz.contact_center.switchboard.state.actions import Dissolve, HangUp
from ovoz.contact_center.switchboard.state.agent import Agent, after_call
from ovoz.contact_center.switchboard.state.call import (
    Call,
    end_share,
    with_share,
    without_guest,
)
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.parties import Guest


def own(agent: Agent, call: Call, phases: frozenset[str] | set[str]) -> None:
    """Raises NotPossibleNow unless the agent has the call, and it is in one of the phases."""
    share = call.share_of(agent.id)
    if share is None or share.wraps_up or call.agent_id != agent.id or agent.call_id != call.id:
        raise NotPossibleNow("This call is not yours (any more).", state=call.phase)
    if call.phase not in phases:
        raise NotPossibleNow(f"The call is {call.phase} now.", state=call.phase)


def own_call(floor: Floor, agent: Agent, interaction_id: UUID) -> Call:
    """The agent's call by its id."""
    call = floor.calls.get(interaction_id)
    if call is None or call.share_of(agent.id) is None:
        raise NotPossibleNow("This call is over, or is not yours.", state="closed")
    return call


def release_agent(floor: Floor, now: datetime, agent: Agent) -> None:
    """The agent has no call any more: the state that was asked for, else ready."""
    state, reason = after_call(agent, now)
    floor.move_agent(
        agent,
        now,
        state,
        reason,
        call_id=None,
        next=None,
        idle_since=now if state == "ready" else agent.idle_since,
    )
    floor.match(now)


def guest_share_over(
    floor: Floor, now: datetime, call: Call, guest: Guest, outcome: str, *, blame: bool = False
) -> Call:
    """The guest has no part in the call any more; a colleague who spoke with the caller has work after it."""
    call = without_guest(call, guest)
    if guest.agent_id is None:
        return call
    agent = floor.agents[guest.agent_id]
    wrap_up_s = floor.queues[call.queue_id].wrap_up_s
    call = with_guest_time(call, agent.id, now)
    works_on = guest.joined and call.direction != "internal"
    call = end_share(
        call,
        agent.id,
        now,
        outcome,
        wrap_up_until=now + timedelta(seconds=wrap_up_s) if works_on else None,
    )
    floor.put_call(call)
    if works_on:
        floor.move_agent(agent, now, "wrap_up")
    elif blame:
        floor.move_agent(agent, now, "not_answering", outcome, call_id=None, next=None)
    else:
        release_agent(floor, now, agent)
    return call


def with_guest_time(call: Call, agent_id: UUID, now: datetime) -> Call:
    """What the agent spoke as a guest, kept in the share."""
    share = call.share_of(agent_id)
    if share is None or share.answered_at is None:
        return call
    spoke = now - share.answered_at
    return with_share(call, replace(share, guest_ms=round(spoke / timedelta(milliseconds=1))))


def dismiss_guests(floor: Floor, now: datetime, call: Call, reason: str) -> Call:
    """The call is over: so it is for everybody who was asked or joined."""
    if call.consulted is not None:
        floor.act(Dissolve(call.id, call.side_bridge_id))
    for guest in call.guests:
        leg = call.leg(guest.leg)
        if leg is not None and leg.ended_at is None:
            floor.act(HangUp(call.id, guest.leg))
        call = guest_share_over(floor, now, call, guest, reason)
    return replace(call, aside=False)
