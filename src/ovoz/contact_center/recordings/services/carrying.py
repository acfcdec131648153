"""Carrying recordings between installations: out under no key of ours but the archive's, in under the new tenant's."""

import secrets
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.recordings.contracts import ObjectName
from ovoz.contact_center.recordings.ports import ObjectStorage, TenantKeys
from ovoz.contact_center.recordings.repositories import RecordingRows
from ovoz.contact_center.recordings.rules.sealed_format import PREFIX, SALT, ChunkCipher, Header, Sealer
from ovoz.contact_center.recordings.services.listening import RecordingAudio
from ovoz.contact_center.recordings.services.raw_files import RawFiles
from ovoz.lib.db import DatabaseUnavailable
from ovoz.lib.sealing import KeyRefused
from ovoz.platform.tenancy.errors import KeyUnavailable

log = structlog.get_logger(__name__)


class CarriedRecording(msgspec.Struct, frozen=True):
    """A stored recording on its way; `name` is that of its object, `size_bytes` that of the Ogg file."""

    id: UUID
    name: str
    size_bytes: int


class RecordingCarrier:
    """Every stored recording of a tenant, out and in. Plain sound exists in memory only, a part at a time."""

    def __init__(
        self, rows: RecordingRows, storage: ObjectStorage, keys: TenantKeys, raw_files: RawFiles
    ) -> None:
        self._rows = rows
        self._raw_files = raw_files
        self._storage = storage
        self._keys = keys
        self._audio = RecordingAudio(rows, storage, keys)

    async def all(self, tenant_id: str) -> Sequence[CarriedRecording]:
        return [
            CarriedRecording(stored.id, stored.object, stored.size_bytes)
            for stored in await self._rows.stored(tenant_id)
        ]

    async def read(self, tenant_id: str, recording_id: UUID) -> AsyncIterator[bytes]:
        """The Ogg file; raises RecordingDamaged, StorageUnavailable, KeyUnavailable."""
        stored = await self._audio.find(tenant_id, recording_id)
        async for part in await self._audio.unheard_part(tenant_id, stored, 0, stored.size_bytes):
            yield part

    async def write(self, tenant_id: str, recording: CarriedRecording, plain: AsyncIterator[bytes]) -> None:
        """Seals the Ogg file under the tenant's present key; one whose row does not wait for it is not kept."""
        try:
            version, key = await self._keys.current(tenant_id)
        except (LookupError, KeyRefused) as error:
            raise KeyUnavailable(str(error)) from error
        header = Header(version, secrets.token_bytes(SALT), secrets.token_bytes(PREFIX))
        sealer = Sealer(ChunkCipher(key, tenant_id, recording.id, header), header)
        name = ObjectName(tenant_id, recording.name)
        await self._storage.put(name, _sealed(sealer, plain))
        if not await self._rows.carried(tenant_id, recording.id, recording.name, version):
            await self._storage.delete(name)

    async def remove_all(self, tenant_id: str) -> int:
        """Removes every object of the tenant, and what was not stored yet; how many objects there were."""
        try:
            for raw_name in await self._rows.raw_names(tenant_id):
                self._raw_files.discard(raw_name)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            # A schema that a backup brought back otherwise must not keep its tenant; the sweep takes the files in time.
            log.warning("recordings.raw_names_not_read", tenant=tenant_id, error=repr(error))
        names = await self._storage.names(tenant_id)
        for name in names:
            await self._storage.delete(name)
        return len(names)


async def _sealed(sealer: Sealer, plain: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for part in plain:
        if out := sealer.feed(part):
            yield out
    yield sealer.finish()
