"""ASVS 5.0, V6, V7 and V8 where tests of sign-in do not hold them: passwords, sessions, what another may not do.

Each test names the requirements it holds; docs/security/asvs.md names the tests.
"""

import asyncio
import base64
import hashlib
from typing import Any

import argon2
import httpx
import pytest
from sqlalchemy import text
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import Browser
from tests.support.operators import PASSWORD, Operator
from tests.support.stack import Stack

NEW = "four words about a river"


async def change(browser: Browser, new: str = NEW, current: str = PASSWORD, **more: Any) -> httpx.Response:
    return await browser.ask("POST", "/api/session/password", json={"current": current, "new": new}, **more)


async def test_changing_the_password(engines: Stack, operator: Operator, browser: NewBrowser) -> None:
    """6.2.2, 6.2.3, 7.2.4, 7.4.3, 16.3.1 in part: the present one is asked, all else ends, the token is a new one."""
    email = operator.emails[3]
    here, elsewhere = [await browser(slug=operator.slug).sign_in(email) for _ in range(2)]
    token = here.cookies["ovoz_session"]
    wrong = await change(here, current="something else")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/current")
    assert (await elsewhere.ask("GET", "/api/session")).status_code == 200

    assert (await change(here)).status_code == 204
    assert here.cookies["ovoz_session"] != token
    assert (await here.ask("GET", "/api/session")).status_code == 200
    assert (await elsewhere.ask("GET", "/api/session")).status_code == 401
    old = await here.ask("GET", "/api/session", headers={"cookie": f"ovoz_session={token}"})
    assert old.status_code == 401

    again = browser(slug=operator.slug)
    refused = await again.ask("POST", "/api/sessions", json={"email": email, "password": PASSWORD})
    assert refused.status_code == 401
    await again.sign_in(email, NEW)
    [entry] = await engines.rows(
        operator.slug,
        "SELECT actor_kind, subject_kind, before, after FROM audit_entry WHERE act = :a",
        a="identity.password_changed",
    )
    assert (entry["actor_kind"], entry["subject_kind"]) == ("person", "person")
    assert (entry["before"], entry["after"]) == (None, None)


@pytest.mark.parametrize("new", ["password2026", "Operator op-x secret", PASSWORD, "too short"])
async def test_a_weak_password_is_refused(agent: Browser, new: str) -> None:
    """6.2.1, 6.2.4, 6.2.11: the refusal names the field and what would be right; nothing is changed."""
    answer = await change(agent, new)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/new"), answer.text
    assert (await agent.ask("GET", "/api/session")).status_code == 200


async def test_guessing_the_present_password_locks(operator: Operator, browser: NewBrowser) -> None:
    """6.3.1: a stolen session cannot try passwords without end."""
    thief = await browser(slug=operator.slug).sign_in(operator.emails[3])
    statuses = [(await change(thief, current=f"guess {n}")).status_code for n in range(7)]
    assert statuses[:4] == [422] * 4
    assert statuses[-1] == 429


async def test_two_changes_at_once_leave_one_password(operator: Operator, browser: NewBrowser) -> None:
    """2.3.4 in part."""
    here = await browser(slug=operator.slug).sign_in(operator.emails[3])
    answers = await asyncio.gather(
        *(change(here, f"{NEW} number {n}") for n in range(3)), return_exceptions=True
    )
    assert 204 in [answer.status_code for answer in answers if isinstance(answer, httpx.Response)]
    statuses = [
        (
            await browser(slug=operator.slug).ask(
                "POST", "/api/sessions", json={"email": operator.emails[3], "password": f"{NEW} number {n}"}
            )
        ).status_code
        for n in range(3)
    ]
    assert statuses.count(201) == 1


async def test_other_sessions_are_seen_and_ended(
    engines: Stack, operator: Operator, browser: NewBrowser
) -> None:
    """7.5.2 in part, 7.4.1: one's own only, with address and browser; what is ended admits no more."""
    email = operator.emails[3]
    here = await browser(slug=operator.slug).sign_in(email)
    elsewhere = await browser(slug=operator.slug, address="203.0.113.77").sign_in(email)
    stranger = await browser(slug=operator.slug).sign_in(operator.emails[1])
    listed = (await here.ask("GET", "/api/session/others")).json()
    assert [one["address"] for one in listed] == ["203.0.113.77"]
    assert set(listed[0]) == {"id", "created_at", "last_seen_at", "address", "user_agent"}
    path = f"/api/session/others/{listed[0]['id']}"
    assert (await stranger.ask("DELETE", path)).status_code == 404
    assert (await elsewhere.ask("DELETE", path)).status_code == 404, "the present one is ended by signing out"
    assert (await elsewhere.ask("GET", "/api/session")).status_code == 200
    assert (await here.ask("DELETE", path)).status_code == 204
    assert (await elsewhere.ask("GET", "/api/session")).status_code == 401
    again = await here.ask("DELETE", path)
    assert (again.status_code, again.json()["type"]) == (404, "/problems/session-not-found")
    entries = await engines.rows(
        operator.slug, "SELECT subject_id FROM audit_entry WHERE act = 'identity.session_ended'"
    )
    assert [entry["subject_id"] for entry in entries] == [listed[0]["id"]]


async def test_a_session_of_one_operator_is_nobody_at_another(
    house: Operator, operator: Operator, browser: NewBrowser
) -> None:
    """8.4.1: tenants do not meet, by cookie and by id."""
    here = await browser().sign_in(house.emails[0])
    there = browser(slug=operator.slug)
    there.cookies = dict(here.cookies)
    assert (await there.ask("GET", "/api/session")).status_code == 401
    assert (await there.ask("DELETE", "/api/session")).status_code == 401
    assert (await here.ask("GET", "/api/session")).status_code == 200


async def test_a_right_is_asked_on_the_server(agent: Browser, admin: Browser) -> None:
    """8.2.1, 8.3.1: what the page hides is refused all the same, and the refusal says what is missing."""
    answer = await admin.ask("POST", "/api/desk/phone")
    assert (answer.status_code, answer.json()["right"]) == (403, "desk.use")


async def test_a_disabled_account_is_out_at_once(
    engines: Stack, operator: Operator, browser: NewBrowser
) -> None:
    """7.4.2: accounts are looked at with every request."""
    person = await browser(slug=operator.slug).sign_in(operator.emails[0])
    assert (await person.ask("GET", "/api/break-reasons")).status_code == 200
    async with engines.database.tenant(operator.tenant_id) as session:
        await session.execute(
            text("UPDATE user_account SET disabled_at = now() WHERE email = :email"),
            {"email": operator.emails[0]},
        )
    assert (await person.ask("GET", "/api/session")).status_code == 401


async def test_signing_in_ends_the_browsers_older_session(operator: Operator, browser: NewBrowser) -> None:
    """7.2.4: a new token each time; the one before admits nobody."""
    person = await browser(slug=operator.slug).sign_in(operator.emails[0])
    old = dict(person.cookies)
    await person.sign_in(operator.emails[0])
    assert person.cookies["ovoz_session"] != old["ovoz_session"]
    person.cookies = old
    assert (await person.ask("GET", "/api/session")).status_code == 401


async def test_an_unknown_account_is_answered_like_a_wrong_password(
    operator: Operator, browser: NewBrowser
) -> None:
    """6.3.8 (level 3): the same words."""
    tries = [
        await browser(slug=operator.slug).ask(
            "POST", "/api/sessions", json={"email": email, "password": "x" * 12}
        )
        for email in (operator.emails[3], "nobody@nowhere.test")
    ]
    assert tries[0].status_code == 401
    assert tries[0].json() == tries[1].json()


async def test_signing_out_is_for_good(operator: Operator, browser: NewBrowser) -> None:
    """7.4.1: the token admits nobody afterwards, and the browser forgets it."""
    person = await browser(slug=operator.slug).sign_in(operator.emails[0])
    kept = dict(person.cookies)
    assert (await person.ask("DELETE", "/api/session")).status_code == 204
    assert person.cookies == {}
    person.cookies = kept
    assert (await person.ask("GET", "/api/session")).status_code == 401


async def test_a_hash_of_older_parameters_is_made_anew(
    engines: Stack, operator: Operator, browser: NewBrowser
) -> None:
    """11.2.2: at the next sign-in, without anybody noticing."""
    older = argon2.PasswordHasher(time_cost=1, memory_cost=8 * 1024).hash(PASSWORD)
    async with engines.database.tenant(operator.tenant_id) as session:
        await session.execute(
            text("UPDATE user_account SET password_hash = :hash WHERE email = :email"),
            {"hash": older, "email": operator.emails[0]},
        )
    await browser(slug=operator.slug).sign_in(operator.emails[0])
    rows = await engines.rows(
        operator.slug, "SELECT password_hash FROM user_account WHERE email = :e", e=operator.emails[0]
    )
    kept = argon2.extract_parameters(rows[0]["password_hash"])
    assert kept.memory_cost > 8 * 1024
    assert kept.time_cost > 1
    await browser(slug=operator.slug).sign_in(operator.emails[0])


async def test_signing_out_has_the_browser_forget(operator: Operator, browser: NewBrowser) -> None:
    """14.3.1: storage and caches of this address; cookies are other operators' too (W3C Clear Site Data, 3.1)."""
    person = await browser(slug=operator.slug).sign_in(operator.emails[0])
    assert "clear-site-data" not in (await person.ask("GET", "/api/session")).headers
    out = await person.ask("DELETE", "/api/session")
    assert out.headers["clear-site-data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("change_to_row", "status"),
    [
        ("last_seen_at = now() - interval '11 hours 50 minutes'", 200),
        ("last_seen_at = now() - interval '12 hours 1 minute'", 401),
        ("created_at = now() - interval '24 hours 1 minute'", 401),
    ],
)
async def test_sessions_end_by_age_and_by_silence(
    engines: Stack, operator: Operator, browser: NewBrowser, change_to_row: str, status: int
) -> None:
    """7.3.1, 7.3.2: twelve hours without a request, a day at the longest."""
    person = await browser(slug=operator.slug).sign_in(operator.emails[0])
    async with engines.database.tenant(operator.tenant_id) as session:
        await session.execute(text(f"UPDATE session SET {change_to_row}"))
    assert (await person.ask("GET", "/api/session")).status_code == status


async def test_tokens_are_long_random_and_stored_as_a_digest(
    engines: Stack, operator: Operator, browser: NewBrowser
) -> None:
    """7.2.3, 11.4.1, 11.5.1: 256 bits from the system, SHA-256 in the table."""
    tokens, csrf = set(), set()
    for _ in range(3):
        person = await browser(slug=operator.slug).sign_in(operator.emails[0])
        tokens.add(person.cookies["ovoz_session"])
        csrf.add(person.cookies["ovoz_csrf"])
    assert len(tokens) == 3
    assert all(len(base64.urlsafe_b64decode(token + "==")) >= 32 for token in tokens)
    rows = await engines.rows(operator.slug, "SELECT * FROM session")
    assert {row["token_hash"] for row in rows} == {
        hashlib.sha256(token.encode()).digest() for token in tokens
    }
    assert csrf.isdisjoint(str(value) for row in rows for value in row.values())


async def test_a_password_is_taken_as_it_was_typed(operator: Operator, browser: NewBrowser) -> None:
    """6.2.8: neither cut nor trimmed nor folded."""
    typed = "  Дождь Над Рекой и 100 слов" + " и ещё" * 20 + "  "
    person = await browser(slug=operator.slug).sign_in(operator.emails[3])
    assert (await change(person, typed)).status_code == 204
    for other in (typed.strip(), typed.lower(), typed[:72]):
        answer = await browser(slug=operator.slug).ask(
            "POST", "/api/sessions", json={"email": operator.emails[3], "password": other}
        )
        assert answer.status_code == 401
    await browser(slug=operator.slug).sign_in(operator.emails[3], typed)
