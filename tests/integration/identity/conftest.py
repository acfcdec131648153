"""What tests of identity share."""

from collections.abc import AsyncIterator

import pytest
from tests.support.api_process import Web
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def web(engines: Stack) -> AsyncIterator[Web]:
    running = await Web.start(engines)
    yield running
    await running.close()


@pytest.fixture(scope="session")
async def operator(engines: Stack) -> Operator:
    """An operator whose people and failures are these tests' own."""
    return await make_operator(engines, agents=6)
