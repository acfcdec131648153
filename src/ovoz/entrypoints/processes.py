"""Our own processes as units of the supervisor, and the stack that `ovoz up` runs."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import structlog

from ovoz.engines import frontend, stack
from ovoz.engines.host import check_ports, say
from ovoz.engines.layout import Layout
from ovoz.engines.supervisor import Supervisor
from ovoz.engines.unit import ReadyCheck, Unit
from ovoz.lib.settings import REPOSITORY, Settings

log = structlog.get_logger(__name__)


def status_file(layout: Layout) -> Path:
    return layout.run / "status.json"


def supervisor_file(layout: Layout) -> Path:
    return layout.run / "supervisor.json"


def our_units(settings: Settings, layout: Layout, *, demo: bool, without_asterisk: str = "") -> list[Unit]:
    """The processes of Ovoz itself, each needing what it needs."""
    ports = settings.ports
    environment = {
        "OVOZ_HOME": str(settings.home),
        "OVOZ_HTTP_PORT": str(ports.http),
        "OVOZ_PORT_BASE": str(ports.base),
        "PYTHONUNBUFFERED": "1",
    }

    def ours(
        name: str, *requires: str, command: tuple[str, ...] = (), port: int | None = None, **more: Any
    ) -> Unit:
        return Unit(
            name=name,
            version=_version(),
            argv=(sys.executable, "-m", "ovoz", *(command or (name,))),
            environment=environment,
            port=port,
            requires=requires,
            **more,
        )

    units = [
        ours("setup", "postgres", oneshot=True),
        ours("api", "setup", "valkey", port=ports.http, ready=_healthy(ports.http)),
        ours(
            "switchboard",
            "setup",
            "valkey",
            "asterisk",
            port=ports.switchboard,
            ready=_healthy(ports.switchboard),
        ),
        # Loaded and waiting for the cell: a take-over does not wait for a process to start.
        ours(
            "standby",
            "switchboard",
            command=("switchboard", "--unit", "standby"),
            ready=_ready_file(layout, "standby"),
        ),
        ours("worker", "setup", "valkey", ready=_ready_file(layout, "worker")),
        ours("relay", "setup", ready=_ready_file(layout, "relay")),
    ]
    if demo and not without_asterisk:
        units.append(
            ours(
                "simulator",
                "setup",
                "switchboard",
                port=ports.simulator_sip,
                ready=_ready_file(layout, "simulator"),
            )
        )
    elif demo:
        units.append(Unit(name="simulator", missing=f"nobody can be called: {without_asterisk}"))
    return units


def _version() -> str:
    from importlib.metadata import version

    return version("ovoz")


def _healthy(port: int) -> ReadyCheck:
    async def check() -> bool:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
                session.get(f"http://127.0.0.1:{port}/health") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    return check


def _ready_file(layout: Layout, name: str) -> ReadyCheck:
    async def check() -> bool:
        try:
            said = json.loads((layout.run / f"{name}.ready").read_text())
            os.kill(int(said["pid"]), 0)
        except (OSError, ValueError, KeyError):
            return False
        return True

    return check


async def supervise(settings: Settings) -> None:
    """Runs the whole installation until SIGTERM; writes `run/status.json` after each change."""
    layout = Layout(settings)
    layout.create()
    ended = stack.end_leftovers(settings, layout)
    if ended:
        say(f"ended what an earlier run left: {', '.join(ended)}")
    for ready in layout.run.glob("*.ready"):
        ready.unlink()
    wanted = [name for name in stack.ENGINES if not _outside(settings, name)]
    check_ports(stack.ports_of(settings, {*wanted, "api", "switchboard", "simulator"}))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say("gathering engines")
    build = asyncio.create_task(asyncio.to_thread(_build_frontend))
    engines, encoding = await asyncio.gather(
        stack.gather(settings, layout), asyncio.to_thread(stack.ensure_ffmpeg)
    )
    if encoding:
        say(encoding)
    stack.endpoints(settings, layout).save(settings)
    missing = {unit.name: unit.missing for unit in engines if unit.missing}
    for reason in missing.values():
        say(reason)
    supervisor = Supervisor(
        [
            *engines,
            *our_units(settings, layout, demo=settings.demo, without_asterisk=missing.get("asterisk", "")),
        ],
        log_folder=layout.log,
        run_folder=layout.run,
        logs_limit_mb=settings.logs_limit_mb,
        on_change=lambda: _write_status(layout, supervisor),
    )
    supervisor.start()
    try:
        await build
        (layout.run / "frontend.ready").write_text(json.dumps({"pid": os.getpid()}))
        _write_status(layout, supervisor)
        await stop.wait()
    finally:
        say("stopping")
        await supervisor.stop()
        _write_status(layout, supervisor)


def _outside(settings: Settings, name: str) -> str:
    return {
        "postgres": settings.database_url,
        "valkey": settings.redis_url,
        "rabbitmq": settings.amqp_url,
        "asterisk": settings.ari_url,
    }[name]


def _build_frontend() -> None:
    with contextlib.suppress(FileNotFoundError):
        frontend.build(REPOSITORY / "frontend")


def _write_status(layout: Layout, supervisor: Supervisor) -> None:
    path = status_file(layout)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(supervisor.status()))
    part.replace(path)
