"""Wires what makes, changes and removes tenants."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.calls.api import settle_moved
from ovoz.contact_center.recordings.api import (
    CarriedRecording,
    RawFiles,
    RecordingCarrier,
    RecordingRows,
    give_up_unstored,
)
from ovoz.integrations.redis.cache import RedisTenantCache
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.integrations.storage.graveyard import FileGraveyard
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database, OwnerDatabase
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import Settings
from ovoz.platform.audit.api import ProofCarrier, tell
from ovoz.platform.identity.api import hash_password
from ovoz.platform.tenancy.api import (
    Attachment,
    OperationRunner,
    Operations,
    TenantExporter,
    TenantKeys,
    TenantLife,
    TenantMaker,
    TenantRepository,
    TenantRestorer,
)

CELL = "cell-1"
NODE = "node-1"


class Recordings:
    """Recordings as the `TenantObjects` of tenancy."""

    def __init__(self, carrier: RecordingCarrier) -> None:
        self._carrier = carrier

    async def attachments(self, tenant_id: str) -> Sequence[Attachment]:
        return [
            Attachment(found.id, found.name, found.size_bytes) for found in await self._carrier.all(tenant_id)
        ]

    def read(self, tenant_id: str, attachment: Attachment) -> AsyncIterator[bytes]:
        return self._carrier.read(tenant_id, attachment.id)

    async def write(self, tenant_id: str, attachment: Attachment, plain: AsyncIterator[bytes]) -> None:
        recording = CarriedRecording(attachment.id, attachment.name, attachment.size_bytes)
        await self._carrier.write(tenant_id, recording, plain)

    async def remove_all(self, tenant_id: str) -> int:
        return await self._carrier.remove_all(tenant_id)


class TenantDesk(msgspec.Struct, frozen=True):
    """Everything that a command or the worker needs for the life of tenants."""

    operations: Operations
    runner: OperationRunner
    life: TenantLife
    database: Database
    owner: OwnerDatabase

    async def close(self) -> None:
        await self.database.close()
        await self.owner.close()


def tenant_maker(settings: Settings, endpoints: Endpoints, owner: OwnerDatabase | None = None) -> TenantMaker:
    """Makes tenants of this installation, in its one cell; `owner` is shared where it is there."""
    return TenantMaker(
        admin_url=endpoints.database_admin_url,
        owner=owner,
        data_dir=settings.data_dir,
        installation_key=installation_key(settings.home),
        hash_password=hash_password,
        cell_id=CELL,
    )


def tenant_desk(settings: Settings, endpoints: Endpoints) -> TenantDesk:
    """Operations on this installation's tenants, with its storage, cache and graves."""
    key = installation_key(settings.home)
    database = Database(endpoints.database_url, pool_size=4, application_name="ovoz tenants")
    owner = OwnerDatabase(endpoints.database_admin_url, "ovoz tenants", kept=2)
    keys = TenantKeys(TenantRepository(database), key)
    objects = Recordings(
        RecordingCarrier(
            RecordingRows(database, utc_now),
            FileSystemStorage(settings.home / "objects"),
            keys,
            RawFiles(Path(endpoints.media_recordings_dir)),
        )
    )
    life = TenantLife(
        owner,
        tell,
        utc_now,
        objects=objects,
        cache=RedisTenantCache(endpoints.redis_url),
        graveyard=FileGraveyard(settings.home / "tombstones"),
    )
    proof = ProofCarrier(key, utc_now, settings.base_domain)
    restorer = TenantRestorer(
        owner,
        life,
        objects,
        _settle,
        proof,
        utc_now,
        data_dir=settings.data_dir,
        installation_key=key,
        cell_id=CELL,
    )
    runner = OperationRunner(
        owner,
        life,
        tenant_maker(settings, endpoints, owner),
        TenantExporter(owner, keys, objects, proof, utc_now),
        restorer,
        settings.home / "archives",
    )
    return TenantDesk(Operations(database, settings.data_dir), runner, life, database, owner)


async def _settle(session: AsyncSession, at: datetime) -> None:
    await settle_moved(session, at)
    await give_up_unstored(session)
