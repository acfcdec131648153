"""Further parties of the call at the desk, and the pause of its recording, over HTTP."""

from uuid import UUID

from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from ovoz.contact_center.agents.api import AgentDesk
from ovoz.contact_center.agents.contracts import Desk
from ovoz.contact_center.agents.controllers.desk import OF_ORDERS, IdempotencyKey
from ovoz.contact_center.agents.errors import TargetIncomplete
from ovoz.contact_center.agents.schemas import Consultation, OutgoingCall
from ovoz.contact_center.switchboard.errors import InteractionUnknown, TargetNotFree, TargetUnknown
from ovoz.platform.access.guards import requires
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import WHILE_SUSPENDED
from ovoz.platform.privacy.api import Privacy
from ovoz.platform.privacy.errors import NumberTokenInvalid
from ovoz.platform.requests.contracts import PROBLEMS


class OutgoingController(Controller):
    """Calls that an agent makes."""

    path = "/api/desk/calls"
    tags = ("Desk",)
    guards = (requires("calls.control"),)

    @post(
        operation_id="MakeCall",
        status_code=200,
        opt={PROBLEMS: (*OF_ORDERS, NumberTokenInvalid, TargetIncomplete, TargetNotFree, TargetUnknown)},
    )
    async def call(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        privacy: NamedDependency[Privacy],
        data: JSONBody[OutgoingCall],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Calls your own phone, which answers by itself, then a colleague, or a number outside (needs `calls.dial`)."""
        if data.number_token is not None:
            number = await privacy.open_number(actor, data.number_token)
            data = replace(data, number=number, number_token=None)
        return await desk.call(actor, key, data)


class PartyController(Controller):
    """Orders of who has the call; what cannot be done is refused, and nothing changes."""

    path = "/api/desk/interactions/{interaction_id:uuid}"
    tags = ("Desk",)
    guards = (requires("calls.control"),)
    opt = {PROBLEMS: (*OF_ORDERS, InteractionUnknown), WHILE_SUSPENDED: True}  # noqa: RUF012 - Litestar's own way

    @post(
        "/consult",
        operation_id="Consult",
        status_code=200,
        opt={PROBLEMS: (*OF_ORDERS, InteractionUnknown, TargetIncomplete, TargetNotFree, TargetUnknown)},
    )
    async def consult(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        data: JSONBody[Consultation],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Calls a colleague, a queue's agent or a number outside (needs `calls.dial`); the caller hears music."""
        return await desk.consult(actor, key, interaction_id, data)

    @post("/swap", operation_id="Swap", status_code=200)
    async def swap(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """From the caller to who was asked, and back; the other one hears music."""
        return await desk.control_call(actor, key, "swap", interaction_id)

    @post("/join", operation_id="JoinParties", status_code=200)
    async def join(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Everybody hears everybody: the caller, who was asked, and you."""
        return await desk.control_call(actor, key, "join", interaction_id)

    @post("/complete", operation_id="CompleteTransfer", status_code=200)
    async def complete(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """You leave; the caller goes on with who was asked, or with those who are joined."""
        return await desk.control_call(actor, key, "complete", interaction_id)

    @post("/return", operation_id="ReturnToCaller", status_code=200)
    async def come_back(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Back to the caller; who was asked is let go."""
        return await desk.control_call(actor, key, "come_back", interaction_id)

    @delete(
        "/parties/{party_id:uuid}",
        operation_id="RemoveParty",
        status_code=200,
        opt={PROBLEMS: (*OF_ORDERS, InteractionUnknown, TargetUnknown)},
    )
    async def remove(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        party_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Takes one of the others out of the call; the rest goes on."""
        return await desk.remove(actor, key, interaction_id, party_id)

    @post("/recording/pause", operation_id="PauseRecording", status_code=200)
    async def pause_recording(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """Nothing is recorded while a card's number is said; it ends by itself at `recording_paused_until`."""
        return await desk.control_call(actor, key, "pause_recording", interaction_id)

    @post("/recording/resume", operation_id="ResumeRecording", status_code=200)
    async def resume_recording(
        self,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        """The recording goes on."""
        return await desk.control_call(actor, key, "resume_recording", interaction_id)
