"""Storing a recording: encode, encrypt, keep, say so, and leave no plaintext behind."""

import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal
from uuid import UUID

import structlog

from ovoz.contact_center.recordings.contracts import OwedRecording
from ovoz.contact_center.recordings.errors import (
    EncoderUnavailable,
    EncodingFailed,
    RawFileMissing,
    StorageUnavailable,
)
from ovoz.contact_center.recordings.ports import AudioEncoder, ObjectStorage, TenantKeys
from ovoz.contact_center.recordings.repositories import Keeping, RecordingRows
from ovoz.contact_center.recordings.rules.limits import ATTEMPTS, BEGUN_ATTEMPTS
from ovoz.contact_center.recordings.rules.sealed_format import (
    PREFIX,
    SALT,
    ChunkCipher,
    Header,
    Sealer,
    sealed_size,
)
from ovoz.contact_center.recordings.services.raw_files import InOtherHands, RawFiles, StillOpen
from ovoz.lib.db import TenantGone
from ovoz.lib.problems import DependencyUnavailable
from ovoz.lib.sealing import KeyRefused
from ovoz.platform.tenancy.errors import KeyUnavailable

log = structlog.get_logger(__name__)

Outcome = Literal["stored", "settled", "in other hands", "still open", "put off", "failed"]


class RecordingStore:
    """Stores recordings; safe to run for the same recording any number of times, at once, and after any crash.

    The Ogg file exists in memory only. The object's name, and the Ogg file itself, are the same each time, so
    whoever comes second writes the same thing again; only the first marks the row, and tells.
    """

    def __init__(
        self,
        rows: RecordingRows,
        storage: ObjectStorage,
        encoder: AudioEncoder,
        keys: TenantKeys,
        raw_files: RawFiles,
    ) -> None:
        self._rows = rows
        self._storage = storage
        self._encoder = encoder
        self._keys = keys
        self._raw_files = raw_files

    async def store(self, tenant_id: str, recording_id: UUID) -> Outcome:
        """Does what is owed for one recording; raises DatabaseUnavailable."""
        owed = await self._rows.owed(tenant_id, recording_id)
        if owed is None:
            return "settled"
        try:
            async with self._raw_files.claimed(
                owed.raw_name, conversation_ended=owed.conversation_ended
            ) as raw:
                return await self._attempt(tenant_id, owed, raw)
        except InOtherHands:
            return "in other hands"
        except StillOpen:
            return "still open"
        except (RawFileMissing, StorageUnavailable) as error:
            return await self._attempt(tenant_id, owed, error)

    async def _attempt(self, tenant_id: str, owed: OwedRecording, raw: Path | Exception) -> Outcome:
        """One attempt, counted before it begins; a file that could not be opened is an attempt as well."""
        number = await self._rows.begin_attempt(tenant_id, owed.id)
        if number is None:
            return "settled"
        said = log.bind(tenant=tenant_id, recording=str(owed.id), attempt=number)
        try:
            if isinstance(raw, Exception):
                raise raw
            if number > BEGUN_ATTEMPTS:
                raise EncodingFailed(f"It was begun {BEGUN_ATTEMPTS} times and cut off each time.")
            return await self._store(tenant_id, owed, raw)
        except EncodingFailed as error:
            if number < ATTEMPTS:
                said.warning("recording.not_encoded", error=str(error))
                await self._rows.put_off(tenant_id, owed.id, str(error), attempts=number)
                return "put off"
            said.error("recording.given_up", error=str(error))
            await self._rows.give_up(tenant_id, owed.id, str(error))
            return "failed"
        except (DependencyUnavailable, EncoderUnavailable) as error:
            said.warning("recording.put_off", error=str(error))
            await self._rows.put_off(tenant_id, owed.id, str(error), attempts=number - 1)
            return "put off"

    async def _store(self, tenant_id: str, owed: OwedRecording, raw: Path) -> Outcome:
        try:
            key_version, key = await self._keys.current(tenant_id)
        except (LookupError, KeyRefused) as error:
            raise KeyUnavailable(str(error)) from error
        header = Header(key_version, secrets.token_bytes(SALT), secrets.token_bytes(PREFIX))
        sealing = _Sealing(Sealer(ChunkCipher(key, tenant_id, owed.id, header), header))
        duration_ms = RawFiles.duration_ms(raw)
        name = owed.object_name(tenant_id)
        async with contextlib.aclosing(self._encoder.encode(raw)) as ogg:
            size = await self._storage.put(name, sealing.sealed(ogg))
        if size != sealed_size(sealing.size):
            raise StorageUnavailable(f"{size} bytes were stored of {sealed_size(sealing.size)}.")
        keeping = Keeping(
            object=name.name,
            key_version=key_version,
            duration_ms=duration_ms,
            size_bytes=sealing.size,
            sha256=sealing.digest.digest(),
        )
        try:
            first = await self._rows.keep(tenant_id, owed.id, keeping)
        except TenantGone:
            # Deleted for good meanwhile: what it had was removed before this came.
            await self._storage.delete(name)
            raise
        self._raw_files.discard(owed.raw_name)
        log.info(
            "recording.stored",
            tenant=tenant_id,
            recording=str(owed.id),
            size_bytes=sealing.size,
            duration_ms=duration_ms,
        )
        return "stored" if first else "settled"


class _Sealing:
    """Seals a stream on its way into the storage, and knows its size and digest afterwards."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self.size = 0
        self.digest = hashlib.sha256()

    async def sealed(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for part in parts:
            self.size += len(part)
            self.digest.update(part)
            if out := self._sealer.feed(part):
                yield out
        yield self._sealer.finish()
