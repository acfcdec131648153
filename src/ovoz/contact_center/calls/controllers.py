"""The history over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from ovoz.contact_center.calls.api import History
from ovoz.contact_center.calls.schemas import Interaction, InteractionPage
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Privacy


class InteractionController(Controller):
    """Interactions, newest first."""

    path = "/api/interactions"
    tags = ("Interactions",)

    @get(operation_id="ListInteractions", guards=[requires("interactions.read.own")])
    async def list_interactions(
        self,
        actor: NamedDependency[Actor],
        history: NamedDependency[History],
        privacy: NamedDependency[Privacy],
        cursor: Annotated[str | None, QueryParameter(max_length=200)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 30,
        number: Annotated[
            str | None, QueryParameter(max_length=20, description="the caller's, E.164")
        ] = None,
        number_token: Annotated[
            str | None, QueryParameter(max_length=200, description="of a masked number, in its place")
        ] = None,
        mine: FromQuery[bool] = False,
    ) -> InteractionPage:
        """Own interactions, or everybody's with that right; with `number` or `number_token` all of this caller."""
        if number_token is not None:
            number = await privacy.open_number(actor, number_token)
        return await history.page(actor, cursor=cursor, limit=limit, number=number, mine=mine)

    @get("/{interaction_id:uuid}", operation_id="ShowInteraction", guards=[requires("interactions.read.own")])
    async def show_interaction(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        history: NamedDependency[History],
        interaction_id: FromPath[UUID],
    ) -> Interaction:
        """One interaction: segments, timeline, note, recording. That somebody else's is opened goes on record."""
        return await history.show(actor, doer, interaction_id)
