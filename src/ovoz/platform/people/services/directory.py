"""Seeing people, and what each may do."""

from uuid import UUID

from ovoz.lib.cursors import CursorInvalid, decode_cursor, encode_cursor
from ovoz.lib.db import Database
from ovoz.platform.access.api import CATALOGUE, PROVIDER_RIGHTS, Access, Subject
from ovoz.platform.people.errors import PersonNotFound
from ovoz.platform.people.repositories import PeopleRepository
from ovoz.platform.people.schemas import (
    GrantOfPerson,
    Person,
    PersonPage,
    PersonRights,
    PersonState,
    RightOfPerson,
)


class Directory:
    """Reads people of the subject's tenant, within what `people.read` reaches."""

    def __init__(self, database: Database, access: Access) -> None:
        self._database = database
        self._access = access

    async def page(
        self,
        subject: Subject,
        *,
        cursor: str | None,
        limit: int,
        search: str | None,
        role: str | None,
        state: PersonState | None,
        team_id: UUID | None,
    ) -> PersonPage:
        """People by name; raises CursorInvalid."""
        after = _place(cursor) if cursor is not None else None
        reach = await self._access.reach(subject, "people.read")
        async with self._database.tenant(subject.tenant_id) as session:
            people = await PeopleRepository(session).page(
                reach=reach,
                limit=limit + 1,
                after=after,
                search=search,
                role=role,
                state=state,
                team_id=team_id,
            )
        shown = people[:limit]
        more = len(people) > limit
        return PersonPage(shown, encode_cursor(shown[-1].name, str(shown[-1].id)) if more else None)

    async def show(self, subject: Subject, person_id: UUID) -> Person:
        """One person; raises PersonNotFound, also for those whom the subject may not see."""
        reach = await self._access.reach(subject, "people.read")
        async with self._database.tenant(subject.tenant_id) as session:
            person = await PeopleRepository(session).visible(person_id, reach)
        if person is None:
            raise PersonNotFound(str(person_id))
        return person

    async def rights(self, subject: Subject, person_id: UUID) -> PersonRights:
        """What the person may do, by which role and when, and what no role of theirs gives."""
        person = await self.show(subject, person_id)
        snapshot = await self._access.snapshot(subject.tenant_id)
        attributes = self._access.attributes(subject)
        rights = [
            RightOfPerson(
                right,
                person.state == "active" and snapshot.allows(person.roles, right, attributes),
                [GrantOfPerson(role, conditions) for role, conditions in granted],
            )
            for right in CATALOGUE
            if (granted := list(snapshot.granted(person.roles, right)))
        ]
        given = {found.right for found in rights}
        return PersonRights(
            person.state,
            rights,
            [right for right in CATALOGUE if right not in given and right not in PROVIDER_RIGHTS],
        )


def _place(cursor: str) -> tuple[str, UUID]:
    name, id_ = decode_cursor(cursor, 2)
    try:
        return name, UUID(id_)
    except ValueError:
        raise CursorInvalid(errors=[{"pointer": "/cursor", "detail": "take it from `next_cursor`"}]) from None
