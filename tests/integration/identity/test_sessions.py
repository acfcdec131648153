"""Sessions over time, with a clock that is moved: rotation, its grace, and both ways to expire."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.support.clock import MovedClock
from tests.support.operators import PASSWORD, Operator
from tests.support.stack import Stack

from ovoz.platform.audit.api import SYSTEM
from ovoz.platform.identity.api import Actor, Admission, Identity, end_old_sessions
from ovoz.platform.tenancy.api import Tenant, TenantRepository


class Ended:
    """Hears of sessions that are over."""

    def __init__(self) -> None:
        self.heard: list[tuple[Actor, int]] = []

    async def signed_out(self, actor: Actor, *, sessions_left: int) -> None:
        self.heard.append((actor, sessions_left))


class Door:
    """Identity at one operator, with a clock of the test's own."""

    def __init__(self, stack: Stack, tenant: Tenant, email: str) -> None:
        self.stack = stack
        self.tenant = tenant
        self.email = email
        self.clock = MovedClock()
        self.ended = Ended()
        self.identity = Identity(stack.database, self.clock, self.ended, b"k" * 32)

    async def sign_in(self) -> Admission:
        return await self.identity.sign_in(
            self.tenant, self.email, PASSWORD, address="192.0.2.1", user_agent="a test"
        )

    async def admit(self, token: str) -> Admission | None:
        return await self.identity.admit(self.tenant, token)

    async def sessions(self) -> list[dict[str, Any]]:
        return await self.stack.rows(
            self.tenant.slug,
            "SELECT s.id, s.last_seen_at, s.expires_at FROM session s"
            " JOIN user_account u ON u.id = s.user_id WHERE u.email = :email",
            email=self.email,
        )


@pytest.fixture
async def door(engines: Stack, operator: Operator) -> Door:
    tenant = await TenantRepository(engines.database).by_slug(operator.slug)
    assert tenant is not None
    async with engines.database.tenant(tenant.id) as session:
        await session.execute(text("DELETE FROM session"))
    return Door(engines, tenant, operator.emails[0])


def the_token(admission: Admission | None) -> str:
    assert admission is not None
    assert admission.new_token is not None
    return admission.new_token


async def test_the_token_stays_for_a_quarter_of_an_hour_and_then_changes(door: Door) -> None:
    first = the_token(await door.sign_in())
    door.clock.move(minutes=14, seconds=59)
    admission = await door.admit(first)
    assert admission is not None
    assert admission.new_token is None
    door.clock.move(seconds=1)
    second = the_token(await door.admit(first))
    assert second != first
    assert len(await door.sessions()) == 1
    door.clock.move(minutes=15)
    assert the_token(await door.admit(second)) not in (first, second)


async def test_the_token_before_counts_for_a_minute_more(door: Door) -> None:
    first = the_token(await door.sign_in())
    door.clock.move(minutes=15)
    second = the_token(await door.admit(first))
    door.clock.move(seconds=30)
    assert await door.admit(second) is not None
    for token in (first, second):
        admission = await door.admit(token)
        assert admission is not None
        assert admission.new_token is None
    door.clock.move(seconds=31)
    assert await door.admit(first) is None
    assert await door.admit(second) is not None
    assert await door.admit(first) is None


async def test_the_token_before_counts_while_nobody_has_used_the_new_one(door: Door) -> None:
    """The answer that carried it may never have arrived."""
    first = the_token(await door.sign_in())
    door.clock.move(minutes=15)
    lost = the_token(await door.admit(first))
    door.clock.move(minutes=5)
    third = the_token(await door.admit(first))
    assert third not in (first, lost)
    assert await door.admit(lost) is None
    assert await door.admit(third) is not None


async def test_only_the_last_two_tokens_count(door: Door) -> None:
    tokens = [the_token(await door.sign_in())]
    for _ in range(3):
        door.clock.move(minutes=15)
        tokens.append(the_token(await door.admit(tokens[-1])))
    admitted = [await door.admit(token) is not None for token in tokens]
    assert admitted == [False, False, True, True]


async def test_requests_side_by_side_change_the_token_once(door: Door) -> None:
    first = the_token(await door.sign_in())
    door.clock.move(minutes=15)
    admissions = await asyncio.gather(*(door.admit(first) for _ in range(8)))
    assert all(admissions)
    fresh = [admission.new_token for admission in admissions if admission and admission.new_token]
    assert len(fresh) == 1
    assert await door.admit(fresh[0]) is not None


async def test_a_session_ends_after_twelve_hours_without_use(door: Door) -> None:
    """All of it within a day, so that it is not the day that ends it."""
    admission = await door.sign_in()
    door.clock.move(hours=11, minutes=59)
    token = the_token(await door.admit(the_token(admission)))
    door.clock.move(hours=11, minutes=59, seconds=59)
    assert await door.identity.alive(admission.actor)
    door.clock.move(seconds=1)
    assert not await door.identity.alive(admission.actor)
    assert await door.admit(token) is None
    assert await door.sessions() == []


async def test_a_session_ends_after_a_day_however_much_it_is_used(door: Door) -> None:
    admission = await door.sign_in()
    token = the_token(admission)
    for _ in range(23):
        door.clock.move(hours=1)
        token = the_token(await door.admit(token))
    door.clock.move(minutes=59, seconds=59)
    assert await door.identity.alive(admission.actor)
    token = the_token(await door.admit(token))
    door.clock.move(seconds=1)
    assert not await door.identity.alive(admission.actor)
    assert await door.admit(token) is None
    assert await door.sessions() == []


async def test_use_is_noted_once_a_minute(door: Door) -> None:
    token = the_token(await door.sign_in())
    door.clock.move(seconds=1)
    seen = []
    for _ in range(4):
        await door.admit(token)
        seen.append((await door.sessions())[0]["last_seen_at"])
        door.clock.move(seconds=30)
    assert len(set(seen)) == 2


async def test_what_nobody_can_use_is_swept(door: Door) -> None:
    await door.sign_in()
    door.clock.move(hours=2)
    kept = await door.sign_in()
    door.clock.move(hours=22, seconds=1)
    async with door.stack.database.tenant(door.tenant.id) as session:
        await end_old_sessions(session, door.clock())
    assert [row["id"] for row in await door.sessions()] == [kept.actor.session_id]


async def test_signing_out_tells_how_many_sessions_are_left(door: Door) -> None:
    admissions = [await door.sign_in() for _ in range(3)]
    for admission in admissions:
        await door.identity.sign_out(admission.actor, SYSTEM)
        assert await door.admit(the_token(admission)) is None
        assert not await door.identity.alive(admission.actor)
    assert door.ended.heard == [
        (admission.actor, left) for admission, left in zip(admissions, (2, 1, 0), strict=True)
    ]


async def test_a_session_that_nobody_used_for_too_long_is_not_left(door: Door) -> None:
    """Otherwise a browser that was forgotten yesterday would keep its agent from going offline."""
    await door.sign_in()
    door.clock.move(hours=12)
    present = await door.sign_in()
    await door.identity.sign_out(present.actor, SYSTEM)
    assert door.ended.heard == [(present.actor, 0)]


async def test_a_token_is_nothing_at_another_operator(door: Door, engines: Stack) -> None:
    token = the_token(await door.sign_in())
    somon = await TenantRepository(engines.database).by_slug("somon")
    assert somon is not None
    assert await door.identity.admit(somon, token) is None
    assert await door.admit(token) is not None
