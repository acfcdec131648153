"""What this module needs of the outside; adapters and the platform implement it."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

from ovoz.contact_center.recordings.contracts import ObjectName


class ObjectStorage(Protocol):
    """Keeps objects for ever. Every method may raise StorageUnavailable."""

    async def put(self, name: ObjectName, parts: AsyncIterator[bytes]) -> int:
        """Stores the object whole or not at all, in the place of an older one, and on disk when it returns.

        Returns the size in bytes. What `parts` raises is raised, and leaves nothing behind.
        """
        ...

    async def read(self, name: ObjectName, offset: int, length: int) -> bytes:
        """Exactly these bytes, fewer only where the object ends. Raises ObjectMissing."""
        ...

    async def size(self, name: ObjectName) -> int:
        """Size in bytes. Raises ObjectMissing."""
        ...

    async def delete(self, name: ObjectName) -> None:
        """Removes the object; one that is not there is fine."""
        ...

    async def names(self, tenant_id: str, prefix: str = "") -> Sequence[ObjectName]:
        """Names of the tenant's objects that begin with `prefix`, in order."""
        ...

    async def used_bytes(self) -> int:
        """What all objects of all tenants take."""
        ...

    async def discard_unfinished(self, older_than_s: float) -> int:
        """Removes what interrupted `put`s left; returns how many."""
        ...


class AudioEncoder(Protocol):
    """Makes a two-channel Opus file in Ogg of what the media node captured."""

    def encode(self, raw: Path) -> AsyncGenerator[bytes, None]:
        """The Ogg file in parts; the same input gives the same output. Close the generator to stop early.

        Raises EncoderUnavailable, or EncodingFailed at the latest after the last part.
        """
        ...


class TenantKeys(Protocol):
    """Keys of 32 bytes that encrypt a tenant's data. Both may raise LookupError, KeyRefused, DatabaseUnavailable."""

    async def current(self, tenant_id: str) -> tuple[int, bytes]:
        """Version and key for what is encrypted now."""
        ...

    async def version(self, tenant_id: str, version: int) -> bytes:
        """The key that an older object names."""
        ...


class StoringQueue(Protocol):
    """The part of a job queue that asking for work needs (a `saq.Queue` is one)."""

    async def enqueue(self, job_or_func: str, **kwargs: object) -> object: ...
