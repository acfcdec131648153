"""Tombstones as files: they outlive a database that is put back to an older backup."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec


class _Tombstone(msgspec.Struct, frozen=True):
    tenant_id: str
    slug: str
    blueprint: str
    deleted_at: datetime


class FileGraveyard:
    """A `Graveyard` in one folder; a file for each tenant that is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def bury(self, tenant_id: str, slug: str, blueprint: str, at: datetime) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{tenant_id}.json"
        if path.exists():
            return
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(_Tombstone(tenant_id, slug, blueprint, at)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def all(self) -> Sequence[tuple[str, str, str, datetime]]:
        return [
            msgspec.structs.astuple(msgspec.json.decode(path.read_bytes(), type=_Tombstone))
            for path in sorted(self._folder.glob("*.json"))
        ]
