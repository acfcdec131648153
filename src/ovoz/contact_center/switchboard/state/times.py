"""The arithmetic of a call's segments: how long what lasted."""

from datetime import datetime, timedelta

import msgspec

from ovoz.contact_center.switchboard.state.call import Call, Handling, SegmentKind


def share_ms(call: Call, share: Handling, kind: SegmentKind, until: datetime) -> int:
    """Milliseconds that the share's agent spent in this way within the share."""
    end = share.ended_at or until
    total = timedelta()
    for segment in call.segments:
        if segment.kind == kind and segment.agent_id == share.agent_id and segment.started_at < end:
            total += max(
                timedelta(), min(segment.ended_at or end, end) - max(segment.started_at, share.offered_at)
            )
    return round(total / timedelta(milliseconds=1))


def spent_ms(call: Call, kinds: frozenset[str], until: datetime) -> int:
    """Milliseconds spent in segments of these kinds; a lasting one counts up to `until`."""
    total = timedelta()
    for segment in call.segments:
        if segment.kind in kinds:
            total += max(timedelta(), (segment.ended_at or until) - segment.started_at)
    return round(total / timedelta(milliseconds=1))


def waiting_since(call: Call) -> datetime:
    """Since when the caller waits for somebody, through every queue and ring."""
    since = call.queued_at or call.started_at
    for segment in reversed(call.segments):
        if segment.kind not in ("queue", "ring", "dial"):
            break
        since = segment.started_at
    return since


def waited_ms(call: Call, until: datetime) -> int:
    """Milliseconds in queues and rings before anybody answered."""
    before = tuple(segment for segment in call.segments if segment.started_at < until)
    return spent_ms(msgspec.structs.replace(call, segments=before), frozenset({"queue", "ring"}), until)
