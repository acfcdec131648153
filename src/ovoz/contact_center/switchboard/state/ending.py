"""A conversation ends, or whom the agent called was not reached: lines go, and the work after it begins."""

from datetime import datetime, timedelta

from ovoz.contact_center.switchboard.state.actions import Dissolve, HangUp
from ovoz.contact_center.switchboard.state.call import Call, end_segment, end_share, rest
from ovoz.contact_center.switchboard.state.duty import dismiss_guests
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.recordings import end_recording
from ovoz.contact_center.switchboard.state.times import spent_ms


def not_reached(
    floor: Floor, now: datetime, call: Call, outcome: str, *, observed_late: bool = False
) -> None:
    """Nobody answered whom the agent called: it is over, and the work after it says how it went."""
    leg = call.leg(call.caller_channel)
    if leg is not None:
        if leg.ended_at is None:
            floor.act(HangUp(call.id, leg.id))
        call = floor.tell("calls.dial_ended.v1", now, call, observed_late=observed_late, outcome=outcome)
    call = end_segment(call, now, outcome=outcome, observed_late=observed_late)
    end_conversation(floor, now, call, outcome, observed_late=observed_late)


def end_conversation(
    floor: Floor, now: datetime, call: Call, reason: str, *, observed_late: bool = False
) -> None:
    """No more talking: legs and bridge go, the recording is handed over, the agent wraps up."""
    assert call.agent_id is not None
    agent = floor.agents[call.agent_id]
    queue = floor.queues[call.queue_id]
    call = dismiss_guests(floor, now, call, reason)
    end_recording(floor, call)
    if call.agent_leg is not None:
        floor.act(HangUp(call.id, call.agent_leg))
    floor.act(Dissolve(call.id, call.bridge_id))
    call = end_segment(call, now, observed_late=observed_late)
    call = end_share(call, agent.id, now, reason, wrap_up_until=now + timedelta(seconds=queue.wrap_up_s))
    call = replace(rest(call, now), ended_at=now, end_reason=reason, rejoin_until=None, rejoin_at=None)
    call = replace(call, paused_until=None, dial_until=None)
    call = floor.tell(
        "calls.call_ended.v1",
        now,
        call,
        observed_late=observed_late,
        reason=reason,
        answered=call.answered_at is not None,
        talk_s=spent_ms(call, frozenset({"talk"}), now) / 1000,
        hold_s=spent_ms(call, frozenset({"hold"}), now) / 1000,
    )
    floor.put_call(call)
    floor.move_agent(agent, now, "wrap_up")
