"""PostgreSQL and Valkey of this folder's tests, on ports and in a folder of their own."""

import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text
from tests.support.recordings import Installation

from ovoz.engines import stack
from ovoz.engines.layout import Layout
from ovoz.engines.supervisor import Supervisor
from ovoz.lib.db import Database
from ovoz.lib.db.migrations import migrate, run_as_owner
from ovoz.lib.settings import Settings

with warnings.catch_warnings():
    # advanced-alchemy 1.12 uses what SQLAlchemy 2.1 deprecates, at import and only then.
    warnings.filterwarnings("ignore", message="The declarative_mixin decorator", category=DeprecationWarning)
    import advanced_alchemy.base  # noqa: F401


def free_base() -> int:
    """A port base whose first ports nobody uses."""
    for base in range(40000 + os.getpid() % 100 * 100, 60000, 37):
        try:
            for port in (base + 1, base + 2):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise RuntimeError("no free ports")


@pytest.fixture(scope="session")
async def engines() -> AsyncIterator[tuple[Settings, Supervisor]]:
    home = Path(tempfile.mkdtemp(prefix="ovoz-recordings-"))
    home.chmod(0o755)
    settings = Settings.from_environment({"OVOZ_HOME": str(home), "OVOZ_PORT_BASE": str(free_base())})
    layout = Layout(settings)
    units = await stack.gather(settings, layout, ("postgres", "valkey"), durable=False)
    supervisor = Supervisor(units, log_folder=layout.log, run_folder=layout.run)
    supervisor.start()
    try:
        await supervisor.wait_ready("postgres", "valkey")
        stack.endpoints(settings, layout).save(settings)
        layout.recordings.mkdir(parents=True, exist_ok=True)
        yield settings, supervisor
    finally:
        await supervisor.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
async def installation(engines: tuple[Settings, Supervisor]) -> AsyncIterator[Installation]:
    settings, _ = engines
    endpoints = stack.endpoints(settings, Layout(settings))
    admin = endpoints.database_admin_url
    await run_as_owner(admin, lambda connection: connection.execute(text("CREATE SCHEMA ovoz")))
    await migrate(admin, settings.data_dir, "control", "ovoz")
    database = Database(endpoints.database_url, pool_size=4)
    yield Installation(settings=settings, endpoints=endpoints, database=database)
    await database.close()


@pytest.fixture
def place(installation: Installation, tmp_path: Path) -> Installation:
    """The installation with empty folders for raw files and objects, so that tests do not see each other's."""
    raw, home = tmp_path / "raw", tmp_path / "home"
    raw.mkdir()
    home.mkdir()
    return Installation(
        settings=msgspec.structs.replace(installation.settings, home=home),
        endpoints=msgspec.structs.replace(installation.endpoints, media_recordings_dir=str(raw)),
        database=installation.database,
    )
