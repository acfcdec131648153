"""From the carrier to the queue: greeting, limits, music, announcements; and what is pressed on the way."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.state.actions import (
    Answer,
    HangUp,
    Play,
    StartMusic,
    StopMusic,
)
from ovoz.contact_center.switchboard.state.call import (
    WAITING,
    Call,
    Caller,
    Leg,
    begin_segment,
    end_legs,
    end_segment,
    rest,
    spent_ms,
    waiting_since,
    with_leg,
)
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.recordings import end_recording
from ovoz.contact_center.switchboard.state.rules import EntryPoint

CAUSE_CONGESTION = 42
OPERATOR_SUSPENDED = "operator_suspended"

REFUSAL_PROMPTS = ("sound:all-circuits-busy-now", "sound:pls-try-call-later")
SUSPENDED_PROMPTS = ("sound:im-sorry", "sound:pls-try-call-later")
GAVE_UP_PROMPTS = ("sound:vm-goodbye",)


def caller_arrived(
    floor: Floor,
    now: datetime,
    *,
    interaction_id: UUID,
    node: str,
    channel: str,
    sip_call_id: str,
    caller: Caller,
    entry: EntryPoint,
    observed_late: bool = False,
) -> Call:
    """A call of the carrier meets the switchboard: it is answered at once and hears something at once."""
    queue = floor.queues[entry.queue_id]
    refusal = None
    if floor.suspended:
        refusal = OPERATOR_SUSPENDED
    elif floor.active_calls >= floor.limits.max_calls:
        refusal = "over_limit"
    elif len(floor.waiting_in(queue.id)) >= queue.max_length:
        refusal = "queue_full"
    call = Call(
        id=interaction_id,
        node=node,
        caller=caller,
        caller_channel=channel,
        entry_point_id=entry.id,
        entry_number=entry.number,
        entry_name=entry.name,
        queue_id=queue.id,
        started_at=now,
        sip_call_id=sip_call_id,
        refusal=refusal,
        greeting_until=now + timedelta(seconds=floor.limits.greeting_guard_s),
    )
    call = with_leg(begin_segment(call, "flow", now), Leg(channel, "caller", now, answered_at=now))
    call = floor.tell(
        "calls.call_started.v1",
        now,
        call,
        observed_late=observed_late,
        channel="voice",
        direction="inbound",
        caller=caller.number,
        hidden=caller.hidden,
        entry_number=entry.number,
        queue=queue.name,
        node=node,
        sip_call_id=sip_call_id,
    )
    floor.act(Answer(call.id, channel))
    prompts = refusal_prompts(refusal) if refusal else tuple(f"sound:{name}" for name in entry.greeting)
    if prompts:
        call = _play(floor, call, "greeting", prompts)
        floor.put_call(call)
    else:
        enter_queue(floor, call, now)
    return call


def refusal_prompts(refusal: str) -> tuple[str, ...]:
    """What a caller hears who is turned away at once."""
    return SUSPENDED_PROMPTS if refusal == OPERATOR_SUSPENDED else REFUSAL_PROMPTS


def operator_suspended(floor: Floor, now: datetime, *, suspended: bool) -> None:
    """The provider suspended the operator, or resumed it. Who waits is told and let go; conversations are not cut."""
    floor.suspended = suspended
    if not suspended:
        return
    for call in list(floor.calls.values()):
        if call.phase == "queued" or (call.phase == "greeting" and call.refusal is None):
            _turn_away(floor, now, call, OPERATOR_SUSPENDED, SUSPENDED_PROMPTS)


def caller_named(floor: Floor, now: datetime, call_id: UUID, name: str) -> None:
    """The operator's name for the caller was found."""
    call = floor.calls.get(call_id)
    if call is not None and call.phase != "closed":
        named = replace(call, caller=replace(call.caller, name=name))
        floor.put_call(floor.tell("calls.caller_recognised.v1", now, named))


def playback_finished(floor: Floor, now: datetime, playback_id: str) -> None:
    """A prompt ended (or could not be played, which for the caller is the same)."""
    call = owner(floor, playback_id)
    if call is None or call.playing != playback_id:
        return
    call = replace(call, playing=None)
    if call.phase == "greeting":
        floor.put_call(call)
        greeting_over(floor, now, call)
    elif call.phase in WAITING:
        floor.put_call(call)
        floor.act(StartMusic(call.id, call.caller_channel))
    else:
        floor.put_call(call)


def greeting_over(floor: Floor, now: datetime, call: Call) -> None:
    """The greeting was heard: into the queue, or out again when the call was turned away."""
    if call.refusal is not None:
        floor.act(HangUp(call.id, call.caller_channel, CAUSE_CONGESTION))
        close_unanswered(floor, now, call, call.refusal)
    else:
        enter_queue(floor, call, now)


def announce(floor: Floor, now: datetime, call: Call) -> None:
    """Tells a waiting caller the place in the queue and the wait, as far as the queue does that; then music again."""
    queue = floor.queues[call.queue_id]
    call = replace(call, announce_at=now + timedelta(seconds=queue.announce_every_s))
    place = 1 + _ahead(floor, call)
    estimate = floor.estimator(queue.id).estimate(now.timestamp(), place - 1)
    minutes = estimate.minutes if queue.announces_wait and estimate and estimate.worth_saying else None
    prompts = (*(_place(place) if queue.announces_position else ()), *(_wait(minutes) if minutes else ()))
    if not prompts:
        floor.put_call(call)
        return
    why = msgspec.to_builtins(floor.why_waiting(call, now))
    floor.act(StopMusic(call.id, call.caller_channel))
    call = replace(call, announcements=call.announcements + 1)
    call = _play(floor, call, f"announce-{call.announcements}", (*prompts, "sound:queue-thankyou"))
    floor.put_call(
        floor.tell(
            "calls.position_announced.v1",
            now,
            call,
            position=place,
            minutes=minutes,
            estimate_s=round(estimate.wait_s) if estimate else None,
            error_s=round(estimate.error_s) if estimate and estimate.error_s is not None else None,
            why=why,
        )
    )


def _place(place: int) -> tuple[str, ...]:
    if place == 1:
        return ("sound:queue-youarenext",)
    return ("sound:queue-thereare", f"number:{place}", "sound:queue-callswaiting")


def _wait(minutes: int) -> tuple[str, ...]:
    unit = "sound:queue-minute" if minutes == 1 else "sound:queue-minutes"
    return ("sound:queue-holdtime", f"number:{minutes}", unit)


def _ahead(floor: Floor, call: Call) -> int:
    """How many wait in the same queue longer than this one."""
    return next(
        (place for place, other in enumerate(floor.waiting_in(call.queue_id)) if other.id == call.id), 0
    )


def waited_too_long(floor: Floor, now: datetime, call: Call) -> None:
    """Nothing waits forever: after the queue's longest wait the caller hears a goodbye and is let go."""
    _turn_away(floor, now, call, "max_wait", GAVE_UP_PROMPTS)


def _turn_away(floor: Floor, now: datetime, call: Call, refusal: str, prompts: tuple[str, ...]) -> None:
    """Takes a caller out of the queue: a last prompt, then the call is over."""
    floor.act(StopMusic(call.id, call.caller_channel))
    call = _play(floor, call, "goodbye", prompts)
    floor.put_call(
        replace(
            call,
            phase="greeting",
            refusal=refusal,
            announce_at=None,
            give_up_at=None,
            greeting_until=now + timedelta(seconds=floor.limits.greeting_guard_s),
        )
    )


def close_unanswered(
    floor: Floor, now: datetime, call: Call, reason: str, *, observed_late: bool = False
) -> None:
    """Ends an interaction that no agent talks in; whoever talked in it before may still be at the work after it."""
    answered = call.answered_at is not None
    waited_s = round((now - waiting_since(call)).total_seconds(), 3)
    end_recording(floor, call)
    call = end_legs(end_segment(call, now, outcome=reason, observed_late=observed_late), now)
    call = replace(
        rest(call, now),
        agent_id=None,
        agent_leg=None,
        outside_leg=None,
        ended_at=now,
        end_reason=reason,
        greeting_until=None,
        announce_at=None,
        give_up_at=None,
        ring_until=None,
        dial_until=None,
        playing=None,
    )
    spoken: dict[str, Any] = {}
    if answered:
        spoken = {
            "talk_s": spent_ms(call, frozenset({"talk"}), now) / 1000,
            "hold_s": spent_ms(call, frozenset({"hold"}), now) / 1000,
        }
    call = floor.tell(
        "calls.call_ended.v1",
        now,
        call,
        observed_late=observed_late,
        reason=reason,
        answered=answered,
        waited_s=waited_s,
        **spoken,
    )
    floor.put_call(call)
    floor.estimator(call.queue_id).left(call.id, now.timestamp())


def enter_entry_point(floor: Floor, call: Call, now: datetime, entry: EntryPoint) -> None:
    """A caller who is passed on goes the way of those who dial this number."""
    call = replace(call, queue_id=entry.queue_id)
    if not entry.greeting:
        enter_queue(floor, call, now)
        return
    floor.act(StopMusic(call.id, call.caller_channel))
    call = begin_segment(call, "flow", now)
    call = _play(
        floor, call, f"greeting-{len(call.segments)}", tuple(f"sound:{name}" for name in entry.greeting)
    )
    floor.put_call(
        replace(call, phase="greeting", greeting_until=now + timedelta(seconds=floor.limits.greeting_guard_s))
    )


def enter_queue(floor: Floor, call: Call, now: datetime) -> None:
    """Into the line of the call's queue, at its end."""
    queue = floor.queues[call.queue_id]
    call = replace(
        begin_segment(call, "queue", now),
        phase="queued",
        queued_at=now,
        greeting_until=None,
        announce_at=now + timedelta(seconds=queue.first_announcement_s),
        give_up_at=now + timedelta(seconds=queue.max_wait_s),
    )
    call = floor.tell("calls.call_queued.v1", now, call, queue=queue.name)
    floor.put_call(call)
    floor.act(StartMusic(call.id, call.caller_channel))
    floor.match(now)
    if floor.calls[call.id].phase == "queued":
        floor.estimator(queue.id).queued(call.id, now.timestamp(), _ahead(floor, call))


def _play(floor: Floor, call: Call, what: str, media: tuple[str, ...]) -> Call:
    playback_id = f"{call.id.hex}:{what}"
    floor.act(Play(call.id, call.caller_channel, playback_id, media))
    return replace(call, playing=playback_id)


def digit_pressed(floor: Floor, now: datetime, channel: str, digit: str) -> None:
    """A DTMF digit; the caller's digits may be a card number, so only that one was pressed is kept."""
    call = floor.call_of(channel)
    if call is None or call.phase == "closed":
        return
    by_caller = channel == call.caller_channel
    leg = call.leg(channel)
    party = "caller" if by_caller else leg.party if leg is not None else "agent"
    floor.put_call(
        floor.tell("calls.digit_pressed.v1", now, call, party=party, digit=digit if party == "agent" else "•")
    )


def owner(floor: Floor, playback_id: str) -> Call | None:
    """The call that a playback belongs to: its id stands before the colon."""
    try:
        return floor.calls.get(UUID(hex=playback_id.partition(":")[0]))
    except ValueError:
        return None
