"""A local file that keeps facts while Postgres is away; one line an entry, fsynced before anybody relies on it.

The lines are sealed (AES-256-GCM, in base64) under a key of the installation: they name callers.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ovoz.contact_center.switchboard.contracts import JournalEntry

log = structlog.get_logger(__name__)

_NONCE_BYTES = 12


class SpoolTaken(Exception):
    """Another process of this machine holds the cell's spool."""


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Spool:
    """Append, read, empty; held exclusively while open, freed by the kernel when the process dies."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._cipher = AESGCM(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.refused_path = refused_path(path)
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
        lines = b"".join(_sealed(entry, self._cipher) + b"\n" for entry in entries)
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._length += len(lines)

    def entries(self) -> Iterator[JournalEntry]:
        """Oldest first. A last line that was cut by a crash was never relied on and is passed over; what nobody can
        open (damaged, or sealed under another secret) must not keep the rest from Postgres: `clear` puts it aside.
        """
        for _, entry in self._lines():
            if isinstance(entry, JournalEntry):
                yield entry

    def _lines(self) -> Iterator[tuple[bytes, JournalEntry | Exception]]:
        """Whole lines, each with what it says or why that cannot be read."""
        self._file.seek(0)
        for line in self._file:
            if line.endswith(b"\n"):
                yield line, _read(line, self._cipher)

    def _drop_cut_line(self) -> int:
        """What is appended next must begin a line of its own; returns the length that is left."""
        length = sum(len(line) for line, _ in self._lines())
        self._file.truncate(length)
        return length

    def keep_refused(self, entry: JournalEntry, error: Exception) -> None:
        """Puts an entry aside that Postgres does not take, with its answer, for somebody to look at."""
        self._put_aside(_sealed(entry, self._cipher), error)

    def _put_aside(self, line: bytes, error: Exception) -> None:
        kept = msgspec.json.encode({"error": repr(error), "entry": line.decode(errors="replace")})
        with open(self.refused_path, "ab", opener=_for_us_alone) as file:
            file.write(kept + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def clear(self) -> None:
        """What could be read is in Postgres; the rest is on the disk beside it before this one is emptied."""
        for line, entry in self._lines():
            if isinstance(entry, Exception):
                log.error("spool.line_unreadable", kept_in=str(self.refused_path))
                self._put_aside(line.strip(), entry)
        self._file.truncate(0)
        os.fsync(self._file.fileno())
        self._length = 0


def refused_path(path: Path) -> Path:
    """Where a spool puts aside what Postgres does not take."""
    return path.with_suffix(".refused.jsonl")


def refused_entries(path: Path, key: bytes) -> Iterator[tuple[str, JournalEntry | None]]:
    """What the spool at `path` has put aside, each with the error; None for what cannot be read. It may be in use."""
    kept = refused_path(path)
    for line in kept.read_bytes().splitlines() if kept.exists() else ():
        refused = msgspec.json.decode(line)
        entry = _read(refused["entry"].encode(), AESGCM(key))
        yield refused["error"], None if isinstance(entry, Exception) else entry


def _sealed(entry: JournalEntry, cipher: AESGCM) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.b64encode(nonce + cipher.encrypt(nonce, msgspec.json.encode(entry), None))


def _read(line: bytes, cipher: AESGCM) -> JournalEntry | Exception:
    try:
        raw = base64.b64decode(line.strip(), validate=True)
        plain = cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
        return msgspec.json.decode(plain, type=JournalEntry)
    except (ValueError, InvalidTag) as error:
        return error
