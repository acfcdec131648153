"""`ovoz api`: the tenants' web address. Stateless: any number may run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import structlog
import uvicorn
from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler, Message, Scope

from ovoz.contact_center.agents.api import AgentDesk, DeskReferences, LiveDesk, SessionEnd, session_channel
from ovoz.contact_center.agents.controllers import (
    CallController,
    DeskController,
    list_break_reasons,
    list_dispositions,
    live,
    phone_line,
)
from ovoz.contact_center.calls.api import History
from ovoz.contact_center.calls.controllers import InteractionController
from ovoz.contact_center.recordings.api import RecordingAudio, RecordingRows
from ovoz.contact_center.recordings.controllers import RecordingController
from ovoz.entrypoints.pages import front_end, problem_pages, send_security_headers
from ovoz.integrations.asterisk.sip_proxy import SipProxy
from ovoz.integrations.redis.fanout import RedisFanout
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.integrations.switchboard.client import HttpSwitchboard
from ovoz.lib.clock import utc_now
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.ids import new_id
from ovoz.lib.logging import configure_logging
from ovoz.lib.problems import DependencyUnavailable, DomainError, InputInvalid
from ovoz.lib.sealing import installation_key, internal_token
from ovoz.lib.settings import Settings
from ovoz.platform.access.api import Access
from ovoz.platform.access.guards import public
from ovoz.platform.identity.api import Actor, Identity
from ovoz.platform.identity.controllers import SessionController, show_site, sign_in
from ovoz.platform.identity.deps import (
    OUTSIDE_TENANTS,
    SessionMiddleware,
    provide_actor,
    provide_tenant,
    send_cookies,
)
from ovoz.platform.identity.schemas import DemoAccount
from ovoz.platform.provider.controllers import ProviderOperationController, ProviderTenantController
from ovoz.platform.tenancy.api import (
    Operations,
    Tenant,
    TenantFinder,
    TenantKeys,
    TenantRepository,
    read_blueprint,
)

log = structlog.get_logger(__name__)

NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
NOT_FOUND = 4404
TRY_AGAIN_LATER = 1013
_PROBLEM = "ovoz_problem"


@get("/health", guards=[public], opt={OUTSIDE_TENANTS: True}, include_in_schema=False, sync_to_thread=False)
def health() -> dict[str, str]:
    """Whether this process answers; what it depends on is said where it is used."""
    return {"state": "running"}


def routes(settings: Settings) -> list[ControllerRouterHandler]:
    """Every route of the tenants' web address."""
    return [
        show_site,
        sign_in,
        SessionController,
        DeskController,
        CallController,
        list_break_reasons,
        list_dispositions,
        InteractionController,
        RecordingController,
        ProviderTenantController,
        ProviderOperationController,
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
    uvicorn.run(
        ClosingWithReason(application(settings, Endpoints.load(settings))),
        host="127.0.0.1",
        port=settings.ports.http,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=65_536,
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
    switchboard = HttpSwitchboard(
        f"http://127.0.0.1:{settings.ports.switchboard}", internal_token(settings.home)
    )
    sip_proxy = SipProxy(endpoints.sip_ws_url, endpoints.ari_url)
    access = Access()
    identity = Identity(database, utc_now, _PhoneAndDeskOfSession(fanout, switchboard))
    session_end = SessionEnd(fanout, identity.alive)
    services: dict[str, object] = {
        "access": access,
        "demo_accounts": _DemoAccounts(settings),
        "desk": AgentDesk(switchboard, DeskReferences(database)),
        "history": History(database, access),
        "identity": identity,
        "live_desk": LiveDesk(switchboard, switchboard, fanout, session_end),
        "operations": Operations(database, settings.data_dir),
        "phone_lines": sip_proxy,
        "recording_audio": RecordingAudio(
            RecordingRows(database, utc_now),
            FileSystemStorage(settings.home / "objects"),
            TenantKeys(tenants, installation_key(settings.home)),
        ),
        "session_end": session_end,
    }

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(fanout.run()), asyncio.create_task(switchboard.watch())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(
                *(part.close() for part in (fanout, switchboard, sip_proxy, database)), return_exceptions=True
            )

    finder = TenantFinder(tenants, settings.base_domain, settings.default_tenant)
    return Litestar(
        route_handlers=routes(settings),
        dependencies={
            "actor": Provide(provide_actor, sync_to_thread=False),
            "tenant": Provide(provide_tenant, sync_to_thread=False),
            **{name: _always(service) for name, service in services.items()},
        },
        middleware=[DefineMiddleware(SessionMiddleware, identity=identity, finder=finder)],
        before_send=[send_cookies, send_security_headers],
        exception_handlers={
            DomainError: _problem,
            DatabaseUnavailable: _database_away,
            HTTPException: _framework_problem,
            Exception: _unexpected,
        },
        after_exception=[_remember],
        lifespan=[lifespan],
        logging_config=None,
        openapi_config=openapi_config(),
        state=State({"settings": settings}),
    )


def openapi_config() -> OpenAPIConfig:
    """The API's document at `/api/schema/openapi.json`; public, as it says nothing of any tenant."""
    return OpenAPIConfig(
        title="Ovoz",
        version="1",
        openapi_router=Router(
            "/api/schema",
            route_handlers=[],
            guards=[public],
            opt={OUTSIDE_TENANTS: True},
            include_in_schema=False,
        ),
        render_plugins=[JsonRenderPlugin()],
        use_handler_docstrings=True,
    )


def _always(service: object) -> Provide:
    return Provide(lambda: service, sync_to_thread=False, use_cache=True)


class _PhoneAndDeskOfSession:
    """Ends what hung on a session: its sockets, and the agent's readiness with the last one."""

    def __init__(self, fanout: RedisFanout, switchboard: HttpSwitchboard) -> None:
        self._fanout = fanout
        self._switchboard = switchboard

    async def signed_out(self, actor: Actor, *, sessions_left: int) -> None:
        await _try(self._fanout.publish(session_channel(actor), b"{}"))
        if actor.is_agent and sessions_left == 0:
            await _try(
                self._switchboard.order(
                    actor.tenant_id, actor.user_id, new_id(), "state", state="offline", reason=None
                )
            )


async def _try(work: Awaitable[Any]) -> None:
    try:
        await work
    except Exception as error:
        # The session is over all the same; sockets notice within half a minute.
        log.warning("session.end_not_heard", error=repr(error))


class _DemoAccounts:
    """Sign-ins from the blueprint of a demo operator."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, tenant: Tenant) -> list[DemoAccount]:
        if not (self._settings.demo and tenant.demo):
            return []
        blueprint = read_blueprint(self._settings.data_dir, tenant.blueprint)
        return [
            DemoAccount(user.email, user.password, user.name, user.roles[0])
            for user in blueprint.users
            if user.password
        ]


async def _remember(error: Exception, scope: Scope) -> None:
    scope["state"][_PROBLEM] = error


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


def _problem(_: Request[Any, Any, Any], error: DomainError) -> Response[dict[str, Any]]:
    headers = {"cache-control": "no-store"}
    retry_after = error.members.get("retry_after_s")
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return Response(
        error.document(), status_code=error.status, media_type="application/problem+json", headers=headers
    )


def _database_away(request: Request[Any, Any, Any], error: DatabaseUnavailable) -> Response[dict[str, Any]]:
    log.warning("api.database_away", error=str(error))
    return _problem(request, DependencyUnavailable("The database does not answer.", part="postgres"))


def _framework_problem(request: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """What Litestar refused by itself: wrong input, no such page, wrong method."""
    if error.status_code >= 500:
        return _unexpected(request, error)
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": error.detail or "The request cannot be carried out",
        "status": error.status_code,
    }
    if isinstance(error, ValidationException):
        problem = InputInvalid(
            errors=[
                {"pointer": _pointer(str(part.get("key", ""))), "detail": part.get("message", "")}
                for part in (error.extra if isinstance(error.extra, list) else [])
                if isinstance(part, dict)
            ]
        )
        document = problem.document()
    return Response(
        document,
        status_code=document["status"],
        media_type="application/problem+json",
        headers={"cache-control": "no-store", **(error.headers or {})},
    )


def _pointer(key: str) -> str:
    """A JSON pointer into the body, or the parameter's name, from Litestar's dotted key."""
    return "".join(f"/{part}" for part in key.split(".") if part != "data")


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    log.error("api.failed", path=request.url.path, method=request.method, exc_info=error)
    return Response(
        {"type": "about:blank", "title": "Something went wrong here", "status": 500},
        status_code=500,
        media_type="application/problem+json",
    )
