"""Every kind of forgery by a superuser is found and named; what was not forged is not."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.audit.conftest import Audited
from tests.support.operators import make_operator

from ovoz.lib.ids import new_id
from ovoz.platform.audit.api import Finding

# Positions are 1 to 6: the seal 1 is over 1-3, the seal 2 over 4-6.
FORGERIES: dict[str, tuple[str, list[tuple[str, int | None, int | None]]]] = {
    "a changed name": (
        "UPDATE audit_entry SET actor_name = 'Никто' WHERE position = 2",
        [("entry_changed", 2, 1)],
    ),
    "a changed value": (
        "UPDATE audit_entry SET after = '{\"n\": 2}' WHERE position = 5",
        [("entry_changed", 5, 2)],
    ),
    "a microsecond": (
        "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE position = 6",
        [("entry_changed", 6, 2)],
    ),
    "another id": (
        "UPDATE audit_entry SET id = gen_random_uuid() WHERE position = 3",
        [("entry_changed", 3, 1)],
    ),
    "a removed entry": ("DELETE FROM audit_entry WHERE position = 4", [("entry_removed", 4, 2)]),
    "the last entry removed": ("DELETE FROM audit_entry WHERE position = 6", [("entry_removed", 6, 2)]),
    "two removed entries": (
        "DELETE FROM audit_entry WHERE position IN (1, 5)",
        [("entry_removed", 1, 1), ("entry_removed", 5, 2)],
    ),
    "a place taken by another entry": (
        "DELETE FROM audit_entry WHERE position = 2;"
        "INSERT INTO audit_entry (id, position, at, act, actor_kind, actor_name, subject_kind, subject_id)"
        " OVERRIDING SYSTEM VALUE SELECT gen_random_uuid(), 2, at, act, actor_kind, actor_name, 'x', 'x'"
        " FROM audit_entry WHERE position = 1",
        [("entry_changed", 2, 1)],
    ),
    "two places exchanged": (
        "UPDATE audit_entry SET position = -2 WHERE position = 2;"
        "UPDATE audit_entry SET position = 2 WHERE position = 3;"
        "UPDATE audit_entry SET position = 3 WHERE position = -2",
        [("entry_moved", 2, 1), ("entry_moved", 3, 1)],
    ),
    "an entry moved to the end": (
        "UPDATE audit_entry SET position = 100 WHERE position = 2",
        [("entry_moved", 100, 1)],
    ),
    "an entry put before the first": (
        "INSERT INTO audit_entry (id, position, at, act, actor_kind, actor_name, subject_kind, subject_id)"
        " OVERRIDING SYSTEM VALUE SELECT gen_random_uuid(), 0, at, act, actor_kind, actor_name, 'x', 'x'"
        " FROM audit_entry WHERE position = 1",
        [("entry_inserted", 0, None)],
    ),
    "a removed seal": ("DELETE FROM audit_seal WHERE number = 1", [("seal_removed", None, 1)]),
    "a seal with another time": (
        "UPDATE audit_seal SET sealed_at = sealed_at + interval '1 s' WHERE number = 2",
        [("seal_changed", None, 2)],
    ),
    "a seal that says it is longer": (
        "UPDATE audit_seal SET last_position = 7 WHERE number = 2",
        [("seal_changed", None, 2)],
    ),
    "a seal with another root": (
        "UPDATE audit_seal SET root = sha256('x') WHERE number = 1",
        [("seal_changed", None, 1)],
    ),
    "a broken chain": (
        "UPDATE audit_seal SET previous_root = sha256('x') WHERE number = 2",
        [("seal_changed", None, 2)],
    ),
    "a seal by an unknown key": (
        "UPDATE audit_seal SET key_id = '0000000000000000' WHERE number = 2",
        [("seal_unproven", None, 2)],
    ),
    "an entry with its leaf": (
        "UPDATE audit_entry SET act = 'x' WHERE position = 6;"
        "UPDATE audit_seal SET leaves = substr(leaves, 1, 136) || sha256('x') WHERE number = 2",
        [("seal_changed", None, 2)],
    ),
}


def named(findings: tuple[Finding, ...]) -> list[tuple[str, int | None, int | None]]:
    return [(finding.kind, finding.position, finding.seal) for finding in findings]


@pytest.fixture
async def sealed(audited: Audited) -> Audited:
    """Six entries under two seals, and one that waits."""
    assert await audited.seal("a.one", "a.two", "a.three") == 3
    assert await audited.seal("b.one", "b.two", "b.three") == 3
    assert await audited.positions() == [1, 2, 3, 4, 5, 6]
    return audited


async def test_what_nobody_touched_is_in_order(sealed: Audited) -> None:
    await sealed.happen("c.one")
    found = await sealed.verify(await sealed.anchors())
    assert found.findings == ()
    assert (found.entries, found.sealed, found.waiting, found.seals, found.anchored) == (7, 6, 1, 2, 2)


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forgery_is_found_and_named(sealed: Audited, forgery: str) -> None:
    script, expected = FORGERIES[forgery]
    ids = {
        row["position"]: row["id"] for row in await sealed.owner.fetch("SELECT position, id FROM audit_entry")
    }
    await sealed.owner.execute(script)
    found = await sealed.verify()
    assert named(found.findings) == expected
    for finding in found.findings:
        if finding.kind in ("entry_changed", "entry_removed"):
            assert finding.position is not None
            assert finding.id == ids[finding.position]


async def test_anchors_name_what_a_whole_new_chain_would_hide(sealed: Audited) -> None:
    """Who holds the installation's key can seal anew, but not what was anchored."""
    anchors = await sealed.anchors()
    await sealed.owner.execute(
        "UPDATE audit_entry SET actor_name = 'Никто' WHERE position = 2; DELETE FROM audit_seal"
    )
    assert await sealed.seal() == 6
    assert (await sealed.verify()).findings == ()
    assert named((await sealed.verify(anchors)).findings) == [
        ("seal_changed", None, 1),
        ("seal_removed", None, 2),
        ("entry_changed", 2, 1),
    ]


@pytest.mark.parametrize("everything", [False, True])
async def test_a_truncation_shows_by_anchors(sealed: Audited, everything: bool) -> None:
    anchors = await sealed.anchors()
    first = 1 if everything else 4
    await sealed.owner.execute(f"DELETE FROM audit_entry WHERE position >= {first}")
    await sealed.owner.execute(f"DELETE FROM audit_seal WHERE last_position > {first}")
    assert (await sealed.verify()).findings == ()
    seals = [("seal_removed", None, number) for number in ((1, 2) if everything else (2,))]
    entries = [("entry_removed", position, 1 if position < 4 else 2) for position in range(first, 7)]
    assert named((await sealed.verify(anchors)).findings) == [*seals, *entries]


async def test_another_operators_chain_does_not_pass_for_ours(sealed: Audited) -> None:
    """Seals and entries of somebody else, moved as they are: only their beginning gives them away."""
    other = await make_operator(sealed.stack)
    await sealed.owner.execute(
        f"INSERT INTO t_{other.tenant_id}.audit_entry OVERRIDING SYSTEM VALUE SELECT * FROM audit_entry;"
        f"INSERT INTO t_{other.tenant_id}.audit_seal SELECT * FROM audit_seal"
    )
    found = await sealed.verification.verify(other.tenant_id)
    assert named(found.findings) == [("chain_broken", None, 1)]
    restored = await sealed.verification.verify(other.tenant_id, await sealed.anchors())
    assert restored.findings == (), "anchors of the origin vouch for an operator that was restored elsewhere"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET act = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_seal SET root = root",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "INSERT INTO audit_entry (id, position, at, act, actor_kind, actor_name, subject_kind, subject_id)"
        " OVERRIDING SYSTEM VALUE VALUES (:id, 1, now(), 'x', 'system', '', 'x', 'x')",
    ],
)
async def test_the_operators_role_only_appends(sealed: Audited, statement: str) -> None:
    denied = "permission denied|must be owner"
    with pytest.raises(DBAPIError, match=denied):
        async with sealed.stack.database.tenant(sealed.tenant_id) as session:
            await session.execute(text(statement), {"id": new_id()} if ":id" in statement else {})
    assert (await sealed.verify()).findings == ()
