"""Time, lost media and take-over: how the floor is made true again when it missed something."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.state.actions import (
    Action,
    Connect,
    Dial,
    HangUp,
    PauseRecording,
    Play,
    RestartRecording,
    Ring,
    StartMusic,
    StartRecording,
    StopRecording,
)
from ovoz.contact_center.switchboard.state.announcing import announce
from ovoz.contact_center.switchboard.state.arrivals import (
    close_unanswered,
    greeting_over,
    led_elsewhere,
    waited_too_long,
)
from ovoz.contact_center.switchboard.state.breaks import agent_due
from ovoz.contact_center.switchboard.state.call import CONVERSING, Call, end_share
from ovoz.contact_center.switchboard.state.conversation import (
    caller_left,
    end_conversation,
    finish_wrap_up,
    leg_answered,
    leg_ended,
    release_agent,
    ring_again,
    ring_over,
)
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.presence import phone_lost, phone_missed
from ovoz.contact_center.switchboard.state.transfers import outside_over


class NodeSnapshot(msgspec.Struct, frozen=True):
    """What lives on a media node now: channels (id → up?), which of them are in our hands, the members of each
    bridge, the endpoints whose phone is registered, and every agent's phone that has an account."""

    channels: dict[str, bool]
    ours: frozenset[str]
    bridges: dict[str, frozenset[str]]
    registered: frozenset[str]
    phones: frozenset[str] = frozenset()


def time_passed(floor: Floor, now: datetime) -> None:
    """Looks at every deadline that passed; one that the state has moved away from does nothing."""
    for subject in floor.pop_due(now):
        if subject in floor.queues:
            floor.queue_turned(floor.queues[subject], now)
        if subject in floor.calls:
            _call_due(floor, now, floor.calls[subject])
        agent = floor.agents.get(subject)
        if agent is not None:
            agent_due(floor, now, agent)
            agent = floor.agents[subject]
            if agent.phone_deadline is not None and agent.phone_deadline <= now:
                phone_lost(floor, now, agent)
    floor.match(now)


def _call_due(floor: Floor, now: datetime, call: Call) -> None:
    def due(moment: datetime | None) -> bool:
        return moment is not None and moment <= now

    if call.phase == "greeting" and due(call.greeting_until):
        greeting_over(floor, now, replace(call, playing=None))
    elif call.phase == "queued" and due(call.give_up_at):
        waited_too_long(floor, now, call)
    elif call.phase == "queued":
        if not led_elsewhere(floor, now, call) and due(call.announce_at):
            announce(floor, now, floor.calls[call.id])
    elif call.phase in ("offered", "ringing") and due(call.ring_until):
        ring_over(floor, now, call, "ring_no_answer")
    elif call.phase == "dialling" and due(call.dial_until):
        outside_over(floor, now, call, "no_answer")
    elif call.phase in CONVERSING and due(call.rejoin_until):
        floor.act(HangUp(call.id, call.caller_channel))
        end_conversation(floor, now, call, "agent_lost")
    elif call.phase in CONVERSING and due(call.rejoin_at):
        ring_again(floor, now, call)
    for share in call.open_shares:
        if due(share.wrap_up_until):
            agent, call = floor.agents[share.agent_id], floor.calls[call.id]
            finish_wrap_up(floor, now, agent, call, disposition=None, note="", next_state=None)


def media_lost(floor: Floor, now: datetime, node: str) -> None:
    """The media node died: its calls are over, their agents are free or wrap up, its phones are gone."""
    for agent in list(floor.agents.values()):
        if agent.registered:
            phone_missed(floor, now, agent)
    for call in list(floor.calls.values()):
        if call.node != node or call.ended_at is not None:
            continue
        if call.phase in CONVERSING:
            end_conversation(floor, now, call, "media_lost")
            continue
        agent_id = call.agent_id
        if agent_id is not None:
            call = end_share(call, agent_id, now, "media_lost")
        close_unanswered(floor, now, call, "media_lost")
        if agent_id is not None:
            release_agent(floor, now, floor.agents[agent_id])


def reconcile(floor: Floor, now: datetime, node: str, snapshot: NodeSnapshot) -> None:
    """Adopts what lives on the node and ends what died while nobody listened (`observed_late`)."""
    for call in list(floor.calls.values()):
        if call.node == node and call.ended_at is None:
            _reconcile_call(floor, now, call, snapshot)


def _reconcile_call(floor: Floor, now: datetime, call: Call, snapshot: NodeSnapshot) -> None:
    if call.caller_channel not in snapshot.channels:
        caller_left(floor, now, call.caller_channel, None, observed_late=True)
        return
    outside = call.outside_leg
    if outside is not None and call.phase in ("dialling", "outside"):
        if outside not in snapshot.channels:
            leg_ended(floor, now, outside, None, observed_late=True)
            return
        if snapshot.channels[outside] and call.phase == "dialling":
            leg_answered(floor, now, outside, observed_late=True)
            return
    leg = call.agent_leg
    if leg is not None and leg not in snapshot.channels:
        if call.phase in ("offered", "ringing"):
            # Whether it ever rang is not known: nobody is blamed, the caller keeps the place.
            ring_over(floor, now, call, "ring_unknown", blame_agent=False)
        else:
            leg_ended(floor, now, leg, None, observed_late=True)
        return
    if leg is not None and snapshot.channels[leg] and call.phase in ("offered", "ringing"):
        leg_answered(floor, now, leg, observed_late=True)
        return
    _restore_sound(floor, call, snapshot)


def _restore_sound(floor: Floor, call: Call, snapshot: NodeSnapshot) -> None:
    """Repeats what the caller should hear; every one of these may be repeated safely."""
    members = snapshot.bridges.get(call.bridge_id, frozenset())
    if call.phase == "talking" and call.rejoin_until is None and call.agent_leg is not None:
        missing = tuple(
            channel for channel in (call.caller_channel, call.agent_leg) if channel not in members
        )
        if missing:
            floor.act(Connect(call.id, call.bridge_id, missing))
    elif call.phase == "outside" and call.outside_leg is not None:
        missing = tuple(
            channel for channel in (call.caller_channel, call.outside_leg) if channel not in members
        )
        if missing:
            floor.act(Connect(call.id, call.bridge_id, missing))
    elif call.phase in ("queued", "offered", "ringing", "held", "dialling") and call.playing is None:
        floor.act(StartMusic(call.id, call.caller_channel))
    if call.phase in CONVERSING and call.recording == "on" and not members:
        floor.act(StartRecording(call.id, call.caller_channel, call.raw_recording))


def strangers(floors: Collection[Floor], snapshot: NodeSnapshot) -> tuple[set[str], set[str]]:
    """Channels and bridges of the node that belong to no call: left over, or new callers."""
    channels: set[str] = set()
    bridges: set[str] = set()
    for floor in floors:
        for call in floor.calls.values():
            channels.add(call.caller_channel)
            channels.update(leg.id for leg in call.legs if leg.ended_at is None)
            if call.ended_at is None:
                bridges.add(call.bridge_id)
    return set(snapshot.ours) - channels, set(snapshot.bridges) - bridges


def withdraw(floor: Floor, now: datetime, interaction_id: UUID, leg_id: str) -> None:
    """A ring that could not be journalled is not begun: both sides are free again."""
    call = floor.calls.get(interaction_id)
    if call is not None and call.outside_leg == leg_id and call.phase == "dialling":
        outside_over(floor, now, call, "journal_unavailable")
        return
    if call is None or call.agent_leg != leg_id:
        return
    if call.phase == "offered":
        ring_over(floor, now, call, "journal_unavailable", blame_agent=False)
    elif call.phase in CONVERSING:
        leg_ended(floor, now, leg_id, None)


def action_failed(floor: Floor, now: datetime, action: Action, error: str) -> None:
    """The media node could not do it: what cannot be repaired by an event is repaired here."""
    call = floor.calls.get(action.interaction_id)
    if call is None:
        return
    if isinstance(action, Ring) and action.leg == call.agent_leg:
        if call.phase == "offered":
            ring_over(floor, now, call, "phone_lost")
        elif call.phase in CONVERSING:
            leg_ended(floor, now, action.leg, None)
    elif isinstance(action, Dial) and action.leg == call.outside_leg and call.phase == "dialling":
        outside_over(floor, now, call, "failed")
    elif isinstance(action, Connect) and call.phase == "outside":
        outside_over(floor, now, call, "media_failed")
    elif isinstance(action, StartRecording) and call.recording == "on":
        failed = replace(call, recording="failed", recording_id=None)
        floor.put_call(floor.tell("calls.recording_failed.v1", now, failed, error=error))
    elif isinstance(action, RestartRecording) and call.recording == "on":
        # What was recorded before is kept.
        failed = floor.tell("calls.recording_failed.v1", now, replace(call, recording="failed"), error=error)
        floor.put_call(failed)
    elif isinstance(action, PauseRecording) and call.recording == "paused":
        # Rather no recording than one of what must not be in it.
        floor.act(StopRecording(call.id, call.caller_channel))
        stopped = floor.tell("calls.recording_failed.v1", now, replace(call, recording="failed"), error=error)
        floor.put_call(stopped)
    elif isinstance(action, Connect) and call.phase == "talking":
        floor.act(HangUp(call.id, call.caller_channel))
        end_conversation(floor, now, call, "media_failed")
    elif isinstance(action, Play) and call.playing == action.playback_id and call.phase == "greeting":
        greeting_over(floor, now, replace(call, playing=None))
