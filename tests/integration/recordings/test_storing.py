"""Storing with the real Postgres, ffmpeg and disk: what is kept, what is told, and what a crash leaves."""

import asyncio
import hashlib
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from tests.support.recordings import Installation, level_db, tones

from ovoz.contact_center.recordings.api import (
    RawFiles,
    RecordingAudio,
    RecordingRows,
    RecordingStore,
    Sweeper,
)
from ovoz.contact_center.recordings.errors import RecordingDamaged, RecordingNotFound, RecordingNotStored
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.platform.access.api import Conditions, Reach
from ovoz.platform.audit.api import SYSTEM
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository

CRASH_POINTS = ("claimed", "counted", "encoding", "written", "put", "marked")


class Parts:
    """The real parts of one installation."""

    def __init__(self, place: Installation, program: str = "ffmpeg") -> None:
        self.rows = RecordingRows(place.database, utc_now)
        self.storage = FileSystemStorage(place.settings.home / "objects")
        self.keys = TenantKeys(TenantRepository(place.database), installation_key(place.settings.home))
        self.raw_files = RawFiles(place.raw_folder, wait_s=0.3)
        self.store = RecordingStore(
            self.rows, self.storage, FfmpegEncoder(program), self.keys, self.raw_files
        )
        self.audio = RecordingAudio(self.rows, self.storage, self.keys)

    async def listen(self, tenant_id: str, recording_id: UUID, start: int = 0, stop: int = -1) -> bytes:
        stored = await self.audio.find(tenant_id, recording_id)
        stop = stored.size_bytes if stop < 0 else stop
        parts = await self.audio.part(tenant_id, stored, start, stop, SYSTEM)
        return b"".join([part async for part in parts])


async def decoded(ogg: bytes) -> np.ndarray:
    process = await asyncio.create_subprocess_exec(
        *("ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "s16le", "-ar", "8000", "pipe:1"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(ogg)
    return np.frombuffer(out, "<i2").reshape(-1, 2) / 32768


async def test_a_captured_conversation_becomes_one_encrypted_object(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(12, 440, 1010))
    assert await parts.store.store(tenant_id, recording_id) == "stored"
    row = await place.row(tenant_id, recording_id)
    assert (row.state, row.key_version, row.duration_ms, row.attempts, row.error) == (
        "stored",
        1,
        12000,
        1,
        None,
    )
    assert await place.told(tenant_id, recording_id) == (1, 1)
    assert list(place.raw_folder.iterdir()) == []
    [kept] = place.objects(tenant_id)
    assert kept.name == f"{recording_id.hex}.ovr"
    assert b"OggS" not in kept.read_bytes()
    ogg = await parts.listen(tenant_id, recording_id)
    assert ogg.startswith(b"OggS")
    assert (len(ogg), hashlib.sha256(ogg).digest()) == (row.size_bytes, row.sha256)


@pytest.mark.parametrize(("left", "right"), [(0.5, 0.5), (0.7, 0.03), (0.03, 0.7), (0.5, 0.0)])
async def test_the_sides_stay_apart(place: Installation, left: float, right: float) -> None:
    """Measured -60 dB and better; `-application voip` reached -17 dB with a loud side beside a quiet one."""
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(10, 440, 1010, left=left, right=right))
    await parts.store.store(tenant_id, recording_id)
    sound = await decoded(await parts.listen(tenant_id, recording_id))
    assert abs(len(sound) / 8000 - 10) < 0.05
    assert level_db(sound[:, 0], 440) - 20 * np.log10(left) == pytest.approx(0, abs=1.5)
    if right:
        assert level_db(sound[:, 0], 1010) < 20 * np.log10(right) - 35
    assert level_db(sound[:, 1], 440) < 20 * np.log10(left) - 35


async def test_any_part_can_be_heard_alone(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, np.random.default_rng(1).bytes(32000 * 60))
    await parts.store.store(tenant_id, recording_id)
    whole = await parts.listen(tenant_id, recording_id)
    assert len(whole) > 3 * 65536
    for start, stop in (
        (0, 1),
        (65535, 65537),
        (65536, 131072),
        (100, 200_000),
        (len(whole) - 1, len(whole)),
    ):
        assert await parts.listen(tenant_id, recording_id, start, stop) == whole[start:stop]


async def test_another_tenant_finds_nothing_and_cannot_use_the_object(place: Installation) -> None:
    ours, theirs, parts = await place.make_tenant(), await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(ours, tones(1, 440, 1010))
    await parts.store.store(ours, recording_id)
    with pytest.raises(RecordingNotFound):
        await parts.listen(theirs, recording_id)
    assert await parts.store.store(theirs, recording_id) == "settled"
    stored = await parts.audio.find(ours, recording_id)
    [kept] = place.objects(ours)
    stolen = place.settings.home / "objects" / theirs / stored.object
    stolen.parent.mkdir(parents=True)
    stolen.write_bytes(kept.read_bytes())
    with pytest.raises(RecordingDamaged):
        await parts.audio.part(theirs, stored, 0, 10, SYSTEM)


def reach(tenant_id: str, user_id: UUID) -> Reach:
    """Own conversations."""
    actor = Actor(
        *(tenant_id, "slug", "name", user_id, "n", "e@x", True, frozenset({"agent"})),
        *(UUID(int=9), "csrf", "ru", "system", False),
    )
    return Reach(actor, (Conditions(whose="own"),))


async def test_only_the_own_conversation_for_an_agent(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    agent_id, other_id = UUID(int=1), UUID(int=2)
    own, others = reach(tenant_id, agent_id), reach(tenant_id, other_id)
    recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010), agent_id=agent_id)
    with pytest.raises(RecordingNotStored):
        await parts.audio.find(tenant_id, recording_id, own)
    await parts.store.store(tenant_id, recording_id)
    assert (await parts.audio.find(tenant_id, recording_id, own)).duration_ms == 1000
    with pytest.raises(RecordingNotFound):
        await parts.audio.find(tenant_id, recording_id, others)


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_kill_at_any_point_is_mended_by_asking_again(place: Installation, point: str) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(20, 440, 1010))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.crashing_store", str(place.settings.home)),
        *(str(place.raw_folder), place.endpoints.database_url, tenant_id, str(recording_id), point),
    )
    assert await process.wait() == -signal.SIGKILL
    told = await place.told(tenant_id, recording_id)
    assert told == ((1, 1) if point == "marked" else (0, 0))
    due = {owed.id for owed in await parts.rows.due(tenant_id)}
    assert due == (set() if point == "marked" else {recording_id})
    await parts.store.store(tenant_id, recording_id)
    await Sweeper(parts.rows, parts.raw_files, parts.storage).sweep()
    await parts.storage.discard_unfinished(0)
    assert (await place.row(tenant_id, recording_id)).state == "stored"
    assert await place.told(tenant_id, recording_id) == (1, 1)
    assert len(place.objects(tenant_id)) == 1
    assert list(place.raw_folder.iterdir()) == []
    assert (await parts.listen(tenant_id, recording_id)).startswith(b"OggS")


async def test_many_at_once_store_it_once(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(5, 440, 1010))
    outcomes = await asyncio.gather(*(parts.store.store(tenant_id, recording_id) for _ in range(6)))
    assert outcomes.count("stored") == 1
    assert set(outcomes) <= {"stored", "in other hands", "settled"}
    assert await place.told(tenant_id, recording_id) == (1, 1)


async def test_a_file_that_is_being_written_is_left_alone(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010))
    raw = place.raw_folder / (await place.row(tenant_id, recording_id)).raw_name
    with raw.open("ab"):
        assert await parts.store.store(tenant_id, recording_id) == "still open"
    assert (await place.row(tenant_id, recording_id)).attempts == 0
    assert await parts.store.store(tenant_id, recording_id) == "stored"


async def test_a_conversation_that_nobody_ended_is_stored_once_its_file_is_still(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010), state="capturing", ended=False)
    assert await parts.store.store(tenant_id, recording_id) == "still open"
    raw = place.raw_folder / (await place.row(tenant_id, recording_id)).raw_name
    os.utime(raw, (1, 1))
    assert await parts.store.store(tenant_id, recording_id) == "stored"
    assert (await place.row(tenant_id, recording_id)).ended_at is not None


async def test_a_capture_that_ended_unmarked_is_stored(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010), state="capturing")
    assert [owed.id for owed in await parts.rows.due(tenant_id)] == [recording_id]
    assert await parts.store.store(tenant_id, recording_id) == "stored"


async def test_a_disk_that_refuses_is_said_and_costs_no_attempt(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010))
    objects = place.settings.home / "objects"
    objects.write_text("not a folder")
    assert await parts.store.store(tenant_id, recording_id) == "put off"
    row = await place.row(tenant_id, recording_id)
    assert (row.state, row.attempts) == ("captured", 0)
    assert row.error is not None
    assert "cannot be written" in row.error
    assert (place.raw_folder / row.raw_name).exists()
    assert await parts.rows.due(tenant_id) == []
    objects.unlink()
    assert await parts.store.store(tenant_id, recording_id) == "stored"


async def test_without_an_encoder_it_waits(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place, program="no-such-encoder")
    recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010))
    assert await parts.store.store(tenant_id, recording_id) == "put off"
    row = await place.row(tenant_id, recording_id)
    assert row.attempts == 0
    assert "no-such-encoder is not installed" in (row.error or "")


@pytest.mark.parametrize(
    ("sound", "why"), [(None, "is not in"), (b"", "holds no sound")], ids=["missing", "empty"]
)
async def test_what_cannot_be_encoded_is_given_up_after_five_attempts(
    place: Installation, sound: bytes | None, why: str
) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    recording_id = await place.make_recording(tenant_id, sound)
    outcomes = [await parts.store.store(tenant_id, recording_id) for _ in range(6)]
    assert outcomes == ["put off"] * 4 + ["failed", "settled"]
    row = await place.row(tenant_id, recording_id)
    assert row.state == "failed"
    assert why in (row.error or "")
    assert place.objects(tenant_id) == []


async def test_the_sweep_takes_only_what_nobody_will_store(place: Installation) -> None:
    tenant_id, parts = await place.make_tenant(), Parts(place)
    names: dict[str, Path] = {}
    for state in ("captured", "capturing", "stored", "failed"):
        recording_id = await place.make_recording(tenant_id, tones(1, 440, 1010))
        if state == "stored":
            await parts.store.store(tenant_id, recording_id)
        elif state == "failed":
            await parts.rows.give_up(tenant_id, recording_id, "for the test")
        names[state] = place.raw_folder / (await place.row(tenant_id, recording_id)).raw_name
        names[state].write_bytes(b"voice")
    for name, age_s in {"unknown young": 3600, "unknown old": 25 * 3600}.items():
        names[name] = place.raw_folder / f"{name.replace(' ', '-')}.raw"
        names[name].write_bytes(b"voice")
        past = names[name].stat().st_mtime - age_s
        os.utime(names[name], (past, past))
    sweeper = Sweeper(parts.rows, parts.raw_files, parts.storage)
    assert await sweeper.sweep() == 2
    assert {state for state, path in names.items() if path.exists()} == {
        "captured",
        "capturing",
        "failed",
        "unknown young",
    }
    os.utime(names["failed"], (1, 1))
    os.utime(names["captured"], (1, 1))
    assert await sweeper.sweep() == 1
    assert names["captured"].exists()
