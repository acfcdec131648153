"""What is told: each act once, in its transaction, with who and from where."""

from uuid import UUID

import pytest
from litestar import Litestar
from sqlalchemy import text
from tests.integration.audit.conftest import Audited
from tests.support.audit_browser import Browser
from tests.support.operators import Operator

from ovoz.lib.ids import new_id
from ovoz.platform.identity.rules import FREE_FAILURES


async def test_signing_in_and_out(audited: Audited, admin: Browser, app: Litestar) -> None:
    agent = Browser(app, audited.operator.slug, "10.9.9.9")
    email = audited.operator.emails[2]
    session = (await agent.sign_in(email)).json()
    assert (await agent.client.delete("/api/session")).status_code == 204
    out, came = (await admin.entries("?act=identity."))[:2]
    assert (came["act"], out["act"]) == ("identity.signed_in", "identity.signed_out")
    for entry in (came, out):
        assert entry["actor"] == {
            "kind": "person",
            "id": session["user"]["id"],
            "name": session["user"]["name"],
        }
        assert entry["address"] == "10.9.9.9"
        assert entry["subject"] == {"kind": "session", "id": entry["session_id"]}
    assert came["session_id"] == out["session_id"]


async def test_a_second_sign_in_ends_the_first_session(audited: Audited, admin: Browser) -> None:
    await admin.sign_in(audited.operator.emails[0])
    acts = [entry["act"] for entry in await admin.entries()]
    assert acts == ["identity.signed_out", "identity.signed_in", "identity.signed_in"]


async def test_failures_and_locks(audited: Audited, admin: Browser, app: Litestar) -> None:
    guesser = Browser(app, audited.operator.slug, "10.6.6.6")
    email = audited.operator.emails[1]
    account = await audited.owner.fetchval("SELECT id FROM user_account WHERE email = $1", email)
    for _ in range(FREE_FAILURES):
        assert (await guesser.sign_in(email, "wrong")).status_code == 401
    assert (await guesser.sign_in(email, "wrong")).status_code == 429
    entries = await admin.entries(f"?subject_kind=person&subject_id={account}")
    assert [entry["act"] for entry in entries] == ["identity.sign_in_locked"] + [
        "identity.sign_in_failed"
    ] * 5
    assert entries[0]["after"] == {"locked_for_s": 15}
    assert entries[0]["actor"] == {"kind": "person", "id": None, "name": ""}
    assert {entry["address"] for entry in entries} == {"10.6.6.6"}


async def test_an_account_that_is_not_there_leaves_no_name(
    audited: Audited, admin: Browser, app: Litestar
) -> None:
    guesser = Browser(app, audited.operator.slug)
    assert (await guesser.sign_in("nobody@nowhere.test", "my password by mistake")).status_code == 401
    [entry] = await admin.entries("?act=identity.sign_in_failed")
    assert entry["subject"] == {"kind": "person", "id": "unknown"}
    said = await audited.owner.fetchval("SELECT string_agg(audit_entry::text, ' ') FROM audit_entry")
    assert "nobody" not in said.replace("unknown", "")
    assert "mistake" not in said


async def test_a_sign_in_that_cannot_be_put_on_record_is_none(audited: Audited, app: Litestar) -> None:
    await audited.owner.execute("ALTER TABLE audit_entry RENAME TO away")
    try:
        browser = Browser(app, audited.operator.slug)
        assert (await browser.sign_in(audited.operator.emails[2])).status_code == 500
    finally:
        await audited.owner.execute("ALTER TABLE away RENAME TO audit_entry")
    assert (await browser.get("/api/session")).status_code == 401


async def _interaction(audited: Audited, agent_email: str) -> UUID:
    id_ = new_id()
    async with audited.stack.database.tenant(audited.tenant_id) as session:
        await session.execute(
            text(
                "INSERT INTO interaction (id, channel, direction, state, caller_hidden,"
                " entry_number, agent_id, node, started_at, epoch, seq)"
                " SELECT :id, 'voice', 'inbound', 'closed', false, '100', u.id, 'node-1', now(), 1, 1"
                " FROM user_account u WHERE u.email = :email"
            ),
            {"id": id_, "email": agent_email},
        )
    return id_


async def test_somebody_elses_interaction_is_on_record_once(audited: Audited, app: Litestar) -> None:
    operator: Operator = audited.operator
    supervisor, agent = Browser(app, operator.slug), Browser(app, operator.slug)
    session = (await supervisor.sign_in(operator.emails[1])).json()
    await agent.sign_in(operator.emails[2])
    id_ = await _interaction(audited, operator.emails[2])
    for browser in (agent, supervisor, supervisor):
        assert (await browser.get(f"/api/interactions/{id_}")).status_code == 200
    rows = await audited.owner.fetch(
        "SELECT actor_id, subject_id FROM audit_entry WHERE act = 'interactions.opened'"
    )
    assert [tuple(map(str, row)) for row in rows] == [(session["user"]["id"], str(id_))]


async def test_what_may_not_be_seen_is_not_on_record(audited: Audited, app: Litestar) -> None:
    agent = Browser(app, audited.operator.slug)
    await agent.sign_in(audited.operator.emails[2])
    id_ = await _interaction(audited, audited.operator.emails[1])
    assert (await agent.get(f"/api/interactions/{id_}")).status_code == 404
    told = await audited.owner.fetchval("SELECT count(*) FROM audit_entry WHERE act = 'interactions.opened'")
    assert told == 0


@pytest.mark.parametrize("values", [{"$x": 1}, {"deep": [{"$enc": {}, "plain": "Али"}]}])
async def test_reserved_names_are_refused(audited: Audited, values: dict[str, object]) -> None:
    from ovoz.lib.clock import utc_now
    from ovoz.platform.audit.api import SYSTEM, Act, tell

    async with audited.stack.database.tenant(audited.tenant_id) as session:
        with pytest.raises(ValueError, match="reserved"):
            await tell(session, utc_now(), Act("a.b", SYSTEM, "x", "x", after=values))
