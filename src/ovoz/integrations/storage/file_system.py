"""Objects as files below one folder, one subfolder for each tenant."""

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from ovoz.contact_center.recordings.contracts import ObjectName
from ovoz.contact_center.recordings.errors import ObjectMissing, StorageUnavailable

_PARTS = ".unfinished"


class FileSystemStorage:
    """An `ObjectStorage` on a local disk or a shared volume.

    A file gets its name only when it is whole and on the disk (write, fsync, rename, fsync of the folder), so
    neither a crash nor a full disk leaves half an object.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: ObjectName, parts: AsyncIterator[bytes]) -> int:
        target = self._path(name)
        part = self._root / _PARTS / f"{secrets.token_hex(16)}.part"
        with _failures(f"{name.name} cannot be written"):
            handle = await asyncio.to_thread(_create, part)
        try:
            size = 0
            async for data in parts:
                with _failures(f"{name.name} cannot be written"):
                    await asyncio.to_thread(_write, handle, data)
                size += len(data)
            with _failures(f"{name.name} cannot be written"):
                await asyncio.to_thread(_publish, handle, part, target)
            return size
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)

    async def read(self, name: ObjectName, offset: int, length: int) -> bytes:
        with _failures(f"{name.name} cannot be read", existing=True):
            return await asyncio.to_thread(_read, self._path(name), offset, length)

    async def size(self, name: ObjectName) -> int:
        with _failures(f"{name.name} cannot be read", existing=True):
            return (await asyncio.to_thread(self._path(name).stat)).st_size

    async def delete(self, name: ObjectName) -> None:
        with _failures(f"{name.name} cannot be removed"):
            await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def names(self, tenant_id: str, prefix: str = "") -> Sequence[ObjectName]:
        folder = self._root / ObjectName(tenant_id, "any").tenant_id
        with _failures("the objects cannot be listed"):
            found = await asyncio.to_thread(lambda: [path for path, _ in _files(folder)])
        relative = sorted(path.relative_to(folder).as_posix() for path in found)
        return [ObjectName(tenant_id, name) for name in relative if name.startswith(prefix)]

    async def used_bytes(self) -> int:
        with _failures("the objects cannot be measured"):
            return await asyncio.to_thread(lambda: sum(size for _, size in _files(self._root)))

    async def discard_unfinished(self, older_than_s: float) -> int:
        with _failures("unfinished objects cannot be removed"):
            return await asyncio.to_thread(_discard_old, self._root / _PARTS, older_than_s)

    def _path(self, name: ObjectName) -> Path:
        return self._root / name.tenant_id / name.name


@contextlib.contextmanager
def _failures(what: str, *, existing: bool = False) -> Iterator[None]:
    """The system's errors in our words; `existing`: the object itself may be what is missing."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise (ObjectMissing if existing else StorageUnavailable)(f"{what}: {error.strerror}") from error
    except OSError as error:
        raise StorageUnavailable(f"{what}: {error.strerror or error}") from error


def _create(path: Path) -> int:
    path.parent.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _publish(handle: int, part: Path, target: Path) -> None:
    os.fsync(handle)
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part.replace(target)
    # The new name, and every folder made for it, must survive a power cut as well.
    for folder in {target.parent, *(folder.parent for folder in made)}:
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path, offset: int, length: int) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        data = bytearray()
        while len(data) < length and (more := os.pread(handle, length - len(data), offset + len(data))):
            data += more
        return bytes(data)
    finally:
        os.close(handle)


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Finished objects with their sizes; one that goes away meanwhile is left out."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != _PARTS:
                yield from _files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            with contextlib.suppress(FileNotFoundError):
                yield Path(entry.path), entry.stat(follow_symlinks=False).st_size


def _discard_old(folder: Path, older_than_s: float) -> int:
    removed = 0
    for path in folder.glob("*.part"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime >= older_than_s:
                path.unlink()
                removed += 1
    return removed
