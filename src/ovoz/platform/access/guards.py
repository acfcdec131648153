"""Guards: every route carries exactly one of them (held by tests/architecture/test_rights_are_stated.py)."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ovoz.platform.access.api import Access, Right
from ovoz.platform.access.errors import NotSignedIn

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]
Job = TypeVar("Job", bound=Callable[..., Awaitable[Any]])

DECLARED = "ovoz_right"
PUBLIC = "public"
INTERNAL = "internal"
"""Only for our own processes, which show the installation's token."""
SYSTEM = "system"
"""Nobody asks for it: the platform owes it."""


def requires(right: Right) -> Guard:
    """Only for signed-in people with this right; the application's state has `access`."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if connection.user is None:
            raise NotSignedIn("There is no session, or it is over.")
        access: Access = connection.app.state.access
        await access.demand(connection.user, right)

    setattr(guard, DECLARED, right)
    return guard


async def public(_: ASGIConnection[Any, Any, Any, Any], __: BaseRouteHandler) -> None:
    """For everybody, signed in or not."""


setattr(public, DECLARED, PUBLIC)


def by_system(job: Job) -> Job:
    """States that a job runs without a person's right: it does what is owed already."""
    setattr(job, DECLARED, SYSTEM)
    return job
