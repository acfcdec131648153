"""Further parties of a conversation: asked aside, joined to the caller, taken out again, and left with the caller.

The agent who has the call asks one at a time, while the caller hears music (or goes on with those who are joined). An
interaction is its caller's: when they leave, it is over for everybody.
"""

from datetime import datetime, timedelta
from typing import Any

from ovoz.contact_center.switchboard.state.actions import HangUp, Ring
from ovoz.contact_center.switchboard.state.call import (
    Call,
    Leg,
    Passed,
    begin_segment,
    end_segment,
    end_share,
    with_guest,
    with_leg,
    with_share,
    without_guest,
)
from ovoz.contact_center.switchboard.state.duty import guest_share_over, with_guest_time
from ovoz.contact_center.switchboard.state.ending import end_conversation, not_reached
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.parties import Guest, Missed
from ovoz.contact_center.switchboard.state.recordings import keep_recording, pause_over
from ovoz.contact_center.switchboard.state.sound import resound

BY_ORDER = frozenset({"let_go", "removed", "transferred"})
"""Outcomes that the agent who has the call ordered."""


def turn(floor: Floor, now: datetime, before: Call, call: Call, *, aside: bool) -> Call:
    """Turns the agent to who is asked, or to the caller, and tells what that is for the caller."""
    held = aside and not any(guest.here for guest in call.joined)
    call = replace(call, aside=aside)
    if held and call.phase == "talking":
        call = replace(begin_segment(call, "hold", now, agent_id=call.agent_id), phase="held")
        call = floor.tell("calls.call_held.v1", now, call)
    elif not held and call.phase == "held":
        call = replace(call, missed=None)
        call = replace(begin_segment(call, "talk", now, agent_id=call.agent_id), phase="talking")
        call = floor.tell("calls.call_resumed.v1", now, call)
    resound(floor, before, call)
    return keep_recording(floor, before, call)


def _settle(floor: Floor, now: datetime, before: Call, call: Call) -> Call:
    """Others came or went: the caller may be alone now, or not any more."""
    if call.aside:
        return turn(floor, now, before, call, aside=True)
    resound(floor, before, call)
    return keep_recording(floor, before, call)


def named(floor: Floor, guest: Guest) -> dict[str, Any]:
    """Who the guest is, as facts say it."""
    if guest.agent_id is not None:
        return {"target": "agent", "agent_name": floor.agents[guest.agent_id].name}
    return {"target": "number", "dialled": guest.number}


# What legs report


def guest_ringing(floor: Floor, now: datetime, call: Call, guest: Guest) -> None:
    """Their phone says that it rings."""
    if guest.state == "offered":
        floor.put_call(
            floor.tell(
                "calls.ring_started.v1",
                now,
                with_guest(call, replace(guest, state="ringing")),
                agent_id=guest.agent_id,
            )
        )


def guest_answered(
    floor: Floor, now: datetime, call: Call, guest: Guest, *, observed_late: bool = False
) -> None:
    """They are there: the agent speaks with them, when turned to them."""
    leg = call.leg(guest.leg)
    assert leg is not None
    if guest.state == "talking":
        if guest.rejoin_until is None:
            return
        back = with_guest(call, replace(guest, rejoin_until=None, rejoin_at=None))
        back = floor.tell("calls.agent_rejoined.v1", now, back, agent_id=guest.agent_id)
    else:
        back = with_guest(call, replace(guest, state="talking", until=None))
        share = back.share_of(guest.agent_id)
        if share is not None:
            back = with_share(back, replace(share, answered_at=now))
        back = floor.tell(
            "calls.consultation_answered.v1",
            now,
            back,
            agent_id=guest.agent_id,
            observed_late=observed_late,
            **named(floor, guest),
        )
    back = with_leg(back, replace(leg, answered_at=now))
    if back.phase == "calling":
        back = _speak_with_colleague(floor, now, back)
    floor.put_call(_settle(floor, now, call, back))
    if guest.agent_id is not None:
        floor.move_agent(floor.agents[guest.agent_id], now, "talking")


def _speak_with_colleague(floor: Floor, now: datetime, call: Call) -> Call:
    """Whom the agent called is there."""
    assert call.agent_id is not None
    guest = call.guests[0]
    call = with_guest(call, replace(guest, joined=True))
    theirs = call.share_of(guest.agent_id)
    assert theirs is not None
    call = with_share(call, replace(theirs, aside=False))
    call = begin_segment(end_segment(call, now, outcome="answered"), "talk", now, agent_id=call.agent_id)
    return replace(call, phase="talking", answered_at=now, dial_until=None)


def guest_leg_lost(
    floor: Floor, now: datetime, call: Call, guest: Guest, cause: int | None, *, observed_late: bool = False
) -> None:
    """A colleague's leg went without an order: they are called again, as who has the call would be."""
    lost = with_guest(
        call,
        replace(
            guest,
            rejoin_until=guest.rejoin_until or now + timedelta(seconds=floor.limits.rejoin_grace_s),
            rejoin_at=now + timedelta(seconds=floor.limits.rejoin_retry_s),
        ),
    )
    lost = floor.tell(
        "calls.agent_leg_lost.v1",
        now,
        lost,
        agent_id=guest.agent_id,
        observed_late=observed_late,
        cause=cause,
    )
    floor.put_call(_settle(floor, now, call, lost))


def ring_guest_again(floor: Floor, now: datetime, call: Call, guest: Guest) -> None:
    """Calls the colleague's phone back into the conversation, when it is there."""
    assert guest.agent_id is not None
    agent = floor.agents[guest.agent_id]
    leg = call.leg(guest.leg)
    if not agent.registered or not floor.intents_allowed or leg is None or leg.ended_at is None:
        later = now + timedelta(seconds=floor.limits.rejoin_retry_s)
        floor.put_call(with_guest(call, replace(guest, rejoin_at=later)))
        return
    attempt = call.attempt + 1
    leg_id = f"{call.id.hex}-{attempt}"
    call = with_guest(replace(call, attempt=attempt), replace(guest, leg=leg_id, rejoin_at=None))
    call = with_leg(call, Leg(leg_id, "agent", now, agent_id=agent.id))
    floor.put_call(floor.tell("calls.agent_rung_again.v1", now, call, agent_id=agent.id, attempt=attempt))
    floor.act_when_journalled(Ring(call.id, leg=leg_id, endpoint=agent.endpoint, timeout_s=5, rejoin=True))


def guest_gone(
    floor: Floor,
    now: datetime,
    call: Call,
    guest: Guest,
    outcome: str,
    *,
    blame: bool = False,
    observed_late: bool = False,
) -> None:
    """One of the others is out of it. Whoever is alone then hears music; the agent goes back by an order.

    Only where others speak with the caller the agent is back among them at once.
    """
    leg = call.leg(guest.leg)
    if leg is not None and leg.ended_at is None:
        floor.act(HangUp(call.id, guest.leg))
    told = "calls.party_left.v1" if guest.joined else "calls.consultation_ended.v1"
    rest = floor.tell(
        told,
        now,
        call,
        agent_id=guest.agent_id,
        observed_late=observed_late,
        outcome=outcome,
        **named(floor, guest),
    )
    if not guest.joined and outcome not in BY_ORDER:
        rest = replace(rest, missed=Missed(outcome, guest.agent_id, guest.number))
    rest = guest_share_over(floor, now, rest, guest, outcome, blame=blame)
    if rest.consulted is None and rest.aside:
        # The agent hears that nobody is there any more, and says when the caller may hear them again.
        rest = turn(floor, now, call, rest, aside=False) if rest.joined else replace(rest, aside=False)
    rest = _settle(floor, now, call, rest)
    floor.put_call(rest)
    if rest.direction == "internal" and not rest.guests and rest.agent_id is not None:
        (not_reached if rest.phase == "calling" else end_conversation)(floor, now, rest, outcome)


# Who is left with the caller


def leave(floor: Floor, now: datetime, call: Call, outcome: str, *, observed_late: bool = False) -> None:
    """The agent has the call no more and wraps up; it becomes a colleague's who is joined, else the outside's."""
    assert call.agent_id is not None
    agent = floor.agents[call.agent_id]
    if call.consulted is not None:
        guest_gone(floor, now, call, call.consulted, outcome)
        call = floor.calls[call.id]
    leg = call.leg(call.agent_leg) if call.agent_leg else None
    if leg is not None and leg.ended_at is None:
        floor.act(HangUp(call.id, leg.id))
    next_ = successors(call)[0]
    before, call = call, pause_over(floor, now, call, outcome)
    queue = floor.queues[call.queue_id]
    call_after = floor.tell(
        "calls.call_transferred.v1", now, call, observed_late=observed_late, **named(floor, next_)
    )
    call_after = end_segment(call_after, now, outcome=outcome)
    call_after = end_share(
        call_after, agent.id, now, outcome, wrap_up_until=now + timedelta(seconds=queue.wrap_up_s)
    )
    call_after = replace(
        call_after, passed=Passed(agent.id), aside=False, agent_id=None, agent_leg=None, why=None
    )
    succeed(floor, now, before, call_after, next_)
    floor.move_agent(agent, now, "wrap_up")


def succeed(floor: Floor, now: datetime, before: Call, call: Call, guest: Guest) -> None:
    """This guest is who the caller speaks with from now on."""
    call = without_guest(call, guest)
    if guest.agent_id is not None:
        call = replace(
            with_guest_time(call, guest.agent_id, now),
            phase="talking",
            agent_id=guest.agent_id,
            agent_leg=guest.leg if guest.here else None,
            outside_leg=None,
            rejoin_until=guest.rejoin_until,
            rejoin_at=guest.rejoin_at,
        )
        leg = call.leg(guest.leg)
        if not guest.here and leg is not None and leg.ended_at is None:
            call = replace(call, agent_leg=guest.leg)
        call = begin_segment(call, "talk", now, agent_id=guest.agent_id)
    else:
        call = replace(call, phase="outside", outside_leg=guest.leg, rejoin_until=None, rejoin_at=None)
        call = begin_segment(call, "outside", now)
    resound(floor, before, call)
    floor.put_call(keep_recording(floor, before, call))


def successors(call: Call) -> list[Guest]:
    """Who of those that are joined may have the call: a colleague who is there, somebody outside, a colleague lost."""
    return sorted(call.joined, key=lambda guest: (not guest.here, guest.agent_id is None, guest.since))


def successor(call: Call) -> Guest | None:
    """Who has the call next."""
    return next(iter(successors(call)), None)
