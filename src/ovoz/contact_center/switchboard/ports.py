"""What the switchboard needs of the world; adapters are in `ovoz.integrations`."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.state.actions import Action
from ovoz.contact_center.switchboard.state.recovery import NodeSnapshot


class MediaUnavailable(Exception):
    """The media node does not answer, or refused in a way that says nothing about the channel."""


class NodeUp(msgspec.Struct, frozen=True):
    """Events flow (again); `boot` changes when the node was restarted and so lost every call."""

    boot: str
    version: str


class NodeDown(msgspec.Struct, frozen=True):
    reason: str


class NodeReplaced(msgspec.Struct, frozen=True):
    """Another switchboard listens now; this one must stop."""


class CallerArrived(msgspec.Struct, frozen=True):
    channel: str
    number_called: str
    caller_number: str
    hidden: bool
    sip_call_id: str


class LegRinging(msgspec.Struct, frozen=True):
    leg: str


class LegAnswered(msgspec.Struct, frozen=True):
    leg: str


class ChannelEnded(msgspec.Struct, frozen=True):
    channel: str
    cause: int | None


class PlaybackEnded(msgspec.Struct, frozen=True):
    playback_id: str


class DigitPressed(msgspec.Struct, frozen=True):
    channel: str
    digit: str


class PhoneRegistered(msgspec.Struct, frozen=True):
    endpoint: str


class PhoneGone(msgspec.Struct, frozen=True):
    endpoint: str


MediaEvent = (
    NodeUp
    | NodeDown
    | NodeReplaced
    | CallerArrived
    | LegRinging
    | LegAnswered
    | ChannelEnded
    | PlaybackEnded
    | DigitPressed
    | PhoneRegistered
    | PhoneGone
)


class MediaNode(Protocol):
    """One Asterisk (or its like) of the cell."""

    id: str

    def events(self) -> AsyncIterator[MediaEvent]:
        """Events in order; reconnects by itself and tells so by NodeDown and NodeUp."""
        ...

    async def perform(self, action: Action) -> None:
        """Carries one action out; a channel or bridge that is gone is no error (its end is an event)."""
        ...

    async def snapshot(self) -> NodeSnapshot: ...

    async def callers(self) -> Sequence[CallerArrived]:
        """Carrier channels in our hands now, as if they had just arrived."""
        ...

    async def refuse(self, channel: str, cause: int) -> None:
        """Ends a channel or bridge that belongs to nothing we know."""
        ...

    async def push_phone(self, endpoint: str, password: str, tenant_id: str) -> None:
        """Makes (or changes) the softphone's account; its browser may register at once."""
        ...

    async def forget_phone(self, endpoint: str) -> None:
        """Removes the softphone's account, where there is one."""
        ...


class LiveFeed(Protocol):
    """Fan-out to browsers; may lose anything at any time, so every message is whole."""

    async def publish(self, channel: str, message: bytes) -> None: ...


class RecordingJobs(Protocol):
    """Triggers the worker; the work owed stands in the recording's row."""

    async def recording_captured(self, tenant_id: str, recording_id: UUID) -> None: ...
