"""An API server, an operator with agents in two teams, and people who are signed in."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone, serving

SignIn = Callable[[str], Awaitable[Someone]]


@pytest.fixture(scope="session")
async def port(engines: Stack) -> AsyncIterator[int]:
    async with serving(engines) as port:
        yield port


@pytest.fixture
async def operator(engines: Stack) -> Operator:
    return await make_operator(engines, agents=4, others=("admin", "supervisor"))


@pytest.fixture
async def sign_in(port: int, operator: Operator) -> AsyncIterator[SignIn]:
    """Signs somebody in by the part of the address before the @."""
    open_: list[Someone] = []

    async def enter(name: str) -> Someone:
        someone = Someone(port, operator.slug)
        open_.append(someone)
        await someone.sign_in(f"{name}@{operator.slug}.test")
        return someone

    yield enter
    for someone in open_:
        await someone.close()
