"""An installation of the tests' own, in a database beside the others': its key wraps every operator's key in it."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
from tests.support.recordings import Installation
from tests.support.stack import Stack

from ovoz.entrypoints.setup import prepare
from ovoz.lib.db import Database
from ovoz.lib.ids import new_tenant_id


@pytest.fixture
async def place(engines: Stack, tmp_path: Path) -> AsyncIterator[Installation]:
    """Empty, with the schemas at their newest."""
    name = f"keys_{new_tenant_id()}"
    owner = await asyncpg.connect(engines.endpoints.database_admin_url)
    await owner.execute(f"CREATE DATABASE {name}")
    home = tmp_path / "home"
    for folder in (home / "run", tmp_path / "raw"):
        folder.mkdir(parents=True)
    settings = msgspec.structs.replace(engines.settings, home=home, demo=False)
    endpoints = msgspec.structs.replace(
        engines.endpoints,
        database_url=_to(engines.endpoints.database_url, name),
        database_admin_url=_to(engines.endpoints.database_admin_url, name),
        media_recordings_dir=str(tmp_path / "raw"),
    )
    endpoints.save(settings)
    await prepare(settings)
    # The provider's own operator has a key as well; here those are counted that a test makes.
    made = await asyncpg.connect(endpoints.database_admin_url)
    await made.execute("DELETE FROM ovoz.tenant_key")
    await made.close()
    database = Database(endpoints.database_url, pool_size=8)
    try:
        yield Installation(settings=settings, endpoints=endpoints, database=database)
    finally:
        await database.close()
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()


def _to(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
