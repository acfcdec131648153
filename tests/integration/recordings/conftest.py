"""What tests of recordings share."""

from pathlib import Path

import msgspec
import pytest
from tests.support.recordings import Installation
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def installation(engines: Stack) -> Installation:
    return Installation(settings=engines.settings, endpoints=engines.endpoints, database=engines.database)


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
