"""What a caller is told: prompts one after the other, in one language after the other."""

from ovoz.contact_center.switchboard.state.actions import Play, StartMusic, StopPlaying
from ovoz.contact_center.switchboard.state.call import Call, Saying
from ovoz.contact_center.switchboard.state.floor import Floor, replace


def languages_of(floor: Floor, call: Call) -> tuple[str, ...]:
    """In which languages a waiting caller is told something, one after the other.

    The caller's own alone, where it is known and the queue speaks it; else all of the queue's.
    """
    spoken = floor.queues[call.queue_id].announced_in
    profile = call.known.profile if call.known is not None else None
    own = profile.language if profile is not None else None
    return (own,) if own is not None and own in spoken else spoken


def say(floor: Floor, call: Call, what: str, *sayings: Saying) -> Call:
    """Plays the first; the others follow when it is over. Whatever was to follow before does not."""
    first, *rest = sayings
    playback_id = f"{call.id.hex}:{what}"
    floor.act(Play(call.id, call.caller_channel, playback_id, first.media, first.language))
    return replace(call, playing=playback_id, say_next=tuple(rest))


def say_in_queues_language(floor: Floor, call: Call, what: str, media: tuple[str, ...]) -> Call:
    """A greeting, or why somebody is let go."""
    return say(floor, call, what, Saying(floor.queues[call.queue_id].language, media))


def say_next(floor: Floor, call: Call) -> Call:
    """What played is over: the next follows; for who waits, after the last one, music."""
    if call.say_next:
        what = (call.playing or "").partition(":")[2].partition(".")[0]
        call = say(floor, call, f"{what}.{len(call.say_next)}", *call.say_next)
        floor.put_call(call)
        return call
    call = replace(call, playing=None)
    floor.put_call(call)
    if call.phase != "greeting":
        floor.act(StartMusic(call.id, call.caller_channel))
    return call


def fall_silent(floor: Floor, call: Call) -> Call:
    """Nothing is told any more."""
    if call.playing is not None:
        floor.act(StopPlaying(call.id, call.playing))
    return replace(call, playing=None, say_next=())
