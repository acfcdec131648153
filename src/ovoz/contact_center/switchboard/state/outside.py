"""A number outside is called for a caller who hears music meanwhile."""

from datetime import datetime, timedelta

from ovoz.contact_center.switchboard.state.actions import Dial, PauseRecording
from ovoz.contact_center.switchboard.state.call import Call, Leg, begin_segment, with_leg
from ovoz.contact_center.switchboard.state.floor import Floor, replace


def dial(floor: Floor, now: datetime, call: Call, number: str, presented: str) -> None:
    """Calls it, presenting a number of the tenant's; begun once that stands in the journal."""
    if call.recording == "on":
        # Whoever speaks out there was not told that it is recorded.
        floor.act(PauseRecording(call.id, call.caller_channel))
        call = replace(call, recording="paused")
    attempt = call.attempt + 1
    leg_id = f"{call.id.hex}-{attempt}"
    timeout_s = floor.limits.dial_timeout_s
    call = replace(
        begin_segment(call, "dial", now),
        phase="dialling",
        attempt=attempt,
        outside_leg=leg_id,
        dial_until=now + timedelta(seconds=timeout_s + floor.limits.ring_guard_s),
    )
    call = with_leg(call, Leg(leg_id, "outside", now))
    floor.put_call(floor.tell("calls.dial_started.v1", now, call, dialled=number, presented=presented))
    floor.act_when_journalled(
        Dial(call.id, leg=leg_id, number=number, presented=presented, timeout_s=timeout_s)
    )
