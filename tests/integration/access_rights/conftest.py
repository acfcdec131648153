"""Two API servers, an operator with somebody of every kind, and people who are signed in."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone, serving

ROLES = ("admin", "supervisor", "auditor", "senior_agent", "quality_analyst", "corporate_manager")

SignIn = Callable[[str], Awaitable[Someone]]


@pytest.fixture(scope="session")
async def ports(engines: Stack) -> AsyncIterator[tuple[int, int]]:
    """Two servers: whatever is kept in memory is not shared."""
    async with serving(engines) as one, serving(engines) as other:
        yield one, other


@pytest.fixture
async def operator(engines: Stack) -> Operator:
    return await make_operator(engines, agents=3, others=ROLES)


@pytest.fixture
async def sign_in(ports: tuple[int, int], operator: Operator) -> AsyncIterator[SignIn]:
    """Signs somebody in by the part of the address before the @."""
    open_: list[Someone] = []

    async def enter(name: str) -> Someone:
        someone = Someone(ports[0], operator.slug)
        open_.append(someone)
        await someone.sign_in(f"{name}@{operator.slug}.test")
        return someone

    yield enter
    for someone in open_:
        await someone.close()
