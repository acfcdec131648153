"""Failures to sign in: counted by account and by address, before the password is looked at."""

import asyncio
import secrets
from collections import Counter

import pytest
from sqlalchemy import text
from tests.support.api_process import Web
from tests.support.clock import MovedClock
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack

from ovoz.platform.identity.api import Actor, Identity
from ovoz.platform.identity.errors import SignInFailed, TooManyAttempts
from ovoz.platform.identity.rules import counted_as
from ovoz.platform.tenancy.api import Tenant, TenantRepository

WRONG = "a-wrong-password"
KEY = b"k" * 32


class Door:
    """Tries to sign in at one operator; says what came of it."""

    def __init__(self, stack: Stack, tenant: Tenant, email: str) -> None:
        self.clock = MovedClock()
        self.email = email
        self.address = f"2001:db8::{secrets.token_hex(2)}"
        self._database = stack.database
        self._tenant = tenant
        self._identity = Identity(stack.database, self.clock, self, KEY)

    async def signed_out(self, actor: Actor, *, sessions_left: int) -> None: ...

    async def attempt(self, password: str = WRONG, *, email: str = "", address: str = "") -> str:
        try:
            await self._identity.sign_in(
                self._tenant, email or self.email, password, address=address or self.address, user_agent=""
            )
        except (SignInFailed, TooManyAttempts) as error:
            self.retry_after_s = error.members.get("retry_after_s")
            return error.slug
        return "in"

    async def failed_before(self, failures: int) -> None:
        """So often, from this address, at whatever accounts."""
        async with self._database.tenant(self._tenant.id) as session:
            await session.execute(
                text("INSERT INTO sign_in_failure (key, failures, last_at) VALUES (:key, :failures, :now)"),
                {
                    "key": counted_as(KEY, f"address:{self.address}"),
                    "failures": failures,
                    "now": self.clock(),
                },
            )

    async def attempts(self, number: int, password: str = WRONG) -> list[str]:
        """One after the other."""
        return [await self.attempt(password) for _ in range(number)]


def somebody() -> str:
    return f"{secrets.token_hex(6)}@nowhere.test"


def somewhere() -> str:
    return f"2001:db8:1::{secrets.token_hex(2)}"


@pytest.fixture(scope="module")
async def operator(engines: Stack) -> Operator:
    """One whose people may be locked out."""
    return await make_operator(engines, agents=3)


@pytest.fixture
async def door(engines: Stack, operator: Operator) -> Door:
    tenant = await TenantRepository(engines.database).by_slug(operator.slug)
    assert tenant is not None
    async with engines.database.tenant(tenant.id) as session:
        await session.execute(text("DELETE FROM sign_in_failure"))
    return Door(engines, tenant, operator.emails[1])


async def test_five_failures_lock_the_account_and_the_right_password_too(door: Door) -> None:
    assert await door.attempts(6) == ["sign-in-failed"] * 5 + ["too-many-attempts"]
    assert door.retry_after_s == 16
    assert await door.attempt(PASSWORD) == "too-many-attempts"
    assert await door.attempt(PASSWORD, address=somewhere()) == "too-many-attempts"
    door.clock.move(seconds=16)
    assert await door.attempt(PASSWORD) == "in"


async def test_each_further_failure_locks_for_twice_as_long_up_to_a_quarter_of_an_hour(door: Door) -> None:
    await door.attempts(5)
    waits = []
    for _ in range(8):
        assert await door.attempt() == "too-many-attempts"
        assert door.retry_after_s is not None
        waits.append(door.retry_after_s - 1)
        door.clock.move(seconds=door.retry_after_s)
        assert await door.attempt() == "sign-in-failed"
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]


async def test_a_success_begins_anew_and_so_does_an_hour(door: Door) -> None:
    for _ in range(2):
        assert await door.attempts(4) == ["sign-in-failed"] * 4
        assert await door.attempt(PASSWORD) == "in"
    await door.attempts(4)
    door.clock.move(hours=1, seconds=1)
    assert await door.attempts(4) == ["sign-in-failed"] * 4


async def test_one_account_does_not_lock_another(door: Door) -> None:
    await door.attempts(6)
    assert await door.attempt(email=somebody()) == "sign-in-failed"


async def test_an_account_that_is_not_there_is_locked_in_the_same_way(door: Door) -> None:
    nobody = somebody()
    heard = [await door.attempt(email=nobody) for _ in range(6)]
    assert heard == ["sign-in-failed"] * 5 + ["too-many-attempts"]


async def test_an_address_that_tries_many_accounts_is_locked(door: Door) -> None:
    await door.failed_before(21)
    heard = [await door.attempt(email=somebody()) for _ in range(5)]
    assert heard == ["sign-in-failed"] * 4 + ["too-many-attempts"]
    assert await door.attempt(PASSWORD) == "too-many-attempts"
    assert await door.attempt(PASSWORD, address=somewhere()) == "in"
    door.clock.move(seconds=16)
    assert await door.attempt(PASSWORD) == "in"


async def test_who_gets_in_between_does_not_open_the_address(door: Door) -> None:
    """An attacker's own account must not buy attempts at others'."""
    await door.failed_before(21)
    for _ in range(3):
        assert await door.attempt(email=somebody()) == "sign-in-failed"
        assert await door.attempt(PASSWORD) == "in"
    assert await door.attempt(email=somebody()) == "sign-in-failed"
    assert await door.attempt(PASSWORD) == "too-many-attempts"


async def test_many_at_once_gain_nothing(door: Door) -> None:
    heard = await asyncio.gather(*(door.attempt() for _ in range(20)))
    assert Counter(heard) == {"sign-in-failed": 5, "too-many-attempts": 15}


async def test_many_at_once_from_many_addresses_gain_nothing(door: Door) -> None:
    heard = await asyncio.gather(*(door.attempt(address=somewhere()) for _ in range(20)))
    assert Counter(heard) == {"sign-in-failed": 5, "too-many-attempts": 15}


async def test_many_at_once_at_many_accounts_gain_nothing(door: Door) -> None:
    await door.failed_before(17)
    heard = await asyncio.gather(*(door.attempt(email=somebody()) for _ in range(20)))
    assert Counter(heard) == {"sign-in-failed": 8, "too-many-attempts": 12}


async def test_the_answer_says_when_to_try_again(web: Web, operator: Operator, door: Door) -> None:
    """`door` forgot what other tests failed at."""
    email, browser = operator.emails[2], web.browser(operator.slug)
    for _ in range(5):
        assert (await browser.sign_in(email, WRONG, x_forwarded_for="198.51.100.9")).status == 401
    answer = await browser.sign_in(email, PASSWORD, x_forwarded_for="198.51.100.10")
    assert (answer.status, answer.problem) == (429, "too-many-attempts")
    assert 1 <= answer.body["retry_after_s"] <= 16
    assert answer.headers["retry-after"] == str(answer.body["retry_after_s"])
    assert answer.cookies == {}
