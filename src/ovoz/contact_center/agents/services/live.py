"""What a browser hears while its desk is open."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.agents.contracts import DeskMessage, LiveMessage, QueuesMessage, SwitchboardMessage
from ovoz.contact_center.agents.errors import ReaderTooSlow
from ovoz.contact_center.agents.ports import LiveMessages, SessionCheck, Switchboard, SwitchboardWatch
from ovoz.lib.db import DatabaseUnavailable
from ovoz.lib.problems import DependencyUnavailable, DomainError
from ovoz.platform.access.contracts import Right
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Privacy

log = structlog.get_logger(__name__)

SESSION_GONE: Final = 4401
START_AGAIN: Final = 1012
CHECK_SESSION_EVERY_S = 30.0
SEND_PATIENCE_S = 10.0
SNAPSHOT_JITTER_S = 1.0

Send = Callable[[bytes], Awaitable[None]]
_READ = msgspec.json.Decoder[LiveMessage](LiveMessage)


TOPICS: Final[dict[str, Right]] = {
    "agent": "desk.use",
    "queues": "desk.use",
    "session": "session.use",
    "team": "team.watch",
    "colleagues": "desk.use",
    "returns": "returns.work",
}
"""What may be subscribed to, and the right of whoever hears it."""


def topic(tenant_id: str, name: str, id_: UUID | None = None) -> str:
    """The fan-out's channel of one of TOPICS."""
    if name not in TOPICS:
        raise ValueError(f"{name} states no right")
    return f"ovoz:live:{tenant_id}:{name}" + (f":{id_}" if id_ is not None else "")


def session_channel(tenant_id: str, session_id: UUID) -> str:
    """Where it is said that a session is over."""
    return topic(tenant_id, "session", session_id)


class SessionEnd:
    """Knows when a session is over: at once by the fan-out, and within half a minute without it."""

    def __init__(self, messages: LiveMessages, alive: SessionCheck) -> None:
        self._messages = messages
        self._alive = alive

    async def wait(self, actor: Actor) -> None:
        """Returns when the session does not admit any more."""
        async with self._messages.subscribe(session_channel(actor.tenant_id, actor.session_id)) as ended:
            while True:
                try:
                    await asyncio.wait_for(ended.next(), CHECK_SESSION_EVERY_S)
                    return
                except TimeoutError:
                    if not await self._still_alive(actor):
                        return

    async def _still_alive(self, actor: Actor) -> bool:
        try:
            return await self._alive(actor)
        except DatabaseUnavailable:
            # Nobody is signed out because Postgres is away.
            return True


class LiveDesk:
    """Forwards what the switchboard publishes; begins with a snapshot, and gives one when the switchboard is back.

    Every message is read as what its type promises and masked for the agent: what the type does not name, stays here.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        watch: SwitchboardWatch,
        messages: LiveMessages,
        session_end: SessionEnd,
        privacy: Privacy,
    ) -> None:
        self._switchboard = switchboard
        self._watch = watch
        self._messages = messages
        self._session_end = session_end
        self._privacy = privacy
        self._queues: tuple[bytes, bytes] = (b"", b"")

    async def run(self, actor: Actor, send: Send) -> int:
        """Sends until something ends it; returns the code to close the socket with."""
        tasks = [
            asyncio.create_task(self._forward(actor, send)),
            asyncio.create_task(self._until_session_ends(actor)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until_session_ends(self, actor: Actor) -> int:
        await self._session_end.wait(actor)
        return SESSION_GONE

    async def _forward(self, actor: Actor, send: Send) -> int:
        async with self._messages.subscribe(
            topic(actor.tenant_id, "agent", actor.user_id), topic(actor.tenant_id, "queues")
        ) as heard:
            # Subscribed first: what changes while the snapshot is made is heard behind it.
            available = self._watch.available
            message = asyncio.ensure_future(heard.next())
            change = asyncio.ensure_future(self._watch.change_from(available))
            try:
                await self._tell(actor, send, available=available, jitter_s=0)
                while True:
                    await asyncio.wait({message, change}, return_when=asyncio.FIRST_COMPLETED)
                    if change.done():
                        available = change.result()
                        await self._tell(actor, send, available=available, jitter_s=SNAPSHOT_JITTER_S)
                        change = asyncio.ensure_future(self._watch.change_from(available))
                    if message.done():
                        await self._pass_on(actor, send, message.result())
                        message = asyncio.ensure_future(heard.next())
            except (ReaderTooSlow, TimeoutError):
                log.info("live.reader_too_slow")
                return START_AGAIN
            finally:
                message.cancel()
                change.cancel()

    async def _tell(self, actor: Actor, send: Send, *, available: bool, jitter_s: float) -> None:
        """Whether a switchboard answers, and the desk when one does."""
        if not available:
            await self._say(actor, send, SwitchboardMessage(False))
            return
        await asyncio.sleep(random.uniform(0, jitter_s))  # noqa: S311 - spreads load, hides nothing
        try:
            desk = await self._switchboard.desk(actor.tenant_id, actor.user_id)
        except DependencyUnavailable:
            await self._say(actor, send, SwitchboardMessage(False))
            return
        except DomainError as error:
            log.warning("live.no_desk", problem=error.slug)
            return
        await self._say(actor, send, SwitchboardMessage(True))
        await self._say(actor, send, DeskMessage(desk.epoch, desk.seq, desk))

    async def _pass_on(self, actor: Actor, send: Send, heard: bytes) -> None:
        """What the fan-out brought; the queues' figures, which everybody gets, are read and written once."""
        if heard == self._queues[0]:
            await _send(send, self._queues[1])
            return
        try:
            message = _READ.decode(heard)
        except msgspec.DecodeError as error:
            # Where, and not what: the error's own words may hold the value.
            log.error("live.message_unreadable", at=str(error).rpartition(" - at ")[2])
            return
        if isinstance(message, QueuesMessage):
            self._queues = heard, msgspec.json.encode(await self._privacy.show(actor, message))
            await _send(send, self._queues[1])
        else:
            await self._say(actor, send, message)

    async def _say(self, actor: Actor, send: Send, message: LiveMessage) -> None:
        await _send(send, msgspec.json.encode(await self._privacy.show(actor, message)))


async def _send(send: Send, message: bytes) -> None:
    async with asyncio.timeout(SEND_PATIENCE_S):
        await send(message)
