"""How a request gets its actor: the host names the tenant, the cookie the session, the header proves the page."""

import hmac
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Message, Scope

from ovoz.lib.db import TenantGone
from ovoz.lib.problems import NotFound
from ovoz.platform.access.errors import NotSignedIn
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.api import Actor, Identity
from ovoz.platform.identity.errors import RequestForged
from ovoz.platform.tenancy.api import Tenant, TenantFinder, refuse_suspended
from ovoz.platform.tenancy.errors import OperatorUnknown

Connection = ASGIConnection[Any, Any, Any, Any]

SESSION_COOKIE = "ovoz_session"
CSRF_COOKIE = "ovoz_csrf"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIES_KEY = "ovoz_cookies"
OUTSIDE_TENANTS = "outside_tenants"
"""`opt` of a route that belongs to no tenant: pages, health, the schema."""
WITHOUT_CSRF = "without_csrf"
"""`opt` of the one unsafe route that begins a session and so cannot have a token; its Origin is checked."""
WHILE_SUSPENDED = "while_suspended"
"""`opt` of a route that is open while the operator is suspended: what is needed to end a conversation that runs."""
PROVIDER_ONLY = "provider_only"
"""`opt` of a route that exists at the provider's own host; at every other there is no such thing."""


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Finds tenant and actor; refuses requests that another page made the browser send."""

    def __init__(self, app: ASGIApp, identity: Identity, finder: TenantFinder) -> None:
        # Guards look at OPTIONS too, which Litestar would leave without a user.
        super().__init__(app, exclude_from_auth_key=OUTSIDE_TENANTS, exclude_http_methods=())
        self._identity = identity
        self._finder = finder

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        # A request that came in one packet with another runs in its context.
        structlog.contextvars.unbind_contextvars("tenant", "user", "session")
        hosts = connection.headers.getall("host", [])
        if len(hosts) != 1:
            # RFC 9112, section 3.2: a proxy may go by another of them than we do.
            raise OperatorUnknown("Name one host.")
        tenant = await self._finder.by_host(hosts[0])
        structlog.contextvars.bind_contextvars(tenant=tenant.id)
        if connection.route_handler.opt.get(PROVIDER_ONLY) and tenant.kind != "provider":
            raise NotFound()
        if not connection.route_handler.opt.get(WHILE_SUSPENDED):
            refuse_suspended(tenant)
        check_origin(connection)
        token = connection.cookies.get(cookie_name(SESSION_COOKIE, secure=is_secure(connection.scope)))
        try:
            admission = await self._identity.admit(tenant, token) if token else None
        except TenantGone:
            raise OperatorUnknown("It was deleted a moment ago.") from None
        if admission is None:
            return AuthenticationResult(user=None, auth=tenant)
        actor = admission.actor
        structlog.contextvars.bind_contextvars(user=str(actor.user_id), session=str(actor.session_id))
        if is_unsafe(connection) and not connection.route_handler.opt.get(WITHOUT_CSRF):
            presented = connection.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(presented.encode(), admission.actor.csrf_token.encode()):
                raise RequestForged(f"{CSRF_HEADER} is missing or wrong.")
        if admission.new_token is not None:
            give_session(connection.scope, admission.new_token, admission.actor.csrf_token)
        return AuthenticationResult(user=admission.actor, auth=tenant)


def is_unsafe(connection: Connection) -> bool:
    """Whether the request may change something (RFC 9110, section 9.2.1).

    Servers give the type as a plain string: it is equal to the enumeration's member, and never the same object.
    """
    return (
        connection.scope["type"] == ScopeType.HTTP
        and connection.scope.get("method", "GET") not in SAFE_METHODS
    )


def check_origin(connection: Connection) -> None:
    """A page of another origin may neither change anything nor open a socket; a socket must name its origin."""
    websocket = connection.scope["type"] == ScopeType.WEBSOCKET
    if not websocket and not is_unsafe(connection):
        return
    origin = connection.headers.get("origin")
    if origin is None:
        foreign = websocket or connection.headers.get("sec-fetch-site", "same-origin") != "same-origin"
    else:
        foreign = urlsplit(origin).netloc.lower() != connection.headers.get("host", "").lower()
    if foreign:
        raise RequestForged("The Origin is not this address.")


def current_session(connection: Connection) -> Actor:
    """The signed-in person; raises NotSignedIn."""
    actor: Actor | None = connection.user
    if actor is None:
        raise NotSignedIn()
    return actor


def provide_actor(request: Connection) -> Actor:
    """The signed-in person of an HTTP request."""
    return current_session(request)


def provide_doer(request: Connection) -> Doer:
    """The signed-in person of an HTTP request, for the audit."""
    actor = current_session(request)
    return Doer("person", actor.user_id, actor.name, actor.session_id, client_address(request))


def provide_tenant(request: Connection) -> Tenant:
    """The operator whose address was asked."""
    tenant: Tenant = request.auth
    return tenant


def client_address(connection: Connection) -> str:
    """Network address of whoever asks; that of a proxy's client where uvicorn trusts the proxy."""
    return connection.client.host if connection.client else ""


def is_secure(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")


def cookie_name(name: str, *, secure: bool) -> str:
    """Over TLS with the prefix by which browsers hold the cookie to this host and to Secure (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


def give_session(scope: Scope, token: str, csrf_token: str) -> None:
    """Leaves the session's cookies for the response."""
    secure = is_secure(scope)
    _cookies(scope).extend(
        [
            _cookie(SESSION_COOKIE, token, secure=secure, hidden=True),
            _cookie(CSRF_COOKIE, csrf_token, secure=secure),
        ]
    )


def take_session(scope: Scope) -> None:
    """Makes the browser forget the session."""
    secure = is_secure(scope)
    _cookies(scope).extend(
        [
            _cookie(SESSION_COOKIE, "", age_s=0, secure=secure, hidden=True),
            _cookie(CSRF_COOKIE, "", age_s=0, secure=secure),
        ]
    )


async def send_cookies(message: Message, scope: Scope) -> None:
    """Puts what was left by `give_session` and `take_session` on the response."""
    if message["type"] == "http.response.start" and COOKIES_KEY in scope["state"]:
        headers = list(message.get("headers", []))
        headers.extend((b"set-cookie", cookie.encode()) for cookie in _cookies(scope))
        message["headers"] = headers


def _cookies(scope: Scope) -> list[str]:
    cookies: list[str] = scope["state"].setdefault(COOKIES_KEY, [])
    return cookies


def _cookie(name: str, value: str, *, age_s: int = 86_400, secure: bool = False, hidden: bool = False) -> str:
    """Host-only (no Domain), for this site's own pages only."""
    name = cookie_name(name, secure=secure)
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    cookie[name].update({"path": "/", "max-age": str(age_s), "samesite": "Strict"})
    cookie[name]["secure"] = secure
    cookie[name]["httponly"] = hidden
    return cookie[name].OutputString()
