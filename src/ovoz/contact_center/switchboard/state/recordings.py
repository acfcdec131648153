"""What of a call is recorded: one file for the whole interaction, with silence where it must not be."""

from datetime import datetime, timedelta

from ovoz.contact_center.switchboard.errors import NotPossibleNow
from ovoz.contact_center.switchboard.state.actions import (
    PauseRecording,
    RestartRecording,
    StartRecording,
    StopRecording,
    StoreRecording,
)
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import CONVERSING, Call
from ovoz.contact_center.switchboard.state.duty import own
from ovoz.contact_center.switchboard.state.floor import Floor, replace


def record(floor: Floor, call: Call, *, recorded: bool) -> Call:
    """A conversation begins: it goes into the interaction's one recording, or leaves silence there."""
    if recorded and call.recording_id is None:
        floor.act(StartRecording(call.id, call.caller_channel, call.raw_recording))
        return replace(call, recording="on", recording_id=floor.new_id())
    if recorded and call.recording in ("on", "paused"):
        return record_again(floor, call)
    if not recorded and call.recording == "on":
        floor.act(PauseRecording(call.id, call.caller_channel))
        return replace(call, recording="paused")
    return call


def record_again(floor: Floor, call: Call) -> Call:
    """Another leg speaks to the caller from now on: see `RestartRecording`."""
    floor.act(RestartRecording(call.id, call.caller_channel, call.raw_recording))
    return replace(call, recording="on")


def end_recording(floor: Floor, call: Call) -> None:
    """The recording, where there is one, is handed over once its row says so."""
    if call.recording_id is not None:
        floor.act(StopRecording(call.id, call.caller_channel))
        floor.act_when_journalled(StoreRecording(call.id, call.recording_id))


def keep_recording(floor: Floor, before: Call, after: Call) -> Call:
    """Other parties speak with the caller than before: whoever is outside was not told that it is recorded."""
    if after.recording == "on" and not may_record(after):
        floor.act(PauseRecording(after.id, after.caller_channel))
        return replace(after, recording="paused")
    recorded = floor.queues[after.queue_id].recorded
    if after.recording == "paused" and recorded and may_record(after):
        return record_again(floor, after)
    if after.recording == "on" and _voices(after) - _voices(before):
        return record_again(floor, after)
    return after


def may_record(call: Call) -> bool:
    """Whether everybody who speaks with the caller may be recorded, and what they say."""
    if call.paused_until is not None:
        return False
    return call.phase != "outside" and all(guest.agent_id is not None for guest in call.joined)


def _voices(call: Call) -> set[str]:
    """Legs that the caller hears, or will when the hold is over."""
    return {leg for leg in (call.agent_leg, *(guest.leg for guest in call.joined if guest.here)) if leg}


# While a card's number is said


def pause_recording(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """Silence is recorded until the agent says otherwise, or the tenant's limit has passed."""
    own(agent, call, CONVERSING)
    if call.recording != "on":
        raise NotPossibleNow("Nothing is being recorded now.", state=call.recording)
    limit_s = floor.calling.recording_pause_s
    floor.act(PauseRecording(call.id, call.caller_channel))
    paused = replace(call, recording="paused", paused_until=now + timedelta(seconds=limit_s))
    floor.put_call(floor.tell("calls.recording_paused.v1", now, paused, limit_s=limit_s))


def resume_recording(floor: Floor, now: datetime, agent: Agent, call: Call) -> None:
    """The card's number was said."""
    own(agent, call, CONVERSING)
    if call.paused_until is None:
        raise NotPossibleNow("The recording is not paused.", state=call.recording)
    floor.put_call(pause_over(floor, now, call, "agent"))


def pause_over(floor: Floor, now: datetime, call: Call, outcome: str) -> Call:
    """The pause for a card's number ends, where there is one: `agent`, `limit`, or `transferred`."""
    if call.paused_until is None:
        return call
    call = replace(call, paused_until=None)
    if may_record(call):
        call = record_again(floor, call)
    return floor.tell("calls.recording_resumed.v1", now, call, outcome=outcome)
