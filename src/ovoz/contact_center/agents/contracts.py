"""The desk on the wire; docs/developer/desk-protocol.md says how the parts belong together."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

AgentState = Literal["offline", "ready", "break", "ringing", "talking", "wrap_up", "not_answering"]
ChosenState = Literal["ready", "break", "offline"]
SegmentKind = Literal["flow", "queue", "ring", "talk", "hold", "wrap_up"]


class Reference(msgspec.Struct, frozen=True):
    """Something named elsewhere: its id, and its name for people."""

    id: UUID
    name: str


class NextState(msgspec.Struct, frozen=True):
    """What takes effect after the call."""

    state: ChosenState
    reason: str | None


class DeskAgent(msgspec.Struct, frozen=True):
    """The agent; `since` is the moment the state began."""

    id: UUID
    name: str
    state: AgentState
    reason: str | None
    since: datetime
    next: NextState | None
    wrap_up_until: datetime | None


class DeskPhone(msgspec.Struct, frozen=True):
    """Whether a call could reach the agent; `detail` says what is missing when it could not."""

    available: bool
    registered: bool
    detail: str | None


class Caller(msgspec.Struct, frozen=True):
    """Who calls: the number in E.164 (empty when hidden) and the operator's name for it."""

    number: str
    hidden: bool
    name: str | None


class DeskEntryPoint(msgspec.Struct, frozen=True):
    number: str
    name: str


class DeskSegment(msgspec.Struct, frozen=True):
    """A stretch of the call; `ended_at` is null while it lasts."""

    kind: SegmentKind
    started_at: datetime
    ended_at: datetime | None
    agent: Reference | None


class DeskInteraction(msgspec.Struct, frozen=True):
    """The call the agent is busy with."""

    id: UUID
    channel: Literal["voice"]
    direction: Literal["inbound", "outbound"]
    state: Literal["announced", "ringing", "talking", "held", "wrap_up"]
    caller: Caller
    queue: Reference
    entry_point: DeskEntryPoint
    started_at: datetime
    answered_at: datetime | None
    held_since: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    recording: Literal["off", "on", "failed"]
    rejoin_until: datetime | None
    segments: list[DeskSegment]


class DeskQueue(msgspec.Struct, frozen=True):
    """A queue at this moment."""

    id: UUID
    name: str
    waiting: int
    longest_since: datetime | None
    agents_ready: int
    agents_signed_in: int


class Desk(msgspec.Struct, frozen=True):
    """The whole live view of one agent; (`epoch`, `seq`) order its versions."""

    epoch: int
    seq: int
    at: datetime
    agent: DeskAgent
    phone: DeskPhone
    interaction: DeskInteraction | None
    queues: list[DeskQueue]


class Phone(msgspec.Struct, frozen=True):
    """The softphone's account: register with it over the WebSocket; an older browser's stops being right."""

    phone_id: str
    uri: str
    username: str
    password: str
    websocket_path: str
    register_expires_s: int


def softphone_user(tenant_id: str, agent_id: UUID) -> str:
    """SIP user of the agent's softphone; the tenant's id is in it."""
    return f"t_{tenant_id}-{agent_id.hex}"
