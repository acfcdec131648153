"""Handing out archives that lie in the installation's own folder, and putting on record who took one."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database, TenantGone
from ovoz.platform.audit.contracts import Act, Doer
from ovoz.platform.tenancy.contracts import Operation
from ovoz.platform.tenancy.errors import ArchiveNotHere, OperationUnknown
from ovoz.platform.tenancy.ports import Teller
from ovoz.platform.tenancy.repositories.operations import OperationRepository

_READ = 1 << 20


class FoundArchive(msgspec.Struct, frozen=True):
    """A whole archive; `content` can be read once."""

    name: str
    size: int
    content: AsyncIterator[bytes]


class Archives:
    """Archives of exports that were asked for without saying where to."""

    def __init__(self, database: Database, folder: Path, tell: Teller, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._tell = tell
        self._clock = clock

    async def open(self, operation_id: UUID, doer: Doer, provider_id: str) -> FoundArchive:
        """Told in both audits before the first byte. Raises OperationUnknown, ArchiveNotHere."""
        async with self._database.control() as session:
            operation = await OperationRepository(session).get(operation_id)
        if operation is None:
            raise OperationUnknown(f"There is no operation {operation_id}.")
        if (operation.kind, operation.state) != ("export", "done"):
            raise ArchiveNotHere("It is no export that has ended well.")
        # The name follows from the row: what the row says of a path is never opened.
        file = await asyncio.to_thread(_opened, self._folder / archive_name(operation))
        try:
            size = os.fstat(file.fileno()).st_size
            after = {"operation": str(operation.id), "bytes": size}
            act = Act("tenancy.archive_downloaded", doer, "tenant", operation.tenant_id, after=after)
            for tenant_id in (operation.tenant_id, provider_id):
                await self._told(tenant_id, act)
        except BaseException:
            file.close()
            raise
        name = f"{operation.slug}-{operation.requested_at:%Y-%m-%d}.tar"
        return FoundArchive(name, size, _parts(file))

    async def _told(self, tenant_id: str, act: Act) -> None:
        try:
            async with self._database.tenant(tenant_id) as session:
                await self._tell(session, self._clock(), act)
        except TenantGone:
            # The operator was deleted since: the provider's own audit has it.
            pass


def archive_name(operation: Operation) -> str:
    """Of the file, where the one who asked named none."""
    return f"{operation.slug}-{operation.id.hex}.tar"


def _opened(path: Path) -> BinaryIO:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        raise ArchiveNotHere("It was written elsewhere, or taken away since.") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ArchiveNotHere("It was written elsewhere, or taken away since.")
    return os.fdopen(handle, "rb")


async def _parts(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, _READ):
            yield part
