"""Events for tests of the relay, and partners who listen: queues of the real broker, bound to `ovoz.events`."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterable
from typing import Any

import aio_pika
import asyncpg
import msgspec
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError
from sqlalchemy import text
from tests.support.operators import Operator
from tests.support.stack import Stack, eventually

from ovoz.integrations.rabbitmq.publisher import EXCHANGE
from ovoz.lib.ids import new_id


class Partner:
    """A durable queue; what arrives is kept here, in order."""

    def __init__(self, url: str, routing_key: str, **arguments: Any) -> None:
        self.heard: list[AbstractIncomingMessage] = []
        self._url = url
        self._routing_key = routing_key
        self._arguments = arguments
        self._name = f"partner-{secrets.token_hex(4)}"
        self._connection: AbstractConnection | None = None
        self._queue: AbstractQueue | None = None

    async def __aenter__(self) -> "Partner":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.leave()
        except (AMQPError, OSError, RuntimeError):
            # The broker was away meanwhile: what is kept for this partner is there, the connection is not.
            await self.connect()
            await self.leave()

    async def connect(self) -> None:
        """Also after the broker was away: the queue is still there, and what waits in it comes now."""
        self._connection = await aio_pika.connect(self._url)
        channel = await self._connection.channel()
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
        self._queue = await channel.declare_queue(self._name, durable=True, arguments=self._arguments or None)
        await self._queue.bind(exchange, self._routing_key)
        if not self._arguments:
            await self._queue.consume(self._hear)

    async def disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(AMQPError, OSError):
                await self._connection.close()

    async def leave(self) -> None:
        """Nothing is kept for this partner any more."""
        if self._queue is not None:
            await self._queue.delete(if_unused=False, if_empty=False)
            self._queue = None
        await self.disconnect()

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        # What the broker sent and nobody acknowledged comes again after either side was away.
        self.heard.append(message)
        with contextlib.suppress(AMQPError, OSError):
            await message.ack()

    @property
    def events(self) -> list[dict[str, Any]]:
        """Bodies in the order in which they were first heard: repeated ids are passed over, as partners must."""
        first: dict[str, dict[str, Any]] = {}
        for message in self.heard:
            body = msgspec.json.decode(message.body)
            first.setdefault(body["id"], body)
        return list(first.values())

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def until_heard(self, number: int, within_s: float = 20) -> None:
        """So many different events."""
        await eventually(
            lambda: len(self.events) >= number,
            within_s=within_s,
            what=f"{number} events of {self._routing_key}",
        )


class Teller:
    """One operator's facts, written into the outbox as services do."""

    def __init__(self, stack: Stack, operator: Operator) -> None:
        self.stack = stack
        self.operator = operator

    @property
    def every_event(self) -> str:
        """Routing key of all this operator's events."""
        return f"{self.operator.tenant_id}.#"

    async def tell(self, types: Iterable[str], *, subject: str = "somebody") -> None:
        """Events in one transaction."""
        async with self.stack.database.tenant(self.operator.tenant_id) as session:
            for type_ in types:
                await session.execute(
                    text("SELECT ovoz.emit(:id, :type, :subject, now(), CAST(:data AS jsonb))"),
                    {"id": new_id(), "type": type_, "subject": subject, "data": '{"number": 1}'},
                )

    async def waiting(self) -> list[str]:
        """Types of the events that are still in the outbox."""
        connection = await asyncpg.connect(self.stack.endpoints.database_admin_url)
        rows = await connection.fetch(
            "SELECT envelope ->> 'type' AS type FROM ovoz.outbox WHERE tenant_id = $1 ORDER BY position",
            self.operator.tenant_id,
        )
        await connection.close()
        return [row["type"] for row in rows]

    async def until_told(self, within_s: float = 20) -> None:
        """Returns when nothing waits any more."""
        deadline = asyncio.get_running_loop().time() + within_s
        while left := await self.waiting():
            assert asyncio.get_running_loop().time() < deadline, left
            await asyncio.sleep(0.05)
