"""The internal HTTP address of the switchboard: commands in, desks out; only our own processes may ask."""

import hmac
from typing import Any
from uuid import UUID

import structlog
from litestar import Controller, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from ovoz.contact_center.switchboard.api import Command, Commands
from ovoz.platform.access.guards import DECLARED, INTERNAL, public

log = structlog.get_logger(__name__)


async def requires_internal_token(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """Refuses whoever does not hold the installation's internal token (`Authorization: Bearer …`)."""
    presented = connection.headers.get("authorization", "")
    if not hmac.compare_digest(presented.encode(), f"Bearer {connection.app.state.token}".encode()):
        log.warning("internal.token_wrong", presented=bool(presented))
        raise NotAuthorizedException("The internal token is missing or wrong.")


setattr(requires_internal_token, DECLARED, INTERNAL)


class InternalController(Controller):
    """What the API forwards here; the tenant and the agent stand in every request and are checked again."""

    path = "/internal"
    guards = (requires_internal_token,)

    @post("/commands", status_code=200)
    async def carry_out_command(
        self, data: JSONBody[Command], commands: NamedDependency[Commands]
    ) -> dict[str, Any]:
        """Carries an agent's order out; the answer is the agent's desk, or the phone's account."""
        return await commands.carry_out(data)

    @get("/desk/{tenant_id:str}/{agent_id:uuid}")
    async def show_desk(
        self, tenant_id: FromPath[str], agent_id: FromPath[UUID], commands: NamedDependency[Commands]
    ) -> dict[str, Any]:
        """The agent's desk now."""
        return await commands.desk(tenant_id, agent_id)

    @get("/targets/{tenant_id:str}/{agent_id:uuid}")
    async def show_targets(
        self, tenant_id: FromPath[str], agent_id: FromPath[UUID], commands: NamedDependency[Commands]
    ) -> dict[str, Any]:
        """Whom the agent can pass a call on to now."""
        return await commands.targets(tenant_id, agent_id)

    @get("/team/{tenant_id:str}")
    async def show_team(
        self, tenant_id: FromPath[str], commands: NamedDependency[Commands]
    ) -> dict[str, Any]:
        """Everybody of the operator now."""
        return await commands.team(tenant_id, as_colleagues=False)

    @get("/colleagues/{tenant_id:str}")
    async def show_colleagues(
        self, tenant_id: FromPath[str], commands: NamedDependency[Commands]
    ) -> dict[str, Any]:
        """Who is on duty now."""
        return await commands.team(tenant_id, as_colleagues=True)


@get("/health", guards=[public], sync_to_thread=False)
def health(commands: NamedDependency[Commands]) -> dict[str, Any]:
    """Whether the cell is held, its media node answers and its journal reaches Postgres."""
    return commands.health()
