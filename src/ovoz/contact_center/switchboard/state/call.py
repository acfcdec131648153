"""One call as the switchboard knows it, and the arithmetic of its segments."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.callers.contracts import CallerProfile
from ovoz.contact_center.routing.api import Treatment
from ovoz.contact_center.routing.contracts import Reason

Phase = Literal[
    "greeting", "queued", "offered", "ringing", "talking", "held", "dialling", "outside", "wrap_up", "closed"
]
SegmentKind = Literal["flow", "queue", "ring", "talk", "hold", "dial", "outside", "wrap_up"]

WAITING: frozenset[str] = frozenset({"queued", "offered", "ringing"})
CONVERSING: frozenset[str] = frozenset({"talking", "held"})
WITH_AGENT: frozenset[str] = frozenset({"offered", "ringing", "talking", "held", "wrap_up"})


class Caller(msgspec.Struct, frozen=True):
    """Who calls: number in E.164 (empty when hidden) and the operator's name for it, when it has one."""

    number: str
    hidden: bool = False
    name: str | None = None


class Known(msgspec.Struct, frozen=True):
    """What the operator knows of the caller; `last_agent`: who talked to them last, not too long ago."""

    profile: CallerProfile = CallerProfile()
    last_agent: UUID | None = None


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
    party: Literal["caller", "agent", "outside"]
    started_at: datetime
    agent_id: UUID | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    observed_late: bool = False


class Saying(msgspec.Struct, frozen=True):
    """Prompts of one language."""

    language: str
    media: tuple[str, ...]


class Place(msgspec.Struct, frozen=True):
    """A caller's place in line."""

    queue_id: UUID
    queued_at: datetime


class Passed(msgspec.Struct, frozen=True):
    """That the caller was passed on: by whom, where they go back to as long as nobody took them, and what failed."""

    by: UUID
    back: Place | None = None
    failed: str | None = None


class Led(msgspec.Struct, frozen=True):
    """Where rules of queues have led the caller since an agent had them last: queues that were left, numbers called."""

    queues: tuple[UUID, ...] = ()
    numbers: tuple[str, ...] = ()


class Handling(msgspec.Struct, frozen=True):
    """One agent's share of the interaction: from the offer to the end of the work after it."""

    id: UUID
    agent_id: UUID
    offered_at: datetime
    queue_id: UUID | None = None
    """Of which queue it is; None: of a release before, and then of the call's."""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    """The agent speaks with nobody in it any more; the work after it may last."""
    closed_at: datetime | None = None
    outcome: str | None = None
    """Why the share ended: as the ring ended, the call's `end_reason`, `transferred`."""
    wrap_up_until: datetime | None = None
    disposition: str | None = None
    note: str = ""

    @property
    def wraps_up(self) -> bool:
        return self.ended_at is not None and self.closed_at is None


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
    known: Known | None = None
    recognition: Literal["none", "asked", "done", "unavailable"] = "none"
    """Whether it was asked who the caller is, and what came of it."""
    recognise_until: datetime | None = None
    """Until then the caller is kept from the queue for the answer."""
    treatment: Treatment | None = None
    """What the routing rules made of the caller."""
    sip_call_id: str = ""
    refusal: str | None = None
    """Set when the call was turned away (limits): the caller hears why and is hung up."""
    agent_id: UUID | None = None
    agent_leg: str | None = None
    outside_leg: str | None = None
    """A number outside that was dialled for the caller."""
    passed: Passed | None = None
    led: Led = Led()
    attempt: int = 0
    why: Reason | None = None
    """Why it was given to the agent who has it."""
    announcements: int = 0
    playing: str | None = None
    say_next: tuple[Saying, ...] = ()
    """What follows what plays."""
    queued_at: datetime | None = None
    """Since when the place in line counts; who is led on keeps the time waited."""
    entered_at: datetime | None = None
    """Since when in this queue: what its rules count from."""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    end_reason: str | None = None
    greeting_until: datetime | None = None
    announce_at: datetime | None = None
    give_up_at: datetime | None = None
    overflow_at: datetime | None = None
    """When the rules of the queue are to be looked at again."""
    ring_until: datetime | None = None
    dial_until: datetime | None = None
    rejoin_until: datetime | None = None
    rejoin_at: datetime | None = None
    recording_id: UUID | None = None
    recording: Literal["off", "on", "paused", "failed"] = "off"
    disposition: str | None = None
    note: str = ""
    segments: tuple[Segment, ...] = ()
    legs: tuple[Leg, ...] = ()
    handlings: tuple[Handling, ...] = ()
    seq: int = 0

    @property
    def bridge_id(self) -> str:
        return f"b-{self.id.hex}"

    @property
    def raw_recording(self) -> str:
        return f"{self.id.hex}.raw"

    def leg(self, leg_id: str) -> Leg | None:
        return next((leg for leg in self.legs if leg.id == leg_id), None)

    @property
    def deadlines(self) -> tuple[datetime | None, ...]:
        """When it has to be looked at, whatever happens."""
        return (
            self.greeting_until,
            self.announce_at,
            self.give_up_at,
            self.overflow_at if self.phase == "queued" else None,
            self.ring_until,
            self.dial_until,
            self.rejoin_until,
            self.rejoin_at,
            *(share.wrap_up_until for share in self.open_shares),
        )

    @property
    def open_shares(self) -> tuple[Handling, ...]:
        return tuple(share for share in self.handlings if share.closed_at is None)

    def share_of(self, agent_id: UUID | None) -> Handling | None:
        """The agent's open share; an agent has one at most."""
        return next((share for share in self.open_shares if share.agent_id == agent_id), None)

    @property
    def last_agent_id(self) -> UUID | None:
        """Who has the call, or had it last."""
        spoke = [share.agent_id for share in self.handlings if share.answered_at is not None]
        return self.agent_id or (spoke[-1] if spoke else None)


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


def with_share(call: Call, share: Handling) -> Call:
    """The call with this share added, or put in the place of the one with the same id."""
    if all(known.id != share.id for known in call.handlings):
        return msgspec.structs.replace(call, handlings=(*call.handlings, share))
    return msgspec.structs.replace(
        call, handlings=tuple(share if known.id == share.id else known for known in call.handlings)
    )


def end_share(
    call: Call, agent_id: UUID, now: datetime, outcome: str, *, wrap_up_until: datetime | None = None
) -> Call:
    """The agent speaks no more: with `wrap_up_until` work follows, without it the share is closed."""
    share = call.share_of(agent_id)
    assert share is not None
    return with_share(
        call,
        msgspec.structs.replace(
            share,
            ended_at=now,
            outcome=outcome,
            wrap_up_until=wrap_up_until,
            closed_at=now if wrap_up_until is None else None,
        ),
    )


def rest(call: Call, now: datetime) -> Call:
    """What is left when all sound of the call is over: the work after it, or nothing."""
    working = call.open_shares
    if working:
        begun = begin_segment(call, "wrap_up", now, agent_id=working[-1].agent_id)
        return msgspec.structs.replace(begun, phase="wrap_up")
    return msgspec.structs.replace(end_segment(call, now), phase="closed", closed_at=now)


def with_first_share(call: Call) -> Call:
    """A call that the release before shares left: its agent has the one share, as the migration wrote it."""
    if call.handlings or call.agent_id is None or call.phase not in WITH_AGENT:
        return call
    share = Handling(
        call.id,
        call.agent_id,
        offered_at=call.answered_at or call.queued_at or call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        outcome=call.end_reason,
        wrap_up_until=call.ended_at,
    )
    return with_share(call, share)


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


def end_legs(call: Call, now: datetime) -> Call:
    """Every leg that still counts as up ends with the call."""
    return msgspec.structs.replace(
        call,
        legs=tuple(
            leg if leg.ended_at is not None else msgspec.structs.replace(leg, ended_at=now)
            for leg in call.legs
        ),
    )
