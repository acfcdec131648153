"""One thing the supervisor runs: an engine or a process of ours."""

import asyncio
import pwd
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

ReadyCheck = Callable[[], Awaitable[bool]]
Hook = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Unit:
    """How to start, recognise and stop it; `missing` or `external` units are only reported."""

    name: str
    version: str = ""
    argv: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: pwd.struct_passwd | None = None
    port: int | None = None
    ready: ReadyCheck | None = None
    requires: tuple[str, ...] = ()
    after_ready: Hook = _nothing
    """Done once each time it has become ready, before anything that requires it is started."""
    after_stop: Hook = _nothing
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 10
    ready_timeout_s: float = 60
    missing: str = ""
    external: str = ""
    hard_requirement: bool = True
    """Whether those that require it cannot run without it."""
    oneshot: bool = False
    """Runs once and is ready when it ended well."""


async def tcp_open(port: int) -> bool:
    """Whether somebody accepts on the port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def ask(port: int, question: bytes, wanted: bytes) -> bool:
    """Whether the answer to some bytes begins as it should."""
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(question)
            await writer.drain()
            answer = await reader.read(64)
            writer.close()
    except (OSError, TimeoutError):
        return False
    return answer.startswith(wanted)
