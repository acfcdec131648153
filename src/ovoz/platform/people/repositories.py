"""All SQL of people, teams and invitations; a session is handed in, opened for the tenant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    exists,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.paging import Keyset, Page, cut
from ovoz.platform.access.api import Columns, Reach, within
from ovoz.platform.people.schemas import Person, PersonState, Team, TeamReference

_user = table(
    "user_account",
    *(
        column(name)
        for name in (
            *("id", "email", "name", "is_agent", "disabled_at", "invited_at", "created_at"),
            *("team_id", "region", "outsourced", "version"),
        )
    ),
)
_team = table("team", column("id"), column("name"))
_assignment = table("role_assignment", column("user_id"), column("role"))
_invitation = table("invitation", column("user_id"), column("expires_at"))

_STATES: dict[PersonState, ColumnElement[bool]] = {
    "disabled": _user.c.disabled_at.is_not(None),
    "invited": and_(_user.c.disabled_at.is_(None), _user.c.invited_at.is_not(None)),
    "active": and_(_user.c.disabled_at.is_(None), _user.c.invited_at.is_(None)),
}


class PeopleRepository:
    """People, their roles and their sessions."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self,
        *,
        reach: Reach,
        limit: int,
        cursor: str | None,
        search: str | None,
        role: str | None,
        state: PersonState | None,
        team_id: UUID | None,
    ) -> Page[Person]:
        """People by name, of those within reach. Raises CursorInvalid."""
        keyset = Keyset("name", {"name": _user.c.name}, _user.c.id)
        wanted = [within(reach, Columns(owner=_user.c.id))]
        if cursor is not None:
            wanted.append(keyset.after(cursor))
        if search is not None:
            wanted.append(
                or_(
                    _user.c.name.icontains(search, autoescape=True),
                    _user.c.email.icontains(search, autoescape=True),
                )
            )
        if role is not None:
            has_it = select(_assignment.c.user_id).where(
                _assignment.c.user_id == _user.c.id, _assignment.c.role == role
            )
            wanted.append(exists(has_it))
        if state is not None:
            wanted.append(_STATES[state])
        if team_id is not None:
            wanted.append(_user.c.team_id == team_id)
        query = _people().where(*wanted).order_by(*keyset.order()).limit(limit + 1)
        found = await self._session.execute(query)
        people, more = cut([_person(row) for row in found], limit)
        return Page(list(people), keyset.cursor(people[-1].name, people[-1].id) if more else None)

    async def visible(self, person_id: UUID, reach: Reach) -> Person | None:
        """The person, when within reach."""
        query = _people().where(_user.c.id == person_id, within(reach, Columns(owner=_user.c.id)))
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _person(row)

    async def one(self, person_id: UUID) -> Person | None:
        row = (await self._session.execute(_people().where(_user.c.id == person_id))).one_or_none()
        return None if row is None else _person(row)

    async def by_email(self, email: str) -> Person | None:
        row = (await self._session.execute(_people().where(_user.c.email == email))).first()
        return _person(row) if row is not None else None

    async def add(self, person: Person, password_hash: str) -> bool:
        """An invited person; False when the address is taken."""
        rows = await self._session.execute(
            text(
                "INSERT INTO user_account (id, email, name, password_hash, is_agent, team_id, region, outsourced,"
                " invited_at, created_at) VALUES (:id, :email, :name, :hash, :is_agent, :team, :region, :outsourced,"
                " :at, :at) ON CONFLICT (email) DO NOTHING RETURNING id"
            ),
            {
                "id": person.id,
                "email": person.email,
                "name": person.name,
                "hash": password_hash,
                "is_agent": person.is_agent,
                "team": person.team.id if person.team else None,
                "region": person.region,
                "outsourced": person.outsourced,
                "at": person.created_at,
            },
        )
        if rows.one_or_none() is None:
            return False
        await self._give(person.id, person.roles)
        return True

    async def replace(self, person: Person) -> None:
        """Name, roles, team, region, employer, agent or not, and the version."""
        await self._session.execute(
            text(
                "UPDATE user_account SET name = :name, is_agent = :is_agent, team_id = :team, region = :region,"
                " outsourced = :outsourced, version = :version WHERE id = :id"
            ),
            {
                "id": person.id,
                "name": person.name,
                "is_agent": person.is_agent,
                "team": person.team.id if person.team else None,
                "region": person.region,
                "outsourced": person.outsourced,
                "version": person.version,
            },
        )
        await self._session.execute(
            text("DELETE FROM role_assignment WHERE user_id = :id"), {"id": person.id}
        )
        await self._give(person.id, person.roles)

    async def disable(self, person_id: UUID, at: datetime) -> list[UUID]:
        """Nobody gets in as this person any more; the sessions that ended."""
        await self._session.execute(
            text("UPDATE user_account SET disabled_at = :at, version = version + 1 WHERE id = :id"),
            {"at": at, "id": person_id},
        )
        await self._session.execute(text("DELETE FROM invitation WHERE user_id = :id"), {"id": person_id})
        return await self.end_sessions(person_id)

    async def enable(self, person_id: UUID) -> None:
        await self._session.execute(
            text("UPDATE user_account SET disabled_at = NULL, version = version + 1 WHERE id = :id"),
            {"id": person_id},
        )

    async def set_password(self, person_id: UUID, password_hash: str) -> list[UUID]:
        """The person's own from now on; the sessions that ended."""
        await self._session.execute(
            text(
                "UPDATE user_account SET password_hash = :hash, invited_at = NULL, version = version + 1"
                " WHERE id = :id"
            ),
            {"hash": password_hash, "id": person_id},
        )
        return await self.end_sessions(person_id)

    async def end_sessions(self, person_id: UUID) -> list[UUID]:
        rows = await self._session.execute(
            text("DELETE FROM session WHERE user_id = :id RETURNING id"), {"id": person_id}
        )
        return list(rows.scalars())

    async def _give(self, person_id: UUID, roles: Sequence[str]) -> None:
        await self._session.execute(
            text("INSERT INTO role_assignment (user_id, role) SELECT :id, unnest(CAST(:roles AS text[]))"),
            {"id": person_id, "roles": list(roles)},
        )


class TeamRepository:
    """Teams."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> list[Team]:
        rows = await self._session.execute(
            text(
                "SELECT t.id, t.name, count(u.id) AS people FROM team t"
                " LEFT JOIN user_account u ON u.team_id = t.id AND u.disabled_at IS NULL"
                " GROUP BY t.id, t.name ORDER BY t.name"
            )
        )
        return [Team(row.id, row.name, row.people) for row in rows]

    async def one(self, team_id: UUID) -> TeamReference | None:
        rows = await self._session.execute(text("SELECT id, name FROM team WHERE id = :id"), {"id": team_id})
        row = rows.one_or_none()
        return None if row is None else TeamReference(row.id, row.name)

    async def add(self, team: TeamReference) -> bool:
        """False when the name is taken."""
        rows = await self._session.execute(
            text("INSERT INTO team (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING RETURNING id"),
            {"id": team.id, "name": team.name},
        )
        return rows.one_or_none() is not None

    async def remove(self, team_id: UUID) -> int:
        """Whoever is in it is in none then; how many people that were. Their records have a new version."""
        left = await self._session.execute(
            text(
                "UPDATE user_account SET team_id = NULL, version = version + 1 WHERE team_id = :id RETURNING id"
            ),
            {"id": team_id},
        )
        await self._session.execute(text("DELETE FROM team WHERE id = :id"), {"id": team_id})
        return len(left.all())

    async def rename(self, team: TeamReference) -> bool:
        """False when the name is taken."""
        rows = await self._session.execute(
            text(
                "UPDATE team SET name = :name WHERE id = :id"
                " AND NOT EXISTS (SELECT FROM team other WHERE other.name = :name AND other.id <> :id) RETURNING id"
            ),
            {"id": team.id, "name": team.name},
        )
        return rows.one_or_none() is not None


class InvitationRepository:
    """Open invitations; only the SHA-256 of their tokens is known here."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, person_id: UUID, token_hash: bytes, now: datetime, expires_at: datetime) -> None:
        """The person's one invitation: earlier links do not count any more."""
        await self._session.execute(text("DELETE FROM invitation WHERE user_id = :id"), {"id": person_id})
        await self._session.execute(
            text(
                "INSERT INTO invitation (token_hash, user_id, created_at, expires_at)"
                " VALUES (:hash, :id, :now, :expires_at)"
            ),
            {"hash": token_hash, "id": person_id, "now": now, "expires_at": expires_at},
        )

    async def open(self, token_hash: bytes, now: datetime) -> tuple[UUID, datetime] | None:
        """Whom the link is for and until when."""
        rows = await self._session.execute(
            text("SELECT user_id, expires_at FROM invitation WHERE token_hash = :hash AND expires_at > :now"),
            {"hash": token_hash, "now": now},
        )
        row = rows.one_or_none()
        return None if row is None else (row.user_id, row.expires_at)

    async def take(self, token_hash: bytes, now: datetime) -> UUID | None:
        """Uses the link up: of two who try at once one gets the person."""
        rows = await self._session.execute(
            text("DELETE FROM invitation WHERE token_hash = :hash AND expires_at > :now RETURNING user_id"),
            {"hash": token_hash, "now": now},
        )
        taken: UUID | None = rows.scalar_one_or_none()
        return taken


def _people() -> Select[Any]:
    roles = (
        select(func.coalesce(func.array_agg(_assignment.c.role), text("'{}'::text[]")))
        .where(_assignment.c.user_id == _user.c.id)
        .scalar_subquery()
    )
    expires_at = (
        select(func.max(_invitation.c.expires_at))
        .where(_invitation.c.user_id == _user.c.id)
        .scalar_subquery()
    )
    return select(
        _user,
        _team.c.name.label("team_name"),
        roles.label("roles"),
        expires_at.label("invitation_expires_at"),
    ).select_from(_user.outerjoin(_team, _team.c.id == _user.c.team_id))


def _person(row: Any) -> Person:
    state: PersonState = "active"
    if row.disabled_at is not None:
        state = "disabled"
    elif row.invited_at is not None:
        state = "invited"
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        state=state,
        roles=sorted(row.roles),
        team=TeamReference(row.team_id, row.team_name) if row.team_id is not None else None,
        region=row.region,
        outsourced=row.outsourced,
        is_agent=row.is_agent,
        created_at=row.created_at,
        invitation_expires_at=row.invitation_expires_at,
        version=row.version,
    )
