"""People, teams and invitations over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from ovoz.lib.paging import CursorInvalid, Page
from ovoz.lib.versions import etag
from ovoz.platform.access.errors import LastManager
from ovoz.platform.access.guards import public, requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import WITHOUT_CSRF, client_address
from ovoz.platform.identity.errors import PasswordWeak, TooManyAttempts
from ovoz.platform.people.api import Directory, Invitations, Staff, Teams
from ovoz.platform.people.errors import (
    EmailTaken,
    InvitationInvalid,
    PersonDisabled,
    PersonNotFound,
    RoleBeyondYours,
    RoleUnknown,
    TeamNameTaken,
    TeamNotFound,
    TeamUnknown,
)
from ovoz.platform.people.schemas import (
    Invitation,
    InvitationAccept,
    InvitationAccepted,
    Invited,
    Person,
    PersonInvite,
    PersonRights,
    PersonState,
    PersonUpdate,
    Team,
    TeamWrite,
)
from ovoz.platform.requests.contracts import KEEPS_ANSWER, LINKS, NEEDS_MATCH, PROBLEMS, LinkTo
from ovoz.platform.requests.deps import Cursor, IfMatch, Limit
from ovoz.platform.tenancy.contracts import Tenant

_NOT_STORED = CacheControlHeader(no_store=True)
_TO_THE_PERSON = LinkTo("ShowPerson", {"person_id": "$response.body#/person/id"}, "The person.")
_FIRST = LinkTo("ShowPerson", {"person_id": "$response.body#/items/0/id"}, "The first one of the page.")


class PeopleController(Controller):
    """The people of the tenant."""

    path = "/api/people"
    tags = ("People",)

    @get(
        operation_id="ListPeople",
        opt={PROBLEMS: (CursorInvalid,), LINKS: (_FIRST,)},
        guards=[requires("people.read")],
    )
    async def list_people(
        self,
        actor: NamedDependency[Actor],
        directory: NamedDependency[Directory],
        cursor: Cursor = None,
        limit: Limit = 50,
        search: Annotated[
            str | None,
            QueryParameter(
                min_length=1, max_length=100, pattern=r"^[^\x00]*$", description="in name and e-mail address"
            ),
        ] = None,
        role: Annotated[str | None, QueryParameter(max_length=40, pattern=r"^[a-z0-9_]*$")] = None,
        person_state: Annotated[PersonState | None, QueryParameter(name="state")] = None,
        team_id: Annotated[UUID | None, QueryParameter()] = None,
    ) -> Page[Person]:
        """People by name, of those whom the person may see."""
        return await directory.page(
            actor, cursor=cursor, limit=limit, search=search, role=role, state=person_state, team_id=team_id
        )

    @post(
        operation_id="InvitePerson",
        opt={PROBLEMS: (EmailTaken, RoleUnknown, TeamUnknown, RoleBeyondYours), LINKS: (_TO_THE_PERSON,)},
        guards=[requires("people.manage")],
        cache_control=_NOT_STORED,
    )
    async def invite_person(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        staff: NamedDependency[Staff],
        data: JSONBody[PersonInvite],
    ) -> Invited:
        """An account without a password, and the link (for seven days) with which its person chooses one."""
        return await staff.invite(actor, doer, data)

    @get(
        "/{person_id:uuid}",
        operation_id="ShowPerson",
        opt={PROBLEMS: (PersonNotFound,)},
        guards=[requires("people.read")],
    )
    async def show_person(
        self, actor: NamedDependency[Actor], directory: NamedDependency[Directory], person_id: FromPath[UUID]
    ) -> Response[Person]:
        """One person; the ETag is what a change must name."""
        return _with_version(await directory.show(actor, person_id))

    @patch(
        "/{person_id:uuid}",
        operation_id="ChangePerson",
        opt={
            NEEDS_MATCH: True,
            PROBLEMS: (PersonNotFound, RoleUnknown, TeamUnknown, RoleBeyondYours, LastManager),
        },
        guards=[requires("people.manage")],
    )
    async def change_person(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        staff: NamedDependency[Staff],
        person_id: FromPath[UUID],
        data: JSONBody[PersonUpdate],
        if_match: IfMatch = None,
    ) -> Response[Person]:
        """Changes what stands in the body; roles count with the next request, for open sockets within a second."""
        return _with_version(await staff.change(actor, doer, person_id, if_match, data))

    @post(
        "/{person_id:uuid}/disable",
        operation_id="DisablePerson",
        opt={PROBLEMS: (PersonNotFound, RoleBeyondYours, LastManager)},
        guards=[requires("people.manage")],
        status_code=200,
    )
    async def disable_person(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        staff: NamedDependency[Staff],
        person_id: FromPath[UUID],
    ) -> Response[Person]:
        """Ends the person's sessions and their open link at once; an agent goes offline."""
        return _with_version(await staff.disable(actor, doer, person_id))

    @post(
        "/{person_id:uuid}/enable",
        operation_id="EnablePerson",
        opt={PROBLEMS: (PersonNotFound, RoleBeyondYours)},
        guards=[requires("people.manage")],
        status_code=200,
    )
    async def enable_person(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        staff: NamedDependency[Staff],
        person_id: FromPath[UUID],
    ) -> Response[Person]:
        """The person may sign in again."""
        return _with_version(await staff.enable(actor, doer, person_id))

    @post(
        "/{person_id:uuid}/invitation",
        operation_id="InviteAgain",
        opt={PROBLEMS: (PersonNotFound, PersonDisabled, RoleBeyondYours), LINKS: (_TO_THE_PERSON,)},
        guards=[requires("people.manage")],
        cache_control=_NOT_STORED,
    )
    async def invite_again(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        staff: NamedDependency[Staff],
        person_id: FromPath[UUID],
    ) -> Invited:
        """A new link: for who lost the first one (seven days), or forgot the password (one day).

        Links from before do not count any more; when it is used, the person's sessions end.
        """
        return await staff.invite_again(actor, doer, person_id)

    @post(
        "/{person_id:uuid}/end-sessions",
        operation_id="EndSessions",
        opt={PROBLEMS: (PersonNotFound, RoleBeyondYours)},
        guards=[requires("people.manage")],
        status_code=204,
    )
    async def end_sessions(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        staff: NamedDependency[Staff],
        person_id: FromPath[UUID],
    ) -> None:
        """Signs the person out everywhere, with phone and live view; an agent goes offline. They may sign in again."""
        await staff.end_sessions(actor, doer, person_id)

    @get(
        "/{person_id:uuid}/rights",
        operation_id="ExplainRights",
        opt={PROBLEMS: (PersonNotFound,)},
        guards=[requires("people.read")],
    )
    async def explain_rights(
        self, actor: NamedDependency[Actor], directory: NamedDependency[Directory], person_id: FromPath[UUID]
    ) -> PersonRights:
        """What this person may do, and why: by which role and under which conditions; and what no role gives."""
        return await directory.rights(actor, person_id)


class TeamController(Controller):
    """Teams."""

    path = "/api/teams"
    tags = ("People",)

    @get(operation_id="ListTeams", guards=[requires("people.read")])
    async def list_teams(self, actor: NamedDependency[Actor], teams: NamedDependency[Teams]) -> list[Team]:
        """Every team by name."""
        return await teams.all(actor)

    @post(
        operation_id="CreateTeam",
        opt={
            KEEPS_ANSWER: True,
            PROBLEMS: (TeamNameTaken,),
            LINKS: (LinkTo("RenameTeam", {"team_id": "$response.body#/id"}, "The team."),),
        },
        guards=[requires("people.manage")],
    )
    async def create_team(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        teams: NamedDependency[Teams],
        data: JSONBody[TeamWrite],
    ) -> Team:
        """A team that nobody is in yet."""
        return await teams.create(actor, doer, data)

    @patch(
        "/{team_id:uuid}",
        operation_id="RenameTeam",
        opt={PROBLEMS: (TeamNotFound, TeamNameTaken)},
        guards=[requires("people.manage")],
    )
    async def rename_team(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        teams: NamedDependency[Teams],
        team_id: FromPath[UUID],
        data: JSONBody[TeamWrite],
    ) -> Team:
        """Another name for the same team."""
        return await teams.rename(actor, doer, team_id, data)

    @delete(
        "/{team_id:uuid}",
        operation_id="RemoveTeam",
        opt={PROBLEMS: (TeamNotFound,)},
        guards=[requires("people.manage")],
    )
    async def remove_team(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        teams: NamedDependency[Teams],
        team_id: FromPath[UUID],
    ) -> None:
        """Removes a team; whoever is in it is in none then."""
        await teams.remove(actor, doer, team_id)


class InvitationController(Controller):
    """What the holder of a link may do without a session."""

    path = "/api/invitations/{token:str}"
    tags = ("Session",)
    guards = (public,)
    cache_control = _NOT_STORED

    @get(operation_id="ShowInvitation", opt={PROBLEMS: (InvitationInvalid, TooManyAttempts)})
    async def show_invitation(
        self,
        request: Request[Any, Tenant, Any],
        tenant: NamedDependency[Tenant],
        invitations: NamedDependency[Invitations],
        token: FromPath[str],
    ) -> Invitation:
        """Whom the invitation is for."""
        return await invitations.show(tenant, token, address=client_address(request))

    @post(
        "/accept",
        operation_id="AcceptInvitation",
        status_code=200,
        opt={WITHOUT_CSRF: True, PROBLEMS: (InvitationInvalid, PasswordWeak, TooManyAttempts)},
    )
    async def accept_invitation(
        self,
        request: Request[Any, Tenant, Any],
        tenant: NamedDependency[Tenant],
        invitations: NamedDependency[Invitations],
        token: FromPath[str],
        data: JSONBody[InvitationAccept],
    ) -> InvitationAccepted:
        """Chooses the password and uses the link up; then one signs in."""
        return await invitations.accept(tenant, token, data, address=client_address(request))


def _with_version(person: Person) -> Response[Person]:
    return Response(person, headers={"ETag": etag(person.version)})
