"""What was sealed elsewhere stays proven here: by the keys that came, vouched for by the installation's own."""

import io
import json
import secrets
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import msgspec
import pytest
from tests.integration.tenancy_life.test_archive import PASSPHRASE, export, restore
from tests.integration.tenancy_life.test_commands import ovoz
from tests.integration.tenancy_life.test_life import acts, do, make, owner_query
from tests.support.recordings import Installation

from ovoz.entrypoints.provisioning import TenantDesk, tenant_desk
from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.platform.audit.api import Anchors, Examination, Sealer, Verification, parse_anchors
from ovoz.platform.tenancy.api import Secret
from ovoz.platform.tenancy.rules import archive_format

OPEN = Secret(passphrase=PASSPHRASE)


class Elsewhere:
    """An installation: its own key and name."""

    def __init__(self, place: Installation, desk: TenantDesk) -> None:
        self.place = place
        self.desk = desk
        key = installation_key(place.settings.home)
        self.signers = key.signers()
        self.sealer = Sealer(place.database, key, utc_now)
        self.verification = Verification(place.database, key)

    async def seal(self, tenant_id: str) -> int:
        return await self.sealer.seal(tenant_id)

    async def verify(self, tenant_id: str, anchors: Anchors | None = None) -> Examination:
        return await self.verification.verify(tenant_id, anchors)

    async def anchors(self, tenant_id: str) -> Anchors:
        return parse_anchors([line async for line in self.verification.anchors(tenant_id)])


@pytest.fixture
def old(place: Installation, desk: TenantDesk) -> Elsewhere:
    return Elsewhere(place, desk)


@pytest.fixture
async def new(place: Installation, tmp_path: Path) -> AsyncIterator[Elsewhere]:
    """Another installation: of the same database (a test has one), with another key."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    settings = msgspec.structs.replace(place.settings, home=home, base_domain="new.example")
    made = tenant_desk(settings, place.endpoints)
    try:
        yield Elsewhere(msgspec.structs.replace(place, settings=settings), made)
    finally:
        await made.close()


async def sealed_twice(old: Elsewhere) -> tuple[str, str]:
    """Three entries under two seals, and one that waits; slug and id."""
    slug, tenant_id = await make(old.desk)
    await do(old.desk, "suspend", slug, reason="tried")
    assert await old.seal(tenant_id) == 2
    await do(old.desk, "resume", slug)
    assert await old.seal(tenant_id) == 1
    await do(old.desk, "suspend", slug, reason="waits")
    return slug, tenant_id


async def moved(old: Elsewhere, new: Elsewhere, archive: Path) -> tuple[str, str, str]:
    """Ids of before and after, and the slug there."""
    slug, tenant_id = await sealed_twice(old)
    assert (await export(old.desk, slug, archive)).state == "done"
    back = await restore(new.desk, archive, OPEN)
    assert (back.state, back.error) == ("done", None)
    return tenant_id, back.tenant_id, back.slug


async def test_the_proof_goes_on_here(old: Elsewhere, new: Elsewhere, tmp_path: Path) -> None:
    was, now, slug = await moved(old, new, tmp_path / "a.tar")
    assert not old.signers.keys() & new.signers.keys()
    before = await new.verify(now)
    assert before.findings == ()
    assert (before.sealed, before.waiting) == (3, 3), "restored and resumed are told; one waited already"
    assert await new.seal(now) == 3
    found = await new.verify(now, await old.anchors(was))
    assert found.findings == ()
    assert (found.entries, found.sealed, found.seals, found.anchored) == (6, 6, 3, 2)
    (origin,) = found.origins
    assert (origin.installation, origin.origin_tenant, origin.tenant) == ("localhost", was, now)
    assert (origin.last_seal, origin.last_position) == (2, 3)
    assert set(origin.keys) == set(old.signers)
    assert ("tenancy.restored", None) in await acts(new.place, now)
    # Anchors that are taken here hold by themselves, the old seals too.
    assert (await new.verify(now, await new.anchors(now))).anchored == 3

    code, said = await ovoz(new.place, "audit", "verify", slug)
    assert code == 0, said
    assert f"sealed by localhost as {origin.origin_slug} (tenant {was}) until position 3 (seal 2" in said
    assert "from position 4 on (seal 3) sealed here" in said
    shown = json.loads((await ovoz(new.place, "audit", "verify", slug, "--json"))[1])
    assert shown["origins"][0]["origin_tenant"] == was


FORGERIES = {
    "a row of before the move": (
        "UPDATE audit_entry SET actor_name = 'Никто' WHERE position = 2",
        [("entry_changed", 2)],
    ),
    "a row of after it": (
        "UPDATE audit_entry SET actor_name = 'Никто' WHERE position = 5",
        [("entry_changed", 5)],
    ),
    "a row of before is gone": ("DELETE FROM audit_entry WHERE position = 1", [("entry_removed", 1)]),
    "rows in another order": (
        "ALTER TABLE audit_entry ALTER position SET GENERATED BY DEFAULT;"
        "UPDATE audit_entry SET position = -1 WHERE position = 1;"
        "UPDATE audit_entry SET position = 1 WHERE position = 5;"
        "UPDATE audit_entry SET position = 5 WHERE position = -1",
        [("entry_moved", 1), ("entry_moved", 5)],
    ),
    "a seal of before": (
        "UPDATE audit_seal SET root = sha256('x') WHERE number = 1",
        [("seal_changed", None)],
    ),
    "the move": (
        "SET session_replication_role = replica;"
        "UPDATE ovoz.audit_origin SET statement = replace(statement, 'localhost', 'elsewhere')"
        " WHERE tenant_id = '{id}'",
        [("origin_broken", None), ("seal_unproven", None), ("seal_unproven", None)],
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_what_a_superuser_changes_is_found(
    old: Elsewhere, new: Elsewhere, tmp_path: Path, forgery: str
) -> None:
    _, now, _ = await moved(old, new, tmp_path / "a.tar")
    await new.seal(now)
    script, expected = FORGERIES[forgery]
    owner = await asyncpg.connect(new.place.endpoints.database_admin_url)
    try:
        await owner.execute(f"SET search_path TO t_{now};" + script.replace("{id}", now))
    finally:
        await owner.close()
    found = await new.verify(now)
    assert [(finding.kind, finding.position) for finding in found.findings] == expected


async def test_a_move_is_written_once(old: Elsewhere, new: Elsewhere, tmp_path: Path) -> None:
    _, now, slug = await moved(old, new, tmp_path / "a.tar")
    for statement in (
        "UPDATE ovoz.audit_origin SET signature = '' WHERE tenant_id = $1",
        "DELETE FROM ovoz.audit_origin WHERE tenant_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner_query(new.place, statement, now)
    # It goes with its tenant.
    await do(new.desk, "delete", slug, grace_s=0)
    await new.desk.life.purge(now)
    assert await owner_query(new.place, "SELECT 1 FROM ovoz.audit_origin WHERE tenant_id = $1", now) == []


async def test_restored_twice_and_moved_on(old: Elsewhere, new: Elsewhere, tmp_path: Path) -> None:
    """Two copies go on apart; the one that comes back to where it began has two moves behind it."""
    was, first, slug = await moved(old, new, tmp_path / "a.tar")
    second = (await restore(new.desk, tmp_path / "a.tar", OPEN)).tenant_id
    for copy in (first, second):
        await new.seal(copy)
        assert (await new.verify(copy)).findings == ()
    # One copy's seal is no seal of the other, although the same key signed both.
    owner = await asyncpg.connect(new.place.endpoints.database_admin_url)
    try:
        await owner.execute(
            f"TRUNCATE t_{second}.audit_entry, t_{second}.audit_seal;"
            f"INSERT INTO t_{second}.audit_entry OVERRIDING SYSTEM VALUE SELECT * FROM t_{first}.audit_entry;"
            f"INSERT INTO t_{second}.audit_seal SELECT * FROM t_{first}.audit_seal"
        )
    finally:
        await owner.close()
    assert [finding.kind for finding in (await new.verify(second)).findings] == ["chain_broken"]

    assert (await export(new.desk, slug, tmp_path / "b.tar")).state == "done"
    back = await restore(old.desk, tmp_path / "b.tar", OPEN)
    assert (back.state, back.error) == ("done", None)
    assert await old.seal(back.tenant_id) == 2, "restored, resumed"
    found = await old.verify(back.tenant_id, await old.anchors(was))
    assert found.findings == ()
    assert [(origin.installation, origin.origin_tenant) for origin in found.origins] == [
        ("localhost", was),
        ("new.example", first),
    ]
    assert (await old.verify(back.tenant_id, await new.anchors(first))).findings == ()


async def test_moved_before_anything_was_sealed(old: Elsewhere, new: Elsewhere, tmp_path: Path) -> None:
    slug, _ = await make(old.desk)
    await export(old.desk, slug, tmp_path / "a.tar")
    back = await restore(new.desk, tmp_path / "a.tar", OPEN)
    assert await new.seal(back.tenant_id) == 3
    found = await new.verify(back.tenant_id)
    assert (found.findings, found.sealed, found.origins[0].last_seal) == ((), 3, 0)


async def test_an_exchanged_signer_makes_the_archive_damaged(
    old: Elsewhere, new: Elsewhere, tmp_path: Path
) -> None:
    """Without the archive's key nobody exchanges what seals are checked with; old archives carry none."""
    slug, tenant_id = await sealed_twice(old)
    archive = tmp_path / "a.tar"
    await export(old.desk, slug, archive)
    (key_id,) = old.signers
    content = archive.read_bytes()
    forged = content.replace(old.signers[key_id].hex().encode(), secrets.token_hex(32).encode(), 1)
    assert forged != content
    (tmp_path / "forged.tar").write_bytes(forged)
    refused = await restore(new.desk, tmp_path / "forged.tar", OPEN)
    assert refused.state == "failed"
    assert archive_format.PROOF_NAME in (refused.error or "")

    without = _without_proof(content)
    (tmp_path / "older.tar").write_bytes(without)
    back = await restore(new.desk, tmp_path / "older.tar", OPEN)
    assert (back.state, back.error) == ("done", None)
    await new.seal(back.tenant_id)
    found = await new.verify(back.tenant_id)
    assert [finding.kind for finding in found.findings] == ["seal_unproven"] * 2
    assert (await new.verify(back.tenant_id, await old.anchors(tenant_id))).findings == ()


def _without_proof(content: bytes) -> bytes:
    """The archive as the release before wrote it: without the member, and with a manifest that does not know it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        for info in tar.getmembers():
            file = tar.extractfile(info)
            assert file is not None
            data = file.read()
            if info.name == archive_format.HEADER_NAME:
                header = msgspec.json.decode(data, type=archive_format.Header)
            if info.name == archive_format.PROOF_NAME:
                continue
            if info.name == archive_format.MANIFEST_NAME:
                manifest = msgspec.json.decode(data, type=archive_format.Manifest)
                members = [member for member in manifest.members if member.name != archive_format.PROOF_NAME]
                key = archive_format.passphrase_key(PASSPHRASE, header.key)
                data = msgspec.json.encode(
                    msgspec.structs.replace(manifest, members=members).sealed_with(key)
                )
            info.size = len(data)
            out.write(info.tobuf(format=tarfile.PAX_FORMAT) + data + archive_format.padding(len(data)))
    out.write(archive_format.END)
    return out.getvalue()
