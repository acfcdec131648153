"""What tests of the API share: one application, and operators with an agent, a supervisor and an administrator."""

from collections.abc import AsyncIterator, Callable

import pytest
from litestar import Litestar
from tests.support.api_client import Browser, give_role, running_api
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack

NewBrowser = Callable[..., Browser]


@pytest.fixture(scope="session")
async def api(engines: Stack) -> AsyncIterator[Litestar]:
    async with running_api(engines) as app:
        yield app


@pytest.fixture(scope="session")
async def house(engines: Stack) -> Operator:
    """The operator of most tests: `emails` are an agent, a supervisor, an administrator and somebody whose account
    tests change."""
    return await _operator(engines)


@pytest.fixture
async def operator(engines: Stack) -> Operator:
    """An operator of the test's own."""
    return await _operator(engines)


async def _operator(engines: Stack) -> Operator:
    made = await make_operator(engines, agents=4)
    await give_role(engines, made, made.emails[1], "supervisor")
    await give_role(engines, made, made.emails[2], "admin")
    return made


@pytest.fixture
async def browser(api: Litestar, house: Operator) -> AsyncIterator[NewBrowser]:
    """Opens browsers, at the house's address unless another is named."""
    opened: list[Browser] = []

    def new(app: Litestar = api, slug: str = house.slug, **more: str) -> Browser:
        opened.append(Browser(app, slug, **more))
        return opened[-1]

    yield new
    for one in opened:
        await one.close()


@pytest.fixture
async def agent(browser: NewBrowser, house: Operator) -> Browser:
    return await browser().sign_in(house.emails[0])


@pytest.fixture
async def supervisor(browser: NewBrowser, house: Operator) -> Browser:
    return await browser().sign_in(house.emails[1])


@pytest.fixture
async def admin(browser: NewBrowser, house: Operator) -> Browser:
    return await browser().sign_in(house.emails[2])
