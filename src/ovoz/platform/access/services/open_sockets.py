"""Sockets that stand open while rights change: each is told when the right it needs is gone."""

import asyncio
from typing import Final

import msgspec
import structlog

from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.platform.access.contracts import Right, Subject
from ovoz.platform.access.repositories import AccessRepository
from ovoz.platform.access.rules.snapshot import Snapshot
from ovoz.platform.access.services.decisions import Access

log = structlog.get_logger(__name__)

LOOK_AT_THE_CLOCK_EVERY_S: Final = 15.0
"""Grants with hours end without anybody changing anything."""
LOOK_FOR_CHANGES_EVERY_S: Final = 0.4


class OpenSocket(msgspec.Struct, eq=False):
    """One that waits to be told."""

    subject: Subject
    right: Right
    roles: frozenset[str]
    """As they were read last."""
    gone: "asyncio.Future[None]"


class OpenSockets:
    """Checks all sockets of a tenant with one query when its rights change."""

    def __init__(self, database: Database, access: Access) -> None:
        self._database = database
        self._access = access
        self._open: dict[str, set[OpenSocket]] = {}
        self._checks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        access.on_change(self._changed)

    async def until_missing(self, subject: Subject, right: Right) -> None:
        """Returns when the person has not the right (any more)."""
        socket = OpenSocket(subject, right, subject.roles, asyncio.get_running_loop().create_future())
        self._open.setdefault(subject.tenant_id, set()).add(socket)
        try:
            # What changed between the guard and this line told nobody.
            await self._check(subject.tenant_id, [socket])
            while not socket.gone.done():
                await asyncio.wait({socket.gone}, timeout=LOOK_AT_THE_CLOCK_EVERY_S)
                self._judge(socket, await self._access.snapshot(subject.domain))
        finally:
            left = self._open[subject.tenant_id]
            left.discard(socket)
            if not left:
                del self._open[subject.tenant_id]

    async def run(self) -> None:
        """While the process hears of no changes, looks for them by itself; for ever."""
        while True:
            await asyncio.sleep(LOOK_FOR_CHANGES_EVERY_S)
            if not self._access.hears:
                self._changed(None)

    def _changed(self, tenant_id: str | None) -> None:
        for tenant in [tenant_id] if tenant_id is not None else list(self._open):
            if tenant not in self._open:
                continue
            if tenant in self._checks:
                self._again.add(tenant)
                continue
            self._checks[tenant] = asyncio.get_running_loop().create_task(self._check_all(tenant))

    async def _check_all(self, tenant_id: str) -> None:
        try:
            again = True
            while again:
                self._again.discard(tenant_id)
                await self._check(tenant_id, list(self._open.get(tenant_id, ())))
                again = tenant_id in self._again
        finally:
            del self._checks[tenant_id]

    async def _check(self, tenant_id: str, sockets: list[OpenSocket]) -> None:
        if not sockets:
            return
        try:
            snapshot = await self._access.current(sockets[0].subject.domain)
            async with self._database.tenant(tenant_id) as session:
                standing = await AccessRepository(session).standing(
                    {socket.subject.user_id for socket in sockets}
                )
        except DatabaseUnavailable:
            # Nobody is cut off because Postgres is away; when it is heard again, everybody is checked.
            log.warning("access.sockets_not_checked", tenant=tenant_id)
            return
        for socket in sockets:
            socket.roles = standing.get(socket.subject.user_id, frozenset())
            self._judge(socket, snapshot)

    def _judge(self, socket: OpenSocket, snapshot: Snapshot) -> None:
        asked = self._access.attributes(socket.subject)
        if not socket.gone.done() and not snapshot.allows(socket.roles, socket.right, asked):
            socket.gone.set_result(None)
