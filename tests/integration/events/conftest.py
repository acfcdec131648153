"""What tests of events share."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.support.events import Partner, Teller
from tests.support.operators import make_operator
from tests.support.stack import Stack

from ovoz.integrations.rabbitmq.publisher import RabbitPublisher
from ovoz.lib.outbox import Relay


@pytest.fixture
async def teller(engines: Stack) -> Teller:
    return Teller(engines, await make_operator(engines, agents=1))


@pytest.fixture
async def partner(engines: Stack, teller: Teller) -> AsyncIterator[Partner]:
    """Hears everything of the teller's operator."""
    async with Partner(engines.endpoints.amqp_url, teller.every_event) as partner:
        yield partner


@pytest.fixture
async def relay(engines: Stack) -> AsyncIterator[None]:
    """A relay at work."""
    publisher = RabbitPublisher(engines.endpoints.amqp_url)
    work = asyncio.create_task(Relay(engines.endpoints.database_relay_url, publisher).run())
    yield
    assert not work.done(), "a relay never gives up"
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    await publisher.close()
