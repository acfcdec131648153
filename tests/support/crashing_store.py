"""Stores one recording in a process of its own, which kills itself (SIGKILL) at the point that is named.

`python -m tests.support.crashing_store <home> <raw folder> <database url> <tenant> <recording> <point>`
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from uuid import UUID

from ovoz.contact_center.recordings.api import RawFiles, RecordingRows, RecordingStore
from ovoz.contact_center.recordings.contracts import ObjectName
from ovoz.contact_center.recordings.repositories import Keeping
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.storage import file_system
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database
from ovoz.lib.sealing import installation_key
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository

POINTS = ("claimed", "counted", "encoding", "written", "put", "marked")


def die(at: str) -> None:
    if sys.argv[6] == at:
        os.kill(os.getpid(), signal.SIGKILL)


class Rows(RecordingRows):
    async def begin_attempt(self, tenant_id: str, recording_id: UUID) -> int | None:
        die("claimed")
        number = await super().begin_attempt(tenant_id, recording_id)
        die("counted")
        return number

    async def keep(self, tenant_id: str, recording_id: UUID, keeping: Keeping) -> bool:
        die("put")
        kept = await super().keep(tenant_id, recording_id, keeping)
        die("marked")
        return kept


class Encoder(FfmpegEncoder):
    async def encode(self, raw: Path) -> AsyncGenerator[bytes, None]:
        async for part in super().encode(raw):
            yield part
            die("encoding")


class Storage(file_system.FileSystemStorage):
    async def put(self, name: ObjectName, parts: AsyncIterator[bytes]) -> int:
        async def watched() -> AsyncIterator[bytes]:
            async for part in parts:
                yield part
            die("written")

        return await super().put(name, watched())


async def main() -> None:
    _, home, raw, url, tenant_id, recording_id, _ = sys.argv
    database = Database(url)
    keys = TenantKeys(TenantRepository(database), installation_key(Path(home)))
    storage = Storage(Path(home) / "objects")
    store = RecordingStore(Rows(database, utc_now), storage, Encoder(), keys, RawFiles(Path(raw)))
    print(await store.store(tenant_id, UUID(recording_id)))


asyncio.run(main())
