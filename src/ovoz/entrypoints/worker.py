"""`ovoz worker`: does what is owed, by SAQ jobs and by the clock."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog
import uvloop
from saq import Worker

from ovoz.contact_center.recordings import jobs as recording_jobs
from ovoz.contact_center.recordings.api import (
    QUEUE,
    STORE_JOB,
    DiskWatch,
    RawFiles,
    Reconciler,
    RecordingRows,
    RecordingStore,
    Sweeper,
    request_storing,
)
from ovoz.entrypoints.provisioning import tenant_desk
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.saq.queue import PatientQueue, open_queue
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.ids import new_id
from ovoz.lib.logging import configure_logging
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import Settings
from ovoz.platform.audit.api import Sealer
from ovoz.platform.identity.services import end_old_sessions
from ovoz.platform.requests.api import forget_old_answers
from ovoz.platform.tenancy import jobs as tenancy_jobs
from ovoz.platform.tenancy.api import OPERATE_JOB, TenantKeys, TenantRepository, request_operation

log = structlog.get_logger(__name__)

JOBS: list[tuple[str, Callable[..., Awaitable[object]]]] = [
    (STORE_JOB, recording_jobs.store),
    (OPERATE_JOB, tenancy_jobs.operate),
]
CONCURRENCY = 8
RECONCILE_EVERY_S = 30.0
OPERATE_EVERY_S = 2.0
SWEEP_EVERY_S = 600.0
MEASURE_EVERY_S = 30.0
END_SESSIONS_EVERY_S = 3600.0
SEAL_EVERY_S = 60.0
FORGET_ANSWERS_EVERY_S = 3600.0
FIRST_TRY_AGAIN_S = 1.0


def main() -> None:
    """Runs until SIGTERM or SIGINT; outlives Redis and Postgres going away."""
    configure_logging("worker")
    # SAQ logs a traceback each second while Redis is away; the queue and the jobs say what matters themselves.
    logging.getLogger("saq").setLevel(logging.CRITICAL)
    settings = Settings.from_environment()
    uvloop.run(_serve(settings, Endpoints.load(settings)))


async def _serve(settings: Settings, endpoints: Endpoints) -> None:
    database = Database(endpoints.database_url, pool_size=CONCURRENCY, application_name="ovoz worker")
    queue = open_queue(endpoints.redis_url, QUEUE)
    storage = FileSystemStorage(settings.home / "objects")
    rows = RecordingRows(database, utc_now)
    raw_files = RawFiles(Path(endpoints.media_recordings_dir))
    key = installation_key(settings.home)
    keys = TenantKeys(TenantRepository(database), key)
    sealer = Sealer(database, key, utc_now)
    desk = tenant_desk(settings, endpoints)
    me = f"worker-{new_id().hex}"

    async def request(tenant_id: str, recording_id: UUID) -> None:
        await request_storing(queue, tenant_id, recording_id, asked_by=me)

    reconciler = Reconciler(rows, raw_files, request)
    sweeper = Sweeper(rows, raw_files, storage)
    disk = DiskWatch(settings.home, settings.recordings_limit_mb, storage, raw_files)
    ready = _ReadyFile(settings.home / "run" / "worker.ready", queue)

    async def reconcile() -> None:
        asked = await reconciler.reconcile()
        await ready.say()
        if asked:
            log.info("recordings.owed", count=asked)

    async def operate() -> None:
        for operation_id in await desk.runner.due():
            await request_operation(queue, operation_id, asked_by=me)

    async def end_sessions() -> None:
        for tenant_id in await rows.tenants():
            async with database.tenant(tenant_id) as session:
                await end_old_sessions(session, utc_now())

    async def seal() -> None:
        await sealer.seal_all([tenant.id for tenant in await TenantRepository(database).all()])

    async def forget_answers() -> None:
        for tenant_id in await rows.tenants():
            async with database.tenant(tenant_id) as session:
                await forget_old_answers(session, utc_now())

    worker: Worker[Any] = Worker(
        queue,
        JOBS,
        concurrency=CONCURRENCY,
        startup=_context(
            recording_store=RecordingStore(rows, storage, FfmpegEncoder(), keys, raw_files),
            tenant_operations=desk.runner,
        ),
        timers={"schedule": 1, "worker_info": 10, "sweep": 10, "abort": 1},
        cancellation_hard_deadline_s=2.0,
    )
    schedule: tuple[tuple[float, str, Callable[[], Awaitable[object]]], ...] = (
        (MEASURE_EVERY_S, "measure", disk.measure),
        (RECONCILE_EVERY_S, "reconcile", reconcile),
        (OPERATE_EVERY_S, "operate", operate),
        (SWEEP_EVERY_S, "sweep", sweeper.sweep),
        (SEAL_EVERY_S, "seal the audit", seal),
        (END_SESSIONS_EVERY_S, "end old sessions", end_sessions),
        (FORGET_ANSWERS_EVERY_S, "forget old answers", forget_answers),
    )
    clockwork = [asyncio.create_task(_every(*entry)) for entry in schedule]
    try:
        await _until_told_to_stop(worker)
    finally:
        ready.remove()
        for task in clockwork:
            task.cancel()
        await asyncio.gather(*clockwork, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await asyncio.gather(
                    queue.disconnect(), database.close(), desk.close(), return_exceptions=True
                )
        log.info("worker.stopped")


async def _until_told_to_stop(worker: Worker[Any]) -> None:
    """The signals are ours: SAQ would take them only once it is under way."""
    worker.SIGNALS = []
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = asyncio.create_task(worker.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await worker.stop()
    await running


def _context(**members: object) -> Callable[[dict[str, Any]], Awaitable[None]]:
    async def fill(context: dict[str, Any]) -> None:
        context.update(members)

    return fill


async def _every(period_s: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
    """Does the work now and then by the clock; while it fails it is tried sooner, and said once."""
    failing = False
    while True:
        try:
            await work()
            if failing:
                log.info("worker.schedule_works_again", work=name)
            failing = False
        except Exception as error:
            if not failing:
                log.warning("worker.schedule_fails", work=name, error=repr(error))
            failing = True
        await asyncio.sleep(min(period_s, FIRST_TRY_AGAIN_S) if failing else period_s)


class _ReadyFile:
    """Written once Postgres and Redis have both answered."""

    def __init__(self, path: Path, queue: PatientQueue) -> None:
        self._path = path
        self._queue = queue
        self._said = False

    async def say(self) -> None:
        if self._said:
            return
        await self._queue.answers()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode({"pid": os.getpid()}))
        part.replace(self._path)
        self._said = True
        log.info("worker.ready")

    def remove(self) -> None:
        if self._said:
            self._path.unlink(missing_ok=True)
