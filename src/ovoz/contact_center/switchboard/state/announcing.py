"""What a waiting caller is told now and then: the place in the queue, and the wait as far as it is known."""

from datetime import datetime, timedelta

import msgspec

from ovoz.contact_center.switchboard.state.actions import StopMusic
from ovoz.contact_center.switchboard.state.call import Call, Saying
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.routing import routed
from ovoz.contact_center.switchboard.state.saying import languages_of, say


def announce(floor: Floor, now: datetime, call: Call) -> None:
    """As far as the queue does that, in each of its languages; then music again."""
    queue = floor.queues[call.queue_id]
    call = replace(call, announce_at=now + timedelta(seconds=queue.announce_every_s))
    place = 1 + ahead(floor, call)
    estimate = floor.estimator(queue.id).estimate(now.timestamp(), place - 1)
    minutes = estimate.minutes if queue.announces_wait and estimate and estimate.worth_saying else None
    prompts = (*(_place(place) if queue.announces_position else ()), *(_wait(minutes) if minutes else ()))
    if not prompts:
        floor.put_call(call)
        return
    why = msgspec.to_builtins(floor.why_waiting(call, now))
    floor.act(StopMusic(call.id, call.caller_channel))
    call = replace(call, announcements=call.announcements + 1)
    said = (*prompts, "sound:queue-thankyou")
    call = say(
        floor,
        call,
        f"announce-{call.announcements}",
        *(Saying(language, said) for language in languages_of(floor, call)),
    )
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
            routed=routed(call),
        )
    )


def _place(place: int) -> tuple[str, ...]:
    if place == 1:
        return ("sound:queue-youarenext",)
    return ("sound:queue-thereare", f"number:{place}", "sound:queue-callswaiting")


def _wait(minutes: int) -> tuple[str, ...]:
    unit = "sound:queue-minute" if minutes == 1 else "sound:queue-minutes"
    return ("sound:queue-holdtime", f"number:{minutes}", unit)


def ahead(floor: Floor, call: Call) -> int:
    """How many wait in the same queue longer than this one."""
    return next(
        (place for place, other in enumerate(floor.waiting_in(call.queue_id)) if other.id == call.id), 0
    )
