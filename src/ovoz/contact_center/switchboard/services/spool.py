"""A local file that keeps facts while Postgres is away; one line an entry, fsynced before anybody relies on it."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from ovoz.contact_center.switchboard.contracts import JournalEntry


class SpoolTaken(Exception):
    """Another process of this machine holds the cell's spool."""


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Spool:
    """Append, read, empty; held exclusively while open, freed by the kernel when the process dies."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.refused_path = path.with_suffix(".refused.jsonl")
        self._file: BinaryIO = open(path, "a+b", opener=_for_us_alone)  # noqa: SIM115 - open as long as this lives
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise SpoolTaken(str(path)) from None
        self._length = self._drop_cut_line()

    def close(self) -> None:
        self._file.close()

    @property
    def empty(self) -> bool:
        return self._length == 0

    def append(self, entries: Sequence[JournalEntry]) -> None:
        """Returns when the entries are on the disk."""
        lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._length += len(lines)

    def entries(self) -> Iterator[JournalEntry]:
        """Oldest first; a last line that was cut by a crash was never relied on and is passed over."""
        self._file.seek(0)
        for line in self._file:
            if not line.endswith(b"\n"):
                return
            yield msgspec.json.decode(line, type=JournalEntry)

    def _drop_cut_line(self) -> int:
        """What is appended next must begin a line of its own; returns the length that is left."""
        self._file.seek(0)
        length = sum(len(line) for line in self._file if line.endswith(b"\n"))
        self._file.truncate(length)
        return length

    def keep_refused(self, entry: JournalEntry, error: Exception) -> None:
        """Puts an entry aside that Postgres does not take, with its answer, for somebody to look at."""
        line = msgspec.json.encode({"error": str(error), "entry": entry}) + b"\n"
        with open(self.refused_path, "ab", opener=_for_us_alone) as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def clear(self) -> None:
        self._file.truncate(0)
        os.fsync(self._file.fileno())
        self._length = 0
