"""An installation as a person has it: by the command `ovoz`, in a folder and on ports of its own."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from tests.support import stack

from ovoz.engines.host import is_root, reachable
from ovoz.lib.settings import REPOSITORY, Settings

PORT_BASE = stack.PORT_BASE + 200
"""Beside the installation of the other tests."""
WITHOUT_RABBITMQ = Path(__file__).parent / "machines" / "without_rabbitmq"


class Said(NamedTuple):
    """What a command has answered."""

    code: int
    out: str
    err: str
    took_s: float


class Installation:
    """Its folder is empty at first; `ovoz` runs a command in its environment."""

    def __init__(self) -> None:
        self.environment = {
            "OVOZ_HOME": str(_home()),
            "OVOZ_PORT_BASE": str(PORT_BASE),
            "OVOZ_HTTP_PORT": str(PORT_BASE - 1),
            "OVOZ_MEDIA_ADDRESS": "127.0.0.1",
            "OVOZ_DEMO_CALLS_PER_MINUTE": "0",
        }
        self.settings = Settings.from_environment(self.environment)
        self.home = self.settings.home

    async def end(self) -> None:
        """`ovoz down`, where anything may be running."""
        run = self.home / "run"
        if (run / "supervisor.json").exists() or any(run.glob("*.pid")):
            await self.ovoz("down")

    def clear(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    async def ovoz(self, *arguments: str, **environment: str) -> Said:
        """One command, with more in its environment."""
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ovoz",
            *arguments,
            env={**_as_a_person_has_it(), **self.environment, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Said(process.returncode, out.decode(), err.decode(), time.monotonic() - began)

    async def status(self) -> dict[str, dict[str, Any]]:
        """`ovoz status`, which is one JSON object."""
        units: dict[str, dict[str, Any]] = json.loads((await self.ovoz("status")).out)
        return units

    def processes(self) -> dict[int, str]:
        """Whatever runs for this installation: it is named in the environment or on the command line."""
        home = str(self.home)
        found = {}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                words = [*process.cmdline(), process.environ().get("OVOZ_HOME", "")]
                if any(word == home or home + "/" in word for word in words):
                    found[process.pid] = " ".join(process.cmdline())
        return found

    def ports(self) -> list[int]:
        """Every port that may be taken, but those of sound."""
        ports = self.settings.ports
        return [ports.http, *range(ports.base + 1, ports.base + 12)]


def free(*ports: int) -> bool:
    """Whether nobody has any of the ports, for TCP or for UDP."""
    for port in ports:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind is socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    return False
    return True


def _as_a_person_has_it() -> dict[str, str]:
    """Without the settings that the tests' own installation has left, and with Python's cache."""
    ours = ("OVOZ_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _home() -> Path:
    name = f"command-{PORT_BASE}"
    home = REPOSITORY / ".ovoz" / name
    home.mkdir(parents=True, exist_ok=True)
    if is_root() and not reachable(home):
        return Path("/var/lib/ovoz") / f"tests-{os.getuid()}" / name
    return home
