"""One call as the switchboard knows it, and the arithmetic of its segments."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.routing.contracts import Reason

Phase = Literal["greeting", "queued", "offered", "ringing", "talking", "held", "wrap_up", "closed"]
SegmentKind = Literal["flow", "queue", "ring", "talk", "hold", "wrap_up"]

WAITING: frozenset[str] = frozenset({"queued", "offered", "ringing"})
CONVERSING: frozenset[str] = frozenset({"talking", "held"})
WITH_AGENT: frozenset[str] = frozenset({"offered", "ringing", "talking", "held", "wrap_up"})


class Caller(msgspec.Struct, frozen=True):
    """Who calls: number in E.164 (empty when hidden) and the operator's name for it, when it has one."""

    number: str
    hidden: bool = False
    name: str | None = None


class Segment(msgspec.Struct, frozen=True):
    """A stretch of the interaction spent in one way; `ended_at` is None while it lasts."""

    kind: SegmentKind
    started_at: datetime
    ended_at: datetime | None = None
    agent_id: UUID | None = None
    outcome: str | None = None
    observed_late: bool = False


class Leg(msgspec.Struct, frozen=True):
    """One SIP channel of the interaction; `id` is the media node's channel id."""

    id: str
    party: Literal["caller", "agent"]
    started_at: datetime
    agent_id: UUID | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    observed_late: bool = False


class Call(msgspec.Struct, frozen=True):
    """Everything a successor needs to go on with the call: this is what the journal keeps."""

    id: UUID
    node: str
    caller: Caller
    caller_channel: str
    entry_point_id: UUID
    entry_number: str
    entry_name: str
    queue_id: UUID
    started_at: datetime
    phase: Phase = "greeting"
    sip_call_id: str = ""
    refusal: str | None = None
    """Set when the call was turned away (limits): the caller hears why and is hung up."""
    agent_id: UUID | None = None
    agent_leg: str | None = None
    attempt: int = 0
    why: Reason | None = None
    """Why it was given to the agent who has it."""
    announcements: int = 0
    playing: str | None = None
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    end_reason: str | None = None
    greeting_until: datetime | None = None
    announce_at: datetime | None = None
    give_up_at: datetime | None = None
    ring_until: datetime | None = None
    rejoin_until: datetime | None = None
    rejoin_at: datetime | None = None
    wrap_up_until: datetime | None = None
    recording_id: UUID | None = None
    recording: Literal["off", "on", "failed"] = "off"
    disposition: str | None = None
    note: str = ""
    segments: tuple[Segment, ...] = ()
    legs: tuple[Leg, ...] = ()
    seq: int = 0

    @property
    def bridge_id(self) -> str:
        return f"b-{self.id.hex}"

    @property
    def raw_recording(self) -> str:
        return f"{self.id.hex}.raw"

    def leg(self, leg_id: str) -> Leg | None:
        return next((leg for leg in self.legs if leg.id == leg_id), None)


def begin_segment(call: Call, kind: SegmentKind, now: datetime, *, agent_id: UUID | None = None) -> Call:
    """Ends the segment that lasts and begins the next."""
    ended = end_segment(call, now)
    return msgspec.structs.replace(ended, segments=(*ended.segments, Segment(kind, now, agent_id=agent_id)))


def end_segment(
    call: Call, now: datetime, *, outcome: str | None = None, observed_late: bool = False
) -> Call:
    """Ends the segment that lasts, if one does; it never ends before it began."""
    if not call.segments or call.segments[-1].ended_at is not None:
        return call
    last = call.segments[-1]
    ended = msgspec.structs.replace(
        last, ended_at=max(now, last.started_at), outcome=outcome, observed_late=observed_late
    )
    return msgspec.structs.replace(call, segments=(*call.segments[:-1], ended))


def with_leg(call: Call, leg: Leg) -> Call:
    """The call with this leg added, or put in the place of the one with the same id."""
    if call.leg(leg.id) is None:
        return msgspec.structs.replace(call, legs=(*call.legs, leg))
    return msgspec.structs.replace(
        call, legs=tuple(leg if known.id == leg.id else known for known in call.legs)
    )


def spent_ms(call: Call, kinds: frozenset[str], until: datetime) -> int:
    """Milliseconds spent in segments of these kinds; a lasting one counts up to `until`."""
    total = timedelta()
    for segment in call.segments:
        if segment.kind in kinds:
            total += max(timedelta(), (segment.ended_at or until) - segment.started_at)
    return round(total / timedelta(milliseconds=1))


def end_legs(call: Call, now: datetime) -> Call:
    """Every leg that still counts as up ends with the call."""
    return msgspec.structs.replace(
        call,
        legs=tuple(
            leg if leg.ended_at is not None else msgspec.structs.replace(leg, ended_at=now)
            for leg in call.legs
        ),
    )
