"""Further parties of the call at the desk, and the pause of its recording, over HTTP."""

from uuid import UUID

from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from ovoz.contact_center.agents.api import AgentDesk
from ovoz.contact_center.agents.contracts import Desk
from ovoz.contact_center.agents.controllers.orders import ABOUT_A_CALL, OF_ORDERS, IdempotencyKey, order
from ovoz.contact_center.agents.errors import TargetIncomplete
from ovoz.contact_center.agents.schemas import Consultation, OutgoingCall
from ovoz.contact_center.switchboard.errors import InteractionUnknown, TargetNotFree, TargetUnknown
from ovoz.platform.access.guards import requires
from ovoz.platform.identity.contracts import Actor
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
    opt = ABOUT_A_CALL

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

    swap = order(
        "/swap", "Swap", "swap", "From the caller to who was asked, and back; the other one hears music."
    )

    join = order(
        "/join", "JoinParties", "join", "Everybody hears everybody: the caller, who was asked, and you."
    )

    complete = order(
        "/complete",
        "CompleteTransfer",
        "complete",
        "You leave; the caller goes on with who was asked, or with those who are joined.",
    )

    come_back = order(
        "/return", "ReturnToCaller", "come_back", "Back to the caller; who was asked is let go."
    )

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

    pause_recording = order(
        "/recording/pause",
        "PauseRecording",
        "pause_recording",
        "Nothing is recorded while a card's number is said; it ends by itself at `recording_paused_until`.",
    )

    resume_recording = order(
        "/recording/resume", "ResumeRecording", "resume_recording", "The recording goes on."
    )
