"""`ovoz api`: the tenants' web address. Stateless: any number may run."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import structlog
import uvicorn
from litestar import Litestar, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler, Message, Scope

from ovoz.contact_center.agents.api import AgentDesk, DeskReferences, LiveDesk, SessionEnd
from ovoz.contact_center.agents.controllers.desk import (
    CallController,
    DeskController,
    list_break_reasons,
    list_dispositions,
    live,
    phone_line,
)
from ovoz.contact_center.agents.controllers.parties import OutgoingController, PartyController
from ovoz.contact_center.breaks.api import BreakReasons
from ovoz.contact_center.breaks.controllers import BreakReasonController
from ovoz.contact_center.callers.api import Routing, RuleReplays
from ovoz.contact_center.callers.controllers import RoutingRulesController
from ovoz.contact_center.calling.api import Calling
from ovoz.contact_center.calling.controllers import CallingRulesController
from ovoz.contact_center.calls.api import History
from ovoz.contact_center.calls.controllers import InteractionController
from ovoz.contact_center.presence.api import BreakDecisions, OwnDay, ShiftWatch
from ovoz.contact_center.presence.controllers import SHIFT_ROUTES
from ovoz.contact_center.queues.api import Queues, Replays, Skills
from ovoz.contact_center.queues.controllers import (
    AgentSkillController,
    HolidayController,
    QueueController,
    SkillController,
)
from ovoz.contact_center.recordings.api import RecordingAudio, RecordingRows
from ovoz.contact_center.recordings.controllers import RecordingController
from ovoz.contact_center.returns.api import CallReturns, ReturnsWatch
from ovoz.contact_center.returns.controllers import RETURN_ROUTES
from ovoz.entrypoints.api_joints import DemoAccounts, PeopleOfTenant, PhoneAndDeskOfSession
from ovoz.entrypoints.openapi import openapi_config
from ovoz.entrypoints.pages import front_end, problem_pages
from ovoz.entrypoints.problem_answers import EXCEPTION_HANDLERS
from ovoz.entrypoints.refusal_log import log_refusal
from ovoz.entrypoints.security_headers import send_security_headers
from ovoz.integrations.asterisk.sip_proxy import SipProxy
from ovoz.integrations.redis.fanout import RedisFanout
from ovoz.integrations.redis.rate_limits import RedisRateLimits
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.integrations.switchboard.client import HttpSwitchboard
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.logging import configure_logging
from ovoz.lib.problems import DependencyUnavailable, DomainError
from ovoz.lib.sealing import identity_key, installation_key, internal_token
from ovoz.lib.settings import Settings
from ovoz.platform.access.api import Access, ChangeListener, OpenSockets, Roles, read_roles
from ovoz.platform.access.controllers import RoleController, list_rights
from ovoz.platform.access.guards import NOT_ALLOWED, public
from ovoz.platform.audit.api import AuditTrail, tell
from ovoz.platform.audit.controllers import AuditController
from ovoz.platform.identity.api import Attempts, Identity
from ovoz.platform.identity.controllers import SessionController, show_site, sign_in
from ovoz.platform.identity.deps import (
    OUTSIDE_TENANTS,
    SessionMiddleware,
    provide_actor,
    provide_doer,
    provide_tenant,
    send_cookies,
)
from ovoz.platform.people.api import Directory, Invitations, Staff, Teams
from ovoz.platform.people.controllers import InvitationController, PeopleController, TeamController
from ovoz.platform.privacy.api import Fields, Numbers, Privacy, Reveals, read_policy
from ovoz.platform.privacy.contracts import PublicText
from ovoz.platform.privacy.controllers import RevealController
from ovoz.platform.privacy.deps import RememberRequest, masking
from ovoz.platform.provider.controllers import ProviderOperationController, ProviderTenantController
from ovoz.platform.requests.api import KeptAnswers, Policy
from ovoz.platform.requests.deps import (
    BODY_LIMIT_BYTES,
    BodyRulesMiddleware,
    KeptAnswerMiddleware,
    RateLimitMiddleware,
    hold_body_to_its_types,
    send_allowed_methods,
    send_standing,
)
from ovoz.platform.tenancy.api import (
    Archives,
    Operations,
    TenantFinder,
    TenantKeys,
    TenantRepository,
)

log = structlog.get_logger(__name__)

NOT_SIGNED_IN = 4401
NOT_FOUND = 4404
TRY_AGAIN_LATER = 1013
_PROBLEM = "ovoz_problem"


class Health(msgspec.Struct, frozen=True):
    state: PublicText = "running"


@get("/health", guards=[public], opt={OUTSIDE_TENANTS: True}, include_in_schema=False, sync_to_thread=False)
def health() -> Health:
    """Whether this process answers; what it depends on is said where it is used."""
    return Health()


def routes(settings: Settings) -> list[ControllerRouterHandler]:
    """Every route of the tenants' web address."""
    return [
        show_site,
        sign_in,
        SessionController,
        DeskController,
        CallController,
        OutgoingController,
        PartyController,
        list_break_reasons,
        list_dispositions,
        BreakReasonController,
        InteractionController,
        RecordingController,
        SkillController,
        AgentSkillController,
        QueueController,
        HolidayController,
        RoutingRulesController,
        CallingRulesController,
        AuditController,
        RevealController,
        PeopleController,
        TeamController,
        InvitationController,
        RoleController,
        list_rights,
        ProviderTenantController,
        ProviderOperationController,
        *SHIFT_ROUTES,
        *RETURN_ROUTES,
        live,
        phone_line,
        health,
        problem_pages(settings.data_dir / "docs" / "problems"),
        front_end(settings.data_dir / "frontend" / "dist" / "desk" / "browser"),
    ]


def main() -> None:
    """Runs until SIGTERM; Postgres, Redis, the switchboard and the media node may come and go meanwhile."""
    configure_logging("api")
    settings = Settings.from_environment()
    app = ClosingWithReason(application(settings, Endpoints.load(settings)))
    server = uvicorn.Server(server_config(app, settings))
    server.run()
    if not server.started:
        sys.exit(3)


def server_config(app: Any, settings: Settings) -> uvicorn.Config:
    """Forwarded headers are believed of a proxy on this machine only."""
    return uvicorn.Config(
        app,
        host="127.0.0.1",
        port=settings.ports.http,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=65_536,
        forwarded_allow_ips="127.0.0.1",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )


def application(settings: Settings, endpoints: Endpoints) -> Litestar:
    """The API with its adapters."""
    database = Database(endpoints.database_url, pool_size=20, application_name="ovoz api")
    tenants = TenantRepository(database)
    fanout = RedisFanout(endpoints.redis_url)
    limits = RedisRateLimits(endpoints.redis_url)
    switchboard = HttpSwitchboard(
        f"http://127.0.0.1:{settings.ports.switchboard}", internal_token(settings.home)
    )
    sip_proxy = SipProxy(endpoints.sip_ws_url, endpoints.ari_url)
    shipped = read_roles(settings.data_dir)
    access = Access(shipped, database, utc_now)
    open_sockets = OpenSockets(database, access)
    changes = ChangeListener(endpoints.database_url, access)
    ends = PhoneAndDeskOfSession(fanout, switchboard)
    secret = identity_key(settings.home)
    identity = Identity(database, utc_now, ends, secret)
    session_end = SessionEnd(fanout, identity.alive)
    key = installation_key(settings.home)
    keys = TenantKeys(tenants, key)
    privacy = Privacy(read_policy(settings.data_dir), database, Numbers(keys, utc_now), utc_now)
    history = History(database, access, Fields(keys), utc_now)
    queues = Queues(database, utc_now, endpoints.sounds)
    replays = Replays(database, utc_now, endpoints.sounds)
    routing = Routing(database, utc_now, queues, Fields(keys), access)
    services: dict[str, object] = {
        "access": access,
        "archives": Archives(database, settings.home / "archives", tell, utc_now),
        "audit_trail": AuditTrail(database, key, utc_now),
        "break_decisions": BreakDecisions(database, access, switchboard),
        "break_reasons": BreakReasons(database, utc_now),
        "calling": Calling(database, utc_now),
        "call_returns": CallReturns(database, access, Fields(keys), fanout, utc_now),
        "demo_accounts": DemoAccounts(settings),
        "desk": AgentDesk(switchboard, DeskReferences(database), access),
        "directory": Directory(database, access),
        "history": history,
        "identity": identity,
        "invitations": Invitations(database, utc_now, Attempts(database, utc_now, secret), ends),
        "live_desk": LiveDesk(switchboard, switchboard, fanout, session_end, privacy),
        "open_sockets": open_sockets,
        "operations": Operations(database, settings.data_dir),
        "own_day": OwnDay(database, utc_now),
        "phone_lines": sip_proxy,
        "queues": queues,
        "replays": replays,
        "recording_audio": RecordingAudio(
            RecordingRows(database, utc_now),
            FileSystemStorage(settings.home / "objects"),
            keys,
        ),
        "privacy": privacy,
        "returns_watch": ReturnsWatch(fanout, session_end),
        "reveals": Reveals(
            database, utc_now, {"interaction": history, "person": PeopleOfTenant(identity, access)}
        ),
        "routing": routing,
        "rule_replays": RuleReplays(database, Fields(keys), routing, replays),
        "roles": Roles(database, utc_now, access, shipped, tell),
        "session_end": session_end,
        "shift_watch": ShiftWatch(database, access, switchboard, switchboard, fanout, session_end, privacy),
        "skills": Skills(database, utc_now, access),
        "staff": Staff(database, utc_now, access, ends),
        "teams": Teams(database, utc_now),
    }

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(work)
            for work in (fanout.run(), switchboard.watch(), changes.run(), open_sockets.run())
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(
                *(part.close() for part in (fanout, limits, switchboard, sip_proxy, database)),
                return_exceptions=True,
            )

    finder = TenantFinder(tenants, settings.base_domain, settings.default_tenant)
    return Litestar(
        route_handlers=routes(settings),
        dependencies={
            "actor": Provide(provide_actor, sync_to_thread=False),
            "doer": Provide(provide_doer, sync_to_thread=False),
            "tenant": Provide(provide_tenant, sync_to_thread=False),
            **{name: _always(service) for name, service in services.items()},
        },
        middleware=[
            DefineMiddleware(SessionMiddleware, identity=identity, finder=finder),
            DefineMiddleware(RateLimitMiddleware, limits=limits, **rate_policies(settings)),
            BodyRulesMiddleware,
            DefineMiddleware(KeptAnswerMiddleware, kept_answers=KeptAnswers(database, utc_now)),
            RememberRequest(),
        ],
        before_request=hold_body_to_its_types,
        after_request=masking(privacy),
        before_send=[send_allowed_methods, send_cookies, send_standing, send_security_headers],
        request_max_body_size=BODY_LIMIT_BYTES,
        exception_handlers=EXCEPTION_HANDLERS,
        after_exception=[_remember],
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=openapi_config(),
        state=State({"settings": settings, "access": access, "privacy": privacy}),
    )


def rate_policies(settings: Settings) -> dict[str, Policy]:
    """How many requests each may send in a minute."""
    return {
        "session": Policy("session", settings.rate_session_per_min, 60),
        "address": Policy("address", settings.rate_address_per_min, 60),
        "tenant": Policy("tenant", settings.rate_tenant_per_min, 60),
    }


def _always(service: object) -> Provide:
    return Provide(lambda: service, sync_to_thread=False, use_cache=True)


async def _remember(error: Exception, scope: Scope) -> None:
    scope["state"][_PROBLEM] = error
    if scope["type"] == ScopeType.WEBSOCKET and isinstance(error, DomainError):
        log_refusal(scope, error)


class ClosingWithReason:
    """Gives a refused WebSocket the close code that the desk understands.

    A handshake that is refused reaches a page without any reason, so it is accepted first.
    """

    def __init__(self, app: Litestar) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != ScopeType.WEBSOCKET:
            await self._app(scope, receive, send)
            return
        accepted = False

        async def speak(message: Message) -> None:
            nonlocal accepted
            problem = scope.get("state", {}).get(_PROBLEM)
            if message["type"] == "websocket.accept":
                accepted = True
            elif message["type"] == "websocket.close" and isinstance(
                problem, DomainError | DatabaseUnavailable
            ):
                if not accepted:
                    accepted = True
                    protocols = scope.get("subprotocols")
                    protocol = protocols[0] if protocols else None
                    await send({"type": "websocket.accept", "subprotocol": protocol, "headers": []})
                message["code"], message["reason"] = _close_code(problem), str(problem)[:100]
            await send(message)

        await self._app(scope, receive, speak)


def _close_code(error: DomainError | DatabaseUnavailable) -> int:
    if isinstance(error, DatabaseUnavailable | DependencyUnavailable):
        return TRY_AGAIN_LATER
    return {401: NOT_SIGNED_IN, 403: NOT_ALLOWED, 404: NOT_FOUND}.get(error.status, TRY_AGAIN_LATER)
