"""Tells supervisors and colleagues how the shift stands: whole, numbered, at most once a second."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ovoz.contact_center.switchboard.state import team_view
from ovoz.contact_center.switchboard.state.floor import Floor

AT_MOST_EVERY_S = 1.0

Send = Callable[[str, str, dict[str, Any]], None]


class TeamFeed:
    """One number for each tenant, raised with every message about its team."""

    def __init__(self, send: Send, epoch: int, clock: Callable[[], datetime]) -> None:
        self._send = send
        self._epoch = epoch
        self._clock = clock
        self._numbers: dict[str, int] = {}
        self._stale: dict[str, Floor] = {}
        self._wake = asyncio.Event()

    def view(self, floor: Floor) -> dict[str, Any]:
        """The whole team, with the number of the last message that was sent about it."""
        return self._numbered(floor) | {"agents": team_view.team(floor)}

    def colleagues(self, floor: Floor) -> dict[str, Any]:
        """The same moment as agents see it."""
        return self._numbered(floor) | {"agents": team_view.colleagues(floor)}

    def changed(self, floor: Floor) -> None:
        """Somebody's state changed: soon everybody who looks is told."""
        self._stale[floor.tenant_id] = floor
        self._wake.set()

    def tell_numbers(self) -> None:
        """Whoever misses the last message, or hears none at all, notices by these."""
        for tenant_id, number in self._numbers.items():
            said = {"type": "number", "epoch": self._epoch, "seq": number}
            self._send(tenant_id, "team", said)
            self._send(tenant_id, "colleagues", said)

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            stale, self._stale = self._stale, {}
            for tenant_id, floor in stale.items():
                self._numbers[tenant_id] = self._numbers.get(tenant_id, 0) + 1
                self._send(tenant_id, "team", {"type": "team", "data": self.view(floor)})
                self._send(tenant_id, "colleagues", {"type": "colleagues", "data": self.colleagues(floor)})
            await asyncio.sleep(AT_MOST_EVERY_S)

    def _numbered(self, floor: Floor) -> dict[str, Any]:
        number = self._numbers.setdefault(floor.tenant_id, 0)
        return {"epoch": self._epoch, "seq": number, "at": self._clock()}
