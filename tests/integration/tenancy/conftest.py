"""What tests of tenancy share."""

from collections.abc import AsyncIterator

import pytest
from tests.support.api_process import Web
from tests.support.sides import Side
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def sides(engines: Stack) -> dict[str, Side]:
    """Who tries (`ours`), whose things are tried (`theirs`), and who sends hostile texts (`hostile`)."""
    return {name: await Side.make(engines) for name in ("ours", "theirs", "hostile")}


@pytest.fixture(scope="session")
async def web(engines: Stack, sides: dict[str, Side]) -> AsyncIterator[Web]:
    """The switchboard finds the sides' conversations when it starts."""
    running = await Web.start(engines)
    for side in sides.values():
        await side.fill(running)
    yield running
    await running.close()


@pytest.fixture(scope="session")
def ours(web: Web, sides: dict[str, Side]) -> Side:
    return sides["ours"]


@pytest.fixture(scope="session")
def theirs(web: Web, sides: dict[str, Side]) -> Side:
    return sides["theirs"]
