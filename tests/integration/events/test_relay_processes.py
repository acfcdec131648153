"""`ovoz relay` as processes: one leads, the next takes over, and each stops when it is told to."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.support.events import Partner, Teller
from tests.support.stack import Stack, eventually


class RelayProcess:
    """One relay, in a folder of its own."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.process: asyncio.subprocess.Process
        self._stack = stack
        self._folder = folder
        self._log = folder / "relay.log"

    async def start(self) -> None:
        settings = msgspec.structs.replace(self._stack.settings, home=self._folder)
        self._stack.endpoints.save(settings)
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ovoz", "relay"),
                env={**os.environ, "OVOZ_HOME": str(self._folder)},
                stdout=log,
                stderr=log,
            )
        await eventually((self._folder / "run" / "relay.ready").exists, within_s=20)

    @property
    def leading(self) -> bool:
        return "relay.leading" in self._log.read_text()

    def log(self) -> str:
        return self._log.read_text()

    async def end(self, number: signal.Signals) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(5):
            return await self.process.wait()


@pytest.fixture
async def relays(engines: Stack, tmp_path: Path) -> AsyncIterator[list[RelayProcess]]:
    """Two of them, the one that leads first."""
    both = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        both.append(RelayProcess(engines, tmp_path / name))
    await asyncio.gather(*(relay.start() for relay in both))
    await eventually(lambda: any(relay.leading for relay in both), within_s=10)
    yield sorted(both, key=lambda relay: not relay.leading)
    for relay in both:
        await relay.end(signal.SIGKILL)


async def test_one_leads_and_when_it_is_killed_the_other_takes_over(
    teller: Teller, partner: Partner, relays: list[RelayProcess]
) -> None:
    leader, waiting = relays
    types = [f"tests.event_{number:03}.v1" for number in range(400)]

    async def tell_all() -> None:
        for start in range(0, len(types), 4):
            await teller.tell(types[start : start + 4])

    telling = asyncio.create_task(tell_all())
    await partner.until_heard(40)
    assert not waiting.leading
    assert await leader.end(signal.SIGKILL) == -signal.SIGKILL
    await eventually(lambda: waiting.leading, within_s=5)
    await telling
    await partner.until_heard(len(types))
    await teller.until_told()
    assert partner.types == types


async def test_both_stop_in_five_seconds_the_waiting_one_too(
    teller: Teller, partner: Partner, relays: list[RelayProcess]
) -> None:
    await teller.tell(["tests.event.v1"])
    await partner.until_heard(1)
    for relay in reversed(relays):
        assert await relay.end(signal.SIGTERM) == 0
        assert "Traceback" not in relay.log()
