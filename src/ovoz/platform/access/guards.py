"""Guards: every route carries exactly one of them (held by tests/architecture/test_rights_are_stated.py)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from litestar import WebSocket
from litestar.connection import ASGIConnection
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import BaseRouteHandler

from ovoz.platform.access.api import Access, OpenSockets, Right, Subject
from ovoz.platform.access.errors import NotSignedIn

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]
Job = TypeVar("Job", bound=Callable[..., Awaitable[Any]])

DECLARED = "ovoz_right"
PUBLIC = "public"
INTERNAL = "internal"
"""Only for our own processes, which show the installation's token."""
SYSTEM = "system"
"""Nobody asks for it: the platform owes it."""
NOT_ALLOWED: Final = 4403
"""The close code of a socket whose person has lost the right to it."""


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


async def serve_while_allowed(
    socket: WebSocket[Any, Any, Any],
    open_sockets: OpenSockets,
    subject: Subject,
    right: Right,
    *ways: Coroutine[Any, Any, int | None],
) -> None:
    """Runs `ways` until the first of them ends or the right is gone; closes with the code that it returns, if any."""
    running = [asyncio.create_task(way) for way in (*ways, _until_missing(open_sockets, subject, right))]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        with contextlib.suppress(WebSocketDisconnect):
            code = next(iter(done)).result()
            if code is not None:
                await socket.close(code)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def until_left(socket: WebSocket[Any, Any, Any]) -> int | None:
    """Returns when the browser is gone; what it says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
    return None


async def _until_missing(open_sockets: OpenSockets, subject: Subject, right: Right) -> int | None:
    await open_sockets.until_missing(subject, right)
    return NOT_ALLOWED
