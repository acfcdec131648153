"""All SQL of access: custom roles, the revision, who has which role, and scopes as filters of lists."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, column, false, or_, select, table, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.access.contracts import Conditions, Grant, Reach, Subject

CHANNEL = "ovoz_access"
"""Where `ovoz.tell_access_changed()` says the id of the tenant whose revision rose."""

_user = table("user_account", column("id"), column("team_id"), column("region"), column("outsourced"))
_member = table("queue_member", column("queue_id"), column("user_id"))
_subscriber = table("subscriber", column("number_pseudonym"), column("corporate"))

_SNAPSHOT = """
SELECT (SELECT revision FROM access_state) AS revision, r.code, r.grants
FROM (SELECT 1) one LEFT JOIN role r ON true
"""
_ROLE = "SELECT code, name, grants, version FROM role"
_COUNT = """
SELECT a.role, count(*) AS people FROM role_assignment a
JOIN user_account u ON u.id = a.user_id AND u.disabled_at IS NULL GROUP BY a.role
"""
_HOLDERS = """
SELECT u.id, u.name, array_agg(a.role) AS roles FROM user_account u JOIN role_assignment a ON a.user_id = u.id
WHERE u.disabled_at IS NULL AND (u.invited_at IS NULL OR NOT :signed_in)
GROUP BY u.id, u.name ORDER BY u.name, u.id
"""
_STANDING = """
SELECT u.id, array_agg(a.role) AS roles FROM user_account u JOIN role_assignment a ON a.user_id = u.id
WHERE u.disabled_at IS NULL AND u.id = ANY(:ids) GROUP BY u.id
"""


class CustomRole(msgspec.Struct, frozen=True):
    """A row of `role`."""

    code: str
    name: str
    grants: list[Grant]
    version: int


class Columns(msgspec.Struct, frozen=True):
    """Where a list's query has what scopes ask for; None: its things have no such attribute."""

    owner: Any
    shares: Any = None
    """Of the thing: a query of (`agent_id`) of everybody whose it is beside the owner."""
    queue: Any = None
    number_pseudonym: Any = None
    """Of the customer's number: it tells whether the account is a company's."""


def within(reach: Reach, columns: Columns) -> ColumnElement[bool]:
    """The reach as a condition of a query in the tenant's schema: the same as `unmet` says of each thing."""
    met = [_met(conditions, reach.subject, columns) for conditions in reach.any_of]
    return or_(*met) if met else false()


def _met(conditions: Conditions, subject: Subject, columns: Columns) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [_whose(conditions.whose, subject, columns)]
    about_owner: list[ColumnElement[bool]] = []
    if conditions.regions is not None:
        about_owner.append(_user.c.region.in_(conditions.regions))
    if conditions.outsourced is not None:
        about_owner.append(_user.c.outsourced.is_(conditions.outsourced))
    if about_owner:
        wanted.append(columns.owner.in_(select(_user.c.id).where(*about_owner)))
    if conditions.corporate is not None:
        wanted.append(
            columns.number_pseudonym.in_(
                select(_subscriber.c.number_pseudonym).where(
                    _subscriber.c.corporate.is_(conditions.corporate)
                )
            )
            if columns.number_pseudonym is not None
            else false()
        )
    return and_(*wanted)


def _whose(whose: str, subject: Subject, columns: Columns) -> ColumnElement[bool]:
    if whose == "all":
        return true()
    own = _of(columns, [subject.user_id])
    if whose == "team" and subject.team_id is not None:
        return or_(own, _of(columns, select(_user.c.id).where(_user.c.team_id == subject.team_id)))
    if whose == "queue" and columns.queue is not None:
        mine = select(_member.c.queue_id).where(_member.c.user_id == subject.user_id)
        return or_(own, columns.queue.in_(mine))
    return own


def _of(columns: Columns, people: Any) -> ColumnElement[bool]:
    owned: ColumnElement[bool] = columns.owner.in_(people)
    if columns.shares is None:
        return owned
    return or_(owned, columns.shares.where(columns.shares.selected_columns.agent_id.in_(people)).exists())


class AccessRepository:
    """Reads and writes roles; a session is handed in, opened for the tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def revision(self) -> int:
        found: int = (await self._session.execute(text("SELECT revision FROM access_state"))).scalar_one()
        return found

    async def custom(self) -> tuple[int, dict[str, list[Grant]]]:
        """The revision and the custom roles at it, read in one statement."""
        rows = (await self._session.execute(text(_SNAPSHOT))).all()
        return rows[0].revision, {row.code: _grants(row.grants) for row in rows if row.code is not None}

    async def changed(self) -> int:
        """Raises the revision and tells every process at the commit.

        To be called before what it is about is read: it holds the row, so that changes of rights stand in line.
        """
        rows = await self._session.execute(
            text("UPDATE access_state SET revision = revision + 1 RETURNING revision")
        )
        await self._session.execute(text("SELECT ovoz.tell_access_changed()"))
        raised: int = rows.scalar_one()
        return raised

    async def roles(self) -> list[CustomRole]:
        rows = await self._session.execute(text(f"{_ROLE} ORDER BY name, code"))
        return [_role(row) for row in rows]

    async def role(self, code: str) -> CustomRole | None:
        row = (await self._session.execute(text(f"{_ROLE} WHERE code = :code"), {"code": code})).one_or_none()
        return None if row is None else _role(row)

    async def add(self, role: CustomRole) -> bool:
        """False when the code is taken."""
        rows = await self._session.execute(
            text(
                "INSERT INTO role (code, name, grants, version) VALUES (:code, :name, CAST(:grants AS jsonb), :version)"
                " ON CONFLICT DO NOTHING RETURNING code"
            ),
            _values(role),
        )
        return rows.one_or_none() is not None

    async def replace(self, role: CustomRole) -> None:
        await self._session.execute(
            text(
                "UPDATE role SET name = :name, grants = CAST(:grants AS jsonb), version = :version WHERE code = :code"
            ),
            _values(role),
        )

    async def remove(self, code: str) -> None:
        await self._session.execute(text("DELETE FROM role WHERE code = :code"), {"code": code})

    async def people_by_role(self) -> dict[str, int]:
        """How many people who are not disabled have each role."""
        return {row.role: row.people for row in await self._session.execute(text(_COUNT))}

    async def assigned(self, code: str) -> int:
        """How many people have the role, disabled ones too."""
        rows = await self._session.execute(
            text("SELECT count(*) FROM role_assignment WHERE role = :code"), {"code": code}
        )
        count: int = rows.scalar_one()
        return count

    async def holders(self, *, signed_in: bool = False) -> list[tuple[UUID, str, frozenset[str]]]:
        """Everybody with a role who is not disabled: (id, name, roles); or only those who can sign in already."""
        rows = await self._session.execute(text(_HOLDERS), {"signed_in": signed_in})
        return [(row.id, row.name, frozenset(row.roles)) for row in rows]

    async def standing(self, user_ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
        """The roles of those of these people who are not disabled."""
        rows = await self._session.execute(text(_STANDING), {"ids": list(user_ids)})
        return {row.id: frozenset(row.roles) for row in rows}


def _role(row: Any) -> CustomRole:
    return CustomRole(row.code, row.name, _grants(row.grants), row.version)


def _grants(stored: Any) -> list[Grant]:
    return msgspec.convert(stored, list[Grant])


def _values(role: CustomRole) -> dict[str, object]:
    return {
        "code": role.code,
        "name": role.name,
        "grants": msgspec.json.encode(role.grants).decode(),
        "version": role.version,
    }
