"""The rules for calls over HTTP."""

from litestar import Controller, Response, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from ovoz.contact_center.calling.api import Calling
from ovoz.contact_center.calling.errors import CallingRulesInvalid
from ovoz.contact_center.calling.schemas import CallingRules, KeptCallingRules
from ovoz.lib.versions import etag
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.contracts import NEEDS_MATCH, PROBLEMS
from ovoz.platform.requests.deps import IfMatch


class CallingRulesController(Controller):
    """Which number is presented to whom is called, and how long a recording may be paused."""

    path = "/api/calling-rules"
    tags = ("Calling",)

    @get(operation_id="ShowCallingRules", guards=[requires("settings.read")])
    async def show_calling_rules(
        self, actor: NamedDependency[Actor], calling: NamedDependency[Calling]
    ) -> Response[KeptCallingRules]:
        """The rules that hold, and which numbers can be presented; the ETag is what a change must name."""
        return _with_version(await calling.show(actor))

    @put(
        operation_id="ChangeCallingRules",
        opt={NEEDS_MATCH: True, PROBLEMS: (CallingRulesInvalid,)},
        guards=[requires("queues.manage")],
    )
    async def change_calling_rules(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        calling: NamedDependency[Calling],
        data: JSONBody[CallingRules],
        if_match: IfMatch = None,
    ) -> Response[KeptCallingRules]:
        """Puts both rules in place: for the next number that is called, and the next pause that begins."""
        return _with_version(await calling.change(actor, doer, if_match, data))


def _with_version(kept: KeptCallingRules) -> Response[KeptCallingRules]:
    return Response(kept, headers={"ETag": etag(kept.version)})
