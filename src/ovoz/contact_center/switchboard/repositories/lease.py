"""Ownership of a cell: an advisory lock on a connection of its own, and an epoch that rises at each take-over.

The lock only orders candidates. A lost connection does not end the ownership (conversations go on while Postgres
is away); a higher epoch does.
"""

import asyncio
from contextlib import suppress

import asyncpg
import structlog

from ovoz.lib.db import connect

log = structlog.get_logger(__name__)

RETRY_S = 0.5
OWNER_FIRST_S = 3.0
"""After Postgres was away the one who owns the cell, and has its facts in memory, may lock it again first."""


class LeaseLost(Exception):
    """Another switchboard took the cell over."""


class CellLease:
    """A held cell; `epoch` stands in every write."""

    def __init__(self, dsn: str, cell_id: str, owner: str, address: str) -> None:
        self.epoch = 0
        self._dsn = dsn
        self._cell_id = cell_id
        self._owner = owner
        self._address = address
        self._connection: asyncpg.Connection | None = None

    async def take(self) -> None:
        """Waits for Postgres and for the cell, as long as it takes: this is also how a standby waits."""
        postgres_was_away = False
        while True:
            try:
                await self._connect()
                if postgres_was_away:
                    await asyncio.sleep(OWNER_FIRST_S)
                await self._lock()
                assert self._connection is not None
                self.epoch = await self._connection.fetchval(
                    "UPDATE ovoz.cell SET epoch = epoch + 1, owner = $2, address = $3, taken_at = now()"
                    " WHERE id = $1 RETURNING epoch",
                    self._cell_id,
                    self._owner,
                    self._address,
                )
                if self.epoch is None:
                    raise LookupError(f"there is no cell {self._cell_id}")
                log.info("cell.taken", cell=self._cell_id, epoch=self.epoch)
                return
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("cell.not_taken_yet", cell=self._cell_id, error=str(error))
                postgres_was_away = True
                await self._drop()
                await asyncio.sleep(RETRY_S)

    async def keep(self) -> None:
        """Holds on through lost connections; raises LeaseLost when a higher epoch is seen."""
        while True:
            connection = self._connection
            assert connection is not None
            await _terminated(connection)
            log.warning("cell.connection_lost", cell=self._cell_id)
            await self._take_again()

    async def _take_again(self) -> None:
        while True:
            try:
                await self._drop()
                await self._connect()
                await self._lock()
                assert self._connection is not None
                epoch = await self._connection.fetchval(
                    "SELECT epoch FROM ovoz.cell WHERE id = $1", self._cell_id
                )
                if epoch != self.epoch:
                    raise LeaseLost(f"cell {self._cell_id} is at epoch {epoch}, this process at {self.epoch}")
                return
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(RETRY_S)

    async def _connect(self) -> None:
        self._connection = await connect(self._dsn, "ovoz cell lease")

    async def _lock(self) -> None:
        assert self._connection is not None
        await self._connection.execute(
            "SELECT pg_advisory_lock(hashtextextended($1, 0))", f"cell:{self._cell_id}"
        )

    async def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def release(self) -> None:
        with suppress(Exception):
            if self._connection is not None:
                await asyncio.wait_for(self._connection.close(), 2)


async def _terminated(connection: asyncpg.Connection) -> None:
    gone = asyncio.Event()
    connection.add_termination_listener(lambda _: gone.set())
    if not connection.is_closed():
        await gone.wait()
