"""The history over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from ovoz.contact_center.calls.api import History
from ovoz.contact_center.calls.schemas import Interaction, InteractionPage
from ovoz.platform.access.guards import requires
from ovoz.platform.identity.contracts import Actor


class InteractionController(Controller):
    """Interactions, newest first."""

    path = "/api/interactions"
    tags = ("Interactions",)

    @get(operation_id="ListInteractions", guards=[requires("interactions.read")])
    async def list_interactions(
        self,
        actor: NamedDependency[Actor],
        history: NamedDependency[History],
        cursor: Annotated[str | None, QueryParameter(max_length=200)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 30,
        number: Annotated[
            str | None, QueryParameter(max_length=20, description="the caller's, E.164")
        ] = None,
        mine: FromQuery[bool] = False,
    ) -> InteractionPage:
        """Interactions within reach; with `number` also others of this caller, for who has `interactions.find`."""
        return await history.page(actor, cursor=cursor, limit=limit, number=number, mine=mine)

    @get("/{interaction_id:uuid}", operation_id="ShowInteraction", guards=[requires("interactions.read")])
    async def show_interaction(
        self, actor: NamedDependency[Actor], history: NamedDependency[History], interaction_id: FromPath[UUID]
    ) -> Interaction:
        """One interaction: segments, timeline, note, recording."""
        return await history.show(actor, interaction_id)
