"""The desk over HTTP and WebSocket. Every order may carry `Idempotency-Key`; the answer is the desk as it is then."""

from typing import Any
from uuid import UUID

from litestar import Controller, WebSocket, delete, get, post, put, websocket
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ovoz.contact_center.agents.api import AgentDesk, LiveDesk, PhoneLines, SessionEnd, carry
from ovoz.contact_center.agents.contracts import Desk, Phone, Targets, softphone_user
from ovoz.contact_center.agents.controllers.orders import ABOUT_A_CALL, OF_ORDERS, IdempotencyKey, order
from ovoz.contact_center.agents.errors import (
    DispositionUnknown,
    MediaNotReady,
    TargetIncomplete,
)
from ovoz.contact_center.agents.schemas import BreakReason, Disposition, StateChange, Transfer, WrapUp
from ovoz.contact_center.switchboard.errors import (
    DispositionNotAllowed,
    InteractionUnknown,
    TargetNotFree,
    TargetUnknown,
)
from ovoz.platform.access.api import OpenSockets
from ovoz.platform.access.guards import requires, serve_while_allowed, until_left
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import WHILE_SUSPENDED, current_session
from ovoz.platform.requests.contracts import LINKS, PROBLEMS, LinkTo
from ovoz.platform.tenancy.contracts import Tenant

Socket = WebSocket[Any, Tenant, Any]

SESSION_GONE = 4401
TRY_AGAIN_LATER = 1013

_TO_THE_CALL = tuple(
    LinkTo(operation_id, {"interaction_id": "$response.body#/interaction/id"}, "While there is a call.")
    for operation_id in (
        "HangUp",
        "Hold",
        "Resume",
        "Reject",
        "TransferCall",
        "Consult",
        "Swap",
        "JoinParties",
        "CompleteTransfer",
        "ReturnToCaller",
        "PauseRecording",
        "ResumeRecording",
        "FinishWrapUp",
        "ShowInteraction",
    )
)


class DeskController(Controller):
    """An agent's own desk."""

    path = "/api/desk"
    tags = ("Desk",)
    guards = (requires("desk.use"),)
    opt = {PROBLEMS: OF_ORDERS}  # noqa: RUF012 - Litestar's own way

    @get(operation_id="ShowDesk", opt={LINKS: _TO_THE_CALL, WHILE_SUSPENDED: True})
    async def show(
        self,
        actor: NamedDependency[Actor],
        tenant: NamedDependency[Tenant],
        desk: NamedDependency[AgentDesk],
    ) -> Desk:
        """The whole live view: state, phone, the present call, the queues."""
        return await desk.show(actor, tenant)

    @get("/targets", operation_id="ListTargets", opt={WHILE_SUSPENDED: True})
    async def targets(self, actor: NamedDependency[Actor], desk: NamedDependency[AgentDesk]) -> Targets:
        """Whom a call can be passed on to now: colleagues who are signed in, queues, entry points."""
        return await desk.targets(actor)

    @put("/state", operation_id="ChangeState")
    async def change_state(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        data: JSONBody[StateChange],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Asks for a state; during a call it takes effect after it and shows as `agent.next`.

        A break that needs a supervisor's word becomes `agent.wish`, and the state stays as it is until that is given.
        """
        return await desk.change_state(actor, key, data)

    @delete("/break-request", operation_id="WithdrawBreakRequest", status_code=200)
    async def withdraw_break_request(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Takes back a request for a break that nobody has decided yet."""
        return await desk.withdraw_break(actor, key)

    @post("/phone", operation_id="TakePhone", opt={WHILE_SUSPENDED: True})
    async def take_phone(
        self,
        actor: NamedDependency[Actor],
        tenant: NamedDependency[Tenant],
        desk: NamedDependency[AgentDesk],
        key: IdempotencyKey = None,
    ) -> Phone:
        """The softphone's account for this browser; an older browser of the same agent is superseded."""
        return await desk.take_phone(actor, tenant, key)


class CallController(Controller):
    """Orders about the call the agent is busy with: also while the operator is suspended, so that it can be ended."""

    path = "/api/desk/interactions/{interaction_id:uuid}"
    tags = ("Desk",)
    guards = (requires("calls.control"),)
    opt = ABOUT_A_CALL

    hang_up = order(
        "/hang-up", "HangUp", "hang_up", "Ends the conversation; while it rings it is a rejection."
    )

    hold = order("/hold", "Hold", "hold", "The caller hears music.")
    resume = order("/resume", "Resume", "resume", "Caller and agent hear each other again.")

    reject = order(
        "/reject",
        "Reject",
        "reject",
        "The call goes on to somebody else; the agent's state says that it was rejected.",
    )

    @post(
        "/transfer",
        operation_id="TransferCall",
        status_code=200,
        opt={PROBLEMS: (*OF_ORDERS, InteractionUnknown, TargetIncomplete, TargetNotFree, TargetUnknown)},
    )
    async def transfer(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        data: JSONBody[Transfer],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Passes the caller on and leaves you with the work after the call; a number outside needs `calls.dial`.

        Who takes nobody's call gives it back: to you while you are free, else to the caller's old place in the queue.
        """
        return await desk.transfer(actor, key, interaction_id, data)

    @post(
        "/wrap-up",
        operation_id="FinishWrapUp",
        status_code=200,
        opt={PROBLEMS: (*OF_ORDERS, DispositionNotAllowed, DispositionUnknown, InteractionUnknown)},
    )
    async def finish_wrap_up(
        self,
        actor: NamedDependency[Actor],
        tenant: NamedDependency[Tenant],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        data: JSONBody[WrapUp],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Keeps the call's result and goes on to the next state."""
        return await desk.wrap_up(actor, tenant, key, interaction_id, data)


@get("/api/break-reasons", operation_id="ListBreakReasons", guards=[requires("settings.read")], tags=["Desk"])
async def list_break_reasons(
    actor: NamedDependency[Actor], desk: NamedDependency[AgentDesk]
) -> list[BreakReason]:
    """The tenant's reasons for a break, in its order."""
    return await desk.break_reasons(actor)


@get(
    "/api/dispositions",
    operation_id="ListDispositions",
    opt={WHILE_SUSPENDED: True},
    guards=[requires("settings.read")],
    tags=["Desk"],
)
async def list_dispositions(
    actor: NamedDependency[Actor], desk: NamedDependency[AgentDesk]
) -> list[Disposition]:
    """The results a call can have, in the tenant's order."""
    return await desk.dispositions(actor)


@websocket("/api/live", opt={WHILE_SUSPENDED: True}, guards=[requires("desk.use")])
async def live(
    socket: Socket,
    desk: NamedDependency[AgentDesk],
    live_desk: NamedDependency[LiveDesk],
    open_sockets: NamedDependency[OpenSockets],
) -> None:
    """The live view (docs/developer/desk-protocol.md); what the browser says is not listened to."""
    actor = current_session(socket)
    await desk.admit(actor, socket.auth)
    await socket.accept()
    sending = live_desk.run(actor, lambda message: socket.send_text(message.decode()))
    await serve_while_allowed(socket, open_sockets, actor, "desk.use", sending, until_left(socket))


@websocket("/sip", opt={WHILE_SUSPENDED: True}, guards=[requires("desk.use")])
async def phone_line(
    socket: Socket,
    desk: NamedDependency[AgentDesk],
    phone_lines: NamedDependency[PhoneLines],
    session_end: NamedDependency[SessionEnd],
    open_sockets: NamedDependency[OpenSockets],
) -> None:
    """SIP over WebSocket (RFC 7118) to the media node, for the agent's own softphone only."""
    actor = current_session(socket)
    await desk.admit(actor, socket.auth)
    await socket.accept(subprotocols="sip")
    try:
        async with phone_lines.connect() as node:
            endpoint = softphone_user(actor.tenant_id, actor.user_id)
            line = carry(_Browser(socket), node, endpoint)
            over = _until_over(session_end, actor)
            await serve_while_allowed(socket, open_sockets, actor, "desk.use", line, over)
    except MediaNotReady:
        await socket.close(TRY_AGAIN_LATER, "The media node is not ready.")


class _Browser:
    """The browser's side of the phone's line."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def send(self, message: str) -> None:
        await self._socket.send_text(message)

    async def receive(self) -> str | None:
        event = await self._socket.receive()
        return event.get("text") if event["type"] == "websocket.receive" else None


async def _until_over(session_end: SessionEnd, actor: Actor) -> int:
    await session_end.wait(actor)
    return SESSION_GONE
