"""The history over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from ovoz.contact_center.calls.api import History
from ovoz.contact_center.calls.errors import InteractionNotFound
from ovoz.contact_center.calls.schemas import Interaction, InteractionFilter, InteractionSummary, Sort
from ovoz.lib.paging import CursorInvalid, Page
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Privacy
from ovoz.platform.requests.contracts import LINKS, PROBLEMS, LinkTo
from ovoz.platform.requests.deps import Cursor, Limit
from ovoz.platform.tenancy.errors import KeyUnavailable

_FIRST = LinkTo(
    "ShowInteraction", {"interaction_id": "$response.body#/items/0/id"}, "The first one of the page."
)
_FOLLOWING = LinkTo(
    "ListInteractions",
    {"cursor": "$response.body#/next_cursor", "sort": "$request.query.sort"},
    "The next page, with the same filters.",
)
_AUDIO = LinkTo("GetRecordingAudio", {"recording_id": "$response.body#/audio/id"}, "Once it is `stored`.")


class InteractionController(Controller):
    """Interactions as they happened."""

    path = "/api/interactions"
    tags = ("Interactions",)

    @get(
        operation_id="ListInteractions",
        guards=[requires("interactions.read")],
        opt={PROBLEMS: (CursorInvalid, KeyUnavailable), LINKS: (_FIRST, _FOLLOWING)},
    )
    async def list_interactions(
        self,
        actor: NamedDependency[Actor],
        history: NamedDependency[History],
        privacy: NamedDependency[Privacy],
        cursor: Cursor = None,
        limit: Limit = 30,
        sort: FromQuery[Sort] = "-started_at",
        since: Annotated[
            datetime | None, QueryParameter(name="from", description="began at this moment or later")
        ] = None,
        until: Annotated[
            datetime | None, QueryParameter(name="to", description="began before this moment")
        ] = None,
        queue_id: Annotated[UUID | None, QueryParameter(description="waited in this queue")] = None,
        agent_id: Annotated[UUID | None, QueryParameter(description="this agent's")] = None,
        end_reason: Annotated[
            str | None, QueryParameter(max_length=40, pattern="^[a-z_]+$", description="why it ended")
        ] = None,
        number: Annotated[
            str | None,
            QueryParameter(max_length=20, pattern=r"^\+?[0-9]+$", description="the caller's, E.164"),
        ] = None,
        number_token: Annotated[
            str | None, QueryParameter(max_length=200, description="of a masked number, in its place")
        ] = None,
        mine: Annotated[bool, QueryParameter(description="only one's own")] = False,
    ) -> Page[InteractionSummary]:
        """Interactions within reach; with `number` (or its token) also others of this caller, for who may find them."""
        if number_token is not None:
            number = await privacy.open_number(actor, number_token)
        wanted = InteractionFilter(since, until, queue_id, agent_id, end_reason, number, mine)
        return await history.page(actor, wanted, sort=sort, cursor=cursor, limit=limit)

    @get(
        "/{interaction_id:uuid}",
        operation_id="ShowInteraction",
        guards=[requires("interactions.read")],
        opt={PROBLEMS: (InteractionNotFound, KeyUnavailable), LINKS: (_AUDIO,)},
    )
    async def show_interaction(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        history: NamedDependency[History],
        interaction_id: FromPath[UUID],
    ) -> Interaction:
        """One interaction: segments, timeline, note, recording. That somebody else's is opened goes on record."""
        return await history.show(actor, doer, interaction_id)
