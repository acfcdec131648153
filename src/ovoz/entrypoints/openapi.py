"""The API's document: what Litestar finds out, and what a reader needs beside it.

From Litestar come paths, parameters and schemas. Here are added, for every operation: the problems it can answer, an
example of each parameter, body and answer, links to the operations that an answer's ids lead to, how one signs in, and
the headers of limits and versions. All of it is derived from the route: from its guard, its `opt`, its schemas.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from ovoz.entrypoints.openapi_examples import Examples
from ovoz.entrypoints.openapi_limits import add_limits
from ovoz.lib.problems import (
    DependencyUnavailable,
    DomainError,
    InputInvalid,
    NotFound,
    Unexpected,
)
from ovoz.lib.versions import VersionMissing, VersionStale
from ovoz.platform.access.errors import NotSignedIn, RightMissing
from ovoz.platform.access.guards import DECLARED, public
from ovoz.platform.identity.deps import CSRF_HEADER, OUTSIDE_TENANTS, SESSION_COOKIE, WITHOUT_CSRF
from ovoz.platform.identity.errors import RequestForged
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA
from ovoz.platform.requests.contracts import KEEPS_ANSWER, LINKS, NEEDS_MATCH, PROBLEMS, LinkTo
from ovoz.platform.requests.errors import (
    BodyTooLarge,
    BodyUnreadable,
    ContentTypeUnsupported,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    OutcomeUnknown,
    ParameterUnknown,
    RateLimited,
    RequestUnderWay,
)
from ovoz.platform.tenancy.errors import OperatorSuspended, OperatorUnknown

TAGS: Final = {
    "Session": "Signing in and out, one's own sessions, password and preferences.",
    "Desk": "An agent's own desk: state, phone, the present call. Orders go on to the switchboard.",
    "Breaks": "The reasons for a break and their rules, as administrators keep them.",
    "Shift": "Who is on duty, what they do, and requests for breaks that wait for a word.",
    "Calling": "Which number is presented to whom is called, and how long a recording may be paused.",
    "Interactions": "What happened: every contact with its timeline, and lists of them.",
    "Returns": "Callers whom nobody served: who takes care of them, and what came of it.",
    "Recordings": "What was said.",
    "People": "Who works here: inviting, changing and disabling people, and their teams.",
    "Queues": "Who can do what, and how callers reach them: skills, queues with all their settings, holidays.",
    "Roles": "What people may do: shipped roles, the operator's own, and what a change would mean for whom.",
    "Personal data": "Making masked personal data clear to oneself, for a reason and a while.",
    "Provider": "Operators of the installation, for the provider's staff at the provider's own address.",
    "Audit": "Who did and saw what, sealed so that a change shows.",
}
"""Every tag that a route may carry, and what its operations are about."""
_UNSAFE: Final = frozenset({"post", "put", "patch", "delete"})
_LONG_NAME: Final = re.compile(r"Page_(?:\w+\.)*(\w+)_")
_PROBLEM_SCHEMA: Final = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `type` leads to a page that says what to do; kinds of problem add members of their own.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "retry_after_s": {"type": "integer", "minimum": 1},
        "errors": {
            "type": "array",
            "description": "What is wrong with the input, each with a JSON pointer or a parameter's name.",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status"],
}
_LIMIT_HEADERS: Final = {
    "RateLimit": "How the limits stand: `r` requests are left, all of them again in `t` seconds.",
    "RateLimit-Policy": "Which limits there are: `q` requests in `w` seconds.",
}


def openapi_config() -> OpenAPIConfig:
    """The document at `/api/schema/openapi.json`; public, as it says nothing of any tenant."""
    return OpenAPIConfig(
        title="Ovoz",
        version="1",
        description="The contact centre's API. Errors are problems (RFC 9457), lists come in pages, times are UTC.",
        openapi_router=Router(
            "/api/schema",
            route_handlers=[],
            guards=[public],
            opt={OUTSIDE_TENANTS: True, WITHOUT_PERSONAL_DATA: "the API's own document"},
            include_in_schema=False,
        ),
        render_plugins=[_WholeDocument()],
        use_handler_docstrings=True,
    )


class _WholeDocument(JsonRenderPlugin):
    """Serves the document; made when it is first asked for."""

    _made: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._made is None:
            self._made = msgspec.json.encode(document(request.app))
        return self._made


def document(app: Litestar) -> dict[str, Any]:
    """The whole document of an application."""
    found = app.openapi_schema.to_schema()
    add_limits(found["components"]["schemas"], _structs(msgspec.Struct))
    raw = msgspec.json.encode(found)
    # Generics get long names, and half a character can stand in no pattern of JSON.
    said = _LONG_NAME.sub(r"\1Page", raw.decode()).replace(r"\\x00\\ud800-\\udfff", r"\\x00")
    made: dict[str, Any] = _with_one_kind_of_item(msgspec.json.decode(said))
    schemas = made["components"]["schemas"]
    _forbid_unknown_fields(schemas)
    schemas["Problem"] = _PROBLEM_SCHEMA
    made["components"]["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "Given by `SignIn`; over TLS its name begins with `__Host-`.",
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": CSRF_HEADER,
            "description": "The value of the cookie `ovoz_csrf` (over TLS `__Host-ovoz_csrf`).",
        },
    }
    handlers = {handler.operation_id: handler for handler in _handlers(app)}
    operations = [
        (path, method, operation)
        for path, item in made["paths"].items()
        for method, operation in item.items()
    ]
    used = {tag for _, _, operation in operations for tag in operation["tags"]}
    made["tags"] = [{"name": name, "description": TAGS.get(name, "")} for name in sorted(used)]
    examples = Examples(schemas)
    for _, method, operation in operations:
        _complete(operation, method, handlers[operation["operationId"]], examples)
    return made


def problems_of(handler: HTTPRouteHandler, method: str, *, has_parameters: bool) -> set[type[DomainError]]:
    """Every kind of problem that a route can answer."""
    kinds: set[type[DomainError]] = {
        *(OperatorUnknown, OperatorSuspended, RateLimited, DependencyUnavailable, Unexpected),
        *(ParameterUnknown, *handler.opt.get(PROBLEMS, ())),
    }
    if not _is_public(handler):
        kinds |= {NotSignedIn, RightMissing}
    if method in _UNSAFE:
        kinds |= {RequestForged, BodyTooLarge}
    if has_parameters:
        kinds |= {InputInvalid, NotFound}
    if "data" in handler.parsed_fn_signature.parameters:
        kinds |= {InputInvalid, BodyUnreadable, ContentTypeUnsupported}
    if handler.opt.get(KEEPS_ANSWER):
        kinds |= {IdempotencyKeyInvalid, IdempotencyKeyReused, RequestUnderWay, OutcomeUnknown}
    if handler.opt.get(NEEDS_MATCH):
        kinds |= {VersionMissing, VersionStale}
    return kinds


def _complete(operation: dict[str, Any], method: str, handler: HTTPRouteHandler, examples: Examples) -> None:
    parameters = operation.setdefault("parameters", [])
    if handler.opt.get(KEEPS_ANSWER):
        parameters.append(
            _header("Idempotency-Key", "A UUID of your own: repeating it does nothing twice.", "uuid")
        )
    if handler.opt.get(NEEDS_MATCH):
        parameters.append(_header("If-Match", "The `ETag` that the change is for.", None))
    for parameter in parameters:
        parameter["schema"] = _without_null(parameter["schema"])
        parameter["example"] = examples.of(parameter["schema"], parameter["name"])
    body = operation.get("requestBody", {}).get("content", {})
    responses = operation["responses"]
    responses.pop("400", None)
    for status, response in responses.items():
        if not status.startswith("2"):
            continue
        headers = response.setdefault("headers", {})
        headers.pop("cache-control", None)
        headers |= {name: _described(text) for name, text in _LIMIT_HEADERS.items()}
        if handler.opt.get(NEEDS_MATCH):
            headers["ETag"] = _described("The version, for the `If-Match` of a later change.")
        links = {link.operation_id: _link(link) for link in handler.opt.get(LINKS, ())}
        if links:
            response["links"] = links
    for media in [*body.values(), *(m for r in responses.values() for m in r.get("content", {}).values())]:
        media["examples"] = {"example": {"value": examples.of(media["schema"], "")}}
    _add_problems(responses, problems_of(handler, method, has_parameters=bool(parameters)))
    if _is_public(handler):
        operation["security"] = []
    else:
        with_csrf = method in _UNSAFE and not handler.opt.get(WITHOUT_CSRF)
        operation["security"] = [{"session": [], **({"csrf": []} if with_csrf else {})}]


def _add_problems(responses: dict[str, Any], kinds: Iterable[type[DomainError]]) -> None:
    by_status: dict[str, list[type[DomainError]]] = {}
    for kind in sorted(kinds, key=lambda kind: kind.slug):
        by_status.setdefault(str(kind.status), []).append(kind)
    for status, those in sorted(by_status.items()):
        response: dict[str, Any] = {
            "description": "; ".join(f"`{kind.slug}`: {kind.title}" for kind in those),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {kind.slug: {"value": _example(kind)} for kind in those},
                }
            },
        }
        if status in ("429", "503") and any(kind is RateLimited for kind in those):
            response["headers"] = {"Retry-After": _described("Seconds until it is worth trying again.")}
        responses[status] = response


def _example(kind: type[DomainError]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if issubclass(kind, InputInvalid):
        members["errors"] = [{"pointer": "/field", "detail": "what would be right"}]
    if kind.status == RateLimited.status:
        members["retry_after_s"] = 3
    return kind("", **members).document()


def _handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            yield from (handler for handler in route.route_handlers if handler.operation_id)


def _is_public(handler: HTTPRouteHandler) -> bool:
    # Litestar wraps a guard that is no coroutine function.
    guards = [getattr(guard, "func", guard) for guard in handler.resolve_guards()]
    return any(getattr(guard, DECLARED, None) == "public" for guard in guards)


def _with_one_kind_of_item(said: Any) -> Any:
    """Litestar takes the dots of `tuple[Item, ...]` for a second kind of item, which is anything at all."""
    if isinstance(said, list):
        return [_with_one_kind_of_item(inner) for inner in said]
    if not isinstance(said, dict):
        return said
    if said.keys() == {"oneOf"} and len(said["oneOf"]) == 2 and said["oneOf"][1] == {}:
        return _with_one_kind_of_item(said["oneOf"][0])
    return {name: _with_one_kind_of_item(inner) for name, inner in said.items()}


def _forbid_unknown_fields(schemas: dict[str, Any]) -> None:
    """What msgspec refuses and Litestar does not say."""
    for struct in _structs(msgspec.Struct):
        if struct.__struct_config__.forbid_unknown_fields and struct.__name__ in schemas:
            schemas[struct.__name__]["additionalProperties"] = False


def _structs(of: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for struct in of.__subclasses__():
        if struct.__module__.startswith("ovoz."):
            yield struct
        yield from _structs(struct)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is never the word `null`."""
    kinds = [kind for kind in schema.get("oneOf", []) if kind.get("type") != "null"]
    if len(kinds) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key != "oneOf"}, **kinds[0]}


def _header(name: str, text: str, form: str | None) -> dict[str, Any]:
    schema = {"type": "string"} | ({"format": form} if form else {})
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}


def _described(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}


def _link(link: LinkTo) -> dict[str, Any]:
    return {"operationId": link.operation_id, "parameters": link.parameters, "description": link.description}
