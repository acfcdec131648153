"""The journal: every step's rows, in order, in groups; to Postgres, or to the spool while Postgres is away."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from ovoz.contact_center.switchboard.contracts import JournalEntry
from ovoz.contact_center.switchboard.repositories.journal import EpochStale
from ovoz.contact_center.switchboard.services.spool import Spool
from ovoz.lib.db import DatabaseUnavailable, TenantGone

log = structlog.get_logger(__name__)

GROUP = 200
"""Entries of one tenant that share a transaction at most."""
WRITE_LIMIT_S = 2.0
"""A Postgres that hangs counts as away after this: facts may not stay in memory alone."""
RETRY_PAUSE_S = (0.1, 0.2, 0.5, 1.0)


class Store(Protocol):
    async def write(self, tenant_id: str, epoch: int, entries: Sequence[JournalEntry]) -> None: ...


class Journal:
    """One writer for the cell; `submit` keeps the order, its future tells where the entry went."""

    def __init__(self, store: Store, spool: Spool, epoch: int, on_change: Callable[[bool], None]) -> None:
        self._store = store
        self._spool = spool
        self._epoch = epoch
        self._on_change = on_change
        self._pending: list[tuple[JournalEntry, asyncio.Future[bool]]] = []
        self._wake = asyncio.Event()
        self._fenced = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.available = True
        self.refused = 0
        """Entries that Postgres did not take for what they say: they wait beside the spool for somebody to look."""

    def submit(self, entry: JournalEntry) -> "asyncio.Future[bool]":
        """True: Postgres has seen it. False: it is on the disk here and will reach Postgres later."""
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pending.append((entry, done))
        self._idle.clear()
        self._wake.set()
        return done

    async def fenced(self) -> None:
        """Returns when a higher epoch refused a write."""
        await self._fenced.wait()

    async def drained(self) -> None:
        """Returns when everything submitted so far is on record somewhere."""
        await self._idle.wait()

    async def replay(self) -> None:
        """Writes what an earlier process left in the spool; waits for Postgres as long as it takes."""
        for pause in _pauses():
            if await self._replay_once():
                return
            await asyncio.sleep(pause)

    async def run(self) -> None:
        """Writes until cancelled or fenced."""
        while True:
            if not self._spool.empty:
                await self._wait_for_postgres()
                continue
            await self._wake.wait()
            self._wake.clear()
            pending, self._pending = self._pending, []
            await self._write(pending)
            if not self._pending:
                self._idle.set()

    async def _write(self, pending: list[tuple[JournalEntry, "asyncio.Future[bool]"]]) -> None:
        by_tenant: dict[str, list[tuple[JournalEntry, asyncio.Future[bool]]]] = {}
        for item in pending:
            by_tenant.setdefault(item[0].tenant_id, []).append(item)
        await asyncio.gather(*(self._write_tenant(tenant, items) for tenant, items in by_tenant.items()))

    async def _write_tenant(
        self, tenant: str, items: list[tuple[JournalEntry, "asyncio.Future[bool]"]]
    ) -> None:
        for start in range(0, len(items), GROUP):
            group = items[start : start + GROUP]
            try:
                await self._store_group(tenant, [entry for entry, _ in group])
            except DatabaseUnavailable as error:
                self._to_spool(items[start:], error)
                return
            except EpochStale as error:
                log.error("switchboard.fenced", error=str(error))
                self._fenced.set()
                await asyncio.Event().wait()
            for _, done in group:
                _settle(done, True)

    async def _store_group(self, tenant: str, entries: list[JournalEntry]) -> None:
        """Writes them; one that Postgres refuses for what it says is kept aside, and the call goes on."""
        try:
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._store.write(tenant, self._epoch, entries)
        except TimeoutError:
            raise DatabaseUnavailable(f"no answer within {WRITE_LIMIT_S} s") from None
        except (DatabaseUnavailable, EpochStale):
            raise
        except TenantGone:
            # Deleted for good a moment ago: nothing of it is kept, here neither.
            log.info("journal.operator_gone", tenant=tenant, entries=len(entries))
        except Exception as error:
            if len(entries) == 1:
                log.exception("journal.entry_refused", tenant=tenant, kept_in=str(self._spool.refused_path))
                self._spool.keep_refused(entries[0], error)
                self.refused += 1
                return
            # One bad entry must not take its neighbours with it.
            for entry in entries:
                await self._store_group(tenant, [entry])

    def _to_spool(
        self, items: list[tuple[JournalEntry, "asyncio.Future[bool]"]], error: Exception | None = None
    ) -> None:
        self._spool.append([entry for entry, _ in items])
        if self.available:
            self.available = False
            log.warning("journal.postgres_away", error=str(error))
            self._on_change(False)
        for _, done in items:
            _settle(done, False)

    async def _wait_for_postgres(self) -> None:
        for pause in _pauses():
            if self._pending:
                pending, self._pending = self._pending, []
                self._to_spool(pending)
            self._wake.clear()
            self._idle.set()
            # What was spooled while the replay ran is newer than what it read: only an unchanged spool is emptied.
            if await self._replay_once() and self._spool.empty:
                self.available = True
                log.info("journal.postgres_back")
                self._on_change(True)
                if self._pending:
                    self._wake.set()
                return
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                continue

    async def _replay_once(self) -> bool:
        """Writes the spool in order; False when Postgres went away meanwhile (repeating is harmless)."""
        try:
            for tenant, entries in itertools.groupby(
                self._spool.entries(), key=lambda entry: entry.tenant_id
            ):
                group = list(entries)
                for start in range(0, len(group), GROUP):
                    await self._store_group(tenant, group[start : start + GROUP])
        except DatabaseUnavailable:
            return False
        except EpochStale as error:
            log.error("switchboard.fenced", error=str(error))
            self._fenced.set()
            await asyncio.Event().wait()
        self._spool.clear()
        return True


def _pauses() -> "itertools.chain[float]":
    return itertools.chain(RETRY_PAUSE_S, itertools.repeat(RETRY_PAUSE_S[-1]))


def _settle(done: "asyncio.Future[bool]", written: bool) -> None:
    if not done.done():
        done.set_result(written)
