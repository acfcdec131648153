"""Keys change while recordings are stored and listened to, and whatever is cut off leaves every key openable."""

import asyncio
import signal
import sys
from uuid import UUID

import asyncpg
import msgspec
import pytest
from sqlalchemy import text
from tests.support.crashing_rotation import POINTS
from tests.support.recordings import Installation, tones
from tests.support.stack import eventually

from ovoz.contact_center.recordings.api import RawFiles, RecordingAudio, RecordingRows, RecordingStore
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.lib.clock import utc_now
from ovoz.lib.db.migrations import run_as_owner
from ovoz.lib.sealing import InstallationKey, RotationUnderWay, installation_key, wrap
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.audit.api import SYSTEM, Sealer, Verification
from ovoz.platform.tenancy.api import KeyRotation, TenantKeys, TenantRepository
from ovoz.platform.tenancy.errors import KeysUnopenable, OperatorUnknown
from ovoz.platform.tenancy.repositories import add_key


def rotation(place: Installation) -> KeyRotation:
    return KeyRotation(place.endpoints.database_admin_url, key_of(place), utc_now)


def key_of(place: Installation) -> InstallationKey:
    return installation_key(place.settings.home)


class Listener:
    """What worker and API hold for as long as they live: made once, before anything is rotated."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.rows = RecordingRows(place.database, utc_now)
        self.storage = FileSystemStorage(place.settings.home / "objects")
        self.keys = TenantKeys(TenantRepository(place.database), key_of(place))
        raw = RawFiles(place.raw_folder)
        self.store = RecordingStore(self.rows, self.storage, FfmpegEncoder(), self.keys, raw)
        self.audio = RecordingAudio(self.rows, self.storage, self.keys)

    async def record(self, tenant_id: str) -> UUID:
        id_ = await self.place.make_recording(tenant_id, tones(1, 440, 1000))
        assert await self.store.store(tenant_id, id_) == "stored"
        return id_

    async def hear(self, tenant_id: str, id_: UUID) -> int:
        """Listens to the whole; the version of the key that it took."""
        stored = await self.audio.find(tenant_id, id_)
        parts = await self.audio.part(tenant_id, stored, 0, stored.size_bytes, SYSTEM)
        assert len(b"".join([part async for part in parts])) == stored.size_bytes
        return stored.key_version


async def test_rotating_while_recordings_are_stored_and_heard(place: Installation) -> None:
    tenants = [await place.make_tenant() for _ in range(2)]
    listener = Listener(place)
    kept = [(tenant_id, await listener.record(tenant_id)) for tenant_id in tenants]
    old_ids = [key.id for key in key_of(place).wrapping_keys()]
    under_way = True

    async def store() -> None:
        while under_way:
            for tenant_id in tenants:
                kept.append((tenant_id, await listener.record(tenant_id)))

    async def hear() -> int:
        heard = 0
        while under_way:
            for tenant_id, id_ in list(kept):
                # As a process that has just started: nothing is known to it.
                listener.keys._open.clear()
                await listener.hear(tenant_id, id_)
                heard += 1
        return heard

    work = [asyncio.create_task(store()), asyncio.create_task(hear())]
    for _ in range(3):
        assert (await rotation(place).rotate_installation()).resumed is False
        assert [await rotation(place).rotate_tenant(tenant_id, SYSTEM) for tenant_id in tenants]
        before = len(kept)
        await eventually(lambda: len(kept) > before + 1 or work[0].done(), within_s=30, what="a recording")  # noqa: B023
    under_way = False
    await work[0]
    assert await work[1] > 3
    used = {await listener.hear(tenant_id, id_) for tenant_id, id_ in kept}
    assert used >= {1, 4}
    assert len(key_of(place).wrapping_keys()) == 1
    assert key_of(place).wrapping_keys()[0].id not in old_ids


async def test_a_new_version_is_used_at_once_and_on_record(place: Installation) -> None:
    tenant_id = await place.make_tenant()
    listener = Listener(place)
    assert (await listener.keys.current(tenant_id))[0] == 1
    first = await listener.keys.version(tenant_id, 1)
    assert await rotation(place).rotate_tenant(tenant_id, SYSTEM) == 2
    version, second = await listener.keys.current(tenant_id)
    assert (version, second != first) == (2, True)
    assert await listener.keys.version(tenant_id, 1) == first
    async with place.database.tenant(tenant_id) as session:
        told = (await session.execute(text("SELECT act, before, after FROM audit_entry"))).one()
    assert tuple(told) == ("keys.tenant_key_rotated", {"version": 1}, {"version": 2})
    with pytest.raises(OperatorUnknown):
        await rotation(place).rotate_tenant("nobody", SYSTEM)


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_any_point_leaves_every_key_openable(place: Installation, point: str) -> None:
    tenants = [await place.make_tenant() for _ in range(3)]
    before = {tenant_id: await Listener(place).keys.version(tenant_id, 1) for tenant_id in tenants}
    present = key_of(place).wrapping_keys()[0].id
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.crashing_rotation"),
        *(str(place.settings.home), place.endpoints.database_admin_url, point),
        cwd=REPOSITORY,
    )
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    keys = Listener(place).keys
    assert {tenant_id: await keys.version(tenant_id, 1) for tenant_id in tenants} == before
    done = await rotation(place).rotate_installation()
    assert done.resumed is (point not in ("written beside", "ended, not committed"))
    states = await rotation(place).status()
    assert [state.wrapped_by for state in states] == [done.key_id] * 3
    assert [key.id for key in key_of(place).wrapping_keys()] == [done.key_id]
    assert done.key_id != present
    assert not list(place.settings.home.glob(".installation.key.*")), "half a key lies about"
    keys = Listener(place).keys
    assert {tenant_id: await keys.version(tenant_id, 1) for tenant_id in tenants} == before


async def test_a_key_that_is_being_stored_is_not_left_behind(place: Installation) -> None:
    """An operator is made with the former key while the rotation is at its end."""
    tenant_id = await place.make_tenant()
    secret = bytes(range(32))
    held, go = asyncio.Event(), asyncio.Event()

    async def make_slowly() -> None:
        # The lock and the wrapping first, the row when the rotation waits for us.
        owner = await asyncpg.connect(place.endpoints.database_admin_url)
        try:
            async with owner.transaction():
                await owner.execute("LOCK TABLE ovoz.tenant_key IN ROW EXCLUSIVE MODE")
                wrapped = wrap(secret, key_of(place), tenant_id, 2)
                held.set()
                await go.wait()
                await owner.execute(
                    "INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES ($1, 2, $2)",
                    tenant_id,
                    wrapped,
                )
        finally:
            await owner.close()

    making = asyncio.create_task(make_slowly())
    await held.wait()
    rotating = asyncio.create_task(rotation(place).rotate_installation())
    await eventually(
        lambda: len(key_of(place).wrapping_keys()) == 2, within_s=10, what="a rotation under way"
    )
    done, _ = await asyncio.wait({rotating}, timeout=0.3)
    assert not done, "it ended while a key was on its way"
    go.set()
    await making
    assert (await rotating).wrapped_anew == 2
    assert await Listener(place).keys.version(tenant_id, 2) == secret


async def test_a_key_of_another_installation_keeps_the_former_one(place: Installation) -> None:
    tenant_id = await place.make_tenant()
    foreign = wrap(bytes(32), installation_key(place.settings.home / "elsewhere"), tenant_id, 2)
    await run_as_owner(
        place.endpoints.database_admin_url, lambda connection: add_key(connection, tenant_id, 2, foreign)
    )
    with pytest.raises(KeysUnopenable, match="version 2"):
        await rotation(place).rotate_installation()
    assert len(key_of(place).wrapping_keys()) == 2
    assert [state.wrapped_by is None for state in await rotation(place).status()] == [False, True]
    assert await Listener(place).keys.version(tenant_id, 1)


async def test_two_rotations_at_once(place: Installation) -> None:
    with key_of(place).rotating(), pytest.raises(RotationUnderWay):
        await rotation(place).rotate_installation()


async def test_seals_before_and_after_are_verified(place: Installation) -> None:
    tenant_id = await place.make_tenant()
    sealer = Sealer(place.database, key_of(place), utc_now)
    for _ in range(2):
        await rotation(place).rotate_tenant(tenant_id, SYSTEM)
        assert await sealer.seal(tenant_id) == 1
        await rotation(place).rotate_installation()
    async with place.database.tenant(tenant_id) as session:
        signers = (await session.execute(text("SELECT count(DISTINCT key_id) FROM audit_seal"))).scalar_one()
    found = await Verification(place.database, key_of(place)).verify(tenant_id)
    assert (signers, found.findings, found.seals) == (2, (), 2)


async def test_the_commands(place: Installation) -> None:
    tenant_id = await place.make_tenant()

    async def ovoz(*words: str) -> tuple[int, bytes]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ovoz", *words),
            env={"OVOZ_HOME": str(place.settings.home), "PATH": "/usr/bin:/bin", "PYTHONPATH": "src"},
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, output

    assert (await ovoz("keys", "rotate-tenant", tenant_id))[0] == 0
    code, said = await ovoz("keys", "rotate-installation")
    assert (code, b"2 operators' keys wrapped anew" in said) == (0, True)
    code, said = await ovoz("keys", "status", "--json")
    status = msgspec.json.decode(said)
    assert [(state["version"], state["newest"]) for state in status["tenant_keys"]] == [(1, False), (2, True)]
    assert {state["wrapped_by"] for state in status["tenant_keys"]} == {status["installation_keys"][0]["id"]}
    secrets = [key.key.hex() for key in key_of(place).wrapping_keys()]
    assert not any(secret in said.decode() for secret in secrets)

    await Sealer(place.database, key_of(place), utc_now).seal(tenant_id)
    anchors = place.settings.home / "anchors"
    code, lines = await ovoz("audit", "anchors", tenant_id)
    anchors.write_bytes(lines)
    code, said = await ovoz("audit", "verify", tenant_id, "--anchors", str(anchors), "--json")
    assert (code, msgspec.json.decode(said)["findings"]) == (0, [])
    await run_as_owner(
        place.endpoints.database_admin_url,
        lambda connection: connection.execute(text(f"DELETE FROM t_{tenant_id}.audit_entry")),
    )
    code, said = await ovoz("audit", "verify", tenant_id, "--json")
    assert code == 1
    assert [finding["kind"] for finding in msgspec.json.decode(said)["findings"]] == ["entry_removed"]
    code, said = await ovoz("audit", "verify", tenant_id)
    assert (code, b"the entry at position 1 is gone" in said) == (1, True)
    anchors.write_bytes(lines.replace(b'"root":"', b'"root":"00'))
    assert (await ovoz("audit", "verify", tenant_id, "--anchors", str(anchors)))[0] == 1
    assert (await ovoz("audit", "verify", "nobody"))[0] == 1


async def test_a_row_that_was_read_before_the_end_of_a_rotation_is_read_again(place: Installation) -> None:
    """The row is the former key's, the file knows only the new one: whoever is in between must not give up."""
    tenant_id = await place.make_tenant()

    class SlowRepository(TenantRepository):
        slow = True

        async def wrapped_key(self, tenant_id: str, version: int | None) -> tuple[int, bytes] | None:
            found = await super().wrapped_key(tenant_id, version)
            if self.slow:
                self.slow = False
                await rotation(place).rotate_installation()
            return found

    keys = TenantKeys(SlowRepository(place.database), key_of(place))
    assert await keys.version(tenant_id, 1) == await Listener(place).keys.version(tenant_id, 1)
