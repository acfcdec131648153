"""An operator with two queues, served by different agents, and the processes that serve it."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.presence.conftest import Shift
from tests.support.api_process import Web
from tests.support.operators import make_operator
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def web(engines: Stack) -> AsyncIterator[Web]:
    running = await Web.start(engines)
    yield running
    await running.close()


@pytest.fixture
async def office(web: Web, engines: Stack) -> Shift:
    """`agent0` serves the first queue, `agent1` the second."""
    queues = [{"members": [0]}, {"members": [1]}]
    operator = await make_operator(engines, agents=2, queues=queues, others=["supervisor", "admin"])
    return Shift(web, operator)
