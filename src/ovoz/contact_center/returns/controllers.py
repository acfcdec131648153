"""Calls to return over HTTP, and the notice that the list changed over WebSocket."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, WebSocket, delete, get, post, put, websocket
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from ovoz.contact_center.returns.api import CallReturns, ReturnsWatch
from ovoz.contact_center.returns.errors import ReturnNotFound, ReturnTaken
from ovoz.contact_center.returns.schemas import CallsToReturn, Settlement
from ovoz.platform.access.api import OpenSockets
from ovoz.platform.access.guards import requires, serve_while_allowed, until_left
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import current_session
from ovoz.platform.requests.contracts import LINKS, PROBLEMS, LinkTo
from ovoz.platform.requests.deps import Limit
from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.errors import KeyUnavailable

_BOTH: Final = {PROBLEMS: (ReturnNotFound, ReturnTaken)}


class ReturnController(Controller):
    """Callers whom nobody served."""

    path = "/api/returns"
    tags = ("Returns",)
    guards = (requires("returns.work"),)

    @get(
        operation_id="ListCallsToReturn",
        opt={
            PROBLEMS: (KeyUnavailable,),
            LINKS: (
                LinkTo("TakeCallToReturn", {"interaction_id": "$response.body#/items/0/id"}, "The first."),
            ),
        },
    )
    async def list_returns(
        self,
        actor: NamedDependency[Actor],
        call_returns: NamedDependency[CallReturns],
        queue_id: Annotated[UUID | None, QueryParameter(description="lost in this queue")] = None,
        limit: Limit = 100,
    ) -> CallsToReturn:
        """One line for each caller of the last three days whom nobody served since, and who did not settle it."""
        return await call_returns.waiting(actor, queue_id, limit)

    @put("/{interaction_id:uuid}/taken", operation_id="TakeCallToReturn", status_code=204, opt=_BOTH)
    async def take(
        self,
        actor: NamedDependency[Actor],
        call_returns: NamedDependency[CallReturns],
        interaction_id: FromPath[UUID],
    ) -> None:
        """Says that you return it, for a quarter of an hour; said again it counts from then."""
        await call_returns.take(actor, interaction_id)

    @delete(
        "/{interaction_id:uuid}/taken",
        operation_id="GiveBackCallToReturn",
        status_code=204,
        opt={PROBLEMS: (ReturnNotFound,)},
    )
    async def give_back(
        self,
        actor: NamedDependency[Actor],
        call_returns: NamedDependency[CallReturns],
        interaction_id: FromPath[UUID],
    ) -> None:
        """Gives it back to everybody; nothing changes when it was not yours."""
        await call_returns.give_back(actor, interaction_id)

    @post("/{interaction_id:uuid}/settlement", operation_id="SettleCallToReturn", status_code=204, opt=_BOTH)
    async def settle(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        call_returns: NamedDependency[CallReturns],
        interaction_id: FromPath[UUID],
        data: JSONBody[Settlement],
    ) -> None:
        """Takes the caller off the list, until they are lost again. A call with them does that by itself."""
        await call_returns.settle(actor, doer, interaction_id, data.outcome)


@websocket("/api/returns/live", guards=[requires("returns.work")])
async def returns_live(
    socket: WebSocket[Any, Tenant, Any],
    returns_watch: NamedDependency[ReturnsWatch],
    open_sockets: NamedDependency[OpenSockets],
) -> None:
    """Says `{"type": "returns"}` when the list may have changed; what the browser says is not listened to."""
    actor = current_session(socket)
    await socket.accept()
    telling = returns_watch.run(actor, lambda message: socket.send_text(message.decode()))
    await serve_while_allowed(socket, open_sockets, actor, "returns.work", telling, until_left(socket))


RETURN_ROUTES: Final = (ReturnController, returns_live)
