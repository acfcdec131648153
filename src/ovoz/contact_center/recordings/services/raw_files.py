"""The folder where the media node leaves raw files: whether one is complete, and who works on it."""

import asyncio
import errno
import fcntl
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ovoz.contact_center.recordings.errors import RawFileMissing, StorageUnavailable
from ovoz.contact_center.recordings.rules.limits import QUIET_S, STILL_S

_POLL_S = 0.2
_BYTES_PER_S = 8000 * 2 * 2
_NO_LEASES_HERE = {errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP}


class InOtherHands(Exception):
    """Another worker is at this file."""


class StillOpen(Exception):
    """The media node has not finished the file."""


class RawFiles:
    """Raw files: s16le, 8 kHz, two interleaved channels; unencrypted, so they stay no longer than they must."""

    def __init__(self, folder: Path, *, wait_s: float = 15) -> None:
        self.folder = folder
        self._wait_s = wait_s

    @asynccontextmanager
    async def claimed(self, raw_name: str, *, conversation_ended: bool) -> AsyncIterator[Path]:
        """The complete file, for this process alone; the kernel gives the claim back whatever happens to us.

        Raises RawFileMissing, InOtherHands, StillOpen, StorageUnavailable.
        """
        path = self.folder / raw_name
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise StorageUnavailable(f"The folder {self.folder} is not there.") from None
            raise RawFileMissing(f"{raw_name} is not in {self.folder}") from None
        except OSError as error:
            raise StorageUnavailable(f"{path} cannot be read: {error.strerror}.") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InOtherHands(raw_name) from None
            await self._complete(handle, raw_name, conversation_ended)
            yield path
        finally:
            os.close(handle)

    @staticmethod
    def duration_ms(raw: Path) -> int:
        """How long the sound in a raw file is."""
        return raw.stat().st_size * 1000 // _BYTES_PER_S

    def still(self, raw_name: str) -> bool:
        """Whether the file has not grown for a minute (or is not there at all)."""
        try:
            return time.time() - (self.folder / raw_name).stat().st_mtime > STILL_S
        except OSError:
            return True

    def discard(self, raw_name: str) -> None:
        """Removes the file; one that is gone is fine."""
        (self.folder / raw_name).unlink(missing_ok=True)

    def ages_s(self) -> dict[str, float]:
        """Seconds since each file was last written to."""
        now = time.time()
        ages = {}
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    ages[entry.name] = now - entry.stat(follow_symlinks=False).st_mtime
        return ages

    def used_bytes(self) -> int:
        """What all raw files take."""
        with os.scandir(self.folder) as entries:
            return sum(
                entry.stat(follow_symlinks=False).st_size
                for entry in entries
                if entry.is_file(follow_symlinks=False)
            )

    async def _complete(self, handle: int, raw_name: str, conversation_ended: bool) -> None:
        if not conversation_ended and time.time() - os.fstat(handle).st_mtime < STILL_S:
            raise StillOpen(raw_name)
        deadline = time.monotonic() + self._wait_s
        while not _closed(handle):
            if not conversation_ended or time.monotonic() > deadline:
                raise StillOpen(raw_name)
            await asyncio.sleep(_POLL_S)


def _closed(handle: int) -> bool:
    """Whether nobody has the file open for writing.

    A read lease is granted only then (fcntl(2), F_SETLEASE). It is given back at once; should a writer come in
    between, the kernel's signal is one that is ignored by default. Without leases (another owner's file, NFS)
    a silence longer than the writer's buffer must do.
    """
    try:
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        if error.errno in _NO_LEASES_HERE:
            return time.time() - os.fstat(handle).st_mtime > QUIET_S
        return False
    fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return True
