"""What crosses the border of this module."""

import re
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

RecordingState = Literal["capturing", "captured", "stored", "failed"]

_TENANT_ID = re.compile(r"[a-z][a-z0-9]{11}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}(/[a-z0-9][a-z0-9._-]{0,99}){0,7}")
_RAW_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class ObjectName(msgspec.Struct, frozen=True, order=True):
    """Where an object is kept: `name` is a relative path below the tenant's part of the storage.

    Only lower-case letters, digits and `. _ -` stand in a segment, and none begins with a dot: no name leads out
    of its tenant, whatever the adapter does with it. Raises ValueError for any other.
    """

    tenant_id: str
    name: str

    def __post_init__(self) -> None:
        if not _TENANT_ID.fullmatch(self.tenant_id):
            raise ValueError(f"{self.tenant_id!r} is not a tenant id")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of an object")


class OwedRecording(msgspec.Struct, frozen=True):
    """A captured conversation that is not stored yet."""

    id: UUID
    interaction_id: UUID
    raw_name: str
    started_at: datetime
    conversation_ended: bool
    """The switchboard said that it ended; otherwise only a file that stays still says so."""

    def __post_init__(self) -> None:
        if not _RAW_NAME.fullmatch(self.raw_name):
            raise ValueError(f"{self.raw_name!r} is not a plain file name")

    def object_name(self, tenant_id: str) -> ObjectName:
        """The same each time, so that storing twice leaves one object."""
        return ObjectName(tenant_id, f"recordings/{self.started_at:%Y/%m/%d}/{self.id.hex}.ovr")


class StoredRecording(msgspec.Struct, frozen=True):
    """A recording that can be listened to; sizes and digest are those of the Ogg file inside the object."""

    id: UUID
    interaction_id: UUID
    agent_id: UUID | None
    """Whose conversation it is."""
    object: str
    key_version: int
    duration_ms: int
    size_bytes: int
    sha256: bytes


class DiskState(msgspec.Struct, frozen=True):
    """How full the folder for recordings is: `warning` from 80 % of the limit, `full`: nothing new is recorded."""

    state: Literal["ok", "warning", "full"]
    used_mb: int
    limit_mb: int
    free_mb: int
    """What the disk itself has left."""
