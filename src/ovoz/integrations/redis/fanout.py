"""Fan-out over Redis: one connection listens for all sockets of the process, and is watched over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from redis.asyncio import Redis, from_url
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from ovoz.contact_center.agents.errors import ReaderTooSlow

log = structlog.get_logger(__name__)

PATTERN = "ovoz:live:*"
BACKLOG = 200
"""Messages that may wait for one socket; a reader who is further behind is told to start again."""
PAUSES_S = (0.1, 0.5, 1.0, 2.0)
PING_EVERY_S = 5.0


class Subscription:
    """Messages of some channels, in the order in which Redis gave them."""

    def __init__(self, channels: frozenset[str]) -> None:
        self.channels = channels
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(BACKLOG)
        self._overflown = False

    async def next(self) -> bytes:
        """The next message; raises ReaderTooSlow."""
        if self._overflown:
            raise ReaderTooSlow
        return await self._queue.get()

    def deliver(self, message: bytes) -> None:
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self._overflown = True


class RedisFanout:
    """Publishes, and delivers to subscriptions of this process while `run` runs."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = from_url(
            url, socket_connect_timeout=2, socket_timeout=30, health_check_interval=5
        )
        self._subscriptions: dict[str, set[Subscription]] = {}
        self.listening = False

    async def close(self) -> None:
        await self._redis.aclose()

    async def publish(self, channel: str, message: bytes) -> None:
        """Sends once; raises RedisError or OSError when Redis is away (the message is lost, and may be)."""
        await self._redis.publish(channel, message)

    @asynccontextmanager
    async def subscribe(self, *channels: str) -> AsyncIterator[Subscription]:
        """Messages of these channels from now on."""
        subscription = Subscription(frozenset(channels))
        for channel in channels:
            self._subscriptions.setdefault(channel, set()).add(subscription)
        try:
            yield subscription
        finally:
            for channel in channels:
                known = self._subscriptions[channel]
                known.discard(subscription)
                if not known:
                    del self._subscriptions[channel]

    async def run(self) -> None:
        """Listens for ever; connects again with growing pauses."""
        failures = 0
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.psubscribe(PATTERN)
                    self.listening = True
                    failures = 0
                    await self._listen(pubsub)
            except (RedisError, OSError) as error:
                if failures == 0:
                    log.warning("live.redis_away", error=str(error))
            self.listening = False
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            failures += 1

    async def _listen(self, pubsub: PubSub) -> None:
        # A cut subscriber does not notice by itself: it asks now and then whether Redis is still there.
        while True:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=PING_EVERY_S)
            if message is None:
                await pubsub.ping()
                continue
            if message["type"] == "pmessage":
                for subscription in self._subscriptions.get(message["channel"].decode(), ()):
                    subscription.deliver(message["data"])
