"""Rights and roles over HTTP."""

from typing import Annotated

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from ovoz.lib.versions import etag
from ovoz.platform.access.api import Roles
from ovoz.platform.access.errors import (
    LastManager,
    RoleCodeTaken,
    RoleInUse,
    RoleInvalid,
    RoleNotFound,
    RoleShipped,
)
from ovoz.platform.access.guards import requires
from ovoz.platform.access.schemas import (
    RightInfo,
    Role,
    RoleCreate,
    RoleDifference,
    RolePreview,
    RoleUpdate,
)
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.contracts import KEEPS_ANSWER, LINKS, NEEDS_MATCH, PROBLEMS, LinkTo

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="the `ETag` that the change is for")
]
_TO_THE_ROLE = LinkTo("ShowRole", {"code": "$response.body#/code"}, "The role.")


@get(
    "/api/rights",
    operation_id="ListRights",
    guards=[requires("roles.read")],
    tags=["Roles"],
    sync_to_thread=False,
)
def list_rights(roles: NamedDependency[Roles]) -> list[RightInfo]:
    """Every right that a role can give, with the conditions it can be given under."""
    return roles.rights()


class RoleController(Controller):
    """Shipped roles, and the tenant's own."""

    path = "/api/roles"
    tags = ("Roles",)

    @get(
        operation_id="ListRoles",
        opt={LINKS: (LinkTo("ShowRole", {"code": "$response.body#/0/code"}, "The first one."),)},
        guards=[requires("roles.read")],
    )
    async def list_roles(self, actor: NamedDependency[Actor], roles: NamedDependency[Roles]) -> list[Role]:
        """Shipped roles first, then the tenant's own by name."""
        return await roles.all(actor)

    @post(
        operation_id="CreateRole",
        opt={
            KEEPS_ANSWER: True,
            PROBLEMS: (RoleCodeTaken, RoleInvalid, RoleNotFound),
            LINKS: (_TO_THE_ROLE,),
        },
        guards=[requires("roles.manage")],
    )
    async def create_role(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        roles: NamedDependency[Roles],
        data: JSONBody[RoleCreate],
    ) -> Response[Role]:
        """A new role with its grants, or with those of the role `copy_of`."""
        return _with_version(await roles.create(actor, doer, data), status_code=201)

    @post(
        "/preview",
        operation_id="PreviewRole",
        opt={PROBLEMS: (RoleInvalid, RoleShipped)},
        guards=[requires("roles.manage")],
        status_code=200,
    )
    async def preview_role(
        self, actor: NamedDependency[Actor], roles: NamedDependency[Roles], data: JSONBody[RolePreview]
    ) -> RoleDifference:
        """Who would gain and who would lose what if a role had these grants; nothing is changed."""
        return await roles.preview(actor, data)

    @get(
        "/{code:str}",
        operation_id="ShowRole",
        opt={PROBLEMS: (RoleNotFound,)},
        guards=[requires("roles.read")],
    )
    async def show_role(
        self, actor: NamedDependency[Actor], roles: NamedDependency[Roles], code: FromPath[str]
    ) -> Response[Role]:
        """One role; its ETag is what a change must name."""
        return _with_version(await roles.show(actor, code))

    @put(
        "/{code:str}",
        operation_id="ReplaceRole",
        opt={NEEDS_MATCH: True, PROBLEMS: (RoleNotFound, RoleShipped, RoleInvalid, LastManager)},
        guards=[requires("roles.manage")],
    )
    async def replace_role(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        roles: NamedDependency[Roles],
        code: FromPath[str],
        data: JSONBody[RoleUpdate],
        if_match: IfMatch = None,
    ) -> Response[Role]:
        """Puts name and grants in place; every process knows within a second."""
        return _with_version(await roles.replace(actor, doer, code, if_match, data))

    @delete(
        "/{code:str}",
        operation_id="RemoveRole",
        opt={NEEDS_MATCH: True, PROBLEMS: (RoleNotFound, RoleShipped, RoleInUse)},
        guards=[requires("roles.manage")],
    )
    async def remove_role(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        roles: NamedDependency[Roles],
        code: FromPath[str],
        if_match: IfMatch = None,
    ) -> None:
        """Removes a role that nobody has."""
        await roles.remove(actor, doer, code, if_match)


def _with_version(role: Role, status_code: int = 200) -> Response[Role]:
    return Response(role, status_code=status_code, headers={"ETag": etag(role.version)})
