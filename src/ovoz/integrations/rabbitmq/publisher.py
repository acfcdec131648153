"""Publishes events with confirms, many at once."""

import asyncio
from collections.abc import Sequence

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection, AbstractExchange
from aio_pika.exceptions import AMQPError
from aiormq.abc import DeliveredMessage

from ovoz.lib.outbox import OutboxEvent, PublisherUnavailable

log = structlog.get_logger(__name__)

EXCHANGE = "ovoz.events"
CONTENT_TYPE = "application/cloudevents+json"
CONNECT_TIMEOUT_S = 5.0
CONFIRM_TIMEOUT_S = 10.0


class RabbitPublisher:
    """A connection to the broker that is opened when it is needed and thrown away when anything is wrong with it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None
        self._told_unroutable = False

    async def publish(self, events: Sequence[OutboxEvent]) -> int:
        """How many, from the first on, the broker confirmed; raises PublisherUnavailable when it is away."""
        exchange = await self._open()
        # The channel writes in the order in which the tasks begin; the confirms are awaited together.
        tasks = [asyncio.create_task(self._publish(exchange, event)) for event in events]
        try:
            await asyncio.wait(tasks, timeout=CONFIRM_TIMEOUT_S)
        finally:
            for task in tasks:
                task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        confirmed = next((at for at, outcome in enumerate(outcomes) if outcome is not None), len(events))
        if confirmed < len(events):
            log.warning("broker.not_confirmed", error=repr(outcomes[confirmed]), confirmed=confirmed)
            await self.close()
        return confirmed

    async def close(self) -> None:
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            try:
                await asyncio.wait_for(connection.close(), 2)
            except (OSError, TimeoutError, AMQPError, asyncio.InvalidStateError) as error:
                log.info("broker.closed_roughly", error=repr(error))

    async def _publish(self, exchange: AbstractExchange, event: OutboxEvent) -> None:
        message = aio_pika.Message(
            event.envelope,
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(event.id),
            type=event.type,
            app_id="ovoz",
        )
        answer = await exchange.publish(message, event.routing_key, mandatory=True)
        if isinstance(answer, DeliveredMessage) and not self._told_unroutable:
            self._told_unroutable = True
            log.info("broker.unroutable", routing_key=event.routing_key, exchange=EXCHANGE)

    async def _open(self) -> AbstractExchange:
        if self._exchange is not None and self._connection is not None and not self._connection.is_closed:
            return self._exchange
        await self.close()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                self._connection = await aio_pika.connect(
                    self._url, client_properties={"connection_name": "ovoz relay"}
                )
                channel = await self._connection.channel(publisher_confirms=True, on_return_raises=False)
                self._exchange = await channel.declare_exchange(
                    EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
                )
        except (OSError, TimeoutError, AMQPError) as error:
            await self.close()
            raise PublisherUnavailable(repr(error)) from error
        log.info("broker.connected", exchange=EXCHANGE)
        return self._exchange
