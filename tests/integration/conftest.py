"""PostgreSQL, Valkey and RabbitMQ with the demo operators, for all integration tests of a run."""

from collections.abc import AsyncIterator

import pytest
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def engines() -> AsyncIterator[Stack]:
    """Engines only: tests bring the processes they are about."""
    stack = await Stack.start("test", ("postgres", "valkey", "rabbitmq"), ())
    try:
        yield stack
    finally:
        await stack.stop()
