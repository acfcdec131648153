"""Interactions on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.agents.contracts import Caller, Colleague, Reference
from ovoz.contact_center.switchboard.events import FACT_KEYS
from ovoz.platform.privacy.contracts import PersonalText, PublicText, Subject, keyed

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
    """One line of the history; times spent are in seconds.

    `agent` has it or had it last, `agents` are all who spoke in it, in order.
    """

    id: UUID
    channel: PublicText
    direction: PublicText
    state: PublicText
    caller: Caller
    entry_number: PublicText
    queue: Reference | None
    agent: Colleague | None
    agents: list[Colleague]
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    end_reason: PublicText | None
    wait_s: float
    talk_s: float
    hold_s: float
    wrap_up_s: float
    disposition: PublicText | None
    recording: RecordingState

    def personal_subject(self) -> Subject:
        """Whose conversation it was, to them it is their own."""
        others = tuple(agent.id for agent in self.agents)
        return Subject("interaction", str(self.id), self.agent.id if self.agent else None, others)


class InteractionHandling(msgspec.Struct, frozen=True):
    """One agent's share: from the offer to the end of the work after it; `outcome` says why it ended."""

    agent: Colleague | None
    offered_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: PublicText | None
    talk_s: float
    hold_s: float
    wrap_up_s: float
    disposition: PublicText | None
    note: PersonalText


class InteractionSegment(msgspec.Struct, frozen=True):
    kind: PublicText
    started_at: datetime
    ended_at: datetime | None
    agent: Colleague | None
    outcome: PublicText | None
    observed_late: bool


class TimelineEvent(msgspec.Struct, frozen=True):
    """A fact of the event log; `type` names it, `params` are its values."""

    at: datetime
    type: PublicText
    agent: Colleague | None
    observed_late: bool
    params: Annotated[dict[str, Any], keyed(FACT_KEYS)]


class RecordingGap(msgspec.Struct, frozen=True):
    """Silence, because an agent paused the recording for a card's number; seconds from its beginning."""

    from_s: float
    until_s: float


class InteractionRecording(msgspec.Struct, frozen=True):
    """`id` opens the audio at `/api/recordings/{id}/audio` once the state is `stored`."""

    id: UUID
    state: RecordingState
    duration_s: float | None
    size_bytes: int | None
    gaps: list[RecordingGap]


class Interaction(InteractionSummary, frozen=True):
    """One contact from its first moment to its last; `audio` is there once something was recorded."""

    note: PersonalText
    handlings: list[InteractionHandling]
    segments: list[InteractionSegment]
    timeline: list[TimelineEvent]
    audio: InteractionRecording | None
