"""A fleet for each test, in a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.fleets import TestFleet, scratch_fleet
from tests.support.stack import Stack


@pytest.fixture
async def fleet(engines: Stack, tmp_path: Path) -> AsyncIterator[TestFleet]:
    async with scratch_fleet(engines.endpoints.database_admin_url, tmp_path) as scratch:
        yield scratch
