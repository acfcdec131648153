"""The journal's batches: everything one step made true, in one transaction."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.switchboard.contracts import (
    CALLER_NAME,
    CALLER_NUMBER,
    LIVE_STATE,
    NOTE,
    SHARE_NOTE,
    JournalEntry,
    fact_place,
)
from ovoz.lib.db import Database
from ovoz.lib.sealed_fields import FieldKeys
from ovoz.platform.privacy.api import Fields, Publication

STALE_EPOCH = "55000"


class EpochStale(Exception):
    """A higher epoch owns the cell: this process must not write, and must stop."""


_JOURNAL = "SELECT ovoz.journal(:cell, :epoch, CAST(:rows AS jsonb))"

# In the order in which they must run; each takes the rows of a whole batch at once. Shares that end are closed before
# others begin, so that the unique indexes are never met half-way.
_WRITES: tuple[tuple[str, str], ...] = (
    (
        "facts",
        """
        WITH written AS (
            INSERT INTO event_log (id, at, type, interaction_id, agent_id, seq, epoch, observed_late, data)
            SELECT f.id, f.at, f.type, f.interaction_id, f.agent_id, f.seq, :epoch, f.observed_late, f.data
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS f (
                id uuid, at timestamptz, type text, interaction_id uuid, agent_id uuid, seq bigint,
                observed_late boolean, data jsonb)
            ON CONFLICT (id) DO NOTHING
            RETURNING id, at, type, interaction_id, agent_id, seq, epoch, observed_late
        )
        SELECT count(ovoz.emit(w.id, w.type, coalesce(w.interaction_id, w.agent_id)::text, w.at,
                               w.published || jsonb_build_object('interaction_id', w.interaction_id,
                                                                 'agent_id', w.agent_id, 'seq', w.seq,
                                                                 'epoch', w.epoch,
                                                                 'observed_late', w.observed_late)))
        FROM (
            SELECT written.*, p.published
            FROM written JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS p (id uuid, published jsonb) USING (id)
            ORDER BY at, id
        ) AS w
        """,
    ),
    (
        "interactions",
        """
        INSERT INTO interaction AS i (
            id, channel, direction, state, caller_number, caller_pseudonym, caller_hidden, caller_name,
            entry_point_id, entry_number, queue_id, agent_id, node, sip_call_id, started_at, queued_at,
            answered_at, ended_at, closed_at, end_reason, disposition, note, wait_ms, talk_ms,
            hold_ms, wrap_up_ms, epoch, seq)
        SELECT
            r.id, r.channel, r.direction, r.state, r.caller_number, r.caller_pseudonym, r.caller_hidden,
            r.caller_name, r.entry_point_id, r.entry_number, r.queue_id, r.agent_id, r.node, r.sip_call_id,
            r.started_at, r.queued_at, r.answered_at, r.ended_at, r.closed_at, r.end_reason, r.disposition, r.note,
            r.wait_ms, r.talk_ms, r.hold_ms, r.wrap_up_ms, :epoch, r.seq
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
            id uuid, channel text, direction text, state text, caller_number bytea, caller_pseudonym text,
            caller_hidden boolean, caller_name bytea, entry_point_id uuid, entry_number text, queue_id uuid,
            agent_id uuid, node text, sip_call_id text, started_at timestamptz, queued_at timestamptz,
            answered_at timestamptz, ended_at timestamptz, closed_at timestamptz, end_reason text, disposition text,
            note bytea, wait_ms bigint, talk_ms bigint, hold_ms bigint, wrap_up_ms bigint, seq bigint)
        ON CONFLICT (id) DO UPDATE SET
            caller_name = excluded.caller_name, state = excluded.state, queue_id = excluded.queue_id,
            agent_id = excluded.agent_id,
            queued_at = excluded.queued_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
            closed_at = excluded.closed_at, end_reason = excluded.end_reason, disposition = excluded.disposition,
            note = excluded.note, wait_ms = excluded.wait_ms, talk_ms = excluded.talk_ms,
            hold_ms = excluded.hold_ms, wrap_up_ms = excluded.wrap_up_ms, epoch = excluded.epoch, seq = excluded.seq
            WHERE i.seq < excluded.seq
        """,
    ),
    (
        "handlings",
        """
        UPDATE handling h SET closed_at = r.closed_at
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, closed_at timestamptz, seq bigint)
        WHERE h.id = r.id AND h.seq < r.seq AND r.closed_at IS NOT NULL
        """,
    ),
    (
        "handlings",
        """
        INSERT INTO handling AS h (
            id, interaction_id, agent_id, offered_at, answered_at, ended_at, closed_at, outcome, talk_ms, hold_ms,
            wrap_up_ms, disposition, note, seq)
        SELECT r.id, r.interaction_id, r.agent_id, r.offered_at, r.answered_at, r.ended_at, r.closed_at, r.outcome,
               r.talk_ms, r.hold_ms, r.wrap_up_ms, r.disposition, r.note, r.seq
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
            id uuid, interaction_id uuid, agent_id uuid, offered_at timestamptz, answered_at timestamptz,
            ended_at timestamptz, closed_at timestamptz, outcome text, talk_ms bigint, hold_ms bigint,
            wrap_up_ms bigint, disposition text, note bytea, seq bigint)
        ORDER BY r.closed_at NULLS LAST, r.answered_at NULLS LAST
        ON CONFLICT (id) DO UPDATE SET
            answered_at = excluded.answered_at, ended_at = excluded.ended_at, closed_at = excluded.closed_at,
            outcome = excluded.outcome, talk_ms = excluded.talk_ms, hold_ms = excluded.hold_ms,
            wrap_up_ms = excluded.wrap_up_ms, disposition = excluded.disposition, note = excluded.note,
            seq = excluded.seq
            WHERE h.seq < excluded.seq
        """,
    ),
    (
        "segments",
        """
        INSERT INTO segment (interaction_id, ordinal, kind, agent_id, started_at, ended_at, outcome, observed_late)
        SELECT r.interaction_id, r.ordinal, r.kind, r.agent_id, r.started_at, r.ended_at, r.outcome, r.observed_late
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
            interaction_id uuid, ordinal integer, kind text, agent_id uuid, started_at timestamptz,
            ended_at timestamptz, outcome text, observed_late boolean)
        ON CONFLICT (interaction_id, ordinal) DO UPDATE SET
            ended_at = excluded.ended_at, outcome = excluded.outcome, observed_late = excluded.observed_late
            WHERE segment.ended_at IS NULL AND excluded.ended_at IS NOT NULL
        """,
    ),
    (
        "legs",
        """
        INSERT INTO leg (id, interaction_id, party, agent_id, started_at, answered_at, ended_at, cause, observed_late)
        SELECT r.id, r.interaction_id, r.party, r.agent_id, r.started_at, r.answered_at, r.ended_at, r.cause,
               r.observed_late
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
            id text, interaction_id uuid, party text, agent_id uuid, started_at timestamptz,
            answered_at timestamptz, ended_at timestamptz, cause integer, observed_late boolean)
        ON CONFLICT (id) DO UPDATE SET
            answered_at = coalesce(excluded.answered_at, leg.answered_at),
            ended_at = coalesce(excluded.ended_at, leg.ended_at), cause = coalesce(excluded.cause, leg.cause),
            observed_late = excluded.observed_late OR leg.observed_late
        """,
    ),
    (
        "agents",
        """
        INSERT INTO agent_state AS s (agent_id, state, reason, since, interaction_id, epoch, seq)
        SELECT r.agent_id, r.state, r.reason, r.since, r.interaction_id, :epoch, r.seq
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
            agent_id uuid, state text, reason text, since timestamptz, interaction_id uuid, seq bigint)
        ON CONFLICT (agent_id) DO UPDATE SET
            state = excluded.state, reason = excluded.reason, since = excluded.since,
            interaction_id = excluded.interaction_id, epoch = excluded.epoch, seq = excluded.seq
            WHERE s.seq < excluded.seq
        """,
    ),
    (
        "recordings",
        """
        INSERT INTO recording (id, interaction_id, state, raw_name, started_at, ended_at)
        SELECT r.id, r.interaction_id, r.state, r.raw_name, r.started_at, r.ended_at
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
            id uuid, interaction_id uuid, state text, raw_name text, started_at timestamptz, ended_at timestamptz)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, updated_at = now()
            WHERE recording.state = 'capturing' AND excluded.state = 'captured'
        """,
    ),
)


class JournalStore:
    """Writes batches of one tenant: live tables, event log, outbox and journal in one transaction.

    The event log keeps each fact as it was; the outbox gets what `publication` lets out of it. What names a person is
    sealed on its way in.
    """

    def __init__(self, database: Database, cell_id: str, publication: Publication, fields: Fields) -> None:
        self._database = database
        self._cell_id = cell_id
        self._publication = publication
        self._fields = fields

    async def write(self, tenant_id: str, epoch: int, entries: Sequence[JournalEntry]) -> None:
        """All or nothing; repeating it does nothing. Raises EpochStale, DatabaseUnavailable, KeyUnavailable."""
        keys = await self._fields.of(tenant_id)
        try:
            async with self._database.tenant(tenant_id) as session:
                live = [_sealed_live(row, keys) for row in _latest(entries, "live", lambda row: row["key"])]
                await _run(session, _JOURNAL, live, cell=self._cell_id, epoch=epoch)
                for member, statement in _WRITES:
                    rows = _ROWS[member](entries)
                    if member == "facts":
                        rows = [self._fact(row, keys) for row in rows]
                    elif member == "interactions":
                        rows = [_sealed_interaction(row, keys) for row in rows]
                    elif member == "handlings":
                        rows = [_sealed_share(row, keys) for row in rows]
                    if rows:
                        await _run(session, statement, rows, epoch=epoch)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == STALE_EPOCH:
                raise EpochStale(str(error.orig)) from error
            raise

    def _fact(self, row: dict[str, Any], keys: FieldKeys) -> dict[str, Any]:
        data: dict[str, Any] = row["data"]
        kept = {
            key: keys.seal_json(value, fact_place(key), row["id"])
            if self._publication.personal(key)
            else value
            for key, value in data.items()
        }
        return row | {"data": kept, "published": self._publication.published(data, keys)}


def _sealed_interaction(row: dict[str, Any], keys: FieldKeys) -> dict[str, Any]:
    number, name = row["caller_number"], row["caller_name"]
    return row | {
        "caller_number": _hex(keys.seal(number, CALLER_NUMBER, row["id"])),
        "caller_pseudonym": keys.pseudonym(number) if number else "",
        "caller_name": _hex(keys.seal(name, CALLER_NAME, row["id"])) if name is not None else None,
        "note": _hex(keys.seal(row["note"], NOTE, row["id"])),
    }


def _sealed_share(row: dict[str, Any], keys: FieldKeys) -> dict[str, Any]:
    return row | {"note": _hex(keys.seal(row["note"], SHARE_NOTE, row["id"]))}


def _sealed_live(row: dict[str, Any], keys: FieldKeys) -> dict[str, Any]:
    return row | {"state": row["state"] and keys.seal_json(row["state"], LIVE_STATE, row["key"])}


def _hex(value: bytes) -> str:
    """As Postgres reads `bytea`."""
    return f"\\x{value.hex()}"


def _latest(entries: Sequence[JournalEntry], member: str, key: Any) -> list[dict[str, Any]]:
    """One row per key: a statement may not touch a row twice, and only the newest counts."""
    return list({key(row): row for entry in entries for row in getattr(entry, member)}.values())


_ROWS: dict[str, Any] = {
    "facts": lambda entries: [row for entry in entries for row in entry.facts],
    "interactions": lambda entries: _latest(entries, "interactions", lambda row: row["id"]),
    "handlings": lambda entries: _latest(entries, "handlings", lambda row: row["id"]),
    "segments": lambda entries: _latest(
        entries, "segments", lambda row: (row["interaction_id"], row["ordinal"])
    ),
    "legs": lambda entries: _latest(entries, "legs", lambda row: row["id"]),
    "agents": lambda entries: _latest(entries, "agents", lambda row: row["agent_id"]),
    "recordings": lambda entries: _latest(entries, "recordings", lambda row: row["id"]),
}


async def _run(session: AsyncSession, statement: str, rows: list[dict[str, Any]], **values: Any) -> None:
    parameters = {"rows": msgspec.json.encode(rows).decode(), **values}
    used = {name: value for name, value in parameters.items() if f":{name}" in statement}
    await session.execute(text(statement), used)
