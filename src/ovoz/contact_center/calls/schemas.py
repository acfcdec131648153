"""Interactions on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.agents.contracts import Caller, Reference

RecordingState = Literal["none", "pending", "stored", "failed"]
Sort = Literal["started_at", "-started_at", "talk_s", "-talk_s"]


class InteractionFilter(msgspec.Struct, frozen=True):
    """What a list of interactions is narrowed to; `since` is within, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    queue_id: UUID | None = None
    agent_id: UUID | None = None
    end_reason: str | None = None
    number: str | None = None
    mine: bool = False


class InteractionSummary(msgspec.Struct, frozen=True):
    """One line of the history; times spent are in seconds."""

    id: UUID
    channel: str
    direction: str
    state: str
    caller: Caller
    entry_number: str
    queue: Reference | None
    agent: Reference | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    wait_s: float
    talk_s: float
    hold_s: float
    wrap_up_s: float
    disposition: str | None
    recording: RecordingState


class InteractionSegment(msgspec.Struct, frozen=True):
    kind: str
    started_at: datetime
    ended_at: datetime | None
    agent: Reference | None
    outcome: str | None
    observed_late: bool


class TimelineEvent(msgspec.Struct, frozen=True):
    """A fact of the event log; `type` names it, `params` are its values."""

    at: datetime
    type: str
    agent: Reference | None
    observed_late: bool
    params: dict[str, Any]


class InteractionRecording(msgspec.Struct, frozen=True):
    """`id` opens the audio at `/api/recordings/{id}/audio` once the state is `stored`."""

    id: UUID
    state: RecordingState
    duration_s: float | None
    size_bytes: int | None


class Interaction(InteractionSummary, frozen=True):
    """One contact from its first moment to its last; `audio` is there once something was recorded."""

    note: str
    segments: list[InteractionSegment]
    timeline: list[TimelineEvent]
    audio: InteractionRecording | None
