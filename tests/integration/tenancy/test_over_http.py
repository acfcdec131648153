"""Whose address it is: hosts, passwords, suspended operators, keys of orders. Names of others: test_isolation.py."""

from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.support.api_process import Browser, Web
from tests.support.operators import PASSWORD, make_operator

from ovoz.entrypoints.api import NOT_FOUND
from ovoz.lib.db.migrations import run_as_owner

PAMIR_AGENT = "gulnora@pamir.example"


@pytest.fixture(scope="module")
async def stranger(web: Web) -> Browser:
    """An agent of Pamir's."""
    return await web.signed_in("pamir", PAMIR_AGENT)


async def test_a_password_is_right_at_its_own_operator_only(web: Web) -> None:
    answer = await web.browser("somon").sign_in(PAMIR_AGENT, "ovoz-demo-2026", x_forwarded_for="203.0.113.7")
    assert (answer.status, answer.problem) == (401, "sign-in-failed")


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "localhost", "127.0.0.1", "somon.example", "a.somon.localhost"]
)
async def test_an_unknown_host_is_no_operators(web: Web, host: str) -> None:
    port = web.stack.settings.ports.http
    browser = Browser(web, f"{host}:{port}")
    browser.cookies = dict((await web.signed_in("somon", "anna@somon.example")).cookies)
    for path in ("/api/site", "/api/session", "/api/interactions"):
        answer = await browser.ask("GET", path)
        assert (answer.status, answer.problem) == (404, "operator-unknown")
    answer = await browser.sign_in("anna@somon.example", "ovoz-demo-2026")
    assert (answer.status, answer.problem) == (404, "operator-unknown")
    assert await browser.close_code("/api/live") == NOT_FOUND


async def test_the_host_says_whose_site_it_is(web: Web) -> None:
    for slug in ("somon", "pamir"):
        site = (await web.browser(slug).ask("GET", "/api/site")).body
        assert site["slug"] == slug
        assert {account["email"].partition("@")[2] for account in site["demo_accounts"]} == {
            f"{slug}.example"
        }


async def test_a_suspended_operators_people_are_told(web: Web) -> None:
    operator = await make_operator(web.stack, agents=1)
    statement = text("UPDATE ovoz.tenant SET state = 'suspended' WHERE id = :id")
    await run_as_owner(
        web.stack.endpoints.database_admin_url,
        lambda connection: connection.execute(statement, {"id": operator.tenant_id}),
    )
    answer = await web.browser(operator.slug).sign_in(operator.emails[0], PASSWORD)
    assert (answer.status, answer.problem) == (403, "operator-suspended")


async def test_the_same_idempotency_key_is_another_order(web: Web, stranger: Browser) -> None:
    own = await web.signed_in("somon", "anna@somon.example")
    key, order = str(uuid4()), {"state": "break", "reason": "lunch"}
    desks = [
        (await browser.ask("PUT", "/api/desk/state", order, idempotency_key=key)).body
        for browser in (own, stranger)
    ]
    names = [desk["agent"]["name"] for desk in desks]
    assert names == ["Анна Белова", "Гулнора Мирзоева"]
