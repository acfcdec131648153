"""Migrations over the fleet: parallel, ring by ring, resumed exactly after any kill; and what has drifted."""

import asyncio
import os
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import structlog

from ovoz.lib.db import catalogue, schema_of
from ovoz.lib.db.catalogue import Difference, Fact
from ovoz.lib.db.migrations import head, newest_schema_sql, revision_of, upgrade
from ovoz.lib.ids import new_tenant_id
from ovoz.platform.tenancy.repositories import schema_statements
from ovoz.platform.tenancy.repositories.fleet import FleetLedger, FleetTenant

log = structlog.get_logger(__name__)

WORKERS = 4
ATTEMPTS = 20
"""A tenant whose tables are locked is tried so often; with the pauses that is about a minute and a half."""
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_IDLE_S = (0.02, 0.05, 0.1, 0.25, 0.5)

_LOCKED = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.QueryCanceledError,
)
_AWAY = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError)

Progress = Callable[[int, int, str], Awaitable[None] | None]
"""Called with how many are done, of how many, and the tenant that was done last."""


class FleetStatus(msgspec.Struct, frozen=True):
    """Where the fleet stands on its way to `target`."""

    target: str
    counts: dict[str, int]
    tenants: list[FleetTenant]


class FleetResult(msgspec.Struct, frozen=True):
    """What a run came to; `not_begun` are rings that a failure before them held back."""

    target: str
    done: int
    failed: list[FleetTenant]
    not_begun: list[int]


class Drift(msgspec.Struct, frozen=True):
    """A tenant whose schema is not what the release says."""

    tenant_id: str
    slug: str
    revision: str | None
    differences: list[Difference]


class FleetCheck(msgspec.Struct, frozen=True):
    """`digest` is that of a schema as it should be; `behind` were not compared, because they wait for a migration."""

    target: str
    digest: str
    checked: int
    behind: list[str]
    drift: list[Drift]


class Fleet:
    """Every tenant's schema, as the owner's login.

    A migration is one transaction that also marks it done in the ledger, so a kill at any point leaves either both
    or neither, and `alembic_version` proves which. The row of a tenant in work is locked by that transaction:
    Postgres frees it when the worker dies.
    """

    def __init__(self, admin_url: str, data_dir: Path, *, workers: int = WORKERS) -> None:
        self._admin_url = admin_url
        self._data_dir = data_dir
        self._workers = workers
        self._target = head(data_dir, "tenant")
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    async def status(self) -> FleetStatus:
        """Every tenant, its revision and what its row says."""
        async with self._connected() as driver:
            tenants = await FleetLedger(driver, self._target).tenants()
        return FleetStatus(self._target, dict(Counter(tenant.state for tenant in tenants)), tenants)

    async def migrate(self, progress: Progress | None = None) -> FleetResult:
        """Brings every tenant to head; raises OSError or a PostgresError where Postgres goes away (run it again)."""
        async with self._connected() as driver:
            ledger = FleetLedger(driver, self._target)
            tenants = await ledger.tenants()
            behind = [tenant.tenant_id for tenant in tenants if tenant.state != "done"]
            await ledger.owe(behind, [tenant.tenant_id for tenant in tenants if tenant.state == "done"])
            names = {tenant.tenant_id: tenant.slug for tenant in tenants}
            count = _Count(len(behind), names, progress)
            rings = await ledger.rings()
            for index, ring in enumerate(rings):
                await self._migrate_ring(ring, count)
                failed = [
                    tenant
                    for tenant in await ledger.tenants()
                    if tenant.state == "failed" and tenant.ring <= ring
                ]
                if failed:
                    log.error("fleet.ring_failed", ring=ring, tenants=[tenant.slug for tenant in failed])
                    return FleetResult(self._target, count.done, failed, rings[index + 1 :])
        return FleetResult(self._target, count.done, [], [])

    async def verify(self, progress: Progress | None = None) -> FleetCheck:
        """Compares every schema with a fresh one, by hash; what differs is explained fact by fact."""
        async with self._connected() as driver:
            expected = await self._expected(driver)
            tenants = await FleetLedger(driver, self._target).tenants()
        wanted = catalogue.digest(expected)
        there = [tenant for tenant in tenants if tenant.state == "done"]
        queue, drift, count = list(reversed(there)), list[Drift](), _Count(len(there), {}, progress)

        async def work() -> None:
            async with self._connected() as mine:
                while queue:
                    tenant = queue.pop()
                    async with mine.transaction(readonly=True):
                        found = await catalogue.facts(mine, schema_of(tenant.tenant_id))
                    if catalogue.digest(found) != wanted:
                        differing = catalogue.differences(expected, found)
                        drift.append(Drift(tenant.tenant_id, tenant.slug, tenant.revision, differing))
                    await count.one(tenant.tenant_id)

        await asyncio.gather(*(work() for _ in range(min(self._workers, max(1, len(there))))))
        return FleetCheck(
            self._target,
            wanted,
            len(there),
            [tenant.slug for tenant in tenants if tenant.state != "done"],
            sorted(drift, key=lambda found: found.slug),
        )

    async def _migrate_ring(self, ring: int, count: "_Count") -> None:
        async def work(number: int) -> None:
            async with self._connected() as driver:
                ledger, idle = FleetLedger(driver, self._target), 0
                while True:
                    tenant_id = await ledger.claim(ring, f"{self._name}/{number}")
                    if tenant_id is not None:
                        idle = 0
                        if await self._migrate_one(driver, ledger, tenant_id):
                            await count.one(tenant_id)
                    elif await ledger.left(ring) == 0:
                        return
                    else:
                        # What is left waits for its next attempt, or is in the hands of somebody else.
                        await asyncio.sleep(_IDLE_S[min(idle, len(_IDLE_S) - 1)])
                        idle += 1

        async with asyncio.TaskGroup() as tasks:
            for number in range(self._workers):
                tasks.create_task(work(number))

    async def _migrate_one(
        self, driver: "asyncpg.Connection[Any]", ledger: FleetLedger, tenant_id: str
    ) -> bool:
        schema = schema_of(tenant_id)
        try:
            async with driver.transaction():
                if not await ledger.hold(tenant_id):
                    return False
                await upgrade(driver, self._data_dir, "tenant", schema, self._target)
                await ledger.done(tenant_id)
            return True
        except _AWAY:
            raise
        except _LOCKED as error:
            log.info("fleet.put_off", tenant=tenant_id, error=str(error))
            await ledger.put_off(tenant_id, str(error), wait_s=_pause(), attempts=ATTEMPTS)
        except Exception as error:
            log.error("fleet.failed", tenant=tenant_id, error=str(error))
            await ledger.put_off(tenant_id, f"{type(error).__name__}: {error}", wait_s=0, attempts=0)
        return False

    async def _expected(self, driver: "asyncpg.Connection[Any]") -> frozenset[Fact]:
        """A schema as it should be, made inside a transaction that is never committed."""
        tenant_id = new_tenant_id()
        schema = schema_of(tenant_id)
        transaction = driver.transaction()
        await transaction.start()
        try:
            await driver.execute(
                ";\n".join((*schema_statements(schema), f"SET LOCAL search_path TO {schema}", ""))
                + newest_schema_sql(self._data_dir, tenant_id)
            )
            if await revision_of(driver, schema) != self._target:
                raise RuntimeError("a fresh schema is not at head")
            return await catalogue.facts(driver, schema)
        finally:
            await transaction.rollback()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        driver = await asyncpg.connect(
            self._admin_url,
            timeout=10,
            statement_cache_size=32,
            server_settings={"application_name": "ovoz fleet", "jit": "off"},
        )
        try:
            yield driver
        finally:
            driver.terminate()


class _Count:
    """Tells the progress."""

    def __init__(self, total: int, names: dict[str, str], progress: Progress | None) -> None:
        self.done = 0
        self._total = total
        self._names = names
        self._progress = progress

    async def one(self, tenant_id: str) -> None:
        self.done += 1
        if self._progress is not None:
            said = self._progress(self.done, self._total, self._names.get(tenant_id, tenant_id))
            if said is not None:
                await said


def _pause() -> float:
    """Between attempts at one tenant whose tables somebody holds: never all workers at the same moment."""
    return random.uniform(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)  # noqa: S311
