"""What the desk needs of the world; adapters are in `ovoz.integrations`."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from ovoz.contact_center.agents.contracts import Desk, Phone, Targets
from ovoz.contact_center.switchboard.contracts import Verb
from ovoz.platform.identity.contracts import Actor


class Switchboard(Protocol):
    """The tenant's cell. Every method raises SwitchboardUnavailable, or the problem that the switchboard names."""

    async def desk(self, tenant_id: str, agent_id: UUID) -> Desk: ...

    async def targets(self, tenant_id: str, agent_id: UUID) -> Targets: ...

    async def phone(self, tenant_id: str, agent_id: UUID, command_id: UUID) -> Phone: ...

    async def order(
        self,
        tenant_id: str,
        agent_id: UUID,
        command_id: UUID,
        verb: Verb,
        interaction_id: UUID | None = None,
        **arguments: Any,
    ) -> Desk:
        """Carries an order out once, however often it is sent with the same `command_id`."""
        ...


class SwitchboardWatch(Protocol):
    """Whether a switchboard answers."""

    @property
    def available(self) -> bool: ...

    async def change_from(self, known: bool) -> bool:
        """Waits until `available` is not what is known, and returns it."""
        ...


class Messages(Protocol):
    async def next(self) -> bytes:
        """The next message; raises ReaderTooSlow."""
        ...


class LiveMessages(Protocol):
    """Fan-out: what is published may be lost at any time."""

    def subscribe(self, *channels: str) -> AbstractAsyncContextManager[Messages]:
        """Messages of these channels from now on."""
        ...


SessionCheck = Callable[[Actor], Awaitable[bool]]
"""Whether a session still admits; may raise DatabaseUnavailable."""


class SipSocket(Protocol):
    """One side of the phone's line, message by message."""

    async def send(self, message: str) -> None: ...

    async def receive(self) -> str | None:
        """The next message; None when the other side is gone (or sent what is no text)."""
        ...


@runtime_checkable
class PhoneLines(Protocol):
    """The media node's side."""

    def connect(self) -> AbstractAsyncContextManager[SipSocket]:
        """A line to the node; raises MediaNotReady while it is away or not fully booted."""
        ...
