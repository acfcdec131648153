"""Where REST is masked: one hook that every answer passes, whatever its handler did or forgot."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

from litestar import Response
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.response import File, Redirect, Stream, Template
from litestar.types import ASGIApp, Receive, Scope, Send

from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Privacy
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA
from ovoz.platform.privacy.errors import PersonalDataUndeclared

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"

_OTHER_THAN_CONTENT = (File, Redirect, Stream, Template)
_present: ContextVar[Scope | None] = ContextVar("ovoz_present_request", default=None)


class RememberRequest(ASGIMiddleware):
    """Lets the hook know whose request it is: Litestar hands it the answer alone."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        token = _present.set(scope)
        try:
            await next_app(scope, receive, send)
        finally:
            _present.reset(token)


def masking(privacy: Privacy) -> Callable[[Any], Awaitable[Any]]:
    """The application's `after_request`: called for every answer of every handler, explicit responses included.

    Structs are masked for the person of the request. Problems keep their allowed members. Anything else passes only
    where its route says why nothing in it is personal; otherwise PersonalDataUndeclared, and nothing leaves.
    """

    async def mask(answer: Any) -> Any:
        scope = _present.get()
        viewer = viewer_of(scope)
        content = isinstance(answer, Response) and not isinstance(answer, _OTHER_THAN_CONTENT)
        if content:
            if answer.media_type == PROBLEM_MEDIA_TYPE:
                answer.content = privacy.show_problem(viewer, answer.content)
                return answer
            if answer.content is None:
                return answer
        if scope is not None and scope["route_handler"].opt.get(WITHOUT_PERSONAL_DATA):
            return answer
        if not content:
            raise PersonalDataUndeclared(f"{type(answer).__name__} of {scope and scope['path']}")
        answer.content = await privacy.show(viewer, answer.content)
        return answer

    return mask


def viewer_of(scope: Scope | None) -> Actor | None:
    """The signed-in person of a request; None before anybody is known."""
    viewer = scope.get("user") if scope is not None else None
    return viewer if isinstance(viewer, Actor) else None
