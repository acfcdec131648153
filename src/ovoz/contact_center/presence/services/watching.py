"""The shift, live: what the switchboard publishes, cut down to what each reader may see."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import msgspec
import structlog
from msgspec.structs import asdict, replace

from ovoz.contact_center.agents.api import LiveMessages, SessionEnd, SwitchboardWatch, topic
from ovoz.contact_center.agents.contracts import NumberMessage, Reference, SwitchboardMessage
from ovoz.contact_center.agents.errors import ReaderTooSlow
from ovoz.contact_center.presence.contracts import (
    Colleagues,
    ColleaguesMessage,
    Member,
    Shift,
    TeamMessage,
    TeamNow,
    TeamSaid,
    TeamSocketMessage,
)
from ovoz.contact_center.presence.ports import ShiftSource
from ovoz.contact_center.presence.repositories import ShiftRepository
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.problems import DomainError
from ovoz.platform.access.api import Access
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Privacy

log = structlog.get_logger(__name__)

SESSION_GONE: Final = 4401
START_AGAIN: Final = 1012
SEND_PATIENCE_S = 10.0
LOOK_AGAIN_EVERY_S = 15.0
"""Scopes with hours end without anybody changing anything."""

Send = Callable[[bytes], Awaitable[None]]
_READ = msgspec.json.Decoder(TeamSaid | ColleaguesMessage | NumberMessage)


class _Sight:
    """Whom one reader sees; read anew when rights or teams changed, which raises the revision of access."""

    def __init__(self, database: Database, access: Access, actor: Actor, *, as_colleague: bool) -> None:
        self._database = database
        self._access = access
        self._actor = actor
        self._as_colleague = as_colleague
        self._read_at: tuple[int, float] | None = None
        self.agents: dict[UUID, Reference | None] = {}
        self.decides: frozenset[UUID] = frozenset()

    async def look(self) -> None:
        revision = (await self._access.snapshot(self._actor.domain)).revision
        now = asyncio.get_running_loop().time()
        if self._read_at is not None:
            known, at = self._read_at
            if revision == known and now - at < LOOK_AGAIN_EVERY_S:
                return
        try:
            await self._read()
        except DatabaseUnavailable:
            # Who was seen is seen on while Postgres is away; who was never seen is not.
            return
        self._read_at = revision, now

    async def _read(self) -> None:
        async with self._database.tenant(self._actor.tenant_id) as session:
            shift = ShiftRepository(session)
            standing = await shift.standing(self._actor.user_id)
            actor = replace(self._actor, roles=standing.roles, team_id=standing.team_id)
            if self._as_colleague:
                self.agents = await shift.of_team(standing.team_id)
                return
            self.agents = await shift.within(await self._access.reach(actor, "team.watch"))
            decides = await shift.within(await self._access.reach(actor, "breaks.decide"))
            self.decides = frozenset(decides) - {actor.user_id}


class ShiftWatch:
    """Begins with the shift as it is, and gives it anew when the switchboard is back or a number shows a gap."""

    def __init__(
        self,
        database: Database,
        access: Access,
        source: ShiftSource,
        watch: SwitchboardWatch,
        messages: LiveMessages,
        session_end: SessionEnd,
        privacy: Privacy,
    ) -> None:
        self.database = database
        self.access = access
        self.source = source
        self._watch = watch
        self._messages = messages
        self._session_end = session_end
        self.privacy = privacy

    async def show(self, actor: Actor) -> Shift:
        """The shift now, within the reach of `team.watch`. Raises SwitchboardUnavailable."""
        sight = _Sight(self.database, self.access, actor, as_colleague=False)
        await sight.look()
        return _cut(await self.source.team(actor.tenant_id), sight)

    async def run(self, actor: Actor, send: Send, *, as_colleague: bool) -> int:
        """Sends until something ends it; returns the code to close the socket with."""
        reading = asyncio.create_task(
            _Reading(self, actor, send, as_colleague=as_colleague).run(self._messages, self._watch)
        )
        ending = asyncio.create_task(self._until_session_ends(actor))
        try:
            done, _ = await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            for task in (reading, ending):
                task.cancel()
            await asyncio.gather(reading, ending, return_exceptions=True)

    async def _until_session_ends(self, actor: Actor) -> int:
        await self._session_end.wait(actor)
        return SESSION_GONE


class _Reading:
    """One reader at one socket."""

    def __init__(self, shift: ShiftWatch, actor: Actor, send: Send, *, as_colleague: bool) -> None:
        self._shift = shift
        self._actor = actor
        self._send = send
        self._as_colleague = as_colleague
        self._sight = _Sight(shift.database, shift.access, actor, as_colleague=as_colleague)
        self._last = (0, -1)

    async def run(self, messages: LiveMessages, watch: SwitchboardWatch) -> int:
        name = "colleagues" if self._as_colleague else "team"
        async with messages.subscribe(topic(self._actor.tenant_id, name)) as heard:
            # Subscribed first: what changes while the snapshot is made is heard behind it.
            available = watch.available
            message = asyncio.ensure_future(heard.next())
            change = asyncio.ensure_future(watch.change_from(available))
            try:
                await self._snapshot(available=available)
                while True:
                    await asyncio.wait({message, change}, return_when=asyncio.FIRST_COMPLETED)
                    if change.done():
                        available = change.result()
                        await self._snapshot(available=available)
                        change = asyncio.ensure_future(watch.change_from(available))
                    if message.done():
                        await self._pass_on(message.result())
                        message = asyncio.ensure_future(heard.next())
            except (ReaderTooSlow, TimeoutError):
                log.info("shift.reader_too_slow")
                return START_AGAIN
            finally:
                message.cancel()
                change.cancel()

    async def _snapshot(self, *, available: bool) -> None:
        source = self._shift.source
        if available:
            try:
                tenant_id = self._actor.tenant_id
                if self._as_colleague:
                    await self._say(SwitchboardMessage(True))
                    await self._tell(await source.colleagues(tenant_id))
                else:
                    team = await source.team(tenant_id)
                    await self._say(SwitchboardMessage(True))
                    await self._tell(team)
                return
            except DomainError as error:
                log.warning("shift.no_snapshot", problem=error.slug)
        await self._say(SwitchboardMessage(False))

    async def _pass_on(self, heard: bytes) -> None:
        try:
            message = _READ.decode(heard)
        except msgspec.DecodeError as error:
            # Where, and not what: the error's own words may hold the value.
            log.error("shift.message_unreadable", at=str(error).rpartition(" - at ")[2])
            return
        if not isinstance(message, NumberMessage):
            await self._tell(message.data)
        elif (message.epoch, message.seq) > self._last:
            await self._snapshot(available=True)
        else:
            await self._say(message)

    async def _tell(self, now: TeamNow | Colleagues) -> None:
        await self._sight.look()
        self._last = (now.epoch, now.seq)
        if isinstance(now, TeamNow):
            await self._say(TeamMessage(_cut(now, self._sight)))
        else:
            seen = [agent for agent in now.agents if agent.id in self._sight.agents]
            await self._say(ColleaguesMessage(replace(now, agents=seen)))

    async def _say(self, message: TeamSocketMessage) -> None:
        shown = await self._shift.privacy.show(self._actor, message)
        async with asyncio.timeout(SEND_PATIENCE_S):
            await self._send(msgspec.json.encode(shown))


def _cut(now: TeamNow, sight: _Sight) -> Shift:
    """The team without those whom the reader may not see."""
    members = [
        Member(**asdict(agent), team=sight.agents[agent.id], may_decide=agent.id in sight.decides)
        for agent in now.agents
        if agent.id in sight.agents
    ]
    return Shift(now.epoch, now.seq, now.at, members)
