"""Routing rules over HTTP."""

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from ovoz.contact_center.callers.api import Routing, RuleReplays
from ovoz.contact_center.callers.contracts import RoutingRules
from ovoz.contact_center.callers.errors import RoutingRulesInvalid, RoutingRulesVersionNotFound
from ovoz.contact_center.callers.schemas import (
    KeptRoutingRules,
    RoutingPreview,
    RoutingPreviewAsk,
    RoutingReplay,
    RoutingReplayAsk,
    RoutingRulesRestore,
    RoutingRulesVersion,
)
from ovoz.lib.versions import etag
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.contracts import NEEDS_MATCH, PROBLEMS
from ovoz.platform.requests.deps import IfMatch
from ovoz.platform.tenancy.errors import KeyUnavailable


class RoutingRulesController(Controller):
    """How callers are treated, by what is known of them."""

    path = "/api/routing-rules"
    tags = ("Queues",)

    @get(operation_id="ShowRoutingRules", guards=[requires("settings.read")])
    async def show_routing_rules(
        self, actor: NamedDependency[Actor], routing: NamedDependency[Routing]
    ) -> Response[KeptRoutingRules]:
        """The rules that hold, and what rules can name; the ETag is what a change must name."""
        return _with_version(await routing.show(actor))

    @put(
        operation_id="ChangeRoutingRules",
        opt={NEEDS_MATCH: True, PROBLEMS: (RoutingRulesInvalid,)},
        guards=[requires("queues.manage")],
    )
    async def change_routing_rules(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        routing: NamedDependency[Routing],
        data: JSONBody[RoutingRules],
        if_match: IfMatch = None,
    ) -> Response[KeptRoutingRules]:
        """Puts all rules in place, for those who wait already too; the version before is kept."""
        return _with_version(await routing.change(actor, doer, if_match, data))

    @post(
        "/preview",
        operation_id="PreviewRoutingRules",
        opt={PROBLEMS: (RoutingRulesInvalid, KeyUnavailable)},
        guards=[requires("queues.manage")],
        status_code=200,
    )
    async def preview_routing_rules(
        self,
        actor: NamedDependency[Actor],
        routing: NamedDependency[Routing],
        data: JSONBody[RoutingPreviewAsk],
    ) -> RoutingPreview:
        """What is wrong with a draft, and what it makes of a caller; nothing is changed.

        A caller by number is for those who may find contacts by their number.
        """
        return await routing.preview(actor, data)

    @post(
        "/replay",
        operation_id="ReplayRoutingRules",
        opt={PROBLEMS: (RoutingRulesInvalid, KeyUnavailable)},
        guards=[requires("queues.manage")],
        status_code=200,
    )
    async def replay_routing_rules(
        self,
        actor: NamedDependency[Actor],
        rule_replays: NamedDependency[RuleReplays],
        data: JSONBody[RoutingReplayAsk],
    ) -> RoutingReplay:
        """Plays a day that is over with a draft of all rules, beside the day as it was; nothing is changed."""
        return await rule_replays.play(actor, data)

    @get("/versions", operation_id="ListRoutingRulesVersions", guards=[requires("settings.read")])
    async def list_routing_rules_versions(
        self, actor: NamedDependency[Actor], routing: NamedDependency[Routing]
    ) -> list[RoutingRulesVersion]:
        """What held when and who made it so, the latest first; 200 at most."""
        return await routing.versions(actor)

    @post(
        "/restore",
        operation_id="RestoreRoutingRules",
        opt={NEEDS_MATCH: True, PROBLEMS: (RoutingRulesVersionNotFound, RoutingRulesInvalid)},
        guards=[requires("queues.manage")],
        status_code=200,
    )
    async def restore_routing_rules(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        routing: NamedDependency[Routing],
        data: JSONBody[RoutingRulesRestore],
        if_match: IfMatch = None,
    ) -> Response[KeptRoutingRules]:
        """Puts an older version in place, as a new version."""
        return _with_version(await routing.restore(actor, doer, if_match, data.version))


def _with_version(kept: KeptRoutingRules) -> Response[KeptRoutingRules]:
    return Response(kept, headers={"ETag": etag(kept.version)})
