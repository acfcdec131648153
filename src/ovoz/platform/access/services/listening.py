"""Hearing of changes: one connection for each process, watched over, as a silent one would miss a revocation."""

import asyncio
import contextlib
from typing import Any, Final

import asyncpg
import structlog

from ovoz.lib.db import connect
from ovoz.platform.access.repositories import CHANNEL
from ovoz.platform.access.services.decisions import Access

log = structlog.get_logger(__name__)

PING_EVERY_S: Final = 0.4
PATIENCE_S: Final = 0.4
"""Together they bound how long a connection that hears nothing is believed: a change counts within a second."""
BEGIN_PATIENCE_S: Final = 3.0
PAUSES_S: Final = (0.1, 0.2, 0.5)


class ChangeListener:
    """Tells Access of every change, and when it cannot; runs until cancelled."""

    def __init__(self, database_url: str, access: Access) -> None:
        self._database_url = database_url
        self._access = access

    async def run(self) -> None:
        failures = 0
        while True:
            try:
                connection = await connect(self._database_url, "ovoz access")
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if failures == 0:
                    log.warning("access.cannot_listen", error=repr(error))
            else:
                failures = 0
                await self._listen(connection)
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            failures += 1

    async def _listen(self, connection: "asyncpg.Connection[Any]") -> None:
        """Until the connection breaks; a broken one that says so is not believed from that moment on."""
        broken = asyncio.Event()

        def break_off(_: object) -> None:
            self._access.set_hears(False)
            broken.set()

        connection.add_termination_listener(break_off)
        try:
            async with asyncio.timeout(BEGIN_PATIENCE_S):
                await connection.add_listener(CHANNEL, lambda *heard: self._access.hear(str(heard[3])))
            if not broken.is_set():
                self._access.set_hears(True)
            log.info("access.listening")
            while not broken.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(broken.wait(), PING_EVERY_S)
                async with asyncio.timeout(PATIENCE_S):
                    await connection.execute("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("access.stopped_listening", error=repr(error))
        finally:
            connection.remove_termination_listener(break_off)
            self._access.set_hears(False)
            connection.terminate()
