"""Seeing people, and what each may do."""

from uuid import UUID

from ovoz.lib.db import Database
from ovoz.lib.paging import Page
from ovoz.platform.access.api import CATALOGUE, PROVIDER_RIGHTS, Access, Subject
from ovoz.platform.people.errors import PersonNotFound
from ovoz.platform.people.repositories import PeopleRepository
from ovoz.platform.people.schemas import (
    GrantOfPerson,
    Person,
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
    ) -> Page[Person]:
        """People by name; raises CursorInvalid."""
        reach = await self._access.reach(subject, "people.read")
        async with self._database.tenant(subject.tenant_id) as session:
            return await PeopleRepository(session).page(
                reach=reach,
                limit=limit,
                cursor=cursor,
                search=search,
                role=role,
                state=state,
                team_id=team_id,
            )

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
        snapshot = await self._access.snapshot(subject.domain)
        attributes = self._access.attributes(subject)
        rights = [
            RightOfPerson(
                right,
                snapshot.allows(person.roles, right, attributes),
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
