"""One supervisor: starts units in the order of their needs, restarts what dies, stops everything in reverse."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import structlog

from ovoz.engines.unit import Unit

log = structlog.get_logger(__name__)

RESTART_PAUSES_S = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
RAN_WELL_S = 60.0
READY_CHECK_EVERY_S = 0.1
LOG_CHECK_EVERY_S = 30.0
LEFTOVERS_TIMEOUT_S = 5.0


def restart_pause(failures: int) -> float:
    """Seconds to wait before the next start, after so many short-lived ones in a row."""
    return RESTART_PAUSES_S[min(failures, len(RESTART_PAUSES_S) - 1)]


class Running:
    """A unit and what is known of it now."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.state = "missing" if unit.missing else "external" if unit.external else "stopped"
        self.detail = unit.missing or unit.external
        self.process: asyncio.subprocess.Process | None = None
        self.ready = asyncio.Event()
        self.settled = asyncio.Event()
        """Ready, external, or known to be missing: those who wait may go on."""
        self.restarts = 0
        if self.state != "stopped":
            self.settled.set()

    def report(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "version": self.unit.version,
            "pid": self.process.pid if self.process and self.process.returncode is None else None,
            "port": self.unit.port,
            "detail": self.detail,
        }


class Supervisor:
    """Runs units; `on_change` is called after each change of a state."""

    def __init__(
        self,
        units: Iterable[Unit],
        *,
        log_folder: Path,
        run_folder: Path,
        logs_limit_mb: int = 512,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._units = {unit.name: Running(unit) for unit in units}
        self._log_folder = log_folder
        self._run_folder = run_folder
        self._log_limit = logs_limit_mb * 1_000_000 // max(1, len(self._units))
        self._on_change = on_change
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._janitor: asyncio.Task[None] | None = None

    def status(self) -> dict[str, dict[str, Any]]:
        """State, version, pid, port and detail by unit."""
        return {name: running.report() for name, running in self._units.items()}

    def start(self) -> None:
        """Begins to run every unit; returns at once."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        self._run_folder.mkdir(parents=True, exist_ok=True)
        self._janitor = asyncio.create_task(self._limit_logs())
        for name in self._units:
            self._begin(name)

    async def add(self, unit: Unit) -> None:
        """Runs one more unit, beside those that run already."""
        self._units[unit.name] = Running(unit)
        self._begin(unit.name)

    async def wait_ready(self, *names: str, timeout_s: float = 120) -> None:
        """Returns when these (or all that can run) are ready; raises TimeoutError, or RuntimeError for a failed one."""
        wanted = [self._units[name] for name in names or self._units]
        async with asyncio.timeout(timeout_s):
            for running in wanted:
                await running.settled.wait()
                if running.state == "failed":
                    raise RuntimeError(f"{running.unit.name}: {running.detail}")

    def pid(self, name: str) -> int:
        """Process id of a running unit."""
        process = self._units[name].process
        if process is None or process.returncode is not None:
            raise RuntimeError(f"{name} does not run")
        return process.pid

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kills a unit as an accident would; it is restarted."""
        running = self._units[name]
        running.ready.clear()
        running.settled.clear()
        os.killpg(self.pid(name), number)

    async def stop_unit(self, name: str) -> None:
        """Stops one unit in order; it stays down until `resume`."""
        await self._let_go(name)
        await self._stop(self._units[name])

    def resume(self, name: str) -> None:
        """Starts a stopped unit again."""
        running = self._units[name]
        running.ready.clear()
        running.settled.clear()
        self._begin(name)

    async def stop(self) -> None:
        """Stops everything, those that need others first."""
        await self._let_go(*self._tasks)
        for wave in _waves([running.unit for running in self._units.values()]):
            await asyncio.gather(*(self._stop(self._units[name]) for name in wave))
        if self._janitor is not None:
            self._janitor.cancel()
            await asyncio.gather(self._janitor, return_exceptions=True)

    # One unit

    def _begin(self, name: str) -> None:
        running = self._units[name]
        if not (running.unit.missing or running.unit.external):
            self._tasks[name] = asyncio.create_task(self._run(running))

    async def _let_go(self, *names: str) -> None:
        """From here on none of them is started any more: not after a pause, not because what it needs is ready."""
        tasks = [self._tasks.pop(name) for name in names if name in self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, running: Running) -> None:
        failures = 0
        for required in running.unit.requires:
            if required in self._units:
                await self._units[required].settled.wait()
        while True:
            began = time.monotonic()
            try:
                await self._spawn(running)
                await self._become_ready(running)
                assert running.process is not None
                code = await running.process.wait()
            except Exception as error:
                code = None
                self._change(running, "failed", str(error))
            await self._end_group(running)
            if running.unit.oneshot and code == 0:
                return
            running.ready.clear()
            if time.monotonic() - began > RAN_WELL_S:
                failures = 0
            pause = restart_pause(failures)
            failures += 1
            if code is not None:
                self._change(running, "failed", f"ended with {code}; again in {pause:g} s")
            log.warning("unit.ended", unit=running.unit.name, code=code, again_in_s=pause)
            running.restarts += 1
            if failures >= len(RESTART_PAUSES_S) or (running.unit.oneshot and failures >= 2):
                running.settled.set()
            await asyncio.sleep(pause)

    async def _spawn(self, running: Running) -> None:
        unit = running.unit
        self._change(running, "starting", "")
        switch: dict[str, Any] = {}
        if unit.user is not None:
            switch = {"user": unit.user.pw_uid, "group": unit.user.pw_gid, "extra_groups": []}
        with (self._log_folder / f"{unit.name}.log").open("ab") as output:
            running.process = await asyncio.create_subprocess_exec(
                *unit.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=unit.folder,
                env={**os.environ, **unit.environment},
                start_new_session=True,
                **switch,
            )
        _remember(self._run_folder / f"{unit.name}.pid", running.process.pid)

    async def _become_ready(self, running: Running) -> None:
        unit, process = running.unit, running.process
        assert process is not None
        if unit.oneshot:
            code = await process.wait()
            if code != 0:
                raise RuntimeError(f"ended with {code}; see {unit.name}.log")
        else:
            deadline = time.monotonic() + unit.ready_timeout_s
            while unit.ready is not None and not await unit.ready():
                if process.returncode is not None:
                    raise RuntimeError(
                        f"ended with {process.returncode} before it was ready; see {unit.name}.log"
                    )
                if time.monotonic() > deadline:
                    self._signal(process, signal.SIGKILL)
                    raise RuntimeError(f"not ready within {unit.ready_timeout_s:g} s; see {unit.name}.log")
                await asyncio.sleep(READY_CHECK_EVERY_S)
        await unit.after_ready()
        self._change(running, "running", "done" if unit.oneshot else "")
        running.ready.set()
        running.settled.set()

    async def _stop(self, running: Running) -> None:
        process = running.process
        if process is not None and process.returncode is None:
            self._change(running, "stopping", "")
            self._signal(process, running.unit.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), running.unit.stop_timeout_s)
            except TimeoutError:
                log.warning("unit.killed", unit=running.unit.name)
                self._signal(process, signal.SIGKILL)
                await process.wait()
        await self._end_group(running)
        await running.unit.after_stop()
        running.ready.clear()
        if not (running.unit.missing or running.unit.external):
            self._change(running, "stopped", "")
        (self._run_folder / f"{running.unit.name}.pid").unlink(missing_ok=True)

    async def _end_group(self, running: Running) -> None:
        """Ends what is left of a process and of its children, then forgets it: its pid may become another's."""
        process, running.process = running.process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def _signal(self, process: asyncio.subprocess.Process, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)

    def _change(self, running: Running, state: str, detail: str) -> None:
        running.state, running.detail = state, detail
        self._on_change()

    async def _limit_logs(self) -> None:
        """Each log keeps its newest half when it reaches its share of the limit."""
        while True:
            await asyncio.sleep(LOG_CHECK_EVERY_S)
            for path in self._log_folder.glob("*.log"):
                # Somebody may have removed it; the others are still to be limited.
                with contextlib.suppress(OSError):
                    self._limit_log(path)

    def _limit_log(self, path: Path) -> None:
        size = path.stat().st_size
        if size > self._log_limit:
            with path.open("r+b") as file:
                file.seek(size // 2)
                kept = file.read()
                file.seek(0)
                file.write(kept)
                file.truncate()
            log.warning("log.cut", file=path.name, limit_mb=self._log_limit // 1_000_000)
        elif size > self._log_limit * 0.8:
            log.warning("log.near_limit", file=path.name, limit_mb=self._log_limit // 1_000_000)


def _waves(units: list[Unit]) -> list[list[str]]:
    """Names in the order of stopping: first those that nobody (still running) requires."""
    left = {unit.name: set(unit.requires) for unit in units}
    waves: list[list[str]] = []
    while left:
        required = {name for needs in left.values() for name in needs}
        wave = [name for name in left if name not in required] or list(left)
        waves.append(wave)
        for name in wave:
            del left[name]
    return waves


def _remember(path: Path, pid: int) -> None:
    began = psutil.Process(pid).create_time() if psutil.pid_exists(pid) else 0.0
    path.write_bytes(msgspec.json.encode({"pid": pid, "began": began}))


def end_leftovers(run_folder: Path) -> list[str]:
    """Ends units whose supervisor was killed, known by pid and time of birth; their names are returned."""
    left: dict[str, psutil.Process] = {}
    for path in run_folder.glob("*.pid"):
        known = msgspec.json.decode(path.read_bytes())
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(known["pid"])
            if abs(process.create_time() - known["began"]) < 1:
                left[path.stem] = process
        path.unlink(missing_ok=True)
    # All at once: one by one, each would wait in vain for those that it needs.
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in left.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        psutil.wait_procs(list(left.values()), timeout=LEFTOVERS_TIMEOUT_S)
    return list(left)
