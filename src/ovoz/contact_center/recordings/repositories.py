"""All SQL about recordings. The switchboard inserts a row and says when it is captured; the rest happens here."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import column, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.recordings.contracts import OwedRecording, RecordingState, StoredRecording
from ovoz.contact_center.recordings.events import RECORDING_STORED, RecordingStored
from ovoz.contact_center.recordings.rules.limits import ENDED_GRACE_S
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database, TenantGone
from ovoz.lib.ids import new_id
from ovoz.platform.access.api import Columns, Reach, within
from ovoz.platform.audit.api import Act, Doer, tell_reading

_OWED = """
SELECT r.id, r.interaction_id, r.raw_name, r.started_at,
       r.state = 'captured' OR coalesce(i.ended_at < now() - :grace * interval '1 second', false)
           AS conversation_ended
FROM recording r LEFT JOIN interaction i ON i.id = r.interaction_id
WHERE r.state IN ('capturing', 'captured')
"""
# An attempt that ended by itself left an error and waits its turn; one that was cut off did not, and is due now.
_DUE = """
  AND (r.error IS NULL
       OR r.updated_at < now() - least(30 * power(2, least(r.attempts, 10)), 600) * interval '1 second')
ORDER BY r.updated_at LIMIT 200
"""
_STORED = """
UPDATE recording
SET state = 'stored', object = :object, key_version = :key_version, duration_ms = CAST(:duration_ms AS bigint),
    size_bytes = :size_bytes, sha256 = :sha256, error = NULL, updated_at = now(),
    ended_at = coalesce(ended_at, started_at + CAST(:duration_ms AS bigint) * interval '1 millisecond')
WHERE id = :id AND state IN ('capturing', 'captured')
RETURNING interaction_id
"""
_LOGGED = """
INSERT INTO event_log (id, at, type, interaction_id, agent_id, seq, epoch, data)
SELECT :event_id, :at, :type, r.interaction_id, i.agent_id, coalesce(i.seq, 0), coalesce(i.epoch, 0),
       CAST(:data AS jsonb)
FROM recording r LEFT JOIN interaction i ON i.id = r.interaction_id
WHERE r.id = :id
"""
_EMITTED = "SELECT ovoz.emit(:event_id, :type, :subject, :at, CAST(:data AS jsonb))"
_recording = table(
    "recording",
    *(
        column(name)
        for name in (
            *("id", "state", "interaction_id", "object"),
            *("key_version", "duration_ms", "size_bytes", "sha256"),
        )
    ),
)
_interaction = table(
    "interaction", column("id"), column("agent_id"), column("queue_id"), column("caller_pseudonym")
)
_share = table("handling", column("interaction_id"), column("agent_id"), column("answered_at")).alias("share")
_CONTACT = Columns(
    owner=_interaction.c.agent_id,
    shares=select(_share.c.agent_id).where(
        _share.c.interaction_id == _interaction.c.id, _share.c.answered_at.is_not(None)
    ),
    queue=_interaction.c.queue_id,
    number_pseudonym=_interaction.c.caller_pseudonym,
)


class Keeping(msgspec.Struct, frozen=True):
    """What storing found out; it is written into the recording's row."""

    object: str
    key_version: int
    duration_ms: int
    size_bytes: int
    sha256: bytes


class RecordingRows:
    """Rows of `recording`; each method is one transaction and may raise DatabaseUnavailable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def tenants(self) -> list[str]:
        """Every tenant that is not gone, suspended ones too: what they recorded is owed all the same."""
        async with self._database.control() as session:
            rows = await session.execute(
                text(
                    "SELECT t.id FROM ovoz.tenant t WHERE NOT EXISTS"
                    " (SELECT FROM ovoz.tombstone d WHERE d.tenant_id = t.id) ORDER BY t.id"
                )
            )
            return [row.id for row in rows]

    async def due(self, tenant_id: str) -> list[OwedRecording]:
        """What is not stored and whose time has come, oldest first, at most 200."""
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(text(_OWED + _DUE), {"grace": ENDED_GRACE_S})
            return [_owed(row) for row in rows]

    async def owed(self, tenant_id: str, recording_id: UUID) -> OwedRecording | None:
        """The recording, unless it is settled or unknown."""
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(
                text(_OWED + "AND r.id = :id"), {"grace": ENDED_GRACE_S, "id": recording_id}
            )
            row = rows.one_or_none()
            return None if row is None else _owed(row)

    async def begin_attempt(self, tenant_id: str, recording_id: UUID) -> int | None:
        """Counts an attempt before it starts, so that one which kills the worker counts too.

        Returns its number, or None when the recording is settled.
        """
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(
                text(
                    "UPDATE recording SET attempts = attempts + 1, error = NULL, updated_at = now() "
                    "WHERE id = :id AND state IN ('capturing', 'captured') RETURNING attempts"
                ),
                {"id": recording_id},
            )
            number: int | None = rows.scalar_one_or_none()
            return number

    async def put_off(self, tenant_id: str, recording_id: UUID, error: str, *, attempts: int) -> None:
        """Says why it did not work this time, and how many attempts count."""
        async with self._database.tenant(tenant_id) as session:
            await session.execute(
                text(
                    "UPDATE recording SET error = :error, attempts = :attempts, updated_at = now() "
                    "WHERE id = :id AND state IN ('capturing', 'captured')"
                ),
                {"id": recording_id, "error": error, "attempts": attempts},
            )

    async def give_up(self, tenant_id: str, recording_id: UUID, error: str) -> None:
        """The end of a recording that cannot be stored."""
        async with self._database.tenant(tenant_id) as session:
            await session.execute(
                text(
                    "UPDATE recording SET state = 'failed', error = :error, updated_at = now() "
                    "WHERE id = :id AND state IN ('capturing', 'captured')"
                ),
                {"id": recording_id, "error": error},
            )

    async def keep(self, tenant_id: str, recording_id: UUID, keeping: Keeping) -> bool:
        """Marks the recording as stored and tells so, in one transaction; False when somebody else did."""
        async with self._database.tenant(tenant_id) as session:
            written = await session.execute(
                text(_STORED), {"id": recording_id, **msgspec.structs.asdict(keeping)}
            )
            interaction_id = written.scalar_one_or_none()
            if interaction_id is None:
                return False
            data = RecordingStored(recording_id, interaction_id, keeping.duration_ms, keeping.size_bytes)
            event: dict[str, Any] = {
                "event_id": new_id(),
                "type": RECORDING_STORED,
                "at": self._clock(),
                "data": msgspec.json.encode(data).decode(),
            }
            await session.execute(text(_LOGGED), {**event, "id": recording_id})
            await session.execute(text(_EMITTED), {**event, "subject": str(interaction_id)})
            return True

    async def find(
        self, tenant_id: str, recording_id: UUID, reach: Reach | None
    ) -> tuple[RecordingState, StoredRecording | None] | None:
        """State, and the stored recording where it is stored. None: there is none within reach (no reach: all is)."""
        query = (
            select(_recording, _interaction.c.agent_id)
            .select_from(_recording.outerjoin(_interaction, _interaction.c.id == _recording.c.interaction_id))
            .where(_recording.c.id == recording_id)
        )
        if reach is not None:
            query = query.where(within(reach, _CONTACT))
        async with self._database.tenant(tenant_id) as session:
            row = (await session.execute(query)).one_or_none()
            if row is None:
                return None
            stored = None
            if row.state == "stored":
                stored = StoredRecording(
                    row.id,
                    row.interaction_id,
                    row.agent_id,
                    row.object,
                    row.key_version,
                    row.duration_ms,
                    row.size_bytes,
                    row.sha256,
                )
            return row.state, stored

    async def tell_listened(self, tenant_id: str, recording: StoredRecording, doer: Doer) -> None:
        """Puts on record that somebody listens, once for each listening."""
        act = Act(
            "recordings.listened",
            doer,
            "recording",
            str(recording.id),
            after={"interaction_id": str(recording.interaction_id)},
        )
        async with self._database.tenant(tenant_id) as session:
            await tell_reading(session, self._clock(), act)

    async def stored(self, tenant_id: str) -> list[StoredRecording]:
        """Every recording that can be listened to, oldest first."""
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(
                text(
                    "SELECT r.id, r.interaction_id, i.agent_id, r.object, r.key_version, r.duration_ms, r.size_bytes,"
                    " r.sha256 FROM recording r LEFT JOIN interaction i ON i.id = r.interaction_id"
                    " WHERE r.state = 'stored' ORDER BY r.started_at, r.id"
                )
            )
            return [StoredRecording(**row._mapping) for row in rows]

    async def carried(self, tenant_id: str, recording_id: UUID, object_: str, key_version: int) -> bool:
        """A recording came from another installation; False when no row of the tenant's is about it."""
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(
                text(
                    "UPDATE recording SET object = :object, key_version = :version, updated_at = now()"
                    " WHERE id = :id AND state = 'stored' RETURNING id"
                ),
                {"id": recording_id, "object": object_, "version": key_version},
            )
            return rows.first() is not None

    async def raw_names(self, tenant_id: str) -> list[str]:
        """Raw files that may still be there; none of a tenant that is gone."""
        try:
            async with self._database.tenant(tenant_id) as session:
                return list(
                    await session.scalars(text("SELECT raw_name FROM recording WHERE state <> 'stored'"))
                )
        except TenantGone:
            return []

    async def states_of_raw(self, tenant_id: str, raw_names: Sequence[str]) -> dict[str, set[RecordingState]]:
        """States of the tenant's recordings that were captured into these files."""
        async with self._database.tenant(tenant_id) as session:
            rows = await session.execute(
                text("SELECT raw_name, state FROM recording WHERE raw_name = ANY(:names)"),
                {"names": list(raw_names)},
            )
            states: dict[str, set[RecordingState]] = {}
            for row in rows:
                states.setdefault(row.raw_name, set()).add(row.state)
            return states


async def give_up_unstored(session: AsyncSession) -> None:
    """In an installation that took the tenant over: the raw files of these are elsewhere.

    Or here, and still the other one's, where a copy is restored beside it: so the copy does not name them.
    """
    await session.execute(
        text("UPDATE recording SET raw_name = 'moved-' || raw_name WHERE state <> 'stored'")
    )
    await session.execute(
        text(
            "UPDATE recording SET state = 'failed', error = 'It was not stored when the archive was written.',"
            " updated_at = now() WHERE state IN ('capturing', 'captured')"
        )
    )


def _owed(row: Any) -> OwedRecording:
    return OwedRecording(row.id, row.interaction_id, row.raw_name, row.started_at, row.conversation_ended)
