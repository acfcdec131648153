"""Ringing, talking, holding, ending: what legs report and what an agent commands."""

from datetime import datetime, timedelta

from ovoz.contact_center.switchboard.errors import NotPossibleNow
from ovoz.contact_center.switchboard.state.actions import (
    Connect,
    HangUp,
    StopMusic,
)
from ovoz.contact_center.switchboard.state.agent import Agent, NextState
from ovoz.contact_center.switchboard.state.arrivals import close_unanswered
from ovoz.contact_center.switchboard.state.call import (
    CONVERSING,
    HOLDING_LINE,
    Call,
    begin_segment,
    end_legs,
    end_segment,
    end_share,
    with_leg,
    with_share,
)
from ovoz.contact_center.switchboard.state.dispositions import check_disposition
from ovoz.contact_center.switchboard.state.duty import own, release_agent
from ovoz.contact_center.switchboard.state.ending import end_conversation, not_reached
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.guests import (
    guest_answered,
    guest_gone,
    guest_leg_lost,
    guest_ringing,
    succeed,
    successor,
)
from ovoz.contact_center.switchboard.state.outgoing import agent_there, called_answered
from ovoz.contact_center.switchboard.state.parties import Guest
from ovoz.contact_center.switchboard.state.recordings import record
from ovoz.contact_center.switchboard.state.rejoining import agent_leg_lost, rejoin
from ovoz.contact_center.switchboard.state.saying import fall_silent
from ovoz.contact_center.switchboard.state.sound import resound
from ovoz.contact_center.switchboard.state.times import waiting_since
from ovoz.contact_center.switchboard.state.transfers import (
    OUTCOMES,
    caller_left_outside,
    give_back,
    outside_answered,
    outside_over,
)

REJECTED_CAUSES = frozenset({17, 21})
"""Q.850: user busy, call rejected."""
UNREACHABLE_CAUSES = frozenset({1, 3, 18, 20, 27, 38})
"""Q.850: nothing is registered there, or it does not answer at all."""


# What legs report


def leg_ringing(floor: Floor, now: datetime, leg_id: str) -> None:
    """The agent's phone says that it rings."""
    call = floor.call_of(leg_id)
    if call is None:
        return
    guest = call.guest_at(leg_id)
    if guest is not None:
        guest_ringing(floor, now, call, guest)
    if call.agent_leg != leg_id or call.phase != "offered":
        return
    floor.put_call(floor.tell("calls.ring_started.v1", now, replace(call, phase="ringing")))


def leg_answered(floor: Floor, now: datetime, leg_id: str, *, observed_late: bool = False) -> None:
    """The agent's phone answered: a conversation begins, or one goes on over a new leg."""
    call = floor.call_of(leg_id)
    if call is None:
        return
    guest = call.guest_at(leg_id)
    if guest is not None:
        guest_answered(floor, now, call, guest, observed_late=observed_late)
    elif call.agent_leg == leg_id and call.phase in ("offered", "ringing"):
        _begin_talking(floor, now, call, leg_id, observed_late=observed_late)
    elif call.phase == "calling" and call.agent_leg == leg_id and call.rejoin_until is not None:
        agent_there(floor, now, call, leg_id)
    elif call.phase == "calling" and call.caller_channel == leg_id:
        called_answered(floor, now, call, observed_late=observed_late)
    elif call.caller_channel == leg_id and call.phase in CONVERSING:
        return
    elif call.agent_leg == leg_id and call.phase in CONVERSING and call.rejoin_until is not None:
        rejoin(floor, now, call, leg_id)
    elif call.outside_leg == leg_id and call.phase == "dialling":
        outside_answered(floor, now, call, observed_late=observed_late)
    elif call.outside_leg == leg_id and call.phase == "outside":
        return
    elif call.agent_leg != leg_id or call.phase not in CONVERSING:
        floor.act(HangUp(call.id, leg_id))


def leg_ended(
    floor: Floor, now: datetime, leg_id: str, cause: int | None, *, observed_late: bool = False
) -> None:
    """A leg that we called is gone; what that means depends on what it was for."""
    call = floor.call_of(leg_id)
    if call is None:
        return
    call = _end_leg(call, leg_id, now, cause, observed_late=observed_late)
    floor.put_call(call)
    guest = call.guest_at(leg_id)
    if guest is not None:
        _guest_ended(floor, now, call, guest, cause, observed_late=observed_late)
        return
    if call.outside_leg == leg_id and call.phase in ("dialling", "outside"):
        next_ = successor(call)
        if next_ is not None:
            succeed(floor, now, call, end_segment(call, now, outcome="outside_hung_up"), next_)
            return
        outcome = "outside_hung_up" if call.phase == "outside" else OUTCOMES.get(cause or 0, "failed")
        outside_over(floor, now, call, outcome, observed_late=observed_late)
        return
    if call.agent_leg != leg_id:
        return
    if call.phase in ("offered", "ringing"):
        ring_over(floor, now, call, _not_answered(cause, rang=call.phase == "ringing"))
    elif call.phase in HOLDING_LINE:
        agent_leg_lost(floor, now, call, cause, observed_late=observed_late)


def _not_answered(cause: int | None, *, rang: bool) -> str:
    if cause in REJECTED_CAUSES:
        return "rejected"
    return "phone_lost" if cause in UNREACHABLE_CAUSES or not rang else "ring_no_answer"


def _guest_ended(
    floor: Floor, now: datetime, call: Call, guest: Guest, cause: int | None, *, observed_late: bool
) -> None:
    if guest.agent_id is None:
        outcome = "outside_hung_up" if guest.state == "talking" else OUTCOMES.get(cause or 0, "failed")
        guest_gone(floor, now, call, guest, outcome, observed_late=observed_late)
    elif guest.state == "talking":
        guest_leg_lost(floor, now, call, guest, cause, observed_late=observed_late)
    else:
        # Whether it ever rang is not known when nobody listened: then nobody is blamed.
        outcome = "ring_unknown" if observed_late else _not_answered(cause, rang=True)
        guest_gone(floor, now, call, guest, outcome, blame=not observed_late, observed_late=observed_late)


def caller_left(
    floor: Floor, now: datetime, channel: str, cause: int | None, *, observed_late: bool = False
) -> None:
    """The caller's channel is gone, in whatever phase."""
    call = floor.call_of(channel)
    if call is None or channel != call.caller_channel:
        return
    call = _end_leg(call, channel, now, cause, observed_late=observed_late)
    floor.put_call(call)
    if call.phase in ("greeting", "queued"):
        waiting = "left_in_greeting" if call.phase == "greeting" else "abandoned"
        reason = call.refusal or ("left_after_transfer" if call.answered_at is not None else waiting)
        close_unanswered(floor, now, call, reason, observed_late=observed_late)
        floor.match(now)
    elif call.phase in ("offered", "ringing"):
        agent = floor.agents[call.agent_id] if call.agent_id else None
        if call.agent_leg:
            floor.act(HangUp(call.id, call.agent_leg))
        reason = "abandoned" if call.answered_at is None else "left_after_transfer"
        if agent is not None:
            call = end_share(call, agent.id, now, reason)
        close_unanswered(floor, now, call, reason, observed_late=observed_late)
        if agent is not None:
            release_agent(floor, now, agent)
    elif call.phase in CONVERSING:
        end_conversation(floor, now, call, "caller_hung_up", observed_late=observed_late)
    elif call.phase == "calling":
        not_reached(floor, now, call, OUTCOMES.get(cause or 0, "failed"), observed_late=observed_late)
    elif call.phase in ("dialling", "outside"):
        caller_left_outside(floor, now, call, observed_late=observed_late)


def ring_over(floor: Floor, now: datetime, call: Call, reason: str, *, blame_agent: bool = True) -> None:
    """The agent did not take it: the caller keeps the place in the queue, the agent a state that says why."""
    assert call.agent_id is not None
    agent = floor.agents[call.agent_id]
    if call.agent_leg is not None:
        leg = call.leg(call.agent_leg)
        if leg is not None and leg.ended_at is None:
            floor.act(HangUp(call.id, call.agent_leg))
    call = end_share(end_segment(call, now, outcome=reason), agent.id, now, reason)
    call = floor.tell("calls.ring_ended.v1", now, call, outcome=reason, agent_name=agent.name)
    call = replace(call, phase="queued", agent_id=None, agent_leg=None, why=None, ring_until=None)
    if call.passed is not None and call.passed.back is not None:
        give_back(floor, now, call, reason)
    else:
        queue = floor.queues[call.queue_id]
        call = begin_segment(call, "queue", now)
        again = now + timedelta(seconds=queue.announce_every_s)
        floor.put_call(replace(call, announce_at=again, overflow_at=now))
    if blame_agent:
        floor.move_agent(agent, now, "not_answering", reason, call_id=None, next=None)
    else:
        release_agent(floor, now, agent)
    floor.match(now)


# What an agent commands


def hold(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The caller hears music, the line stays."""
    own(agent, call, {"talking"})
    if call.joined:
        raise NotPossibleNow("Others speak with the caller; ask somebody aside instead.", state="conference")
    held = replace(begin_segment(call, "hold", now, agent_id=agent.id), phase="held")
    resound(floor, call, held)
    floor.put_call(floor.tell("calls.call_held.v1", now, held))


def resume(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The caller and the agent hear each other again."""
    own(agent, call, {"held"})
    if call.aside:
        raise NotPossibleNow("You are speaking with who you asked.", state="consulting")
    resumed = replace(begin_segment(call, "talk", now, agent_id=agent.id), phase="talking", missed=None)
    resound(floor, call, resumed)
    floor.put_call(floor.tell("calls.call_resumed.v1", now, resumed))


def hang_up(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """Ends what the agent speaks in: a guest's own part, who is asked aside, else the whole conversation.

    While it rings it is a rejection.
    """
    guest = call.guest_of(agent.id)
    if call.phase in ("offered", "ringing") or (guest is not None and guest.state != "talking"):
        reject(floor, now, agent, call)
        return
    if guest is None and call.agent_id == agent.id and call.aside:
        assert call.consulted is not None
        guest_gone(floor, now, call, call.consulted, "let_go")
        return
    if guest is not None:
        guest_gone(floor, now, call, guest, "agent_hung_up")
        return
    own(agent, call, HOLDING_LINE)
    if call.phase == "calling":
        not_reached(floor, now, call, "agent_hung_up")
        return
    floor.act(HangUp(call.id, call.caller_channel))
    end_conversation(floor, now, call, "agent_hung_up")


def reject(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The agent does not want this call; it goes on to the next one, or is not joined by a guest."""
    guest = call.guest_of(agent.id)
    if guest is not None and guest.state != "talking":
        guest_gone(floor, now, call, guest, "rejected", blame=True)
        return
    own(agent, call, {"offered", "ringing"})
    ring_over(floor, now, call, "rejected")


def finish_wrap_up(
    floor: Floor,
    now: datetime,
    agent: Agent,
    call: Call,
    *,
    disposition: str | None,
    note: str,
    next_state: NextState | None,
) -> None:
    """The work after the call is done; `disposition` is None when its time ran out."""
    share = call.share_of(agent.id)
    if share is None or not share.wraps_up:
        raise NotPossibleNow("There is no work after this call for you now.", state=call.phase)
    assert share.ended_at is not None
    check_disposition(floor, call, share, disposition)
    call = with_share(
        call, replace(share, closed_at=now, wrap_up_until=None, disposition=disposition, note=note)
    )
    call = replace(call, disposition=disposition or call.disposition, note=note or call.note)
    if call.phase == "wrap_up" and not call.open_shares:
        call = end_legs(end_segment(call, now, outcome=disposition or "timed_out"), now)
        call = replace(call, phase="closed", closed_at=now)
    call = floor.tell(
        "calls.wrap_up_finished.v1",
        now,
        call,
        agent_id=agent.id,
        disposition=disposition,
        wrap_up_s=round((now - share.ended_at).total_seconds(), 3),
        timed_out=disposition is None,
    )
    floor.put_call(call)
    release_agent(floor, now, replace(agent, next=next_state or agent.next))


def _begin_talking(floor: Floor, now: datetime, call: Call, leg_id: str, *, observed_late: bool) -> None:
    assert call.agent_id is not None
    agent = floor.agents[call.agent_id]
    call = fall_silent(floor, call)
    floor.act(
        StopMusic(call.id, call.caller_channel),
        Connect(call.id, call.bridge_id, (call.caller_channel, leg_id)),
    )
    waited_s = round((now - waiting_since(call)).total_seconds(), 3)
    # Whom an agent called was told nothing of a recording.
    recorded = floor.queues[call.queue_id].recorded and call.direction == "inbound"
    call = record(floor, call, recorded=recorded)
    leg = call.leg(leg_id)
    assert leg is not None
    share = call.share_of(agent.id)
    assert share is not None
    call = with_share(with_leg(call, replace(leg, answered_at=now)), replace(share, answered_at=now))
    call = end_segment(call, now, outcome="answered")
    call = replace(
        begin_segment(call, "talk", now, agent_id=agent.id),
        phase="talking",
        ring_until=None,
        give_up_at=None,
        overflow_at=None,
        answered_at=call.answered_at or now,
        passed=replace(call.passed, back=None) if call.passed is not None else None,
    )
    call = floor.tell(
        "calls.call_answered.v1",
        now,
        call,
        observed_late=observed_late,
        agent_name=agent.name,
        waited_s=waited_s,
        recorded=recorded,
    )
    floor.put_call(call)
    floor.estimator(call.queue_id).taken(call.id, now.timestamp())
    floor.move_agent(agent, now, "talking")


def _end_leg(call: Call, leg_id: str, now: datetime, cause: int | None, *, observed_late: bool) -> Call:
    leg = call.leg(leg_id)
    if leg is None or leg.ended_at is not None:
        return call
    return with_leg(call, replace(leg, ended_at=now, cause=cause, observed_late=observed_late))
