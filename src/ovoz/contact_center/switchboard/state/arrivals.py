"""From the carrier to the queue, and on by its rules: greeting, limits, music; and what is pressed on the way."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.routing.contracts import Overflow, Situation
from ovoz.contact_center.switchboard.state import overflow
from ovoz.contact_center.switchboard.state.actions import (
    Answer,
    HangUp,
    StartMusic,
    StopMusic,
)
from ovoz.contact_center.switchboard.state.announcing import ahead
from ovoz.contact_center.switchboard.state.call import (
    WAITING,
    Call,
    Caller,
    Known,
    Leg,
    begin_segment,
    end_legs,
    end_segment,
    rest,
    with_leg,
)
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.outside import dial
from ovoz.contact_center.switchboard.state.recordings import end_recording
from ovoz.contact_center.switchboard.state.routing import routed
from ovoz.contact_center.switchboard.state.rules import EntryPoint
from ovoz.contact_center.switchboard.state.saying import fall_silent, say_in_queues_language, say_next
from ovoz.contact_center.switchboard.state.times import spent_ms, waiting_since
from ovoz.contact_center.switchboard.state.treating import may_be_led, on_record, treat_anew, treat_caller

CAUSE_CONGESTION = 42
OPERATOR_SUSPENDED = "operator_suspended"

REFUSAL_PROMPTS = ("sound:all-circuits-busy-now", "sound:pls-try-call-later")
SUSPENDED_PROMPTS = ("sound:im-sorry", "sound:pls-try-call-later")
GAVE_UP_PROMPTS = ("sound:vm-goodbye",)
CLOSED_PROMPTS = ("sound:im-sorry", "sound:pls-try-call-later", "sound:vm-goodbye")
"""A closed queue, and one that a rule says goodbye for."""


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
    recognising: bool = False,
) -> Call:
    """A call of the carrier meets the switchboard: it is answered at once and hears something at once.

    `recognising`: it is being asked who calls (`caller_known` says what came of it), and rules depend on that.
    """
    queue = floor.queues[entry.queue_id]
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
        greeting_until=now + timedelta(seconds=floor.limits.greeting_guard_s),
        recognition="asked" if recognising else "none",
        recognise_until=now + timedelta(seconds=floor.limits.recognition_s) if recognising else None,
    )
    refusal = _refusal(floor, now, call)
    call = replace(call, refusal=refusal)
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
    if refusal is None and overflow.says_goodbye(floor, now, call):
        # Nobody is greeted who is let go at once.
        prompts = ()
    if prompts:
        call = say_in_queues_language(floor, call, "greeting", prompts)
        floor.put_call(call)
    else:
        greeting_over(floor, now, call)
    return call


def _refusal(floor: Floor, now: datetime, call: Call) -> str | None:
    """Why a caller is turned away at once; None where they are greeted, because a full queue may lead elsewhere."""
    if floor.suspended:
        return OPERATOR_SUSPENDED
    if floor.active_calls >= floor.limits.max_calls:
        return "over_limit"
    if not _is_full(floor, call) or may_be_led(floor, now, call):
        return None
    seen = overflow.situation(floor, now, call, entering=True)
    return None if overflow.rule_for(floor, now, call, seen) else "queue_full"


def _is_full(floor: Floor, call: Call) -> bool:
    return len(floor.waiting_in(call.queue_id)) >= floor.queues[call.queue_id].max_length


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


def caller_known(
    floor: Floor, now: datetime, call_id: UUID, known: Known | None, name: str | None = None
) -> None:
    """What is known of the caller was found, and the operator's name for them; None: it could not be read."""
    call = floor.calls.get(call_id)
    if call is None or call.phase == "closed":
        return
    kept = call.recognise_until is not None and call.phase == "greeting" and call.playing is None
    # No rule asked, so nobody waited for the answer; another rule would have.
    met_too_soon = call.recognition == "none" and call.queued_at is not None and call.passed is None
    call = replace(
        call, known=known, recognition="done" if known is not None else "unavailable", recognise_until=None
    )
    named = replace(call, caller=replace(call.caller, name=name if name is not None else call.caller.name))
    if met_too_soon and known is not None:
        call = floor.tell("calls.caller_recognised.v1", now, named, known=on_record(floor, named))
    elif named.caller != call.caller:
        call = floor.tell("calls.caller_recognised.v1", now, named)
    if kept and call.refusal is None:
        enter_queue(floor, call, now)
    elif call.phase == "queued":
        treat_anew(floor, now, call)
        floor.match(now)
    else:
        floor.put_call(call)


def playback_finished(floor: Floor, now: datetime, playback_id: str) -> None:
    """A prompt ended (or could not be played, which for the caller is the same)."""
    call = owner(floor, playback_id)
    if call is None or call.playing != playback_id:
        return
    if call.phase not in ("greeting", *WAITING):
        floor.put_call(replace(call, playing=None, say_next=()))
        return
    call = say_next(floor, call)
    if call.phase == "greeting" and call.playing is None:
        greeting_over(floor, now, call)


def greeting_over(floor: Floor, now: datetime, call: Call) -> None:
    """The greeting was heard: into the queue, or out again when the call was turned away."""
    if call.refusal is not None:
        floor.act(HangUp(call.id, call.caller_channel, CAUSE_CONGESTION))
        close_unanswered(floor, now, call, call.refusal)
    elif call.recognise_until is not None and now < call.recognise_until:
        floor.put_call(replace(call, greeting_until=call.recognise_until))
    else:
        enter_queue(floor, call, now)


def waited_too_long(floor: Floor, now: datetime, call: Call) -> None:
    """Nothing waits forever: after the queue's longest wait the caller hears a goodbye and is let go."""
    _turn_away(floor, now, call, "max_wait", GAVE_UP_PROMPTS)


def _turn_away(floor: Floor, now: datetime, call: Call, refusal: str, prompts: tuple[str, ...]) -> None:
    """Takes a caller out of the queue: a last prompt, then the call is over."""
    floor.act(StopMusic(call.id, call.caller_channel))
    call = say_in_queues_language(floor, call, "goodbye", prompts)
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
    # Who spoke with a number outside had waited until it answered.
    waited_until = call.segments[-1].started_at if call.phase == "outside" else now
    waited_s = round((waited_until - waiting_since(call)).total_seconds(), 3)
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
        overflow_at=None,
        ring_until=None,
        dial_until=None,
        playing=None,
        say_next=(),
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
    call = say_in_queues_language(
        floor, call, f"greeting-{len(call.segments)}", tuple(f"sound:{name}" for name in entry.greeting)
    )
    floor.put_call(
        replace(call, phase="greeting", greeting_until=now + timedelta(seconds=floor.limits.greeting_guard_s))
    )


def enter_queue(
    floor: Floor,
    call: Call,
    now: datetime,
    *,
    queued_at: datetime | None = None,
    entered_at: datetime | None = None,
) -> None:
    """Into the line of the call's queue, at its end, or at the place that a time already waited gives (`queued_at`).

    The routing rules have their say first. Where a rule of the queue leads elsewhere, there instead. `entered_at`: they
    have been in this queue before.
    """
    call = treat_caller(floor, now, replace(call, recognise_until=None))
    queue = floor.queues[call.queue_id]
    entered_at = entered_at or now
    call = replace(call, entered_at=entered_at, greeting_until=None)
    seen = overflow.situation(floor, now, call, entering=True)
    rule = overflow.rule_for(floor, now, call, seen)
    if rule is not None:
        # They have never been in this line: only what they waited before counts on.
        _follow(floor, now, call, rule, seen, queued_at)
        return
    # Whom others sent here, or who has waited, was let in before they came.
    is_new = call.queued_at is None and queued_at is None and call.passed is None and not call.led.queues
    if is_new and _is_full(floor, call):
        _turn_away(floor, now, call, "queue_full", REFUSAL_PROMPTS)
        return
    first = call.queued_at is None and call.passed is None
    call = replace(
        begin_segment(call, "queue", now),
        phase="queued",
        queued_at=queued_at or now,
        announce_at=now + timedelta(seconds=queue.first_announcement_s),
        give_up_at=entered_at + timedelta(seconds=queue.max_wait_s),
        overflow_at=overflow.look_again_at(floor, now, call, seen),
    )
    kept: dict[str, Any] = {"known": on_record(floor, call)} if first else {}
    call = floor.tell(
        "calls.call_queued.v1",
        now,
        call,
        queue=queue.name,
        routed=routed(call),
        **kept,
    )
    floor.put_call(call)
    if call.playing is None:
        floor.act(StartMusic(call.id, call.caller_channel))
    floor.match(now)
    if floor.calls[call.id].phase == "queued":
        floor.estimator(queue.id).queued(call.id, now.timestamp(), ahead(floor, call))


def led_elsewhere(floor: Floor, now: datetime, call: Call) -> bool:
    """Whether a rule of the queue took a waiting caller out of it just now."""
    seen = overflow.situation(floor, now, call, entering=False)
    rule = overflow.rule_for(floor, now, call, seen)
    if rule is not None:
        _follow(floor, now, call, rule, seen, call.queued_at)
        return True
    look_again = overflow.look_again_at(floor, now, call, seen)
    if look_again != call.overflow_at:
        floor.put_call(replace(call, overflow_at=look_again))
    return False


def _follow(
    floor: Floor, now: datetime, call: Call, rule: Overflow, seen: Situation, queued_at: datetime | None
) -> None:
    """Leads the caller where the rule says; why stands in the fact. `queued_at`: since when they wait."""
    left = floor.queues[call.queue_id]
    to = floor.queues[UUID(rule.to)] if rule.then == "queue" and rule.to else None
    why = {"rule": rule.place, "when": rule.when, "at_least": rule.at_least} | msgspec.to_builtins(seen)
    told = {"to_queue": to.name} if to else {"dialled": rule.to} if rule.then == "number" else {}
    if call.phase == "queued":
        call = end_segment(call, now, outcome="overflow")
    call = floor.tell(
        "calls.call_overflowed.v1", now, call, queue=left.name, target=rule.then, why=why, **told
    )
    floor.estimator(left.id).left(call.id, now.timestamp())
    call = replace(call, announce_at=None, give_up_at=None, overflow_at=None)
    if to is not None:
        led = replace(call.led, queues=(*call.led.queues, left.id))
        enter_queue(floor, replace(call, queue_id=to.id, led=led), now, queued_at=queued_at)
    elif rule.then == "number" and rule.to is not None:
        presented = floor.presented_number(left.id)
        assert presented is not None
        call = fall_silent(floor, call)
        led = replace(call.led, numbers=(*call.led.numbers, rule.to))
        dial(floor, now, replace(call, led=led), rule.to, presented)
        floor.act(StartMusic(call.id, call.caller_channel))
    else:
        _turn_away(floor, now, call, "closed" if rule.when == "closed" else "overflow", CLOSED_PROMPTS)


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
