"""Limits: counted in Redis for all processes together, and nothing of one operator's flood reaches another."""

import re

import pytest
from litestar import Litestar
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import running_api
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.integrations.redis.rate_limits import RedisRateLimits
from ovoz.lib.ids import new_tenant_id
from ovoz.platform.requests.contracts import Policy


@pytest.fixture
async def limits(engines: Stack) -> RedisRateLimits:
    return RedisRateLimits(engines.endpoints.redis_url)


async def test_a_quota_at_once_then_one_after_the_other(limits: RedisRateLimits) -> None:
    tenant, policy = new_tenant_id(), Policy("p", 5, 3600)
    remaining = []
    for _ in range(5):
        [standing] = await limits.take(tenant, [(policy, "k")]) or []
        assert standing.wait_s == 0
        remaining.append(standing.remaining)
    assert remaining == [4, 3, 2, 1, 0]
    [refused] = await limits.take(tenant, [(policy, "k")]) or []
    assert refused.remaining == 0
    assert 700 < refused.wait_s <= 720
    assert 3590 < refused.full_in_s <= 3600
    [other] = await limits.take(tenant, [(policy, "other")]) or []
    assert other.wait_s == 0
    await limits.close()


async def test_what_one_limit_refuses_no_limit_counts(limits: RedisRateLimits) -> None:
    tenant, narrow, wide = new_tenant_id(), Policy("narrow", 2, 3600), Policy("wide", 10, 3600)
    for _ in range(6):
        standings = await limits.take(tenant, [(narrow, "a"), (wide, "all")]) or []
    assert [standing.remaining for standing in standings] == [0, 8]
    assert [standing.wait_s > 0 for standing in standings] == [True, False]
    await limits.close()


async def test_two_processes_count_as_one(engines: Stack) -> None:
    one, two = (RedisRateLimits(engines.endpoints.redis_url) for _ in range(2))
    tenant, policy = new_tenant_id(), Policy("p", 4, 3600)
    taken = [await one.take(tenant, [(policy, "k")]), await two.take(tenant, [(policy, "k")])]
    assert [standings[0].remaining for standings in taken if standings] == [3, 2]
    for part in (one, two):
        await part.close()


async def test_answers_say_how_the_limits_stand(
    engines: Stack, house: Operator, operator: Operator, browser: NewBrowser
) -> None:
    async with running_api(engines, rate_session_per_min=5) as app:
        agent = await browser(app).sign_in(house.emails[0])
        answers = [await agent.ask("GET", "/api/session") for _ in range(8)]
        statuses = [answer.status_code for answer in answers]
        assert statuses[:5] == [200] * 5
        assert statuses[-1] == 429
        policy, standing = answers[0].headers["ratelimit-policy"], answers[0].headers["ratelimit"]
        assert policy == '"session";q=5;w=60, "tenant";q=100000000;w=60'
        assert re.fullmatch(r'"session";r=4;t=\d+, "tenant";r=\d+;t=\d+', standing)
        refused = answers[-1]
        assert refused.json()["type"] == "/problems/rate-limited"
        assert refused.json()["policies"] == ["session"]
        assert 1 <= int(refused.headers["retry-after"]) <= 12
        assert '"session";r=0;' in refused.headers["ratelimit"]
        # Another session of the same person, and whoever has none, have limits of their own.
        assert (
            await (await browser(app).sign_in(house.emails[0])).ask("GET", "/api/session")
        ).status_code == 200
        assert (await browser(app).ask("GET", "/api/site")).headers["ratelimit"].startswith('"address"')


async def test_a_flood_of_one_operator_does_not_touch_another(
    engines: Stack, house: Operator, operator: Operator, browser: NewBrowser
) -> None:
    async with running_api(engines, rate_tenant_per_min=10) as app:
        flooding, calm = browser(app, operator.slug), browser(app)
        statuses = [(await flooding.ask("GET", "/api/site")).status_code for _ in range(15)]
        assert statuses.count(429) >= 4
        answer = await calm.ask("GET", "/api/site")
        assert (answer.status_code, '"tenant";r=9;' in answer.headers["ratelimit"]) == (200, True)


async def test_an_address_without_a_session_has_its_own(
    engines: Stack, house: Operator, browser: NewBrowser
) -> None:
    """Guessing passwords is slowed down by address, whatever account is tried."""
    async with running_api(engines, rate_address_per_min=4) as app:
        guessing = browser(app, address="203.0.113.9")
        tries = [
            await guessing.ask("POST", "/api/sessions", json={"email": f"nobody{n}@x", "password": "x"})
            for n in range(6)
        ]
        assert [answer.status_code for answer in tries] == [401] * 4 + [429] * 2
        await browser(app, address="203.0.113.10").sign_in(house.emails[0])


async def test_pages_and_health_do_not_count(engines: Stack, browser: NewBrowser) -> None:
    async with running_api(engines, rate_address_per_min=1, rate_tenant_per_min=1) as app:
        visitor = browser(app)
        for path in ("/health", "/problems/not-found", "/api/schema/openapi.json") * 3:
            answer = await visitor.ask("GET", path)
            assert answer.status_code == 200
            assert "ratelimit" not in answer.headers


async def test_without_redis_requests_pass_and_it_is_said_once(
    engines: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    nowhere = RedisRateLimits("redis://127.0.0.1:9")
    monkeypatch.setattr("ovoz.integrations.redis.rate_limits.LEFT_ALONE_S", 0)
    monkeypatch.setattr(
        "ovoz.integrations.redis.rate_limits.log.warning",
        lambda event, **_: said.append(event),
        raising=False,
    )
    for _ in range(3):
        assert await nowhere.take(new_tenant_id(), [(Policy("p", 1, 60), "k")]) is None
    assert said == ["rate_limits.not_counted"]
    await nowhere.close()


def test_the_application_counts(api: Litestar) -> None:
    """Whoever unplugs the limits sees it here."""
    assert any("RateLimitMiddleware" in repr(getattr(entry, "middleware", entry)) for entry in api.middleware)
