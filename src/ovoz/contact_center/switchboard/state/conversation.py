"""Ringing, talking, holding, ending: what legs report and what an agent commands."""

from datetime import datetime, timedelta
from uuid import UUID

from ovoz.contact_center.switchboard.errors import NotPossibleNow
from ovoz.contact_center.switchboard.state.actions import (
    Connect,
    Dissolve,
    HangUp,
    Part,
    Ring,
    StartMusic,
    StopMusic,
)
from ovoz.contact_center.switchboard.state.agent import Agent, NextState, after_call
from ovoz.contact_center.switchboard.state.arrivals import close_unanswered
from ovoz.contact_center.switchboard.state.call import (
    CONVERSING,
    Call,
    Leg,
    begin_segment,
    end_legs,
    end_segment,
    end_share,
    rest,
    spent_ms,
    waiting_since,
    with_leg,
    with_share,
)
from ovoz.contact_center.switchboard.state.dispositions import check_disposition
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.recordings import end_recording, record, record_again
from ovoz.contact_center.switchboard.state.saying import fall_silent
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
    if call is None or call.agent_leg != leg_id or call.phase != "offered":
        return
    floor.put_call(floor.tell("calls.ring_started.v1", now, replace(call, phase="ringing")))


def leg_answered(floor: Floor, now: datetime, leg_id: str, *, observed_late: bool = False) -> None:
    """The agent's phone answered: a conversation begins, or one goes on over a new leg."""
    call = floor.call_of(leg_id)
    if call is None:
        return
    if call.agent_leg == leg_id and call.phase in ("offered", "ringing"):
        _begin_talking(floor, now, call, leg_id, observed_late=observed_late)
    elif call.agent_leg == leg_id and call.phase in CONVERSING and call.rejoin_until is not None:
        _rejoin(floor, now, call, leg_id)
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
    if call.outside_leg == leg_id and call.phase in ("dialling", "outside"):
        outcome = "outside_hung_up" if call.phase == "outside" else OUTCOMES.get(cause or 0, "failed")
        outside_over(floor, now, call, outcome, observed_late=observed_late)
        return
    if call.agent_leg != leg_id:
        return
    if call.phase in ("offered", "ringing"):
        rejected = cause in REJECTED_CAUSES
        reason = "rejected" if rejected else "phone_lost" if cause in UNREACHABLE_CAUSES else "ring_no_answer"
        ring_over(floor, now, call, reason)
    elif call.phase in CONVERSING:
        agent_leg_lost(floor, now, call, cause, observed_late=observed_late)


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


def agent_leg_lost(
    floor: Floor, now: datetime, call: Call, cause: int | None, *, observed_late: bool = False
) -> None:
    """The agent's leg went without a command (reload, network): the caller hears music, a new leg may come."""
    call = replace(
        call,
        agent_leg=None,
        rejoin_until=call.rejoin_until or now + timedelta(seconds=floor.limits.rejoin_grace_s),
        rejoin_at=now + timedelta(seconds=floor.limits.rejoin_retry_s),
    )
    call = floor.tell("calls.agent_leg_lost.v1", now, call, observed_late=observed_late, cause=cause)
    floor.put_call(call)
    if call.phase == "talking":
        floor.act(
            Part(call.id, call.bridge_id, call.caller_channel), StartMusic(call.id, call.caller_channel)
        )


def ring_again(floor: Floor, now: datetime, call: Call) -> None:
    """Calls the agent's phone back into the conversation, when it is there."""
    agent = floor.agents.get(call.agent_id) if call.agent_id else None
    call = replace(call, rejoin_at=None)
    if agent is None or not agent.registered or call.agent_leg is not None or not floor.intents_allowed:
        later = now + timedelta(seconds=floor.limits.rejoin_retry_s)
        floor.put_call(replace(call, rejoin_at=later))
        return
    attempt = call.attempt + 1
    leg_id = f"{call.id.hex}-{attempt}"
    call = replace(call, attempt=attempt, agent_leg=leg_id)
    call = with_leg(call, Leg(leg_id, "agent", now, agent_id=agent.id))
    floor.put_call(floor.tell("calls.agent_rung_again.v1", now, call, attempt=attempt))
    floor.act_when_journalled(
        Ring(
            call.id,
            leg=leg_id,
            endpoint=agent.endpoint,
            timeout_s=5,
            rejoin=True,
        )
    )


# What an agent commands


def hold(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The caller hears music, the line stays."""
    _own(agent, call, {"talking"})
    if call.rejoin_until is None:
        floor.act(
            Part(call.id, call.bridge_id, call.caller_channel), StartMusic(call.id, call.caller_channel)
        )
    call = replace(begin_segment(call, "hold", now, agent_id=agent.id), phase="held")
    floor.put_call(floor.tell("calls.call_held.v1", now, call))


def resume(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The caller and the agent hear each other again."""
    _own(agent, call, {"held"})
    if call.rejoin_until is None:
        floor.act(
            StopMusic(call.id, call.caller_channel), Connect(call.id, call.bridge_id, (call.caller_channel,))
        )
    call = replace(begin_segment(call, "talk", now, agent_id=agent.id), phase="talking")
    floor.put_call(floor.tell("calls.call_resumed.v1", now, call))


def hang_up(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """Ends the conversation; while it rings it is a rejection."""
    if call.phase in ("offered", "ringing"):
        reject(floor, now, agent, call)
        return
    _own(agent, call, CONVERSING)
    floor.act(HangUp(call.id, call.caller_channel))
    end_conversation(floor, now, call, "agent_hung_up")


def reject(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The agent does not want this call; it goes on to the next one."""
    _own(agent, call, {"offered", "ringing"})
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


# What follows


def end_conversation(
    floor: Floor, now: datetime, call: Call, reason: str, *, observed_late: bool = False
) -> None:
    """No more talking: legs and bridge go, the recording is handed over, the agent wraps up."""
    assert call.agent_id is not None
    agent = floor.agents[call.agent_id]
    queue = floor.queues[call.queue_id]
    end_recording(floor, call)
    if call.agent_leg is not None:
        floor.act(HangUp(call.id, call.agent_leg))
    floor.act(Dissolve(call.id, call.bridge_id))
    call = end_segment(call, now, observed_late=observed_late)
    call = end_share(call, agent.id, now, reason, wrap_up_until=now + timedelta(seconds=queue.wrap_up_s))
    call = replace(rest(call, now), ended_at=now, end_reason=reason, rejoin_until=None, rejoin_at=None)
    call = floor.tell(
        "calls.call_ended.v1",
        now,
        call,
        observed_late=observed_late,
        reason=reason,
        answered=True,
        talk_s=spent_ms(call, frozenset({"talk"}), now) / 1000,
        hold_s=spent_ms(call, frozenset({"hold"}), now) / 1000,
    )
    floor.put_call(call)
    floor.move_agent(agent, now, "wrap_up")


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


def _begin_talking(floor: Floor, now: datetime, call: Call, leg_id: str, *, observed_late: bool) -> None:
    assert call.agent_id is not None
    agent = floor.agents[call.agent_id]
    call = fall_silent(floor, call)
    floor.act(
        StopMusic(call.id, call.caller_channel),
        Connect(call.id, call.bridge_id, (call.caller_channel, leg_id)),
    )
    waited_s = round((now - waiting_since(call)).total_seconds(), 3)
    recorded = floor.queues[call.queue_id].recorded
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


def _rejoin(floor: Floor, now: datetime, call: Call, leg_id: str) -> None:
    leg = call.leg(leg_id)
    assert leg is not None
    call = with_leg(call, replace(leg, answered_at=now))
    call = replace(call, rejoin_until=None, rejoin_at=None)
    if call.recording == "on":
        call = record_again(floor, call)
    if call.phase == "talking":
        floor.act(
            StopMusic(call.id, call.caller_channel),
            Connect(call.id, call.bridge_id, (call.caller_channel, leg_id)),
        )
    else:
        floor.act(Connect(call.id, call.bridge_id, (leg_id,)))
    floor.put_call(floor.tell("calls.agent_rejoined.v1", now, call))


def _end_leg(call: Call, leg_id: str, now: datetime, cause: int | None, *, observed_late: bool) -> Call:
    leg = call.leg(leg_id)
    if leg is None or leg.ended_at is not None:
        return call
    return with_leg(call, replace(leg, ended_at=now, cause=cause, observed_late=observed_late))


def _own(agent: Agent, call: Call, phases: frozenset[str] | set[str]) -> None:
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
