"""What of a call is recorded: one file for the whole interaction, with silence where it must not be."""

from ovoz.contact_center.switchboard.state.actions import (
    PauseRecording,
    RestartRecording,
    StartRecording,
    StopRecording,
    StoreRecording,
)
from ovoz.contact_center.switchboard.state.call import Call
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
