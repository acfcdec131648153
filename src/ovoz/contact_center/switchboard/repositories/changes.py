"""Hearing that a tenant changed: suspended, resumed, renamed, gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import structlog

from ovoz.lib.db import connect

log = structlog.get_logger(__name__)

AGAIN_S = 1.0
SAFETY_TICK_S = 30.0
"""A notification that got lost is made up for after this."""


class TenantChanges:
    """Ids from the control schema's trigger, through every absence of Postgres; None: anything may have changed."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def heard(self) -> AsyncIterator[str | None]:
        while True:
            connection: asyncpg.Connection | None = None
            queue: asyncio.Queue[str | None] = asyncio.Queue()
            try:
                connection = await connect(self._dsn, "ovoz tenant changes")
                await _listen(connection, queue)
                while not connection.is_closed():
                    said: str | None = None
                    with suppress(TimeoutError):
                        said = await asyncio.wait_for(queue.get(), SAFETY_TICK_S)
                    yield said
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("tenants.not_heard", error=str(error))
            finally:
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(AGAIN_S)


async def _listen(connection: asyncpg.Connection, queue: "asyncio.Queue[str | None]") -> None:
    await connection.add_listener("ovoz_tenant", lambda *said: queue.put_nowait(said[3]))
    connection.add_termination_listener(lambda _: queue.put_nowait(None))
    queue.put_nowait(None)
