"""Tenants, interactions and raw files for tests of recordings."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from sqlalchemy import text

from ovoz.contact_center.recordings.contracts import ObjectName
from ovoz.lib.db import Database, schema_of
from ovoz.lib.db.migrations import migrate, run_as_owner
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.ids import new_id, new_tenant_id
from ovoz.lib.sealing import installation_key, wrap
from ovoz.lib.settings import Settings
from ovoz.platform.tenancy.repositories import make_schema

RATE = 8000


class Installation(msgspec.Struct, frozen=True):
    """Engines that run, and where things are."""

    settings: Settings
    endpoints: Endpoints
    database: Database

    @property
    def raw_folder(self) -> Path:
        return Path(self.endpoints.media_recordings_dir)

    async def make_tenant(self, locale: str = "ru") -> str:
        """A tenant with a schema from the real migrations, a role and a key."""
        tenant_id = new_tenant_id()
        admin = self.endpoints.database_admin_url
        await run_as_owner(admin, lambda connection: make_schema(connection, tenant_id))
        await migrate(admin, self.settings.data_dir, "tenant", schema_of(tenant_id))
        wrapped = wrap(secrets.token_bytes(32), installation_key(self.settings.home), tenant_id, 1)
        await run_as_owner(
            admin,
            lambda connection: [
                connection.execute(text(statement), {"id": tenant_id, "wrapped": wrapped, "locale": locale})
                for statement in (
                    "INSERT INTO ovoz.cell (id) VALUES ('cell-1') ON CONFLICT DO NOTHING",
                    "INSERT INTO ovoz.tenant (id, slug, name, cell_id, blueprint, locale)"
                    " VALUES (:id, :id, :id, 'cell-1', 'test', :locale)",
                    "INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES (:id, 1, :wrapped)",
                )
            ],
        )
        return tenant_id

    async def make_recording(
        self,
        tenant_id: str,
        sound: bytes | None,
        *,
        state: str = "captured",
        agent_id: UUID | None = None,
        ended: bool = True,
    ) -> UUID:
        """An interaction with a recording, as the switchboard leaves them, and the raw file."""
        recording_id, interaction_id = new_id(), new_id()
        raw_name = f"{interaction_id.hex}.raw"
        if sound is not None:
            (self.raw_folder / raw_name).write_bytes(sound)
        now = datetime.now(UTC)
        async with self.database.tenant(tenant_id) as session:
            await session.execute(
                text(
                    "INSERT INTO interaction (id, channel, direction, state, caller_hidden,"
                    " entry_number, agent_id, node, started_at, ended_at, epoch, seq)"
                    " VALUES (:id, 'voice', 'inbound', 'closed', false, '100', :agent,"
                    " 'node-1', :start, :end, 3, 7)"
                ),
                {
                    "id": interaction_id,
                    "agent": agent_id,
                    "start": now - timedelta(minutes=5),
                    "end": now - timedelta(seconds=30) if ended else None,
                },
            )
            await session.execute(
                text(
                    "INSERT INTO recording (id, interaction_id, state, raw_name, started_at, ended_at)"
                    " VALUES (:id, :interaction, :state, :raw, :start, :end)"
                ),
                {
                    "id": recording_id,
                    "interaction": interaction_id,
                    "state": state,
                    "raw": raw_name,
                    "start": now - timedelta(minutes=4),
                    "end": now if state == "captured" else None,
                },
            )
        return recording_id

    async def row(self, tenant_id: str, recording_id: UUID) -> "Row":
        """The recording's row as a struct with the columns as members."""
        async with self.database.tenant(tenant_id) as session:
            found = await session.execute(
                text(
                    "SELECT state, raw_name, object, key_version, duration_ms, size_bytes, sha256, attempts, error,"
                    " ended_at FROM recording WHERE id = :id"
                ),
                {"id": recording_id},
            )
            return msgspec.convert(dict(found.one()._mapping), Row)

    async def told(self, tenant_id: str, recording_id: UUID) -> tuple[int, int]:
        """How often the event log and the outbox say that it was stored."""
        async with self.database.tenant(tenant_id) as session:
            logged = await session.scalar(
                text(
                    "SELECT count(*) FROM event_log WHERE type = 'recordings.recording_stored.v1'"
                    " AND data->>'recording_id' = :id"
                ),
                {"id": str(recording_id)},
            )
        connection = await asyncpg.connect(self.endpoints.database_admin_url)
        emitted = await connection.fetchval(
            "SELECT count(*) FROM ovoz.outbox WHERE tenant_id = $1"
            " AND routing_key = $1 || '.recordings.recording_stored.v1'"
            " AND envelope->'data'->>'recording_id' = $2",
            tenant_id,
            str(recording_id),
        )
        await connection.close()
        return int(logged or 0), int(emitted or 0)

    def objects(self, tenant_id: str) -> list[Path]:
        """Every file of the tenant's, and every unfinished one, in the storage."""
        root = self.settings.home / "objects"
        return [
            path
            for folder in (root / ObjectName(tenant_id, "any").tenant_id, root / ".unfinished")
            for path in folder.rglob("*")
            if path.is_file()
        ]


class Row(msgspec.Struct, frozen=True):
    """What a test asks of a row of `recording`."""

    state: str
    raw_name: str
    object: str | None
    key_version: int | None
    duration_ms: int | None
    size_bytes: int | None
    sha256: bytes | None
    attempts: int
    error: str | None
    ended_at: datetime | None


def tones(seconds: float, left_hz: float, right_hz: float, *, left: float = 0.5, right: float = 0.5) -> bytes:
    """A raw file as the media node writes it: a tone on each side."""
    at = np.arange(int(seconds * RATE)) / RATE
    sides = [level * np.sin(2 * np.pi * hertz * at) for level, hertz in ((left, left_hz), (right, right_hz))]
    return bytes((np.stack(sides, 1) * 32767).astype("<i2").tobytes())


def level_db(side: np.ndarray, hertz: float) -> float:
    """Level of one tone in a side, in dB of full scale."""
    whole = side[RATE : RATE + len(side) // RATE * RATE - RATE]
    spectrum = np.abs(np.fft.rfft(whole * np.hanning(len(whole)))) / (len(whole) / 4)
    place = round(hertz * len(whole) / RATE)
    return float(20 * np.log10(spectrum[place - 2 : place + 3].max() + 1e-9))
