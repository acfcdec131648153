"""A tenant goes out in an archive and comes back elsewhere as another; nothing plain, nothing half."""

import secrets
import tarfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import text
from tests.integration.tenancy_life.test_life import DOER, acts, owner_query
from tests.support.recordings import Installation, tones

from ovoz.contact_center.recordings.api import RawFiles, RecordingAudio, RecordingRows, RecordingStore
from ovoz.entrypoints.provisioning import TenantDesk
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.platform.tenancy.api import Operation, Secret, TenantKeys, TenantRepository

PASSPHRASE = "correct horse battery"
MARKER = "МАРКЕР-7f3a"
_COUNTED = ("user_account", "queue", "interaction", "recording", "event_log", "audit_entry", "subscriber")


async def sound(place: Installation, tenant_id: str, recording_id: UUID) -> bytes:
    keys = TenantKeys(TenantRepository(place.database), installation_key(place.settings.home))
    rows = RecordingRows(place.database, utc_now)
    audio = RecordingAudio(rows, FileSystemStorage(place.settings.home / "objects"), keys)
    stored = await audio.find(tenant_id, recording_id)
    return b"".join(
        [part async for part in await audio.unheard_part(tenant_id, stored, 0, stored.size_bytes)]
    )


@pytest.fixture
async def moved(place: Installation, desk: TenantDesk) -> tuple[str, str, UUID]:
    """An operator with a stored recording, a live interaction and a person: slug, id, the recording's id."""
    slug = f"a{secrets.token_hex(5)}"
    asked = await desk.operations.ask_to_create(slug, "mobile-operator", MARKER, DOER)
    tenant_id = (await desk.runner.run(asked.id, wait=True)).tenant_id
    recording_id = await place.make_recording(tenant_id, tones(2, 440, 880))
    keys = TenantKeys(TenantRepository(place.database), installation_key(place.settings.home))
    store = RecordingStore(
        RecordingRows(place.database, utc_now),
        FileSystemStorage(place.settings.home / "objects"),
        FfmpegEncoder(),
        keys,
        RawFiles(place.raw_folder),
    )
    assert await store.store(tenant_id, recording_id) == "stored"
    await place.make_recording(tenant_id, None, state="capturing", ended=False)
    async with place.database.tenant(tenant_id) as session:
        await session.execute(
            text(
                "INSERT INTO user_account (id, email, name, password_hash)"
                " VALUES (gen_random_uuid(), 'a@b.c', :name, '-')"
            ),
            {"name": f"{MARKER} \t \\ \n tabs"},
        )
        await session.execute(
            text("UPDATE interaction SET state = 'talking', ended_at = NULL WHERE ended_at IS NULL")
        )
    return slug, tenant_id, recording_id


async def export(desk: TenantDesk, slug: str, target: Path, **secret: Any) -> Operation:
    asked = await desk.operations.ask("export", slug, DOER, {"target": str(target), "recipient": ""} | secret)
    return await desk.runner.run(asked.id, secret=Secret(passphrase=PASSPHRASE), wait=True)


async def restore(desk: TenantDesk, archive: Path, secret: Secret) -> Operation:
    asked = await desk.operations.ask_to_restore(archive, f"r{secrets.token_hex(5)}", DOER)
    return await desk.runner.run(asked.id, secret=secret, wait=True)


async def counts(place: Installation, tenant_id: str) -> dict[str, int]:
    async with place.database.tenant(tenant_id) as session:
        return {table: await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in _COUNTED}


async def test_out_and_in_again(
    desk: TenantDesk, place: Installation, moved: tuple[str, str, UUID], tmp_path: Path
) -> None:
    slug, tenant_id, recording_id = moved
    before, heard = await counts(place, tenant_id), await sound(place, tenant_id, recording_id)
    archive = tmp_path / "out.tar"
    done = await export(desk, slug, archive)
    assert (done.state, done.error) == ("done", None)
    content = archive.read_bytes()
    assert MARKER.encode() not in content.partition(b"tables/")[2], "people stand in the archive unsealed"
    assert b"OggS" not in content
    assert not list(tmp_path.glob("*.part"))

    back = await restore(desk, archive, Secret(passphrase=PASSPHRASE))
    assert (back.state, back.error) == ("done", None)
    assert back.tenant_id != tenant_id
    after = await counts(place, back.tenant_id)
    # The export is told after its snapshot; the restored one tells that it was, and that it works.
    assert after == before | {"audit_entry": before["audit_entry"] + 2}
    assert await sound(place, back.tenant_id, recording_id) == heard
    sealed = [path.read_bytes() for path in (place.settings.home / "objects").rglob("*.ovr")]
    assert len(sealed) == 2
    assert sealed[0] != sealed[1]
    async with place.database.tenant(back.tenant_id) as session:
        states = set(await session.scalars(text("SELECT DISTINCT state FROM interaction")))
        reasons = set(
            await session.scalars(text("SELECT end_reason FROM interaction WHERE end_reason IS NOT NULL"))
        )
        recordings = sorted(await session.scalars(text("SELECT state FROM recording")))
        name = await session.scalar(text("SELECT name FROM user_account WHERE email = 'a@b.c'"))
        position = await session.scalar(
            text(
                "INSERT INTO audit_entry (id, at, act, actor_kind, actor_name, subject_kind, subject_id)"
                " VALUES (gen_random_uuid(), now(), 'x', 'system', 'x', 'x', 'x') RETURNING position"
            )
        )
    assert (states, reasons, recordings) == ({"closed"}, {"moved"}, ["failed", "stored"])
    assert name == f"{MARKER} \t \\ \n tabs"
    assert position == after["audit_entry"] + 1
    assert (await acts(place, back.tenant_id))[:3] == [
        ("tenancy.created", None),
        ("tenancy.restored", None),
        ("tenancy.resumed", None),
    ]
    found = await TenantRepository(place.database).by_slug(back.slug)
    assert found is not None
    assert (found.state, found.name) == ("active", MARKER)


async def test_only_the_recipient_opens_it(
    desk: TenantDesk, moved: tuple[str, str, UUID], tmp_path: Path
) -> None:
    """As the API has it: no secret stands in the row, so any worker can write the archive and none can read it."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    archive = tmp_path / "sealed.tar"
    asked = await desk.operations.ask("export", moved[0], DOER, {"target": str(archive), "recipient": public})
    assert (await desk.runner.run(asked.id)).state == "done"
    stranger = X25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    for wrong in (Secret(private_key=stranger), Secret(passphrase=PASSPHRASE)):
        refused = await restore(desk, archive, wrong)
        assert refused.state == "failed"
        assert "does not open" in (refused.error or "")
    own = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    assert (await restore(desk, archive, Secret(private_key=own))).state == "done"


async def test_a_damaged_archive_makes_nothing(
    desk: TenantDesk, place: Installation, moved: tuple[str, str, UUID], tmp_path: Path
) -> None:
    archive = tmp_path / "out.tar"
    await export(desk, moved[0], archive)
    content = archive.read_bytes()
    with tarfile.open(archive) as tar:
        places = {info.name: info.offset_data for info in tar.getmembers()}
        first = next(name for name in places if name.startswith("objects/"))
    tenants = len(await owner_query(place, "SELECT id FROM ovoz.tenant"))
    spoiled = {
        "one bit of a recording": content[: places[first] + 40] + bytes([content[places[first] + 40] ^ 1])
        + content[places[first] + 41 :],
        "cut off": content[: places["manifest.json"] - 512],
        "the manifest": content.replace(b'"columns"', b'"columnz"', 1),
        "the revision": content.replace(b'"revision": "20', b'"revision": "19', 1),
        "nothing of it": b"not a tar file at all",
    }  # fmt: skip
    for what, wrong in spoiled.items():
        assert wrong != content, what
        path = tmp_path / "spoiled.tar"
        path.write_bytes(wrong)
        refused = await restore(desk, path, Secret(passphrase=PASSPHRASE))
        assert refused.state == "failed", what
        assert "not whole" in (refused.error or ""), (what, refused.error)
    assert len(await owner_query(place, "SELECT id FROM ovoz.tenant")) == tenants


async def test_what_was_cut_off_leaves_nothing_half(
    desk: TenantDesk, place: Installation, moved: tuple[str, str, UUID], tmp_path: Path
) -> None:
    """After a kill the worker finds the operation, but only the command knew the passphrase."""
    archive = tmp_path / "out.tar"
    (tmp_path / ".out.tar.part").write_bytes(b"half")
    asked = await desk.operations.ask("export", moved[0], DOER, {"target": str(archive), "recipient": ""})
    assert (await desk.runner.run(asked.id)).state == "failed"
    assert list(tmp_path.glob("*.tar*")) == []
    assert list(tmp_path.glob(".*.part")) == []

    await export(desk, moved[0], archive)
    half = await restore(desk, archive, Secret(passphrase=PASSPHRASE))
    await owner_query(
        place,
        "UPDATE ovoz.tenant SET state = 'suspended', suspended_reason = 'It is being restored' WHERE id = $1",
        half.tenant_id,
    )
    await owner_query(place, "UPDATE ovoz.tenant_operation SET state = 'running' WHERE id = $1", half.id)
    assert (await desk.runner.run(half.id)).state == "failed"
    assert await owner_query(place, "SELECT 1 FROM pg_roles WHERE rolname = $1", f"t_{half.tenant_id}") == []
    assert not (place.settings.home / "objects" / half.tenant_id).exists() or not list(
        (place.settings.home / "objects" / half.tenant_id).rglob("*.ovr")
    )
