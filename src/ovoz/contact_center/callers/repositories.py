"""All SQL of callers and routing rules; a session is handed in, opened for the tenant."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.callers.contracts import CallerProfile, RoutingRules
from ovoz.contact_center.callers.schemas import RoutingRulesVersion, RuleNumber

MOST_VERSIONS = 200
# From one value to the next by the index: there are millions of subscribers, and a few regions.
_REGIONS = """
WITH RECURSIVE found AS (
    (SELECT region FROM subscriber WHERE region IS NOT NULL ORDER BY region LIMIT 1)
    UNION ALL
    SELECT (SELECT s.region FROM subscriber s WHERE s.region > found.region ORDER BY s.region LIMIT 1)
    FROM found WHERE found.region IS NOT NULL
)
SELECT region FROM found WHERE region IS NOT NULL LIMIT 200
"""
_PRODUCTS = """
WITH RECURSIVE found AS (
    (SELECT product FROM subscriber WHERE product IS NOT NULL ORDER BY product LIMIT 1)
    UNION ALL
    SELECT (SELECT s.product FROM subscriber s WHERE s.product > found.product ORDER BY s.product LIMIT 1)
    FROM found WHERE found.product IS NOT NULL
)
SELECT product FROM found WHERE product IS NOT NULL LIMIT 200
"""

# Whoever was passed on after midnight had come before it.
_ON_RECORD = """
SELECT interaction_id, id, data -> 'known' AS known FROM event_log
WHERE type IN ('calls.call_queued.v1', 'calls.caller_recognised.v1') AND data ? 'known'
  AND at >= CAST(:start AS timestamptz) - interval '1 day' AND at < :end
ORDER BY at, seq
"""


class Subscriber(msgspec.Struct, frozen=True):
    """A subscriber's row; `name` is sealed."""

    id: UUID
    name: bytes
    profile: CallerProfile


class Working(msgspec.Struct, frozen=True):
    """An agent who works here; `skills` by code."""

    id: UUID
    name: str
    team_id: UUID | None
    skills: dict[str, int]


class CallerRepository:
    """What is known of those who call."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def subscriber(self, pseudonym: str) -> Subscriber | None:
        rows = await self._session.execute(
            text(
                "SELECT id, name, vip, corporate, answer_target_s, region, language, product, network, outage,"
                " manager_id FROM subscriber WHERE number_pseudonym = :pseudonym"
            ),
            {"pseudonym": pseudonym},
        )
        row = rows.one_or_none()
        if row is None:
            return None
        said = {name: value for name, value in row._mapping.items() if name not in ("id", "name")}
        return Subscriber(row.id, row.name, CallerProfile(**said))

    async def last_agent(self, pseudonym: str, now: datetime, within_days: int) -> UUID | None:
        """Who talked to this caller last, if that is not longer ago."""
        found: UUID | None = await self._session.scalar(
            text(
                "SELECT h.agent_id FROM interaction i JOIN handling h ON h.interaction_id = i.id"
                " WHERE i.caller_pseudonym = :pseudonym AND i.started_at > :since AND h.answered_at IS NOT NULL"
                " ORDER BY i.started_at DESC, h.answered_at DESC LIMIT 1"
            ),
            {"pseudonym": pseudonym, "since": now - timedelta(days=within_days)},
        )
        return found


class OnRecordRepository:
    """How the callers of a day came into their first queue, still sealed."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_day(self, start: datetime, end: datetime) -> list[tuple[UUID, UUID, Any]]:
        """Interaction, fact, what it keeps; of two of an interaction the later knows more and comes later."""
        rows = await self._session.execute(text(_ON_RECORD), {"start": start, "end": end})
        return [(row.interaction_id, row.id, row.known) for row in rows]


class RulesRepository:
    """The rules, their versions, and what they may name."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rules(self, *, hold: bool = False) -> tuple[RoutingRules, int]:
        """With `hold` nobody else changes them until this transaction ends."""
        rows = await self._session.execute(
            text(f"SELECT settings, version FROM routing_rules{' FOR UPDATE' if hold else ''}")
        )
        row = rows.one()
        return msgspec.convert(row.settings, RoutingRules), row.version

    async def replace(self, rules: RoutingRules, version: int) -> None:
        """At the commit the switchboard reads the tenant's configuration again."""
        await self._session.execute(
            text("UPDATE routing_rules SET settings = CAST(:settings AS jsonb), version = :version"),
            {"settings": _json(rules), "version": version},
        )
        await self._session.execute(text("SELECT ovoz.tell_settings_changed()"))

    async def keep_version(
        self,
        rules: RoutingRules,
        version: int,
        at: datetime | None,
        by: UUID | None,
        restored_from: int | None = None,
    ) -> None:
        """Once for each version: what is kept already stays as it is."""
        await self._session.execute(
            text(
                "INSERT INTO routing_rules_version (version, settings, made_at, made_by, restored_from)"
                " VALUES (:version, CAST(:settings AS jsonb), :at, :by, :restored) ON CONFLICT DO NOTHING"
            ),
            {"version": version, "settings": _json(rules), "at": at, "by": by, "restored": restored_from},
        )

    async def versions(self) -> list[RoutingRulesVersion]:
        """The latest first."""
        rows = await self._session.execute(
            text(
                "SELECT v.version, v.settings, v.made_at, u.name AS made_by, v.restored_from"
                " FROM routing_rules_version v LEFT JOIN user_account u ON u.id = v.made_by"
                " ORDER BY v.version DESC LIMIT :most"
            ),
            {"most": MOST_VERSIONS},
        )
        return [
            RoutingRulesVersion(
                row.version,
                msgspec.convert(row.settings, RoutingRules),
                row.made_at,
                row.made_by,
                row.restored_from,
            )
            for row in rows
        ]

    async def settings_at(self, version: int) -> RoutingRules | None:
        found: Any = await self._session.scalar(
            text("SELECT settings FROM routing_rules_version WHERE version = :version"), {"version": version}
        )
        return None if found is None else msgspec.convert(found, RoutingRules)

    async def agents(self) -> list[Working]:
        """Everyone who can get calls, by name."""
        rows = await self._session.execute(
            text(
                "SELECT u.id, u.name, u.team_id,"
                " (SELECT coalesce(jsonb_object_agg(s.code, a.level), '{}') FROM agent_skill a"
                "  JOIN skill s ON s.id = a.skill_id WHERE a.user_id = u.id AND s.archived_at IS NULL) AS skills"
                " FROM user_account u WHERE u.is_agent AND u.disabled_at IS NULL ORDER BY u.name, u.id"
            )
        )
        return [Working(row.id, row.name, row.team_id, row.skills) for row in rows]

    async def skills(self) -> frozenset[str]:
        return frozenset(
            await self._session.scalars(text("SELECT code FROM skill WHERE archived_at IS NULL"))
        )

    async def numbers(self) -> list[RuleNumber]:
        rows = await self._session.execute(
            text(
                "SELECT e.number, e.name, q.code FROM entry_point e JOIN queue q ON q.id = e.queue_id"
                " ORDER BY e.number"
            )
        )
        return [RuleNumber(row.number, row.name, row.code) for row in rows]

    async def regions(self) -> list[str]:
        """Of the subscribers."""
        return list(await self._session.scalars(text(_REGIONS)))

    async def products(self) -> list[str]:
        """Of the subscribers."""
        return list(await self._session.scalars(text(_PRODUCTS)))


def _json(rules: RoutingRules) -> str:
    return msgspec.json.encode(rules).decode()
