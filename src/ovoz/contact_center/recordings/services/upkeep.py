"""What runs by the clock: find what is owed, sweep what waits unencrypted, measure the disk."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.recordings.contracts import DiskState, RecordingState
from ovoz.contact_center.recordings.ports import ObjectStorage
from ovoz.contact_center.recordings.repositories import RecordingRows
from ovoz.contact_center.recordings.rules.limits import FAILED_RAW_AGE_S, UNKNOWN_RAW_AGE_S, disk_level
from ovoz.contact_center.recordings.services.disk import disk_file
from ovoz.contact_center.recordings.services.raw_files import RawFiles

log = structlog.get_logger(__name__)

_MB = 1_000_000
_UNFINISHED_AGE_S = 3600.0


class Reconciler:
    """Asks again for everything that is owed, so that no lost trigger loses a recording."""

    def __init__(
        self, rows: RecordingRows, raw_files: RawFiles, request: Callable[[str, UUID], Awaitable[None]]
    ) -> None:
        self._rows = rows
        self._raw_files = raw_files
        self._request = request

    async def reconcile(self) -> int:
        """One query for each tenant; returns how many were asked for."""
        asked = 0
        for tenant_id in await self._rows.tenants():
            for owed in await self._rows.due(tenant_id):
                if owed.conversation_ended or self._raw_files.still(owed.raw_name):
                    await self._request(tenant_id, owed.id)
                    asked += 1
        return asked


class Sweeper:
    """Removes unencrypted files that nobody will store: of stored recordings, of none, of failed ones in time."""

    def __init__(self, rows: RecordingRows, raw_files: RawFiles, storage: ObjectStorage) -> None:
        self._rows = rows
        self._raw_files = raw_files
        self._storage = storage

    async def sweep(self) -> int:
        """Returns how many files were removed."""
        await self._storage.discard_unfinished(_UNFINISHED_AGE_S)
        ages = await asyncio.to_thread(self._raw_files.ages_s)
        if not ages:
            return 0
        states: dict[str, set[RecordingState]] = {}
        for tenant_id in await self._rows.tenants():
            for name, found in (await self._rows.states_of_raw(tenant_id, list(ages))).items():
                states.setdefault(name, set()).update(found)
        removed = [name for name, age_s in ages.items() if _is_waste(states.get(name, set()), age_s)]
        for name in removed:
            log.warning("recording.raw_file_swept", file=name, states=sorted(states.get(name, set())))
            self._raw_files.discard(name)
        return len(removed)


def _is_waste(states: set[RecordingState], age_s: float) -> bool:
    if states & {"capturing", "captured"}:
        return False
    if "failed" in states:
        return age_s > FAILED_RAW_AGE_S
    return "stored" in states or age_s > UNKNOWN_RAW_AGE_S


class DiskWatch:
    """Measures what recordings take, and leaves the answer where every process can read it."""

    def __init__(self, home: Path, limit_mb: int, storage: ObjectStorage, raw_files: RawFiles) -> None:
        self._home = home
        self._limit_mb = limit_mb
        self._storage = storage
        self._raw_files = raw_files
        self._last: str = "ok"

    async def measure(self) -> DiskState:
        """Writes `<home>/run/recordings.json`; says it in the log when the state changes."""
        used = await self._storage.used_bytes() + await asyncio.to_thread(self._raw_files.used_bytes)
        free_mb = shutil.disk_usage(self._raw_files.folder).free // _MB
        used_mb = -(-used // _MB)
        state = DiskState(disk_level(used_mb, self._limit_mb, free_mb), used_mb, self._limit_mb, free_mb)
        path = disk_file(self._home)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(state))
        part.replace(path)
        if state.state != self._last:
            say = log.info if state.state == "ok" else log.warning
            say("recordings.disk", **msgspec.structs.asdict(state))
            self._last = state.state
        return state
