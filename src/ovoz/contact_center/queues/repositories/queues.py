"""Queues with their settings, members and versions; holidays; what settings may name."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.queues.contracts import Holiday, OverflowRule, QueueSettings
from ovoz.contact_center.queues.rules.validation import Member, World
from ovoz.contact_center.queues.schemas import KeptHoliday, QueueVersion
from ovoz.lib.sounds import Sounds

MOST_VERSIONS = 200

_COLUMNS = (
    *("name", "language", "priority", "weight", "target_s", "short_abandon_s", "max_length", "max_wait_s"),
    *("ring_timeout_s", "wrap_up_s", "recorded", "rings", "music", "announcements", "hours", "overflow"),
    *("dispositions", "caller_number"),
)
_JSON = frozenset({"rings", "announcements", "hours", "overflow"})
_QUEUE = f"""
SELECT q.id, q.code, q.archived_at, q.version, {", ".join(f"q.{name}" for name in _COLUMNS)}, q.announce_every_s,
       (SELECT coalesce(array_agg(m.user_id ORDER BY m.user_id), '{{}}') FROM queue_member m
        WHERE m.queue_id = q.id) AS members
FROM queue q
"""
_PLACES = {name: f"CAST(:{name} AS jsonb)" if name in _JSON else f":{name}" for name in _COLUMNS}
_ADD = (
    f"INSERT INTO queue (id, code, announce_every_s, {', '.join(_COLUMNS)})"
    f" VALUES (:id, :code, :announce_every_s, {', '.join(_PLACES.values())})"
    " ON CONFLICT (code) DO NOTHING RETURNING id"
)
_REPLACE = (
    f"UPDATE queue SET {', '.join(f'{name} = {place}' for name, place in _PLACES.items())},"
    " announce_every_s = :announce_every_s, version = :version,"
    " archived_at = CASE WHEN :archived THEN coalesce(archived_at, :at) END WHERE id = :id"
)


class StoredQueue(msgspec.Struct, frozen=True):
    """A row of `queue` with its members."""

    id: UUID
    code: str
    settings: QueueSettings
    archived: bool
    version: int


class QueueRepository:
    """Queues, and what stands around them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> list[StoredQueue]:
        rows = await self._session.execute(text(f"{_QUEUE} ORDER BY q.name, q.code"))
        return [_queue(row) for row in rows]

    async def one(self, queue_id: UUID) -> StoredQueue | None:
        """The queue; nobody else changes it until this transaction ends."""
        rows = await self._session.execute(
            text(f"{_QUEUE} WHERE q.id = :id FOR UPDATE OF q"), {"id": queue_id}
        )
        row = rows.one_or_none()
        return None if row is None else _queue(row)

    async def hold_all(self) -> None:
        """Changes of queues stand in line: of two that each lead to the other, one sees what the other did."""
        await self._session.execute(text("SELECT id FROM queue ORDER BY id FOR UPDATE"))

    async def add(self, queue: StoredQueue) -> bool:
        """False when the code is taken."""
        rows = await self._session.execute(text(_ADD), _values(queue))
        if rows.one_or_none() is None:
            return False
        await self._set_members(queue)
        return True

    async def replace(self, queue: StoredQueue, at: datetime) -> None:
        await self._session.execute(text(_REPLACE), _values(queue) | {"at": at})
        await self._set_members(queue)

    async def _set_members(self, queue: StoredQueue) -> None:
        await self._session.execute(text("DELETE FROM queue_member WHERE queue_id = :id"), {"id": queue.id})
        await self._session.execute(
            text("INSERT INTO queue_member (queue_id, user_id) SELECT :id, unnest(CAST(:members AS uuid[]))"),
            {"id": queue.id, "members": list(queue.settings.members)},
        )

    # Versions

    async def keep_version(
        self, queue: StoredQueue, at: datetime | None, by: UUID | None, restored_from: int | None = None
    ) -> None:
        """Once for each version: what is kept already stays as it is."""
        await self._session.execute(
            text(
                "INSERT INTO queue_version (queue_id, version, settings, archived, made_at, made_by, restored_from)"
                " VALUES (:id, :version, CAST(:settings AS jsonb), :archived, :at, :by, :restored)"
                " ON CONFLICT DO NOTHING"
            ),
            {
                "id": queue.id,
                "version": queue.version,
                "settings": msgspec.json.encode(queue.settings).decode(),
                "archived": queue.archived,
                "at": at,
                "by": by,
                "restored": restored_from,
            },
        )

    async def versions(self, queue_id: UUID) -> list[QueueVersion]:
        """The latest first."""
        rows = await self._session.execute(
            text(
                "SELECT v.version, v.settings, v.archived, v.made_at, u.name AS made_by, v.restored_from"
                " FROM queue_version v LEFT JOIN user_account u ON u.id = v.made_by"
                " WHERE v.queue_id = :id ORDER BY v.version DESC LIMIT :most"
            ),
            {"id": queue_id, "most": MOST_VERSIONS},
        )
        return [
            QueueVersion(
                row.version,
                msgspec.convert(row.settings, QueueSettings),
                row.archived,
                row.made_at,
                row.made_by,
                row.restored_from,
            )
            for row in rows
        ]

    async def settings_at(self, queue_id: UUID, version: int) -> QueueSettings | None:
        found = await self._session.scalar(
            text("SELECT settings FROM queue_version WHERE queue_id = :id AND version = :version"),
            {"id": queue_id, "version": version},
        )
        return None if found is None else msgspec.convert(found, QueueSettings)

    # What settings may name

    async def world(self, sounds: Sounds) -> World:
        """What there is: only what may be used in settings from now on."""
        skills = await self._session.scalars(text("SELECT code FROM skill WHERE archived_at IS NULL"))
        teams = await self._session.scalars(text("SELECT id FROM team"))
        dispositions = await self._session.scalars(text("SELECT code FROM disposition"))
        agents = await self._session.execute(
            text(
                "SELECT u.id, u.team_id,"
                " (SELECT coalesce(jsonb_object_agg(s.code, a.level), '{}') FROM agent_skill a"
                "  JOIN skill s ON s.id = a.skill_id WHERE a.user_id = u.id) AS skills,"
                " (SELECT coalesce(array_agg(q.code), '{}') FROM queue_member m JOIN queue q ON q.id = m.queue_id"
                "  WHERE m.user_id = u.id) AS queues"
                " FROM user_account u WHERE u.is_agent AND u.disabled_at IS NULL ORDER BY u.name, u.id"
            )
        )
        numbers = await self._session.scalars(text("SELECT number FROM entry_point"))
        overflows = await self._session.execute(
            text("SELECT code, overflow FROM queue WHERE archived_at IS NULL")
        )
        return World(
            skills=frozenset(skills),
            teams=frozenset(teams),
            dispositions=frozenset(dispositions),
            agents=tuple(Member(row.id, row.skills, row.team_id, frozenset(row.queues)) for row in agents),
            overflows={row.code: msgspec.convert(row.overflow, list[OverflowRule]) for row in overflows},
            numbers=frozenset(numbers),
            music=frozenset(sounds.music),
            languages=frozenset(sounds.languages),
        )

    async def names(self, user_ids: list[UUID]) -> dict[UUID, str]:
        rows = await self._session.execute(
            text("SELECT id, name FROM user_account WHERE id = ANY(:ids)"), {"ids": user_ids}
        )
        return {row.id: row.name for row in rows}

    async def entry_points_of(self, queue_id: UUID) -> list[str]:
        """Names of the entry points that lead to the queue."""
        rows = await self._session.scalars(
            text("SELECT name FROM entry_point WHERE queue_id = :id ORDER BY name"), {"id": queue_id}
        )
        return list(rows)

    # Holidays

    async def holidays(self) -> list[KeptHoliday]:
        rows = await self._session.execute(
            text("SELECT id, date, name, spans, queues FROM holiday ORDER BY date, id")
        )
        return [
            KeptHoliday(
                row.id,
                msgspec.convert(
                    {"date": row.date, "name": row.name, "spans": row.spans, "queues": row.queues}, Holiday
                ),
            )
            for row in rows
        ]

    async def add_holiday(self, kept: KeptHoliday) -> None:
        await self._session.execute(
            text(
                "INSERT INTO holiday (id, date, name, spans, queues)"
                " VALUES (:id, :date, :name, CAST(:spans AS jsonb), :queues)"
            ),
            {
                "id": kept.id,
                "date": kept.holiday.date,
                "name": kept.holiday.name,
                "spans": msgspec.json.encode(kept.holiday.spans).decode(),
                "queues": list(kept.holiday.queues),
            },
        )

    async def remove_holiday(self, holiday_id: UUID) -> None:
        await self._session.execute(text("DELETE FROM holiday WHERE id = :id"), {"id": holiday_id})


def _values(queue: StoredQueue) -> dict[str, Any]:
    settings = queue.settings
    return {
        "id": queue.id,
        "code": queue.code,
        "archived": queue.archived,
        "version": queue.version,
        "announce_every_s": settings.announcements.every_s,
        **{
            name: msgspec.json.encode(getattr(settings, name)).decode()
            if name in _JSON
            else getattr(settings, name)
            for name in _COLUMNS
        },
        "dispositions": list(settings.dispositions),
    }


def _queue(row: Any) -> StoredQueue:
    said = {name: getattr(row, name) for name in _COLUMNS} | {"members": row.members}
    # The row may be from before there were announcements to set: then only the old column says how often.
    said["announcements"] = {"every_s": row.announce_every_s} | row.announcements
    return StoredQueue(
        id=row.id,
        code=row.code,
        settings=msgspec.convert(said, QueueSettings),
        archived=row.archived_at is not None,
        version=row.version,
    )
