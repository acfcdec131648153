"""Rotates the installation's key in a process of its own, which kills itself (SIGKILL) at the point that is named.

`python -m tests.support.crashing_rotation <home> <admin url> <point>`
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import InstallationKey
from ovoz.platform.tenancy.api import KeyRotation
from ovoz.platform.tenancy.services import keys

POINTS = (
    "written beside",
    "begun",
    "wrapped, not committed",
    "one wrapped",
    "all wrapped",
    "ended, not committed",
)


def die(at: str) -> None:
    if sys.argv[3] == at:
        os.kill(os.getpid(), signal.SIGKILL)


class Key(InstallationKey):
    def _write(self, content: Any) -> None:
        if sys.argv[3] == "written beside":
            self._path.with_name(f".{self._path.name}.{os.getpid()}").write_bytes(b"half")
        die("written beside")
        super()._write(content)

    def begin_rotation(self) -> bool:
        begun = super().begin_rotation()
        die("begun")
        return begun


class Rotation(KeyRotation):
    def _wrap_some(self, connection: Connection) -> int:
        if len(self._wrapped_by_others(connection)) == 2:
            die("one wrapped")
        done = super()._wrap_some(connection)
        die("wrapped, not committed")
        return done

    def _end(self, connection: Connection) -> bool:
        die("all wrapped")
        ended = super()._end(connection)
        die("ended, not committed")
        return ended


async def main() -> None:
    keys.WRAPPED_AT_ONCE = 1
    _, home, admin_url, _ = sys.argv
    await Rotation(admin_url, Key(Path(home) / "installation.key"), utc_now).rotate_installation()
    print("ended")


if __name__ == "__main__":
    asyncio.run(main())
