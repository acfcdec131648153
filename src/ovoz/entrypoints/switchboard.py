"""`ovoz switchboard`: owns a cell; ends when another switchboard takes it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog
import uvicorn
import uvloop
from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide

from ovoz.contact_center.recordings.api import may_record
from ovoz.contact_center.switchboard.api import (
    Cell,
    CellLease,
    Commands,
    Directory,
    Fenced,
    JournalStore,
    TenantChanges,
    refused_entries,
    run_cell,
)
from ovoz.contact_center.switchboard.controllers import InternalController, health
from ovoz.contact_center.switchboard.events import FACT_KEYS
from ovoz.integrations.asterisk.ami import Ami
from ovoz.integrations.asterisk.ari import Ari
from ovoz.integrations.asterisk.node import AsteriskNode
from ovoz.integrations.redis.fanout import RedisFanout
from ovoz.integrations.saq.recordings import SaqRecordingJobs
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.ids import new_id
from ovoz.lib.logging import configure_logging
from ovoz.lib.problems import DomainError
from ovoz.lib.sealing import installation_key, internal_token, phone_key, spool_key
from ovoz.lib.settings import Settings
from ovoz.platform.privacy.api import Fields, Publication, read_policy
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository

log = structlog.get_logger(__name__)

CELL = "cell-1"
NODE = "node-1"
STASIS_APP = "ovoz"


def main(unit: str) -> None:
    """Waits for the cell and works until SIGTERM, or until another switchboard owns the cell (exit code 3)."""
    configure_logging(unit)
    settings = Settings.from_environment()
    try:
        uvloop.run(_serve(unit, settings, Endpoints.load(settings)))
    except* Fenced as fenced:
        log.error("switchboard.fenced_out", by=str(fenced.exceptions[0]))
        sys.exit(3)


async def _serve(unit: str, settings: Settings, endpoints: Endpoints) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    owner = f"{socket.gethostname()}:{os.getpid()}"
    lease = CellLease(
        endpoints.database_switchboard_url, CELL, owner, f"http://127.0.0.1:{settings.ports.switchboard}"
    )
    ready = settings.home / "run" / f"{unit}.ready"
    ready.write_text(json.dumps({"pid": os.getpid()}))
    try:
        if await _taken(lease, stop):
            await _work(settings, endpoints, lease, stop)
    finally:
        await lease.release()
        ready.unlink(missing_ok=True)


async def _taken(lease: CellLease, stop: asyncio.Event) -> bool:
    """Stands by until the cell is ours; False when told to stop before."""
    taking, stopping = asyncio.create_task(lease.take()), asyncio.create_task(stop.wait())
    done, waiting = await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    if taking in done:
        taking.result()
    return taking in done


async def _work(settings: Settings, endpoints: Endpoints, lease: CellLease, stop: asyncio.Event) -> None:
    """Serves the cell until told to stop; raises Fenced (in a group) when it is another's."""
    database = Database(endpoints.database_switchboard_url, application_name="ovoz switchboard")
    fields = Fields(TenantKeys(TenantRepository(database), installation_key(settings.home)))
    ari = Ari(endpoints.ari_url, STASIS_APP)
    manager = endpoints.ami
    ami = Ami(manager.host, manager.port, manager.user, manager.secret)
    fanout = RedisFanout(endpoints.redis_url)
    jobs = SaqRecordingJobs(endpoints.redis_url)
    cell = Cell(
        cell_id=CELL,
        epoch=lease.epoch,
        directory=Directory(database, CELL, fields, sounds=endpoints.sounds),
        store=JournalStore(database, CELL, Publication(read_policy(settings.data_dir), FACT_KEYS), fields),
        spool_path=_spool(settings),
        spool_key=spool_key(settings.home),
        node=AsteriskNode(NODE, ari, ami, endpoints.media_recordings_dir),
        feed=fanout,
        jobs=jobs,
        may_record=lambda: may_record(settings.home),
        phone_key=phone_key(settings.home),
        clock=utc_now,
        new_id=new_id,
    )
    server = _Server(
        uvicorn.Config(
            _application(cell, internal_token(settings.home)),
            host="127.0.0.1",
            port=settings.ports.switchboard,
            log_config=None,
            access_log=False,
        )
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            work = tasks.create_task(
                run_cell(
                    cell,
                    lease,
                    TenantChanges(endpoints.database_switchboard_url),
                    lambda: log.info("switchboard.ready", epoch=lease.epoch),
                )
            )
            web = tasks.create_task(server.serve())
            await stop.wait()
            work.cancel()
            server.should_exit = True
            await web
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(cell.journal.drained(), 2)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.gather(
                    *(part.close() for part in (ari, ami, fanout, jobs, database)), return_exceptions=True
                )


def print_refused(settings: Settings) -> None:
    """What lies beside the spool, opened."""
    for error, entry in refused_entries(_spool(settings), spool_key(settings.home)):
        sys.stdout.buffer.write(msgspec.json.encode({"error": error, "entry": entry}) + b"\n")


def _spool(settings: Settings) -> Path:
    return settings.home / "spool" / f"{CELL}.jsonl"


class _Server(uvicorn.Server):
    """Signals are the process's business, not the web server's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _application(cell: Cell, token: str) -> Litestar:
    commands = Commands(cell)
    return Litestar(
        route_handlers=[InternalController, health],
        dependencies={"commands": Provide(lambda: commands, sync_to_thread=False)},
        state=State({"token": token}),
        exception_handlers={DomainError: _problem},
        openapi_config=None,
        logging_config=None,
    )


def _problem(_: Request[Any, Any, Any], error: DomainError) -> Response[dict[str, Any]]:
    return Response(error.document(), status_code=error.status, media_type="application/problem+json")
