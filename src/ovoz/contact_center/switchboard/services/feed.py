"""Tells browsers what changed: whole views, numbered here, after the commit."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.switchboard.ports import LiveFeed
from ovoz.contact_center.switchboard.services.team_feed import TeamFeed
from ovoz.contact_center.switchboard.state import view
from ovoz.contact_center.switchboard.state.floor import Floor

log = structlog.get_logger(__name__)

NUMBER_EVERY_S = 5.0
QUEUES_AT_MOST_EVERY_S = 1.0


class Desks:
    """Numbers and publishes the agents' views; `epoch` and the number order them, Redis does not."""

    def __init__(
        self, feed: LiveFeed, epoch: int, clock: Callable[[], datetime], media: Callable[[], str | None]
    ) -> None:
        self._feed = feed
        self._epoch = epoch
        self._clock = clock
        self._media = media
        self._numbers: dict[tuple[str, UUID], int] = {}
        self._outgoing: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._stale_queues: dict[str, Floor] = {}
        self._stale_returns: set[str] = set()
        self._queues_wake = asyncio.Event()
        self.team = TeamFeed(self._send, epoch, clock)

    def view(self, floor: Floor, agent_id: UUID) -> dict[str, Any]:
        """The agent's desk with the number of the last message that was sent about it."""
        number = self._numbers.setdefault((floor.tenant_id, agent_id), 0)
        return view.desk(
            floor,
            floor.agents[agent_id],
            epoch=self._epoch,
            seq=number,
            now=self._clock(),
            media=self._media(),
        )

    def changed(self, floor: Floor, agent_ids: set[UUID]) -> None:
        """Publishes these agents' views and, soon, the queues' figures."""
        for agent_id in agent_ids:
            key = (floor.tenant_id, agent_id)
            self._numbers[key] = self._numbers.get(key, 0) + 1
            desk = self.view(floor, agent_id)
            self._send(
                floor.tenant_id,
                f"agent:{agent_id}",
                {"type": "desk", "epoch": self._epoch, "seq": desk["seq"], "data": desk},
            )
        self._stale_queues[floor.tenant_id] = floor
        self._queues_wake.set()
        if agent_ids:
            self.team.changed(floor)

    def callers_changed(self, tenant_id: str) -> None:
        """Somebody called, was answered or is gone: who waits to be called back may be others, which is said soon."""
        self._stale_returns.add(tenant_id)
        self._queues_wake.set()

    def superseded(self, tenant_id: str, agent_id: UUID, phone_id: str) -> None:
        """The phone went to another browser of the same agent."""
        self._send(tenant_id, f"agent:{agent_id}", {"type": "superseded", "phone_id": phone_id})

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send_all())
            tasks.create_task(self._tell_numbers())
            tasks.create_task(self._tell_queues())
            tasks.create_task(self.team.run())

    def _send(self, tenant_id: str, topic: str, message: dict[str, Any]) -> None:
        self._outgoing.put_nowait((f"ovoz:live:{tenant_id}:{topic}", msgspec.json.encode(message)))

    async def _send_all(self) -> None:
        while True:
            channel, message = await self._outgoing.get()
            try:
                await self._feed.publish(channel, message)
            except Exception as error:
                # Lost is lost: the next number shows the gap, and the browser asks for a snapshot.
                log.warning("live.publish_failed", error=str(error))

    async def _tell_numbers(self) -> None:
        while True:
            await asyncio.sleep(NUMBER_EVERY_S)
            self.team.tell_numbers()
            for (tenant_id, agent_id), number in list(self._numbers.items()):
                self._send(
                    tenant_id, f"agent:{agent_id}", {"type": "number", "epoch": self._epoch, "seq": number}
                )

    async def _tell_queues(self) -> None:
        while True:
            await self._queues_wake.wait()
            self._queues_wake.clear()
            stale, self._stale_queues = self._stale_queues, {}
            returns, self._stale_returns = self._stale_returns, set()
            for tenant_id in returns:
                self._send(tenant_id, "returns", {"type": "returns"})
            for floor in stale.values():
                self._send(
                    floor.tenant_id, "queues", {"type": "queues", "data": view.queues(floor, self._clock())}
                )
            await asyncio.sleep(QUEUES_AT_MOST_EVERY_S)
