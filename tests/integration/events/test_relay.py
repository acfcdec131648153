"""From the outbox to the real broker: every event, in order, at least once, deleted when it is confirmed."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest
from aio_pika import DeliveryMode
from sqlalchemy import text
from tests.support.events import Partner, Teller
from tests.support.stack import Stack, eventually

from ovoz.lib.clock import utc_now
from ovoz.lib.outbox.relay import SAFETY_TICK_S, WINDOW

NUMBERED = [f"tests.event_{number:03}.v1" for number in range(1000)]


async def test_an_event_arrives_as_a_cloudevent(teller: Teller, partner: Partner, relay: None) -> None:
    tenant_id = teller.operator.tenant_id
    await teller.tell(["calls.call_ended.v1"], subject="an interaction")
    await partner.until_heard(1)
    [message] = partner.heard
    assert message.routing_key == f"{tenant_id}.calls.call_ended.v1"
    assert message.content_type == "application/cloudevents+json"
    assert message.delivery_mode is DeliveryMode.PERSISTENT
    body = msgspec.json.decode(message.body)
    assert {name: value for name, value in body.items() if name not in ("id", "time")} == {
        "specversion": "1.0",
        "source": f"/tenants/{tenant_id}",
        "type": "calls.call_ended.v1",
        "subject": "an interaction",
        "datacontenttype": "application/json",
        "tenant": tenant_id,
        "data": {"number": 1},
    }
    assert str(UUID(body["id"])) == body["id"] == message.message_id
    assert message.type == body["type"]
    assert abs(datetime.fromisoformat(body["time"]) - utc_now()) < timedelta(minutes=1)
    await teller.until_told()


async def test_routing_keys_choose_operators_and_types(engines: Stack, teller: Teller, relay: None) -> None:
    url, tenant_id = engines.endpoints.amqp_url, teller.operator.tenant_id
    async with (
        Partner(url, "*.calls.call_ended.v1") as of_all,
        Partner(url, f"{tenant_id}.agents.#") as of_agents,
        Partner(url, "anotheroperator.#") as of_another,
    ):
        await teller.tell(["calls.call_ended.v1", "agents.state_changed.v1", "calls.call_queued.v1"])
        await teller.until_told()
        await of_all.until_heard(1)
        await of_agents.until_heard(1)
        assert of_agents.types == ["agents.state_changed.v1"]
        assert {event["type"] for event in of_all.events if event["tenant"] == tenant_id} == {
            "calls.call_ended.v1"
        }
        assert of_another.heard == []


async def test_events_keep_their_order_over_many_windows(
    teller: Teller, partner: Partner, relay: None
) -> None:
    number = 2 * WINDOW + 100
    for start in range(0, number, 50):
        await teller.tell(NUMBERED[start : start + 50])
    await partner.until_heard(number)
    assert partner.types == NUMBERED[:number]
    assert len(partner.heard) == number, "nothing was repeated while nothing went wrong"
    await teller.until_told()


async def test_an_event_does_not_wait_for_the_tick(teller: Teller, partner: Partner, relay: None) -> None:
    await teller.tell(["tests.first.v1"])
    await partner.until_heard(1)
    for number in range(3):
        begun = asyncio.get_running_loop().time()
        await teller.tell([f"tests.woken_{number}.v1"])
        await partner.until_heard(2 + number)
        assert asyncio.get_running_loop().time() - begun < SAFETY_TICK_S / 2


async def test_what_is_not_committed_is_not_told(teller: Teller, partner: Partner, relay: None) -> None:
    with pytest.raises(RuntimeError):
        await fail_after_telling(teller)
    await teller.tell(["tests.after.v1"])
    await teller.until_told()
    await partner.until_heard(1)
    assert partner.types == ["tests.after.v1"]


async def fail_after_telling(teller: Teller) -> None:
    async with teller.stack.database.tenant(teller.operator.tenant_id) as session:
        await session.execute(text("SELECT ovoz.emit(gen_random_uuid(), 'tests.never.v1', 'x', now(), '{}')"))
        raise RuntimeError


async def test_an_event_that_nobody_is_bound_for_holds_nobody_up(
    engines: Stack, teller: Teller, relay: None
) -> None:
    async with Partner(engines.endpoints.amqp_url, f"{teller.operator.tenant_id}.tests.wanted.v1") as partner:
        await teller.tell(["tests.unwanted.v1", "tests.wanted.v1", "tests.unwanted.v1"])
        await partner.until_heard(1)
        await teller.until_told()
        assert partner.types == ["tests.wanted.v1"]


async def test_an_event_stays_in_the_outbox_until_the_broker_confirms_it(
    engines: Stack, teller: Teller, partner: Partner, relay: None
) -> None:
    """A full queue that refuses makes the broker say no; what stands before that event is deleted all the same."""
    full = Partner(
        engines.endpoints.amqp_url,
        f"{teller.operator.tenant_id}.tests.refused.v1",
        **{"x-max-length": 0, "x-overflow": "reject-publish"},
    )
    await full.connect()
    told = ["tests.first.v1", "tests.refused.v1", "tests.third.v1"]
    await teller.tell(told)
    # Published (the partner heard all three) and yet not deleted, however often it is tried.
    await eventually(lambda: partner.types.count("tests.refused.v1") >= 1, within_s=10)
    await eventually(lambda: len(partner.heard) >= 7, within_s=10, what="several attempts")
    assert await teller.waiting() == told[1:]
    await full.leave()
    await teller.until_told()
    assert partner.types == told
    assert [message.type for message in partner.heard].count("tests.first.v1") == 1


async def test_a_broker_that_stops_is_waited_for_and_nothing_is_lost(
    engines: Stack, teller: Teller, partner: Partner, relay: None
) -> None:
    before, meanwhile, after = NUMBERED[:20], NUMBERED[20:50], NUMBERED[50:60]
    await teller.tell(before)
    await partner.until_heard(len(before))
    await engines.supervisor.stop_unit("rabbitmq")
    try:
        for type_ in meanwhile:
            await teller.tell([type_])
        assert await teller.waiting() == meanwhile
    finally:
        engines.supervisor.resume("rabbitmq")
        await engines.supervisor.wait_ready("rabbitmq")
    await partner.connect()
    await partner.until_heard(50)
    await teller.tell(after)
    await partner.until_heard(60)
    await teller.until_told()
    assert partner.types == NUMBERED[:60]


async def test_a_broker_that_is_killed_amid_the_flow_loses_nothing(
    engines: Stack, teller: Teller, partner: Partner, relay: None
) -> None:
    async def tell_all() -> None:
        for start in range(0, 600, 5):
            await teller.tell(NUMBERED[start : start + 5])

    telling = asyncio.create_task(tell_all())
    await partner.until_heard(50)
    engines.kill("rabbitmq")
    await engines.supervisor.wait_ready("rabbitmq")
    await telling
    await partner.connect()
    await partner.until_heard(600)
    await teller.until_told()
    assert partner.types == NUMBERED[:600]


async def test_a_relay_outlives_its_connection_to_postgres(
    engines: Stack, teller: Teller, partner: Partner, relay: None
) -> None:
    await teller.tell(["tests.before.v1"])
    await partner.until_heard(1)
    admin = await asyncpg.connect(engines.endpoints.database_admin_url)
    ended = await admin.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ovoz relay'"
    )
    await admin.close()
    assert len(ended) == 1
    await teller.tell(["tests.after.v1"])
    await partner.until_heard(2, within_s=10)
    await teller.until_told()
