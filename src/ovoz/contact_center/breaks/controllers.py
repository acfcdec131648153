"""Reasons for a break over HTTP, as administrators keep them."""

from typing import Annotated

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from ovoz.contact_center.breaks.api import BreakReasons
from ovoz.contact_center.breaks.errors import BreakOrderIncomplete, BreakReasonCodeTaken, BreakReasonNotFound
from ovoz.contact_center.breaks.schemas import (
    BreakOrder,
    BreakReasonCreate,
    BreakReasonSettings,
    BreakReasonUpdate,
)
from ovoz.lib.versions import etag
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.contracts import KEEPS_ANSWER, LINKS, NEEDS_MATCH, PROBLEMS, LinkTo

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="the `ETag` that the change is for")
]


class BreakReasonController(Controller):
    """The operator's reasons for a break, archived ones too."""

    path = "/api/settings/break-reasons"
    tags = ("Breaks",)
    guards = (requires("breaks.manage"),)

    @get(
        operation_id="ListBreakReasonSettings",
        opt={LINKS: (LinkTo("ShowBreakReason", {"reason": "$response.body#/0/code"}, "The first one."),)},
    )
    async def list_settings(
        self, actor: NamedDependency[Actor], break_reasons: NamedDependency[BreakReasons]
    ) -> list[BreakReasonSettings]:
        """Every reason with its rules, in the order in which agents are offered them."""
        return await break_reasons.all(actor)

    @post(
        operation_id="CreateBreakReason",
        opt={
            KEEPS_ANSWER: True,
            PROBLEMS: (BreakReasonCodeTaken,),
            LINKS: (LinkTo("ShowBreakReason", {"reason": "$response.body#/code"}, "The reason."),),
        },
    )
    async def create_reason(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        break_reasons: NamedDependency[BreakReasons],
        data: JSONBody[BreakReasonCreate],
    ) -> Response[BreakReasonSettings]:
        """A new reason, last in the list; agents are offered it at once."""
        return _with_version(await break_reasons.create(actor, doer, data), status_code=201)

    @put(operation_id="OrderBreakReasons", opt={PROBLEMS: (BreakOrderIncomplete,)})
    async def order_reasons(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        break_reasons: NamedDependency[BreakReasons],
        data: JSONBody[BreakOrder],
    ) -> list[BreakReasonSettings]:
        """Puts all reasons in an order; the answer is the list as it is then."""
        return await break_reasons.put_in_order(actor, doer, data)

    @get("/{reason:str}", operation_id="ShowBreakReason", opt={PROBLEMS: (BreakReasonNotFound,)})
    async def show_reason(
        self,
        actor: NamedDependency[Actor],
        break_reasons: NamedDependency[BreakReasons],
        reason: FromPath[str],
    ) -> Response[BreakReasonSettings]:
        """One reason; its ETag is what a change must name."""
        return _with_version(await break_reasons.show(actor, reason))

    @put(
        "/{reason:str}",
        operation_id="ReplaceBreakReason",
        opt={NEEDS_MATCH: True, PROBLEMS: (BreakReasonNotFound,)},
    )
    async def replace_reason(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        break_reasons: NamedDependency[BreakReasons],
        reason: FromPath[str],
        data: JSONBody[BreakReasonUpdate],
        if_match: IfMatch = None,
    ) -> Response[BreakReasonSettings]:
        """Puts names and rules in place, and archives it or brings it back. Present breaks keep the limit they had.

        A request for a break that is archived is over, and its agent is told so.
        """
        return _with_version(await break_reasons.replace(actor, doer, reason, if_match, data))


def _with_version(reason: BreakReasonSettings, status_code: int = 200) -> Response[BreakReasonSettings]:
    return Response(reason, status_code=status_code, headers={"ETag": etag(reason.version)})
