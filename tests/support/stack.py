"""An installation for tests: the units and the supervisor of `make up`, in a folder and on ports of its own."""

import asyncio
import contextlib
import dataclasses
import os
import shutil
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import psutil
from sqlalchemy import text

from ovoz.engines import stack
from ovoz.engines.host import is_root, reachable
from ovoz.engines.layout import Layout
from ovoz.engines.supervisor import Supervisor, end_leftovers
from ovoz.entrypoints.processes import our_units
from ovoz.entrypoints.setup import prepare
from ovoz.lib.db import Database
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.sealed_fields import FieldKeys
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import REPOSITORY, Settings
from ovoz.platform.privacy.api import Fields
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository

PORT_BASE = int(os.environ.get("OVOZ_TEST_PORT_BASE", "27000"))
"""Another base lets two runs stand side by side."""
HTTP_PORT = PORT_BASE - 100
ENGINES = ("postgres", "valkey", "rabbitmq", "asterisk")
PROCESSES = ("api", "switchboard", "standby", "worker", "relay")


class Stack:
    """Engines and processes that run; `supervisor` kills, stops and resumes them."""

    def __init__(self, settings: Settings, supervisor: Supervisor) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.endpoints = Endpoints.load(settings)
        self.database = Database(self.endpoints.database_url, pool_size=4, application_name="ovoz tests")
        self.switchboard_database = Database(
            self.endpoints.database_switchboard_url, pool_size=4, application_name="ovoz tests"
        )

    @classmethod
    async def start(
        cls, name: str, engines: Collection[str] = ENGINES, processes: Collection[str] = PROCESSES
    ) -> "Stack":
        """Begins with empty data; `name` is the folder's."""
        settings = test_settings(name)
        end_leftovers(settings.home / "run")
        shutil.rmtree(settings.home, ignore_errors=True)
        layout = Layout(settings)
        units = await stack.gather(settings, layout, engines, durable=False)
        missing = [unit.missing for unit in units if unit.missing]
        assert not missing, missing
        assert not stack.ensure_ffmpeg()
        stack.endpoints(settings, layout).save(settings)
        layout.recordings.mkdir(parents=True, exist_ok=True)
        supervisor = Supervisor(units, log_folder=layout.log, run_folder=layout.run)
        supervisor.start()
        await supervisor.wait_ready(*engines)
        await prepare(settings)
        for unit in our_units(settings, layout, demo=False):
            if unit.name in processes:
                known = tuple(
                    {"setup": "postgres"}.get(name, name)
                    for name in unit.requires
                    if name in (*engines, "setup", "switchboard")
                )
                await supervisor.add(dataclasses.replace(unit, requires=known))
        if processes:
            await supervisor.wait_ready(*processes)
        return cls(settings, supervisor)

    async def stop(self) -> None:
        await self.database.close()
        await self.switchboard_database.close()
        await self.supervisor.stop()

    def url(self, slug: str, path: str = "") -> str:
        """An address of an operator's desk."""
        return f"http://{slug}.localhost:{self.settings.ports.http}{path}"

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        self.supervisor.kill(name, number)

    def kill_switchboard(self) -> None:
        """Kills the one of the two that owns the cell: after earlier take-overs it may be the standby."""
        self.kill(self.switchboard_at_work())

    async def until_two_switchboards(self) -> None:
        """One at work and one standing by: after several kills in a row the supervisor takes its time."""

        def standing_by() -> bool:
            with contextlib.suppress(RuntimeError, AssertionError, psutil.Error):
                at_work = self.switchboard_at_work()
                other = "standby" if at_work == "switchboard" else "switchboard"
                return (self.settings.home / "run" / f"{other}.ready").exists() and psutil.Process(
                    self.supervisor.pid(other)
                ).is_running()
            return False

        await eventually(standing_by, within_s=30, every_s=0.1, what="a switchboard that stands by")

    def switchboard_at_work(self) -> str:
        """The unit that listens at the switchboard's port; the other waits for the cell."""
        for name in ("switchboard", "standby"):
            with contextlib.suppress(RuntimeError, psutil.Error):
                process = psutil.Process(self.supervisor.pid(name))
                listening = {
                    at.laddr.port for at in process.net_connections("tcp") if at.status == psutil.CONN_LISTEN
                }
                if self.settings.ports.switchboard in listening:
                    return name
        raise AssertionError("no switchboard owns the cell")

    async def internal_health(self) -> dict[str, Any]:
        """What the switchboard says of itself; empty while it is away."""
        address = f"http://127.0.0.1:{self.settings.ports.switchboard}/health"
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with aiohttp.ClientSession() as session, asyncio.timeout(1), session.get(address) as answer:
                health: dict[str, Any] = await answer.json()
                return health
        return {}

    async def asterisk_channels(self) -> list[str]:
        """Channels that the media node has now."""
        url = f"{self.endpoints.ari_url}/channels"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return [channel["id"] for channel in await answer.json()]

    async def tenant_id(self, slug: str) -> str:
        async with self.database.control() as session:
            found = await session.execute(text("SELECT id FROM tenant WHERE slug = :slug"), {"slug": slug})
            return str(found.scalar_one())

    async def field_keys(self, tenant_id: str) -> FieldKeys:
        """What the operator's personal fields are sealed with."""
        return await self.fields.of(tenant_id)

    @property
    def fields(self) -> Fields:
        return Fields(TenantKeys(TenantRepository(self.database), installation_key(self.settings.home)))

    async def rows(self, slug: str, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query in the operator's schema."""
        async with self.database.tenant(await self.tenant_id(slug)) as session:
            return [dict(row._mapping) for row in await session.execute(text(query), parameters)]

    async def as_owner(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query that no login of the application may ask."""
        connection = await asyncpg.connect(self.endpoints.database_admin_url)
        try:
            return [tuple(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()


def test_settings(name: str) -> Settings:
    """Settings of the test installation; media stays on loopback."""
    name = f"{name}-{PORT_BASE}"
    home = REPOSITORY / ".ovoz" / name
    home.mkdir(parents=True, exist_ok=True)
    if is_root() and not reachable(home):
        home = Path("/var/lib/ovoz") / f"tests-{os.getuid()}" / name
    environment = {
        "OVOZ_HOME": str(home),
        "OVOZ_PORT_BASE": str(PORT_BASE),
        "OVOZ_HTTP_PORT": str(HTTP_PORT),
        "OVOZ_MEDIA_ADDRESS": "127.0.0.1",
        "OVOZ_DEMO": "1",
    }
    os.environ.update(environment)
    return Settings.from_environment(environment)


async def eventually(check: Any, *, within_s: float, every_s: float = 0.05, what: str = "") -> Any:
    """The first true answer of `check` (a function or coroutine function); fails after `within_s`."""
    deadline = asyncio.get_running_loop().time() + within_s
    answer: Any = None
    while asyncio.get_running_loop().time() < deadline:
        answer = check()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return answer
        await asyncio.sleep(every_s)
    raise AssertionError(f"not within {within_s:g} s: {what or check}; last: {answer!r}")
