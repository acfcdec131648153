"""How a request gets its actor: the host names the tenant, the cookie the session, the header proves the page."""

import hmac
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Message, Scope

from ovoz.platform.identity.api import Actor, Identity
from ovoz.platform.identity.errors import RequestForged
from ovoz.platform.tenancy.api import Tenant, TenantFinder

SESSION_COOKIE = "ovoz_session"
CSRF_COOKIE = "ovoz_csrf"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIES_KEY = "ovoz_cookies"


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Finds tenant and actor; refuses requests that another page made the browser send."""

    def __init__(self, app: ASGIApp, identity: Identity, finder: TenantFinder) -> None:
        super().__init__(app, exclude_from_auth_key="outside_tenants")
        self._identity = identity
        self._finder = finder

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        tenant = await self._finder.by_host(connection.headers.get("host", ""))
        check_origin(connection)
        token = connection.cookies.get(SESSION_COOKIE)
        admission = await self._identity.admit(tenant, token) if token else None
        if admission is None:
            return AuthenticationResult(user=None, auth=tenant)
        method = connection.scope.get("method", "GET")
        if connection.scope["type"] is ScopeType.HTTP and method not in SAFE_METHODS:
            presented = connection.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(presented.encode(), admission.actor.csrf_token.encode()):
                raise RequestForged(f"{CSRF_HEADER} is missing or wrong.")
        if admission.new_token is not None:
            give_session(connection.scope, admission.new_token, admission.actor.csrf_token)
        return AuthenticationResult(user=admission.actor, auth=tenant)


def check_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A page of another origin may neither change anything nor open a socket; a socket must name its origin."""
    origin = connection.headers.get("origin")
    websocket = connection.scope["type"] is ScopeType.WEBSOCKET
    unsafe = websocket or connection.scope.get("method", "GET") not in SAFE_METHODS
    if not unsafe or (origin is None and not websocket):
        return
    if origin is None or urlsplit(origin).netloc.lower() != connection.headers.get("host", "").lower():
        raise RequestForged("The Origin is not this address.")


def give_session(scope: Scope, token: str, csrf_token: str) -> None:
    """Leaves the session's cookies for the response."""
    secure = scope.get("scheme") in ("https", "wss")
    _cookies(scope).extend(
        [
            _cookie(SESSION_COOKIE, token, secure=secure, hidden=True),
            _cookie(CSRF_COOKIE, csrf_token, secure=secure),
        ]
    )


def take_session(scope: Scope) -> None:
    """Makes the browser forget the session."""
    _cookies(scope).extend(
        [_cookie(SESSION_COOKIE, "", age_s=0, hidden=True), _cookie(CSRF_COOKIE, "", age_s=0)]
    )


async def send_cookies(message: Message, scope: Scope) -> None:
    """Puts what was left by `give_session` and `take_session` on the response."""
    if message["type"] == "http.response.start":
        headers = list(message.get("headers", []))
        headers.extend((b"set-cookie", cookie.encode()) for cookie in _cookies(scope))
        message["headers"] = headers


def provide_actor(request: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """The signed-in person; the route's guard has made sure that there is one."""
    actor: Actor = request.user
    return actor


def provide_tenant(request: ASGIConnection[Any, Any, Any, Any]) -> Tenant:
    """The operator whose address was asked."""
    tenant: Tenant = request.auth
    return tenant


def _cookies(scope: Scope) -> list[str]:
    cookies: list[str] = scope["state"].setdefault(COOKIES_KEY, [])
    return cookies


def _cookie(name: str, value: str, *, age_s: int = 86_400, secure: bool = False, hidden: bool = False) -> str:
    """Host-only (no Domain), for this site's own pages only."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    cookie[name].update({"path": "/", "max-age": str(age_s), "samesite": "Strict"})
    cookie[name]["secure"] = secure
    cookie[name]["httponly"] = hidden
    return cookie[name].OutputString()
