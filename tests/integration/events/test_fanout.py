"""Fan-out over the real Valkey: what is published reaches subscriptions, and an absence of Valkey passes by itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import from_url
from redis.exceptions import RedisError
from tests.support.api_process import Web
from tests.support.stack import Stack, eventually

from ovoz.contact_center.agents.errors import ReaderTooSlow
from ovoz.entrypoints.api import NOT_SIGNED_IN
from ovoz.integrations.redis.fanout import BACKLOG, RedisFanout, Subscription

OURS, THEIRS = "ovoz:live:ours:queues", "ovoz:live:theirs:queues"


@pytest.fixture
async def fanout(engines: Stack) -> AsyncIterator[RedisFanout]:
    fanout = RedisFanout(engines.endpoints.redis_url)
    listening = asyncio.create_task(fanout.run())
    await eventually(lambda: fanout.listening, within_s=10)
    yield fanout
    assert not listening.done(), "it never gives up"
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await fanout.close()


async def heard(fanout: RedisFanout, subscription: Subscription) -> None:
    """Returns when a message gets through; while Valkey is away none does."""
    async with asyncio.timeout(15):
        while True:
            try:
                await fanout.publish(OURS, b"marker")
                async with asyncio.timeout(0.2):
                    while await subscription.next() != b"marker":
                        pass
                return
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(0.05)


async def test_messages_arrive_in_order_at_their_channel_only(fanout: RedisFanout) -> None:
    async with fanout.subscribe(OURS) as ours, fanout.subscribe(OURS, THEIRS) as both:
        for number in range(50):
            await fanout.publish(THEIRS, b"theirs %d" % number)
            await fanout.publish(OURS, b"ours %d" % number)
        async with asyncio.timeout(10):
            assert [await ours.next() for _ in range(50)] == [b"ours %d" % number for number in range(50)]
            assert [await both.next() for _ in range(4)] == [b"theirs 0", b"ours 0", b"theirs 1", b"ours 1"]


async def test_a_reader_who_falls_behind_is_told_to_start_again(fanout: RedisFanout) -> None:
    async with fanout.subscribe(OURS) as slow, fanout.subscribe(OURS) as quick:
        for number in range(BACKLOG + 1):
            await fanout.publish(OURS, b"%d" % number)
            await quick.next()
        with pytest.raises(ReaderTooSlow):
            await slow.next()


async def test_a_killed_valkey_is_waited_for_and_subscriptions_go_on(
    engines: Stack, fanout: RedisFanout
) -> None:
    async with fanout.subscribe(OURS) as subscription:
        await heard(fanout, subscription)
        engines.kill("valkey")
        await eventually(lambda: not fanout.listening, within_s=5)
        await engines.supervisor.wait_ready("valkey")
        await heard(fanout, subscription)


async def test_a_connection_that_is_cut_is_replaced(engines: Stack, fanout: RedisFanout) -> None:
    """As Valkey does with a subscriber that is too slow."""
    redis = from_url(engines.endpoints.redis_url)
    async with fanout.subscribe(OURS) as subscription:
        await heard(fanout, subscription)
        assert await redis.client_kill_filter(_type="pubsub") >= 1
        await heard(fanout, subscription)
    await redis.aclose()


async def test_an_open_desk_hears_again_after_valkey_was_killed(engines: Stack) -> None:
    """The page's socket stays open meanwhile, and the end of its session is heard through the new connection."""
    web = await Web.start(engines)
    browser = await web.signed_in("pamir", "daler@pamir.example")
    live = await browser.open_socket("/api/live")
    while (await live.receive_json(timeout=10))["type"] != "desk":
        pass
    engines.kill("valkey")
    await engines.supervisor.wait_ready("valkey")
    await web.until_listening()
    assert (await browser.ask("DELETE", "/api/session")).status == 204
    async with asyncio.timeout(5):
        while not live.closed:
            await live.receive()
    assert live.close_code == NOT_SIGNED_IN
    await web.close()
