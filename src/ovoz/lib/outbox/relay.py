"""Carries the outbox to a publisher: in order, at least once, one relay at a time for each database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec
import structlog

from ovoz.lib.db import connect

log = structlog.get_logger(__name__)

WINDOW = 200
"""Events claimed, published without waiting for each other, and deleted in one transaction."""
SAFETY_TICK_S = 5.0
"""A lost notification delays an event by this much at most."""
RETRY_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)

_LOCK = "SELECT pg_advisory_lock(hashtextextended('ovoz relay', 0))"
_CLAIM = """
SELECT id, routing_key, envelope ->> 'type' AS type, envelope::text AS envelope
FROM ovoz.outbox ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_DELETE = "DELETE FROM ovoz.outbox WHERE id = ANY($1::uuid[])"


class OutboxEvent(msgspec.Struct, frozen=True):
    """One event as it is published; `envelope` is CloudEvents 1.0 JSON."""

    id: UUID
    type: str
    routing_key: str
    envelope: bytes


class PublisherUnavailable(Exception):
    """The broker cannot be reached, or did not take everything; trying again later can help."""


class Publisher(Protocol):
    """The broker."""

    async def publish(self, events: Sequence[OutboxEvent]) -> int:
        """Publishes in order and returns how many, from the first on, are safely with the broker.

        Raises PublisherUnavailable when none could be sent.
        """
        ...


class Relay:
    """Runs until cancelled, through every absence of Postgres and of the broker."""

    def __init__(self, database_url: str, publisher: Publisher) -> None:
        self._database_url = database_url
        self._publisher = publisher
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Leads as soon as no other relay of this database does."""
        failures = 0
        while True:
            try:
                async with self._leading() as connection:
                    failures = 0
                    await self._carry(connection)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay.database_away", error=str(error))
                await asyncio.sleep(_pause(failures))
                failures += 1

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """A connection that holds the lock and hears of new events."""
        connection = await connect(self._database_url, "ovoz relay")
        try:
            await connection.execute(_LOCK)
            await connection.add_listener("ovoz_outbox", lambda *_: self._wake.set())
            connection.add_termination_listener(lambda _: self._wake.set())
            log.info("relay.leading")
            yield connection
        finally:
            # Not closed politely: a broken or cancelled conversation must not hold up the stop.
            connection.terminate()

    async def _carry(self, connection: "asyncpg.Connection[Any]") -> None:
        failures = 0
        while True:
            self._wake.clear()
            try:
                while await self._carry_window(connection):
                    failures = 0
            except PublisherUnavailable as error:
                log.warning("relay.broker_away", error=str(error))
                await asyncio.sleep(_pause(failures))
                failures += 1
                continue
            failures = 0
            try:
                await asyncio.wait_for(self._wake.wait(), SAFETY_TICK_S)
            except TimeoutError:
                continue

    async def _carry_window(self, connection: "asyncpg.Connection[Any]") -> bool:
        """Whether more may be waiting.

        Only what stands before the first event without a confirm is deleted: what comes after it is published
        again, behind it, so that nobody hears an interaction's events in another order.
        """
        async with connection.transaction():
            rows = await connection.fetch(_CLAIM, WINDOW)
            if not rows:
                return False
            confirmed = await self._publisher.publish(
                [
                    OutboxEvent(row["id"], row["type"], row["routing_key"], row["envelope"].encode())
                    for row in rows
                ]
            )
            await connection.execute(_DELETE, [row["id"] for row in rows[:confirmed]])
        if confirmed < len(rows):
            raise PublisherUnavailable(f"{len(rows) - confirmed} of {len(rows)} events were not confirmed")
        return len(rows) == WINDOW


def _pause(failures: int) -> float:
    return RETRY_PAUSES_S[min(failures, len(RETRY_PAUSES_S) - 1)]
