"""Operators that tests suspend, move and delete, and the means to do so."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from tests.support.recordings import Installation
from tests.support.stack import Stack

from ovoz.entrypoints.provisioning import TenantDesk, tenant_desk


@pytest.fixture
def place(engines: Stack, tmp_path: Path) -> Installation:
    """The installation with folders of its own for objects, archives and graves."""
    raw, home = tmp_path / "raw", tmp_path / "home"
    raw.mkdir()
    home.mkdir()
    return Installation(
        settings=msgspec.structs.replace(engines.settings, home=home),
        endpoints=msgspec.structs.replace(engines.endpoints, media_recordings_dir=str(raw)),
        database=engines.database,
    )


@pytest.fixture
async def desk(place: Installation) -> AsyncIterator[TenantDesk]:
    made = tenant_desk(place.settings, place.endpoints)
    try:
        yield made
    finally:
        await made.close()
