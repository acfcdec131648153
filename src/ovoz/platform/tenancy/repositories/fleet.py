"""The ledger of migrations: one row for each tenant and revision, claimed by whoever is free."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.db import schema_of

_LIVING = "NOT EXISTS (SELECT FROM ovoz.tombstone d WHERE d.tenant_id = t.id)"
_AT_ONCE = 200
"""Schemas whose revision is read by one statement."""

_CLAIM = """
UPDATE ovoz.tenant_migration m
SET state = 'running', attempts = attempts + 1, started_at = clock_timestamp(), worker = $3, error = NULL
WHERE (m.tenant_id, m.revision) = (
    SELECT c.tenant_id, c.revision FROM ovoz.tenant_migration c JOIN ovoz.tenant t ON t.id = c.tenant_id
    WHERE c.revision = $1 AND t.ring = $2 AND c.state IN ('owed', 'running') AND c.not_before <= clock_timestamp()
    ORDER BY c.state, c.tenant_id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
)
RETURNING m.tenant_id
"""
_HOLD = """
SELECT state FROM ovoz.tenant_migration WHERE tenant_id = $1 AND revision = $2 FOR UPDATE SKIP LOCKED
"""
_DONE = """
UPDATE ovoz.tenant_migration
SET state = 'done', error = NULL, finished_at = clock_timestamp(),
    duration_ms = extract(epoch FROM clock_timestamp() - now()) * 1000
WHERE tenant_id = $1 AND revision = $2
"""
_PUT_OFF = """
UPDATE ovoz.tenant_migration
SET state = CASE WHEN attempts >= $5 THEN 'failed' ELSE 'owed' END, error = $3,
    not_before = clock_timestamp() + $4::double precision * interval '1 second'
WHERE tenant_id = $1 AND revision = $2 AND state = 'running'
RETURNING state
"""


class FleetTenant(msgspec.Struct, frozen=True):
    """Where one tenant stands on its way to `target`; `state` is `done` when it is there."""

    tenant_id: str
    slug: str
    ring: int
    revision: str | None
    state: str
    attempts: int = 0
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | None = None
    worker: str = ""


class FleetLedger:
    """SQL of the ledger on one connection of the owner's login."""

    def __init__(self, driver: "asyncpg.Connection[Any]", target: str) -> None:
        self._driver = driver
        self._target = target

    async def tenants(self) -> list[FleetTenant]:
        """Every tenant that is not gone, with the revision that its own schema says."""
        rows = await self._driver.fetch(
            "SELECT t.id, t.slug, t.ring, m.state, m.attempts, m.error, m.started_at, m.finished_at, m.duration_ms,"
            " m.worker FROM ovoz.tenant t LEFT JOIN ovoz.tenant_migration m ON m.tenant_id = t.id"
            f" AND m.revision = $1 WHERE {_LIVING} ORDER BY t.ring, t.slug",
            self._target,
        )
        revisions = await self._revisions([row["id"] for row in rows])
        return [
            FleetTenant(
                row["id"],
                row["slug"],
                row["ring"],
                revisions.get(row["id"]),
                "done" if revisions.get(row["id"]) == self._target else _undone(row["state"]),
                row["attempts"] or 0,
                row["error"],
                row["started_at"],
                row["finished_at"],
                row["duration_ms"],
                row["worker"] or "",
            )
            for row in rows
        ]

    async def _revisions(self, tenant_ids: Sequence[str]) -> dict[str, str]:
        stamped = {
            str(row["nspname"])[2:]
            for row in await self._driver.fetch(
                "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relname = 'alembic_version' AND n.nspname = ANY($1::name[])",
                [schema_of(tenant_id) for tenant_id in tenant_ids],
            )
        }
        there = [tenant_id for tenant_id in tenant_ids if tenant_id in stamped]
        found: dict[str, str] = {}
        for start in range(0, len(there), _AT_ONCE):
            query = " UNION ALL ".join(
                f"SELECT '{tenant_id}' AS id, version_num FROM {schema_of(tenant_id)}.alembic_version"
                for tenant_id in there[start : start + _AT_ONCE]
            )
            # Not prepared: each of these statements is used once.
            found |= {row["id"]: row["version_num"] for row in await self._driver.fetch(query)}
        return found

    async def owe(self, behind: Sequence[str], at_head: Sequence[str]) -> None:
        """Writes down who is owed the revision; who failed before is owed it again."""
        await self._driver.execute(
            "INSERT INTO ovoz.tenant_migration (tenant_id, revision) SELECT unnest($1::text[]), $2"
            " ON CONFLICT DO NOTHING",
            behind,
            self._target,
        )
        await self._driver.execute(
            "UPDATE ovoz.tenant_migration SET state = 'owed', attempts = 0, error = NULL, not_before = '-infinity'"
            " WHERE revision = $2 AND tenant_id = ANY($1::text[]) AND state IN ('failed', 'done')",
            behind,
            self._target,
        )
        await self._driver.execute(
            "INSERT INTO ovoz.tenant_migration (tenant_id, revision, state, finished_at, worker)"
            " SELECT unnest($1::text[]), $2, 'done', now(), 'found at head' ON CONFLICT DO NOTHING",
            at_head,
            self._target,
        )

    async def rings(self) -> list[int]:
        """Rings in which something is owed, the canary first."""
        rows = await self._driver.fetch(
            "SELECT DISTINCT t.ring FROM ovoz.tenant_migration m JOIN ovoz.tenant t ON t.id = m.tenant_id"
            " WHERE m.revision = $1 AND m.state IN ('owed', 'running') ORDER BY t.ring",
            self._target,
        )
        return [row["ring"] for row in rows]

    async def left(self, ring: int) -> int:
        """How many of the ring are not settled."""
        count: int = await self._driver.fetchval(
            "SELECT count(*) FROM ovoz.tenant_migration m JOIN ovoz.tenant t ON t.id = m.tenant_id"
            " WHERE m.revision = $1 AND t.ring = $2 AND m.state IN ('owed', 'running')",
            self._target,
            ring,
        )
        return count

    async def claim(self, ring: int, worker: str) -> str | None:
        """A tenant to work on. One whose worker died is given again; one that is being worked on is passed over."""
        tenant_id: str | None = await self._driver.fetchval(_CLAIM, self._target, ring, worker)
        return tenant_id

    async def hold(self, tenant_id: str) -> bool:
        """Locks the claimed row for this transaction; False when another has it, or has done it."""
        return await self._driver.fetchval(_HOLD, tenant_id, self._target) in ("owed", "running")

    async def done(self, tenant_id: str) -> None:
        """In the transaction of the migration itself: one is never there without the other."""
        await self._driver.execute(_DONE, tenant_id, self._target)

    async def put_off(self, tenant_id: str, error: str, *, wait_s: float, attempts: int) -> str | None:
        """Says why it did not work, and when to try again; failed after so many attempts."""
        state: str | None = await self._driver.fetchval(
            _PUT_OFF, tenant_id, self._target, error, wait_s, attempts
        )
        return state


def _undone(state: str | None) -> str:
    return state if state in ("running", "failed") else "owed"


async def stamp_done(session: AsyncSession, tenant_id: str, revision: str, *, worker: str) -> None:
    """A tenant that begins at this revision."""
    await session.execute(
        text(
            "INSERT INTO ovoz.tenant_migration (tenant_id, revision, state, finished_at, worker)"
            " VALUES (:tenant, :revision, 'done', now(), :worker)"
        ),
        {"tenant": tenant_id, "revision": revision, "worker": worker},
    )
