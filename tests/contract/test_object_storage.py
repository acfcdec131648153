"""What every object storage must do; another adapter adds itself to `storage` and runs the same suite."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ovoz.contact_center.recordings.contracts import ObjectName
from ovoz.contact_center.recordings.errors import ObjectMissing, StorageUnavailable
from ovoz.contact_center.recordings.ports import ObjectStorage
from ovoz.integrations.storage.file_system import FileSystemStorage

A, B = "tenantaaaaaa", "tenantbbbbbb"
NAME = ObjectName(A, "recordings/2026/01/02/x.ovr")


@pytest.fixture(params=["file system"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStorage:
    return {"file system": lambda: FileSystemStorage(tmp_path / "objects")}[request.param]()


async def parts(*data: bytes) -> AsyncIterator[bytes]:
    for part in data:
        yield part


async def breaking(error: Exception) -> AsyncIterator[bytes]:
    yield b"half of it"
    raise error


async def test_what_is_put_can_be_read_whole_and_in_part(storage: ObjectStorage) -> None:
    assert await storage.put(NAME, parts(b"hello ", b"", b"world")) == 11
    assert await storage.size(NAME) == 11
    assert await storage.read(NAME, 0, 11) == b"hello world"
    assert await storage.read(NAME, 6, 3) == b"wor"
    assert await storage.read(NAME, 6, 100) == b"world"
    assert await storage.read(NAME, 11, 5) == b""


async def test_an_object_may_be_empty_or_large(storage: ObjectStorage) -> None:
    large = os.urandom(3_000_000)
    assert await storage.put(NAME, parts()) == 0
    assert await storage.size(NAME) == 0
    assert await storage.put(NAME, parts(large)) == 3_000_000
    assert await storage.read(NAME, 0, 3_000_000) == large


async def test_a_second_put_takes_the_place_of_the_first(storage: ObjectStorage) -> None:
    await storage.put(NAME, parts(b"a long first version"))
    await storage.put(NAME, parts(b"second"))
    assert await storage.read(NAME, 0, 100) == b"second"
    assert await storage.names(A) == [NAME]


async def test_a_put_that_breaks_leaves_what_was_there(storage: ObjectStorage) -> None:
    with pytest.raises(RuntimeError, match="the encoder died"):
        await storage.put(NAME, breaking(RuntimeError("the encoder died")))
    assert await storage.names(A) == []
    await storage.put(NAME, parts(b"whole"))
    with pytest.raises(RuntimeError):
        await storage.put(NAME, breaking(RuntimeError("again")))
    assert await storage.read(NAME, 0, 100) == b"whole"
    assert await storage.discard_unfinished(0) == 0


async def test_what_is_not_there_is_missing(storage: ObjectStorage) -> None:
    with pytest.raises(ObjectMissing):
        await storage.size(NAME)
    with pytest.raises(ObjectMissing):
        await storage.read(NAME, 0, 1)
    await storage.delete(NAME)
    assert await storage.names(A) == []
    assert await storage.used_bytes() == 0


async def test_a_deleted_object_is_gone(storage: ObjectStorage) -> None:
    await storage.put(NAME, parts(b"x"))
    await storage.delete(NAME)
    await storage.delete(NAME)
    with pytest.raises(ObjectMissing):
        await storage.size(NAME)


async def test_each_tenant_sees_its_own_objects_only(storage: ObjectStorage) -> None:
    theirs = ObjectName(B, NAME.name)
    await storage.put(NAME, parts(b"ours"))
    await storage.put(theirs, parts(b"theirs!"))
    await storage.put(ObjectName(A, "exports/1.csv"), parts(b"12"))
    assert await storage.read(NAME, 0, 10) == b"ours"
    assert await storage.names(A) == [ObjectName(A, "exports/1.csv"), NAME]
    assert await storage.names(A, "recordings/2026/") == [NAME]
    assert await storage.names(B) == [theirs]
    assert await storage.used_bytes() == 13
    await storage.delete(theirs)
    assert await storage.size(NAME) == 4


class TestFileSystem:
    """What only a disk can do wrong."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        return tmp_path / "objects"

    async def test_files_are_for_their_owner_only(self, root: Path) -> None:
        await FileSystemStorage(root).put(NAME, parts(b"x"))
        assert (root / A / NAME.name).stat().st_mode & 0o777 == 0o600
        assert root.stat().st_mode & 0o077 == 0

    async def test_a_full_disk_is_said_and_leaves_nothing(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(handle: int, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "write", full)
        with pytest.raises(StorageUnavailable, match="No space left on device"):
            await FileSystemStorage(root).put(NAME, parts(b"x"))
        assert [path for path in root.rglob("*") if path.is_file()] == []

    async def test_a_folder_that_cannot_be_made_is_said(self, root: Path) -> None:
        root.parent.mkdir(parents=True, exist_ok=True)
        root.write_text("a file stands where the folder should be")
        with pytest.raises(StorageUnavailable):
            await FileSystemStorage(root).put(NAME, parts(b"x"))

    async def test_what_a_killed_process_left_is_discarded_in_time(self, root: Path) -> None:
        storage = FileSystemStorage(root)
        await storage.put(NAME, parts(b"x"))
        left = root / ".unfinished" / "left.part"
        left.write_bytes(b"half")
        assert await storage.discard_unfinished(3600) == 0
        assert await storage.used_bytes() == 1
        os.utime(left, (1, 1))
        assert await storage.discard_unfinished(3600) == 1
        assert not left.exists()
        assert await storage.names(A) == [NAME]

    async def test_a_link_in_the_place_of_an_object_is_not_followed(self, root: Path, tmp_path: Path) -> None:
        storage = FileSystemStorage(root)
        await storage.put(NAME, parts(b"x"))
        secret = tmp_path / "secret"
        secret.write_bytes(b"secret")
        (root / A / NAME.name).unlink()
        (root / A / NAME.name).symlink_to(secret)
        with pytest.raises(StorageUnavailable):
            await storage.read(NAME, 0, 6)
