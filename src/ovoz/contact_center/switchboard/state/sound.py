"""Who hears whom in a conversation: where each channel belongs, and how it gets there."""

from typing import Final

from ovoz.contact_center.switchboard.state.actions import (
    Connect,
    Dissolve,
    Part,
    StartMusic,
    StartRinging,
    StopMusic,
    StopRinging,
)
from ovoz.contact_center.switchboard.state.call import CONVERSING, Call
from ovoz.contact_center.switchboard.state.floor import Floor

MUSIC: Final = "music"
RINGING: Final = "ringing"
APART: Final = "apart"


def places(call: Call) -> dict[str, str]:
    """Where each channel of a conversation belongs: a bridge's id, music, the sound of ringing, or apart in silence.

    Nothing of a call in which no agent holds a line.
    """
    if call.phase in CONVERSING:
        line = call.agent_leg if call.rejoin_until is None else None
    elif call.phase == "outside":
        line = call.outside_leg
    elif call.phase == "calling" and call.agent_leg is not None and call.rejoin_until is None:
        return {call.agent_leg: RINGING}
    else:
        return {}
    asked = call.consulted
    aside = call.aside and asked is not None
    joined = [guest.leg for guest in call.joined if guest.here]
    company = bool(joined) or (line is not None and call.phase != "held" and not aside)
    found = {}
    if call.direction != "internal":
        found[call.caller_channel] = call.bridge_id if company else MUSIC
    found.update(dict.fromkeys(joined, call.bridge_id))
    if line is not None:
        found[line] = call.bridge_id
        if aside and asked is not None:
            calling = RINGING if asked.state != "talking" else APART
            found[line] = call.side_bridge_id if asked.here else calling
    if asked is not None and asked.here:
        found[asked.leg] = call.side_bridge_id if aside and line is not None else MUSIC
    return found


def resound(floor: Floor, before: Call, after: Call) -> None:
    """Moves every channel that is still there from where it was to where it belongs now."""
    move(floor, after, places(before), places(after))


def move(floor: Floor, call: Call, was: dict[str, str], now: dict[str, str]) -> None:
    """The steps between two states of the channels; what is not in `now` is gone."""
    moved = [channel for channel, place in now.items() if was.get(channel) != place]
    for channel in moved:
        match was.get(channel):
            case None | "apart":
                pass
            case "music":
                floor.act(StopMusic(call.id, channel))
            case "ringing":
                floor.act(StopRinging(call.id, channel))
            case bridge:
                floor.act(Part(call.id, bridge, channel))
    for bridge in (call.bridge_id, call.side_bridge_id):
        channels = tuple(channel for channel in moved if now[channel] == bridge)
        if channels:
            floor.act(Connect(call.id, bridge, channels))
    for channel in moved:
        if now[channel] == MUSIC:
            floor.act(StartMusic(call.id, channel))
        elif now[channel] == RINGING:
            floor.act(StartRinging(call.id, channel))
    if call.side_bridge_id in was.values() and call.side_bridge_id not in now.values():
        floor.act(Dissolve(call.id, call.side_bridge_id))
