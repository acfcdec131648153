"""The worker as a process: it stores what it is asked for, outlives its engines, and starts again after a kill."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import msgspec
import psutil
import pytest
from tests.support.recordings import Installation, tones
from tests.support.stack import Stack

from ovoz.contact_center.recordings.api import disk_state, may_record
from ovoz.integrations.saq.recordings import SaqRecordingJobs


class WorkerProcess:
    """`ovoz worker` on the test's own folders."""

    def __init__(self, place: Installation, **environment: str) -> None:
        self.place = place
        self.ready_file = place.settings.home / "run" / "worker.ready"
        self._environment = {
            **os.environ,
            "OVOZ_HOME": str(place.settings.home),
            "OVOZ_PORT_BASE": str(place.settings.ports.base),
            **environment,
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.place.endpoints.save(self.place.settings)
        log = (self.place.settings.home / "worker.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ovoz", "worker"), env=self._environment, stdout=log, stderr=log
        )
        log.close()

    async def started(self) -> None:
        await self.start()
        await until(self.is_ready)

    async def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None
        try:
            return bool(json.loads(self.ready_file.read_text())["pid"] == self.process.pid)
        except FileNotFoundError:
            return False

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    def log(self) -> str:
        return (self.place.settings.home / "worker.log").read_text()


async def until(holds: Callable[[], Awaitable[bool]], timeout_s: float = 60) -> None:
    """Returns when it holds; looks again quickly, because a row or a file of another process cannot wake us."""
    async with asyncio.timeout(timeout_s):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.fixture
async def worker(place: Installation) -> AsyncIterator[WorkerProcess]:
    running = WorkerProcess(place)
    await running.started()
    yield running
    await running.end(signal.SIGKILL)


def in_state(
    place: Installation, tenant_id: str, recording_id: UUID, state: str
) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return (await place.row(tenant_id, recording_id)).state == state

    return holds


async def ask(place: Installation, tenant_id: str, recording_id: UUID) -> None:
    jobs = SaqRecordingJobs(place.endpoints.redis_url)
    await jobs.recording_captured(tenant_id, recording_id)
    await jobs.close()


async def test_it_stores_at_once_what_the_switchboard_asks_for(
    place: Installation, worker: WorkerProcess
) -> None:
    tenant_id = await place.make_tenant()
    recording_id = await place.make_recording(tenant_id, tones(5, 440, 1010))
    await ask(place, tenant_id, recording_id)
    # Far sooner than the reconciler's 30 s.
    await until(in_state(place, tenant_id, recording_id, "stored"), timeout_s=10)
    await until(lambda: nothing_in(place.raw_folder))
    assert await place.told(tenant_id, recording_id) == (1, 1)


async def nothing_in(folder: Path) -> bool:
    return not any(folder.iterdir())


async def test_it_finds_by_itself_what_nobody_asked_for(place: Installation) -> None:
    tenant_id = await place.make_tenant()
    recording_id = await place.make_recording(tenant_id, tones(5, 440, 1010))
    worker = WorkerProcess(place)
    await worker.started()
    await until(in_state(place, tenant_id, recording_id, "stored"), timeout_s=10)
    await worker.end(signal.SIGKILL)


async def test_killed_amid_a_job_it_does_it_once_when_it_is_back(
    place: Installation, worker: WorkerProcess
) -> None:
    tenant_id = await place.make_tenant()
    recording_id = await place.make_recording(tenant_id, tones(600, 440, 1010))
    await ask(place, tenant_id, recording_id)

    async def amid() -> bool:
        return any((place.settings.home / "objects" / ".unfinished").glob("*.part"))

    await until(amid)
    assert await worker.end(signal.SIGKILL) == -signal.SIGKILL
    row = await place.row(tenant_id, recording_id)
    assert (row.state, row.attempts) == ("captured", 1)
    await worker.started()
    await until(in_state(place, tenant_id, recording_id, "stored"))
    await until(lambda: nothing_in(place.raw_folder))
    assert await place.told(tenant_id, recording_id) == (1, 1)
    assert [path.suffix for path in place.objects(tenant_id)].count(".ovr") == 1
    assert (await place.row(tenant_id, recording_id)).attempts == 2


@pytest.mark.parametrize("engine", ["valkey", "postgres"])
async def test_it_outlives_its_engines(
    place: Installation, worker: WorkerProcess, engines: Stack, engine: str
) -> None:
    tenant_id = await place.make_tenant()
    recording_id = await place.make_recording(tenant_id, tones(5, 440, 1010))
    supervisor = engines.supervisor
    assert worker.process is not None
    await supervisor.stop_unit(engine)
    try:
        before = psutil.Process(worker.process.pid).cpu_times()
        await asyncio.sleep(3)  # the time without the engine is what is tested
        after = psutil.Process(worker.process.pid).cpu_times()
        assert after.user + after.system - before.user - before.system < 1.0
    finally:
        supervisor.resume(engine)
        await supervisor.wait_ready(engine)
        await place.database.close()  # the test's own connections are dead now
    if engine == "valkey":
        await until(lambda: says(worker, "queue.back"))
    await ask(place, tenant_id, recording_id)
    await until(in_state(place, tenant_id, recording_id, "stored"), timeout_s=45)
    assert worker.process.returncode is None


async def says(worker: WorkerProcess, event: str) -> bool:
    return event in worker.log()


@pytest.mark.parametrize("amid", [False, True], ids=["idle", "amid a job"])
async def test_it_stops_in_five_seconds(place: Installation, worker: WorkerProcess, amid: bool) -> None:
    tenant_id = await place.make_tenant()
    recording_id = await place.make_recording(tenant_id, tones(600 if amid else 1, 440, 1010))
    if amid:
        await ask(place, tenant_id, recording_id)

        async def unfinished() -> bool:
            return any((place.settings.home / "objects" / ".unfinished").glob("*.part"))

        await until(unfinished)
    begun = time.monotonic()
    assert await worker.end(signal.SIGTERM) == 0
    assert time.monotonic() - begun < 5
    assert not worker.ready_file.exists()
    assert "Traceback" not in worker.log()
    assert not [
        child for child in psutil.process_iter() if "ffmpeg" in child.name() and tenant_raw(child, place)
    ]


def tenant_raw(process: psutil.Process, place: Installation) -> bool:
    try:
        return any(str(place.raw_folder) in argument for argument in process.cmdline())
    except psutil.Error:
        return False


async def test_at_the_limit_nothing_new_is_recorded(place: Installation) -> None:
    assert may_record(place.settings.home)
    (place.raw_folder / "a.raw").write_bytes(bytes(900_000))
    worker = WorkerProcess(place, OVOZ_RECORDINGS_LIMIT_MB="1")
    await worker.started()

    async def measured() -> bool:
        return disk_state(place.settings.home) is not None

    await until(measured)
    await worker.end(signal.SIGTERM)
    state = disk_state(place.settings.home)
    assert state is not None
    assert (msgspec.structs.replace(state, free_mb=0).state, state.used_mb, state.limit_mb) == ("full", 1, 1)
    assert not may_record(place.settings.home)
    assert "recordings.disk" in worker.log()
