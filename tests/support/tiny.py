"""Tiny real processes for the supervisor: a few lines of Python each, that write what happens into one file."""

import sys
from pathlib import Path
from typing import Any

import psutil

from ovoz.engines.unit import Unit

TELL = """
import signal, sys, time
def tell(word):
    with open({diary!r}, "a") as file:
        file.write(f"{{word}} {name} {{time.monotonic()}}\\n")
"""
STAYS = """
def end(*_):
    time.sleep({stop_takes_s})
    tell("end")
    sys.exit()
signal.signal(signal.SIGTERM, end)
tell("begin")
while True:
    time.sleep(60)
"""
DIES = """
tell("begin")
time.sleep({lives_s})
sys.exit({code})
"""
IGNORES = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
tell("begin")
while True:
    time.sleep(60)
"""


class Diary:
    """What the tiny processes of one test have done, in the order in which they did it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "diary"

    def entries(self) -> list[tuple[str, str, float]]:
        """What, who, when (monotonic seconds)."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [(what, who, float(at)) for what, who, at in (line.split() for line in lines)]

    def words(self) -> list[str]:
        return [f"{what} {who}" for what, who, _ in self.entries()]

    def times(self, what: str, who: str) -> list[float]:
        return [at for this, whose, at in self.entries() if (this, whose) == (what, who)]

    # Units

    def stays(self, name: str, *requires: str, stop_takes_s: float = 0.0, **more: Any) -> Unit:
        """Runs until SIGTERM; ready when it has begun."""
        return self.unit(name, STAYS.format(stop_takes_s=stop_takes_s), *requires, **more)

    def dies(self, name: str, *requires: str, lives_s: float = 0.0, code: int = 3, **more: Any) -> Unit:
        """Ends by itself."""
        return self.unit(name, DIES.format(lives_s=lives_s, code=code), *requires, **more)

    def ignores(self, name: str, **more: Any) -> Unit:
        """Does not listen to SIGTERM."""
        return self.unit(name, IGNORES, **more)

    def unit(self, name: str, code: str, *requires: str, **more: Any) -> Unit:
        """Any lines; `tell("word")` writes into the diary."""

        ready = 0

        async def begun() -> bool:
            nonlocal ready
            starts = len(self.times("begin", name))
            is_ready, ready = starts > ready, max(starts, ready)
            return is_ready

        tell = TELL.format(diary=str(self.path), name=name)
        return Unit(
            name=name,
            argv=(sys.executable, "-I", "-S", "-c", tell + code),
            requires=requires,
            **{"ready": begun, "stop_timeout_s": 5, **more},
        )


def runs(pid: int) -> bool:
    """Whether a process is there and does anything."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
