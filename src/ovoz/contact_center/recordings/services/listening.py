"""Listening: any part of a recording is read and decrypted alone."""

from collections.abc import AsyncIterator
from uuid import UUID

from ovoz.contact_center.recordings.contracts import ObjectName, RecordingState, StoredRecording
from ovoz.contact_center.recordings.errors import (
    ObjectMissing,
    RecordingDamaged,
    RecordingNotFound,
    RecordingNotStored,
)
from ovoz.contact_center.recordings.ports import ObjectStorage, TenantKeys
from ovoz.contact_center.recordings.repositories import RecordingRows
from ovoz.contact_center.recordings.rules.sealed_format import (
    CHUNK,
    HEADER_SIZE,
    ChunkCipher,
    Header,
    chunk_count,
    chunk_place,
    sealed_size,
)
from ovoz.lib.sealing import KeyRefused
from ovoz.platform.access.contracts import Reach
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.tenancy.errors import KeyUnavailable

_CHUNKS_AT_ONCE = 8

_NOT_STORED: dict[RecordingState, str] = {
    "capturing": "The conversation is still being recorded.",
    "captured": "The recording is being encrypted; it can be listened to in a moment.",
    "failed": "The recording could not be stored.",
}


class RecordingAudio:
    """The sound of stored recordings."""

    def __init__(self, rows: RecordingRows, storage: ObjectStorage, keys: TenantKeys) -> None:
        self._rows = rows
        self._storage = storage
        self._keys = keys

    async def find(self, tenant_id: str, recording_id: UUID, reach: Reach | None = None) -> StoredRecording:
        """The stored recording, when it is within reach (None: nobody asks, all is).

        Raises RecordingNotFound (also for one beyond reach: its existence is nobody's business), RecordingNotStored.
        """
        found = await self._rows.find(tenant_id, recording_id, reach)
        if found is None:
            raise RecordingNotFound
        state, stored = found
        if stored is None:
            raise RecordingNotStored(_NOT_STORED.get(state, ""), state=state)
        return stored

    async def part(
        self, tenant_id: str, recording: StoredRecording, start: int, stop: int, doer: Doer
    ) -> AsyncIterator[bytes]:
        """Bytes `start` up to and without `stop` of the Ogg file, in parts, for somebody who listens.

        The first part is read before this returns, so that what is damaged or cannot be reached is an error and
        not a broken answer; and that somebody listens is on record before the first byte leaves. Raises
        RecordingDamaged, StorageUnavailable, KeyUnavailable.
        """
        parts = await self.unheard_part(tenant_id, recording, start, stop)
        first = await anext(parts, b"")
        await self._rows.tell_listened(tenant_id, recording, doer)
        return _after(first, parts)

    async def unheard_part(
        self, tenant_id: str, recording: StoredRecording, start: int, stop: int
    ) -> AsyncIterator[bytes]:
        """The same where nobody listens: an archive of the whole operator is on record as such."""
        name = ObjectName(tenant_id, recording.object)
        try:
            if await self._storage.size(name) != sealed_size(recording.size_bytes):
                raise RecordingDamaged("The object has another size than what was stored.")
            header = Header.decoded(await self._storage.read(name, 0, HEADER_SIZE))
        except ObjectMissing:
            raise RecordingDamaged("The object is gone.") from None
        if header.key_version != recording.key_version:
            raise RecordingDamaged("The object was sealed with another key than what was stored.")
        try:
            key = await self._keys.version(tenant_id, header.key_version)
        except (LookupError, KeyRefused) as error:
            raise KeyUnavailable(str(error)) from error
        cipher = ChunkCipher(key, tenant_id, recording.id, header)
        return self._decrypted(name, cipher, recording.size_bytes, start, stop)

    async def _decrypted(
        self, name: ObjectName, cipher: ChunkCipher, size: int, start: int, stop: int
    ) -> AsyncIterator[bytes]:
        index, end, last = start // CHUNK, -(-stop // CHUNK), chunk_count(size) - 1
        while index < end:
            batch = range(index, min(index + _CHUNKS_AT_ONCE, end))
            places = [chunk_place(i, size) for i in batch]
            offset = places[0][0]
            sealed = await self._storage.read(name, offset, places[-1][0] + places[-1][1] - offset)
            plain = b"".join(
                cipher.open(i, i == last, sealed[place - offset : place - offset + length])
                for i, (place, length) in zip(batch, places, strict=True)
            )
            yield plain[max(0, start - index * CHUNK) : stop - index * CHUNK]
            index = batch.stop


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
