"""A whole installation: engines, switchboard, API, worker, relay; callers and agents are the tests' own."""

from collections.abc import AsyncIterator

import pytest
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    running = await Stack.start("test")
    try:
        yield running
    finally:
        await running.stop()
