"""The audit over HTTP: filters, pages, proofs, export, anchors; and nothing of another operator."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from litestar import Litestar
from tests.integration.audit.conftest import Audited
from tests.support.audit_browser import Browser, give_role
from tests.support.operators import make_operator

from ovoz.platform.audit.api import parse_anchors
from ovoz.platform.audit.rules.merkle import root_from_path


async def test_pages_follow_each_other(audited: Audited, admin: Browser) -> None:
    await audited.happen(*(f"a.act{index}" for index in range(7)))
    seen: list[str] = []
    path = "/api/audit?act=a.&limit=3"
    while path:
        page = (await admin.get(path)).json()
        seen += [item["act"] for item in page["items"]]
        path = f"/api/audit?act=a.&limit=3&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen == [f"a.act{index}" for index in reversed(range(7))]
    assert len(await admin.entries("?act=a.&limit=7")) == 7
    assert (await admin.get("/api/audit?act=a.&limit=7")).json()["next_cursor"] is None


async def test_filters(audited: Audited, admin: Browser) -> None:
    await audited.happen("a_b.one", "axb.one")
    me = (await admin.get("/api/session")).json()["user"]["id"]
    assert [item["act"] for item in await admin.entries("?act=a_b.")] == ["a_b.one"]
    assert {item["act"] for item in await admin.entries(f"?actor_id={me}")} == {"identity.signed_in"}
    assert len(await admin.entries("?subject_kind=person&subject_id=p")) == 2
    now = datetime.now(UTC)
    soon, past = (now + timedelta(hours=1)).isoformat(), (now - timedelta(hours=1)).isoformat()
    for moments, count in (
        ({"from": past, "to": soon}, 3),
        ({"from": soon}, 0),
        ({"to": past}, 0),
    ):
        answer = await admin.get("/api/audit", params=moments)
        assert len(answer.json()["items"]) == count, moments


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("subject_id=p", "/subject_kind"),
        ("from=2026-11-25T08:00:00", "/from"),
        ("from=yesterday", ""),
        ("to=0001-01-01T00:00:00%2B05:00", "/to"),
        (
            "cursor=MDAwMS0wMS0wMVQwMDowMDowMCswNTowMCAwMTk5YzFhMC03YTJlLTdjYzMtOThjNC1kYzBjMGMwNzM5OGY=",
            "/cursor",
        ),
        ("cursor=abc", "/cursor"),
        ("act=%00", "/act"),
        ("limit=0", ""),
        ("actor_id=me", ""),
    ],
)
async def test_wrong_input_is_named(admin: Browser, query: str, pointer: str) -> None:
    answer = await admin.get(f"/api/audit?{query}")
    assert answer.status_code in (400, 422), answer.text
    if pointer:
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_proof_holds_by_itself(audited: Audited, admin: Browser) -> None:
    """Checked as an auditor would, with nothing of ours but the anchors' public key."""
    await audited.seal("a.one", "a.two", "a.three")
    key = next(iter((await audited.anchors()).keys.values()))
    [item] = await admin.entries("?act=a.two")
    assert item["seal"] == 1
    shown = (await admin.get(f"/api/audit/{item['id']}")).json()
    proof = shown["proof"]
    assert shown["integrity"] == "sealed"
    leaf = hashlib.sha256(b"\0" + proof["canonical"].encode()).digest()
    assert leaf.hex() == proof["leaf"]
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = root_from_path(leaf, proof["index"], proof["size"], path)
    assert root is not None
    assert root.hex() == proof["root"] == json.loads(proof["signed"])["root"]
    Ed25519PublicKey.from_public_bytes(key).verify(
        bytes.fromhex(proof["signature"]), proof["signed"].encode()
    )
    assert (proof["public_key"], len(proof["path"])) == (key.hex(), 2)
    said = json.loads(proof["canonical"])
    assert (said["id"], said["act"], said["actor"]["name"]) == (item["id"], "a.two", "Мадина")
    assert said["after"] == item["after"] == {"n": 1, "share": 0.5}


async def test_what_waits_and_what_is_damaged_says_so(audited: Audited, admin: Browser) -> None:
    await audited.seal("a.one", "a.two")
    await audited.happen("a.three")
    waiting, _, damaged = await admin.entries("?act=a.")
    assert waiting["seal"] is None
    await audited.owner.execute("UPDATE audit_entry SET reason = 'x' WHERE act = 'a.one'")
    for item, integrity in ((waiting, "waiting"), (damaged, "damaged")):
        shown = (await admin.get(f"/api/audit/{item['id']}")).json()
        assert (shown["integrity"], shown["proof"]) == (integrity, None)


async def test_the_export_is_whole_and_on_record(audited: Audited, admin: Browser) -> None:
    await audited.happen(*(f"a.act{index}" for index in range(5)))
    answer = await admin.get("/api/audit/export?act=a.")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == await admin.entries("?act=a.")
    [told] = await admin.entries("?act=audit.exported")
    assert told["after"] == {"filters": {"act": "a."}}


async def test_no_record_no_export(audited: Audited, admin: Browser) -> None:
    await audited.owner.execute(
        f"REVOKE INSERT (reason) ON audit_entry FROM t_{audited.tenant_id}",
    )
    try:
        for path in ("export", "anchors"):
            answer = await admin.get(f"/api/audit/{path}")
            assert answer.status_code == 500
            assert "a.act" not in answer.text
    finally:
        await audited.owner.execute(f"GRANT INSERT (reason) ON audit_entry TO t_{audited.tenant_id}")


async def test_anchors_over_http_are_those_of_the_command(audited: Audited, admin: Browser) -> None:
    await audited.seal("a.one")
    await audited.seal("a.two")
    answer = await admin.get("/api/audit/anchors")
    assert parse_anchors(answer.content.splitlines()) == await audited.anchors()
    later = await admin.get("/api/audit/anchors?after=1")
    assert [seal.number for seal in parse_anchors(later.content.splitlines()).seals] == [2]


async def test_nothing_of_another_operator(audited: Audited, admin: Browser, app: Litestar) -> None:
    await audited.seal("a.secret")
    [item] = await admin.entries("?act=a.secret")
    other = await make_operator(audited.stack, agents=1)
    await give_role(audited.stack, other, other.emails[0], "admin")
    stranger = Browser(app, other.slug)
    await stranger.sign_in(other.emails[0])
    assert (await stranger.get(f"/api/audit/{item['id']}")).status_code == 404
    me = item["actor"]["id"]
    for query in ("", "?act=a.", "?subject_kind=person&subject_id=p", f"?actor_id={me}" if me else ""):
        assert "a.secret" not in (await stranger.get(f"/api/audit{query}")).text
    assert "a.secret" not in (await stranger.get("/api/audit/export")).text
    anchors = parse_anchors((await stranger.get("/api/audit/anchors")).content.splitlines())
    assert (anchors.tenant_id, anchors.seals) == (other.tenant_id, ())
    cursor = (await admin.get("/api/audit?limit=1")).json()["next_cursor"]
    assert "a.secret" not in (await stranger.get(f"/api/audit?cursor={cursor}")).text


async def test_rights(audited: Audited, app: Litestar) -> None:
    nobody, agent = Browser(app, audited.operator.slug), Browser(app, audited.operator.slug)
    await agent.sign_in(audited.operator.emails[2])
    paths: list[tuple[str, str]] = [
        ("", "audit.read"),
        ("/0199c1a0-7a2e-7cc3-98c4-dc0c0c07398f", "audit.read"),
        ("/export", "audit.export"),
        ("/anchors", "audit.export"),
    ]
    for path, right in paths:
        assert (await nobody.get(f"/api/audit{path}")).status_code == 401
        answer = await agent.get(f"/api/audit{path}")
        document: dict[str, Any] = answer.json()
        assert (answer.status_code, document["right"]) == (403, right)
