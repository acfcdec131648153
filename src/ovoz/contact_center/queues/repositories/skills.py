"""Skills, and who has them at which level."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, column, func, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.queues.contracts import Titles
from ovoz.contact_center.queues.schemas import AgentSkills, Skill, SkillLevel, SkillTeam
from ovoz.lib.paging import Keyset, Page, cut
from ovoz.platform.access.api import Columns, Reach, within

_user = table(
    "user_account",
    *(column(name) for name in ("id", "email", "name", "is_agent", "disabled_at", "team_id")),
)
_team = table("team", column("id"), column("name"))
_agent_skill = table("agent_skill", column("user_id"), column("skill_id"), column("level"))
_change = table("agent_skill_change", column("user_id"), column("changed_at"), column("changed_by"))
_changer = _user.alias("changer")
_AGENT = and_(_user.c.is_agent, _user.c.disabled_at.is_(None))

_SKILL = """
SELECT s.id, s.code, s.names, s.position, s.archived_at, s.version,
       (SELECT count(*) FROM agent_skill a JOIN user_account u ON u.id = a.user_id AND u.is_agent
        AND u.disabled_at IS NULL WHERE a.skill_id = s.id) AS people
FROM skill s
"""


class KnownAgent(msgspec.Struct, frozen=True):
    """An agent as a change of levels needs it."""

    id: UUID
    email: str
    may_change: bool


class SkillRepository:
    """Skills, and who has them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> list[Skill]:
        rows = await self._session.execute(text(f"{_SKILL} ORDER BY s.position, s.code"))
        return [_skill(row) for row in rows]

    async def one(self, skill_id: UUID) -> Skill | None:
        """The skill; nobody else changes it until this transaction ends."""
        rows = await self._session.execute(
            text(f"{_SKILL} WHERE s.id = :id FOR UPDATE OF s"), {"id": skill_id}
        )
        row = rows.one_or_none()
        return None if row is None else _skill(row)

    async def add(self, skill_id: UUID, code: str, names: Titles) -> bool:
        """Last in the list; False when the code is taken."""
        rows = await self._session.execute(
            text(
                "INSERT INTO skill (id, code, names, position) SELECT :id, :code, CAST(:names AS jsonb),"
                " coalesce(max(position) + 1, 0) FROM skill ON CONFLICT (code) DO NOTHING RETURNING id"
            ),
            {"id": skill_id, "code": code, "names": msgspec.json.encode(names).decode()},
        )
        return rows.one_or_none() is not None

    async def replace(self, skill: Skill, archived_at: datetime | None) -> None:
        """Names, place, archived since when, and the version."""
        await self._session.execute(
            text(
                "UPDATE skill SET names = CAST(:names AS jsonb), position = :position, version = :version,"
                " archived_at = CASE WHEN :archived THEN coalesce(archived_at, :at) END WHERE id = :id"
            ),
            {
                "id": skill.id,
                "names": msgspec.json.encode(skill.names).decode(),
                "position": skill.position,
                "archived": skill.archived,
                "at": archived_at,
                "version": skill.version,
            },
        )

    async def page_of_agents(
        self,
        readable: Reach,
        changeable: Reach,
        *,
        cursor: str | None,
        limit: int,
        search: str | None,
        team_id: UUID | None,
    ) -> Page[AgentSkills]:
        """Agents by name with their levels. Raises CursorInvalid."""
        keyset = Keyset("name", {"name": _user.c.name}, _user.c.id)
        wanted: list[ColumnElement[bool]] = [_AGENT, within(readable, Columns(owner=_user.c.id))]
        if cursor is not None:
            wanted.append(keyset.after(cursor))
        if search is not None:
            wanted.append(_user.c.name.icontains(search, autoescape=True))
        if team_id is not None:
            wanted.append(_user.c.team_id == team_id)
        levels = (
            select(
                func.coalesce(
                    func.jsonb_agg(
                        func.jsonb_build_object(
                            "skill_id", _agent_skill.c.skill_id, "level", _agent_skill.c.level
                        )
                    ),
                    literal_column("'[]'::jsonb"),
                )
            )
            .where(_agent_skill.c.user_id == _user.c.id)
            .scalar_subquery()
        )
        query = (
            select(
                _user.c.id,
                _user.c.name,
                _team.c.id.label("team_id"),
                _team.c.name.label("team_name"),
                within(changeable, Columns(owner=_user.c.id)).label("may_change"),
                levels.cast(JSONB).label("levels"),
                _change.c.changed_at,
                _changer.c.name.label("changed_by"),
            )
            .select_from(
                _user.outerjoin(_team, _team.c.id == _user.c.team_id)
                .outerjoin(_change, _change.c.user_id == _user.c.id)
                .outerjoin(_changer, _changer.c.id == _change.c.changed_by)
            )
            .where(*wanted)
            .order_by(*keyset.order())
            .limit(limit + 1)
        )
        rows, more = cut((await self._session.execute(query)).all(), limit)
        items = [
            AgentSkills(
                user_id=row.id,
                name=row.name,
                team=SkillTeam(row.team_id, row.team_name) if row.team_id is not None else None,
                may_change=row.may_change,
                levels=msgspec.convert(row.levels, list[SkillLevel]),
                changed_at=row.changed_at,
                changed_by=row.changed_by,
            )
            for row in rows
        ]
        return Page(items, keyset.cursor(items[-1].name, items[-1].user_id) if more else None)

    async def agents(self, readable: Reach, changeable: Reach) -> list[KnownAgent]:
        """Every agent whom the reader sees."""
        may_change = within(changeable, Columns(owner=_user.c.id)).label("may_change")
        rows = await self._session.execute(
            select(_user.c.id, _user.c.email, may_change).where(
                _AGENT, within(readable, Columns(owner=_user.c.id))
            )
        )
        return [KnownAgent(row.id, row.email, row.may_change) for row in rows]

    async def hold_agents(self, changeable: Reach, user_ids: Iterable[UUID]) -> set[UUID]:
        """Those of them who are agents within reach; nobody else changes their skills until this transaction ends."""
        rows = await self._session.execute(
            select(_user.c.id)
            .where(_AGENT, _user.c.id.in_(list(user_ids)), within(changeable, Columns(owner=_user.c.id)))
            .order_by(_user.c.id)
            .with_for_update(key_share=True)
        )
        return set(rows.scalars())

    async def levels(self, user_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], int]:
        """By person and skill."""
        rows = await self._session.execute(
            text("SELECT user_id, skill_id, level FROM agent_skill WHERE user_id = ANY(:ids)"),
            {"ids": list(user_ids)},
        )
        return {(row.user_id, row.skill_id): row.level for row in rows}

    async def set_levels(self, levels: dict[tuple[UUID, UUID], int], at: datetime, by: UUID | None) -> None:
        """Puts each level in place; 0 takes the skill away."""
        people = sorted({user_id for user_id, _ in levels})
        await self._session.execute(
            text(
                "DELETE FROM agent_skill a USING unnest(CAST(:users AS uuid[]), CAST(:skills AS uuid[])) AS"
                " gone (user_id, skill_id) WHERE a.user_id = gone.user_id AND a.skill_id = gone.skill_id"
            ),
            {"users": [user_id for user_id, _ in levels], "skills": [skill_id for _, skill_id in levels]},
        )
        kept = {at_: level for at_, level in levels.items() if level > 0}
        await self._session.execute(
            text(
                "INSERT INTO agent_skill (user_id, skill_id, level) SELECT * FROM"
                " unnest(CAST(:users AS uuid[]), CAST(:skills AS uuid[]), CAST(:levels AS integer[]))"
            ),
            {
                "users": [user_id for user_id, _ in kept],
                "skills": [skill_id for _, skill_id in kept],
                "levels": list(kept.values()),
            },
        )
        await self._session.execute(
            text(
                "INSERT INTO agent_skill_change (user_id, changed_at, changed_by)"
                " SELECT unnest(CAST(:people AS uuid[])), :at, :by ON CONFLICT (user_id)"
                " DO UPDATE SET changed_at = excluded.changed_at, changed_by = excluded.changed_by"
            ),
            {"people": people, "at": at, "by": by},
        )

    async def tell_switchboard(self) -> None:
        """At the commit the switchboard reads the tenant's configuration again."""
        await self._session.execute(text("SELECT ovoz.tell_settings_changed()"))


def _skill(row: Any) -> Skill:
    return Skill(
        id=row.id,
        code=row.code,
        names=msgspec.convert(row.names, Titles),
        position=row.position,
        archived=row.archived_at is not None,
        people=row.people,
        version=row.version,
    )
