"""Teams: what a supervisor or a senior agent may be bound to."""

from uuid import UUID

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.ids import new_id
from ovoz.platform.access.api import AccessRepository, Subject
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.people.errors import TeamNameTaken, TeamNotFound
from ovoz.platform.people.repositories import TeamRepository
from ovoz.platform.people.schemas import Team, TeamReference, TeamWrite


class Teams:
    """Use cases of teams."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, subject: Subject) -> list[Team]:
        """Every team by name."""
        async with self._database.tenant(subject.tenant_id) as session:
            return await TeamRepository(session).all()

    async def create(self, subject: Subject, doer: Doer, wish: TeamWrite) -> Team:
        """Raises TeamNameTaken."""
        team = TeamReference(new_id(), wish.name.strip())
        async with self._database.tenant(subject.tenant_id) as session:
            if not await TeamRepository(session).add(team):
                raise TeamNameTaken(errors=[{"pointer": "/name", "detail": "another team's"}])
            await tell(
                session,
                self._clock(),
                Act("teams.created", doer, "team", str(team.id), after={"name": team.name}),
            )
        return Team(team.id, team.name, 0)

    async def rename(self, subject: Subject, doer: Doer, team_id: UUID, wish: TeamWrite) -> Team:
        """Raises TeamNotFound, TeamNameTaken."""
        async with self._database.tenant(subject.tenant_id) as session:
            teams = TeamRepository(session)
            before = await teams.one(team_id)
            if before is None:
                raise TeamNotFound(str(team_id))
            after = TeamReference(team_id, wish.name.strip())
            if not await teams.rename(after):
                raise TeamNameTaken(errors=[{"pointer": "/name", "detail": "another team's"}])
            await tell(
                session,
                self._clock(),
                Act(
                    "teams.renamed",
                    doer,
                    "team",
                    str(team_id),
                    before={"name": before.name},
                    after={"name": after.name},
                ),
            )
            return next(team for team in await teams.all() if team.id == team_id)

    async def remove(self, subject: Subject, doer: Doer, team_id: UUID) -> None:
        """Its people are in no team then; what a role gave them for their team is gone at once. Raises TeamNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            await AccessRepository(session).changed()
            teams = TeamRepository(session)
            team = await teams.one(team_id)
            if team is None:
                raise TeamNotFound(str(team_id))
            before = {"name": team.name, "people": await teams.remove(team_id)}
            await tell(
                session, self._clock(), Act("teams.removed", doer, "team", str(team_id), before=before)
            )
