"""A supervisor that was killed leaves its units alone in the world; the next command ends them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from tests.support.command_line import Installation, free
from tests.support.stack import eventually
from tests.support.tiny import runs

from ovoz.engines import supervisor
from ovoz.engines.supervisor import end_leftovers

TWO_UNITS = """
import asyncio, sys
from pathlib import Path
from ovoz.engines.supervisor import Supervisor
from ovoz.engines.unit import Unit

async def main():
    home = Path(sys.argv[1])
    ignores = "trap '' TERM; while true; do sleep 1; done"
    units = [Unit("calm", argv=("sleep", "60")), Unit("stubborn", argv=("sh", "-c", ignores))]
    supervisor = Supervisor(units, log_folder=home / "log", run_folder=home / "run")
    supervisor.start()
    await supervisor.wait_ready()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""
RABBITMQ = """
import asyncio
from ovoz.engines.layout import Layout
from ovoz.engines.stack import gather
from ovoz.engines.supervisor import Supervisor
from ovoz.lib.settings import Settings

async def main():
    settings = Settings.from_environment()
    layout = Layout(settings)
    units = await gather(settings, layout, ["rabbitmq"])
    supervisor = Supervisor(units, log_folder=layout.log, run_folder=layout.run)
    supervisor.start()
    await supervisor.wait_ready()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def _start_and_kill(program: str, *arguments: str, **environment: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while (line := await process.stdout.readline()) != b"ready\n":
            assert line, "it ended before it was ready"
    process.kill()
    await process.wait()


@pytest.fixture
async def left(tmp_path: Path) -> AsyncIterator[dict[str, int]]:
    """Two units without a supervisor: names and pids."""
    await _start_and_kill(TWO_UNITS, str(tmp_path))
    pids = {path.stem: json.loads(path.read_bytes())["pid"] for path in (tmp_path / "run").glob("*.pid")}
    yield pids
    for pid in filter(runs, pids.values()):
        os.killpg(pid, signal.SIGKILL)


async def test_what_a_killed_supervisor_left_is_ended(
    left: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LEFTOVERS_TIMEOUT_S", 0.5)
    assert set(left) == {"calm", "stubborn"}
    assert all(map(runs, left.values()))
    assert set(await asyncio.to_thread(end_leftovers, tmp_path / "run")) == {"calm", "stubborn"}
    await eventually(lambda: not any(map(runs, left.values())), within_s=2, what="their end")
    assert end_leftovers(tmp_path / "run") == []


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path: Path) -> None:
    """After a reboot, or when numbers begin again, a pid is somebody else's."""
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        began = psutil.Process(stranger.pid).create_time()
        (tmp_path / "store.pid").write_text(json.dumps({"pid": stranger.pid, "began": began - 100}))
        assert end_leftovers(tmp_path) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_rabbitmq_leaves_nothing_either(installation: Installation) -> None:
    """Its port mapper is a daemon that belongs to no process group of ours, and would keep its port."""
    await _start_and_kill(RABBITMQ, **installation.environment)
    ports = installation.settings.ports
    assert not free(ports.epmd)
    down = await installation.ovoz("down")
    assert down.code == 0
    assert "ended rabbitmq" in down.err
    await eventually(lambda: free(ports.epmd, ports.amqp), within_s=5, what="free ports")
