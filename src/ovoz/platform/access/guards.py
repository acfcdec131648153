"""Guards: every route carries exactly one of them, and a test holds that."""

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ovoz.platform.access.api import Access, Right
from ovoz.platform.access.errors import NotSignedIn

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]
DECLARED = "ovoz_right"
_ACCESS = Access()


def requires(right: Right) -> Guard:
    """Only for signed-in people with this right."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if connection.user is None:
            raise NotSignedIn("There is no session, or it is over.")
        _ACCESS.demand(connection.user.roles, right)

    setattr(guard, DECLARED, right)
    return guard


def public(_: ASGIConnection[Any, Any, Any, Any], __: BaseRouteHandler) -> None:
    """For everybody, signed in or not."""


setattr(public, DECLARED, "public")
