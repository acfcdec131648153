"""Supervisors of tiny processes, and installations that are used by the command line."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.command_line import Installation
from tests.support.tiny import Diary

from ovoz.engines.supervisor import Supervisor
from ovoz.engines.unit import Unit

Supervise = Callable[..., Supervisor]


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path)


@pytest.fixture
async def supervise(tmp_path: Path) -> AsyncIterator[Supervise]:
    """Starts units; whatever still runs at the end of a test is stopped."""
    made: list[Supervisor] = []

    def start(*units: Unit, **more: Any) -> Supervisor:
        supervisor = Supervisor(units, log_folder=tmp_path / "log", run_folder=tmp_path / "run", **more)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield start
    for supervisor in made:
        await supervisor.stop()


@pytest.fixture
async def installation() -> AsyncIterator[Installation]:
    """One of its own, empty; it is stopped at the end."""
    installation = Installation()
    await installation.end()
    installation.clear()
    yield installation
    await installation.end()
