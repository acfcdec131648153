"""Refusals in the log, a line for each: who guesses, forges or reaches too far is seen (docs/security/logging.md).

Addresses of routes are logged as they are declared: what a person put into one (an id, a token, a number) stays out.
"""

import time
from collections import OrderedDict
from typing import Any, Final

import structlog
from litestar.connection import ASGIConnection
from litestar.types import Scope

from ovoz.lib.problems import DomainError
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import SESSION_COOKIE, client_address, cookie_name, is_secure
from ovoz.platform.requests.errors import RateLimited

log = structlog.get_logger(__name__)

SAY_A_FLOOD_AGAIN_AFTER_S: Final = 60.0
FLOODS_KNOWN: Final = 10_000
_ALARMING: Final = frozenset({401, 403, 429})
_GUESSED: Final = frozenset({"invitation-invalid", "password-wrong"})
"""Refusals of secrets that have another status."""


class _Floods:
    """Who was said to send too many requests, and when: a flood must not push everything else out of the log."""

    def __init__(self) -> None:
        self._said: OrderedDict[str, float] = OrderedDict()

    def is_news(self, source: str) -> bool:
        now = time.monotonic()
        if now - self._said.get(source, -SAY_A_FLOOD_AGAIN_AFTER_S) < SAY_A_FLOOD_AGAIN_AFTER_S:
            return False
        self._said[source] = now
        self._said.move_to_end(source)
        while len(self._said) > FLOODS_KNOWN:
            self._said.popitem(last=False)
        return True


_floods = _Floods()


def log_refusal(scope: Scope, error: DomainError) -> None:
    """Says what was refused, to whom, from where. Tenant, person and session come from the request's context."""
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    address = client_address(connection)
    actor: Actor | None = scope.get("user")
    source = str(actor.session_id) if actor is not None else f"{connection.headers.get('host', '')} {address}"
    if isinstance(error, RateLimited) and not _floods.is_news(source):
        return
    presented = cookie_name(SESSION_COOKIE, secure=is_secure(scope)) in connection.cookies
    # A page that asks whether somebody is signed in is no alarm; a token that admits nobody may be one.
    alarming = error.slug in _GUESSED or error.status in _ALARMING
    if error.slug == "not-signed-in":
        alarming = presented
    say = log.warning if alarming else log.info
    say(
        "request.refused",
        problem=error.slug,
        status=error.status,
        method=scope.get("method", "WEBSOCKET"),
        route=scope.get("path_template", ""),
        address=address,
        origin=connection.headers.get("origin", "")[:100],
        user_agent=connection.headers.get("user-agent", "")[:200],
        right=error.members.get("right"),
        with_session=presented,
    )
