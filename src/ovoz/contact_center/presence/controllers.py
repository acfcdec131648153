"""The shift over HTTP and WebSocket."""

from typing import Any, Final
from uuid import UUID

from litestar import Controller, WebSocket, get, post, websocket
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ovoz.contact_center.presence.api import BreakDecisions, OwnDay, ShiftWatch
from ovoz.contact_center.presence.contracts import Shift
from ovoz.contact_center.presence.schemas import AgentDay, BreakDecision
from ovoz.contact_center.switchboard.errors import (
    AgentUnknown,
    BreakFull,
    NotPossibleNow,
    SwitchboardUnavailable,
)
from ovoz.platform.access.api import OpenSockets, Right
from ovoz.platform.access.guards import requires, serve_while_allowed, until_left
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import current_session
from ovoz.platform.requests.contracts import LINKS, PROBLEMS, LinkTo
from ovoz.platform.tenancy.contracts import Tenant

Socket = WebSocket[Any, Tenant, Any]


class ShiftController(Controller):
    """Who is on duty, and what waits for a supervisor's word."""

    path = "/api/team"
    tags = ("Shift",)

    @get(
        operation_id="ShowTeam",
        guards=[requires("team.watch")],
        opt={
            PROBLEMS: (SwitchboardUnavailable,),
            LINKS: (
                LinkTo("DecideBreak", {"agent_id": "$response.body#/agents/0/id"}, "With an open request."),
            ),
        },
    )
    async def show_team(
        self, actor: NamedDependency[Actor], shift_watch: NamedDependency[ShiftWatch]
    ) -> Shift:
        """Everybody whom you may see, at this moment; `/api/team/live` tells of every change."""
        return await shift_watch.show(actor)

    @post(
        "/{agent_id:uuid}/break-decision",
        operation_id="DecideBreak",
        guards=[requires("breaks.decide")],
        status_code=204,
        opt={PROBLEMS: (AgentUnknown, BreakFull, NotPossibleNow, SwitchboardUnavailable)},
    )
    async def decide_break(
        self,
        actor: NamedDependency[Actor],
        break_decisions: NamedDependency[BreakDecisions],
        agent_id: FromPath[UUID],
        data: JSONBody[BreakDecision],
    ) -> None:
        """Your word about an open request; approved during a call, the break follows it. Sent twice it counts once."""
        await break_decisions.decide(actor, agent_id, data)


@get("/api/desk/day", operation_id="ShowOwnDay", guards=[requires("desk.use")], tags=["Desk"])
async def show_own_day(actor: NamedDependency[Actor], own_day: NamedDependency[OwnDay]) -> AgentDay:
    """Your day so far: figures with their formulas, time in every state, and the states one after the other."""
    return await own_day.show(actor)


@websocket("/api/team/live", guards=[requires("team.watch")])
async def team_live(
    socket: Socket, shift_watch: NamedDependency[ShiftWatch], open_sockets: NamedDependency[OpenSockets]
) -> None:
    """The shift, live (docs/developer/desk-protocol.md); what the browser says is not listened to."""
    await _serve(socket, shift_watch, open_sockets, "team.watch")


@websocket("/api/desk/colleagues", guards=[requires("desk.use")])
async def colleagues_live(
    socket: Socket, shift_watch: NamedDependency[ShiftWatch], open_sockets: NamedDependency[OpenSockets]
) -> None:
    """Who of one's own team is on duty, live."""
    await _serve(socket, shift_watch, open_sockets, "desk.use")


async def _serve(socket: Socket, shift_watch: ShiftWatch, open_sockets: OpenSockets, right: Right) -> None:
    actor = current_session(socket)
    await socket.accept()
    watching = shift_watch.run(
        actor, lambda message: socket.send_text(message.decode()), as_colleague=right == "desk.use"
    )
    await serve_while_allowed(socket, open_sockets, actor, right, watching, until_left(socket))


SHIFT_ROUTES: Final = (ShiftController, show_own_day, team_live, colleagues_live)
