"""What tests of access share."""

from collections.abc import AsyncIterator

import pytest
from tests.support.api_process import Web
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def web(engines: Stack) -> AsyncIterator[Web]:
    running = await Web.start(engines)
    yield running
    await running.close()
