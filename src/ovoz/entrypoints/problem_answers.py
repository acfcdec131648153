"""From exceptions to problems (RFC 9457): the one map, for what we raise and for what the framework raises."""

import json
import re
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from ovoz.entrypoints.refusal_log import log_refusal
from ovoz.lib.db import DatabaseUnavailable
from ovoz.lib.problems import DependencyUnavailable, DomainError, InputInvalid, NotFound, Unexpected
from ovoz.platform.privacy.api import Privacy
from ovoz.platform.privacy.deps import PROBLEM_MEDIA_TYPE, viewer_of
from ovoz.platform.requests.deps import BODY_LIMIT_BYTES
from ovoz.platform.requests.errors import (
    BodyTooLarge,
    BodyUnreadable,
    ContentTypeUnsupported,
    MethodNotAllowed,
)

log = structlog.get_logger(__name__)

Asked = Request[Any, Any, Any]
Problem = Response[dict[str, Any]]


def problem(request: Asked, error: DomainError, headers: dict[str, str] | None = None) -> Problem:
    """A problem document with what the person may see of it: answers to exceptions do not pass `after_request`.

    `retry_after_s` also stands in `Retry-After`.
    """
    if error.status < Unexpected.status:
        log_refusal(request.scope, error)
    headers = {"cache-control": "no-store", **(headers or {})}
    retry_after = error.members.get("retry_after_s")
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    privacy: Privacy = request.app.state.privacy
    return Response(
        privacy.show_problem(viewer_of(request.scope), error.document()),
        status_code=error.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers=headers,
    )


def database_away(request: Asked, error: DatabaseUnavailable) -> Problem:
    log.warning("api.database_away", error=str(error))
    return problem(request, DependencyUnavailable("The database does not answer.", part="postgres"))


def framework_problem(request: Asked, error: HTTPException) -> Problem:
    """What Litestar refused by itself: wrong input, no such page, wrong method."""
    headers = error.headers or {}
    match error.status_code:
        case 400 if isinstance(error, ValidationException):
            return problem(request, _input_invalid(error))
        case 400:
            return problem(request, BodyUnreadable("It is not JSON in UTF-8, or not of the right shape."))
        case 404:
            return problem(request, NotFound(error.detail or ""), headers)
        case 405:
            allow = headers.get("allow", "")
            return problem(request, MethodNotAllowed(f"There is {allow}." if allow else ""), headers)
        case 413:
            return problem(request, BodyTooLarge(limit_bytes=BODY_LIMIT_BYTES))
        case 415:
            return problem(request, ContentTypeUnsupported())
        case status if status >= 500:
            return unexpected(request, error)
    log.warning("api.unmapped_refusal", status=error.status_code)
    return problem(request, DomainError(error.detail or ""), headers)


def unexpected(request: Asked, error: Exception) -> Problem:
    route = request.scope.get("path_template", "")
    log.error("api.failed", route=route, method=request.method, exc_info=error)
    return problem(request, Unexpected())


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    DomainError: problem,
    DatabaseUnavailable: database_away,
    HTTPException: framework_problem,
    Exception: unexpected,
}


def _input_invalid(error: ValidationException) -> InputInvalid:
    extra = error.extra if isinstance(error.extra, list) else []
    return InputInvalid(
        errors=[
            {"pointer": _pointer(str(part.get("key", ""))), "detail": _plain(part.get("message", ""))}
            for part in extra
            if isinstance(part, dict)
        ]
    )


def _plain(text: Any) -> str:
    """A message may quote half a character that came as a JSON escape; UTF-8 cannot carry it."""
    return json.dumps(str(text))[1:-1] if not str(text).isprintable() else str(text)


def _pointer(key: str) -> str:
    """A JSON pointer into the body, or the parameter's name, from Litestar's dotted key (`data.rules[0].name`)."""
    parts = re.sub(r"\[(\d+)\]", r".\1", key).split(".")
    return "".join(f"/{part}" for part in parts if part != "data")
