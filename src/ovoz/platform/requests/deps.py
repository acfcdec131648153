"""How routes and the application hold requests to the rules of this module."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.enums import ScopeType
from litestar.params import HeaderParameter, QueryParameter
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from ovoz.lib.paging import LONGEST_CURSOR, PAGE_LIMIT
from ovoz.lib.problems import InputInvalid
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.api import Answer, KeptAnswers, Policy, RateLimits, Standing
from ovoz.platform.requests.contracts import KEEPS_ANSWER
from ovoz.platform.requests.errors import (
    BodyTooLarge,
    ContentTypeUnsupported,
    IdempotencyKeyInvalid,
    ParameterUnknown,
    RateLimited,
)
from ovoz.platform.requests.rules.limits import limit_field, policy_field, retry_after_s

Cursor = Annotated[
    str | None, QueryParameter(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before")
]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT, description="how many at most")]
IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="the `ETag` that the change is for")
]

BODY_LIMIT_BYTES: Final = 1_000_000
_STANDINGS = "ovoz_standings"
_NOT_KEPT = frozenset({"set-cookie", "ratelimit", "ratelimit-policy", "content-length", "date"})


async def send_standing(message: Message, scope: Scope) -> None:
    """Puts what was left by counting on the answer (before-send hook)."""
    if message["type"] != "http.response.start":
        return
    state = scope["state"]
    headers = list(message.get("headers", []))
    standings: list[Standing] | None = state.get(_STANDINGS)
    if standings:
        headers.append((b"ratelimit-policy", policy_field(standings).encode()))
        headers.append((b"ratelimit", limit_field(standings).encode()))
    message["headers"] = headers


async def send_allowed_methods(message: Message, scope: Scope) -> None:
    """Names every method of the path (before-send hook): Litestar's answer to OPTIONS knows its first handler alone."""
    if (
        message["type"] != "http.response.start"
        or scope.get("method") != "OPTIONS"
        or message["status"] != 204
    ):
        return
    methods = {
        method
        for route in scope["litestar_app"].routes
        if isinstance(route, HTTPRoute) and route.path_format == scope.get("path_template")
        for method in route.methods
    }
    others = [header for header in message.get("headers", []) if header[0].lower() != b"allow"]
    message["headers"] = [*others, (b"allow", ", ".join(sorted(methods)).encode())]


class RateLimitMiddleware:
    """Counts requests to operators' addresses, by session or else by address, and by operator.

    A socket counts when it is opened. Routes outside tenants (pages, health, the schema) do not count.
    """

    def __init__(
        self, app: ASGIApp, limits: RateLimits, session: Policy, address: Policy, tenant: Policy
    ) -> None:
        self._app = app
        self._limits = limits
        self._session, self._address, self._tenant = session, address, tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tenant = scope.get("auth")
        if tenant is not None:
            actor: Actor | None = scope.get("user")
            client = scope.get("client")
            own = (
                (self._session, f"session:{actor.session_id}")
                if actor is not None
                else (self._address, f"address:{client[0] if client else ''}")
            )
            standings = await self._limits.take(tenant.id, [own, (self._tenant, "tenant")])
            if standings is not None:
                scope["state"][_STANDINGS] = standings
                refusing = [standing for standing in standings if standing.wait_s > 0]
                if refusing:
                    wait_s = retry_after_s(refusing)
                    raise RateLimited(
                        f"Try again in {wait_s} s.",
                        retry_after_s=wait_s,
                        policies=[standing.policy.name for standing in refusing],
                    )
        await self._app(scope, receive, send)


class BodyRulesMiddleware:
    """Refuses unknown parameters, and bodies that are too large or no JSON, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._known: dict[str, frozenset[str]] = {}
        self._no_text: dict[str, frozenset[str]] = {}
        self._moments: dict[str, frozenset[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith("/api/"):
            connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
            self._check_query(connection)
            self._check_body(connection)
        await self._app(scope, receive, send)

    def _check_query(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        if not connection.query_params:
            return
        handler: Any = connection.route_handler
        known = self._known.get(handler.handler_id)
        if known is None:
            model = handler.create_kwargs_model(path_parameters={})
            known = frozenset(wanted.field_alias for wanted in model.expected_query_params)
            self._known[handler.handler_id] = known
            self._no_text[handler.handler_id] = _no_text(handler) & known
            self._moments[handler.handler_id] = _moments(handler) & known
        unknown = [name for name in connection.query_params if name not in known]
        if unknown:
            raise ParameterUnknown(
                errors=[{"pointer": f"/{name}"[:100], "detail": "no such parameter"} for name in unknown[:10]]
            )
        repeated = sorted(name for name in known if len(connection.query_params.getall(name, [])) > 1)
        if repeated:
            # Of two values each part on the way may take another one; no parameter of ours is a list.
            raise InputInvalid(errors=[{"pointer": f"/{name}", "detail": "say it once"} for name in repeated])
        null = [
            name
            for name in sorted(self._no_text[handler.handler_id])
            if any(said.lower() == "null" for said in connection.query_params.getall(name, []))
        ]
        if null:
            raise InputInvalid(
                errors=[{"pointer": f"/{name}", "detail": "leave it out, or say a value"} for name in null]
            )
        no_moment = [
            name
            for name in sorted(self._moments[handler.handler_id] & connection.query_params.keys())
            if not _is_moment(connection.query_params[name])
        ]
        if no_moment:
            raise InputInvalid(
                errors=[
                    {"pointer": f"/{name}", "detail": "a moment as 2026-11-24T10:00:00Z"}
                    for name in no_moment
                ]
            )

    @staticmethod
    def _check_body(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        length = connection.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > BODY_LIMIT_BYTES:
            raise BodyTooLarge(limit_bytes=BODY_LIMIT_BYTES)
        if "data" not in connection.route_handler.parsed_fn_signature.parameters:
            return
        kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise ContentTypeUnsupported("Send JSON: Content-Type: application/json.")


class KeptAnswerMiddleware:
    """Acts once for each `Idempotency-Key` on routes with `opt={KEEPS_ANSWER: True}`.

    Without the header a request is carried out as it comes. The answer is sent once it is kept.
    """

    def __init__(self, app: ASGIApp, kept_answers: KeptAnswers) -> None:
        self._app = app
        self._kept_answers = kept_answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        actor: Actor | None = scope.get("user")
        if scope["type"] != ScopeType.HTTP or actor is None:
            await self._app(scope, receive, send)
            return
        request: Request[Any, Any, Any] = Request(scope, receive)
        said = request.headers.get("idempotency-key")
        if said is None or not request.route_handler.opt.get(KEEPS_ANSWER):
            await self._app(scope, receive, send)
            return
        # What is read here stays with the connection: the route reads it from there.
        body = await request.body()
        claim = await self._kept_answers.begin(
            actor.tenant_id,
            actor.user_id,
            _key(said),
            str(request.route_handler.operation_id),
            hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode() + body).digest(),
        )
        if isinstance(claim, Answer):
            await _send(claim, send)
            return
        answer = _Listening()
        try:
            async with self._kept_answers.working(claim):
                await self._app(scope, receive, answer.hear)
        except BaseException:
            await self._kept_answers.give_up(actor.tenant_id, claim)
            raise
        await self._kept_answers.finish(actor.tenant_id, claim, answer.heard())
        for message in answer.messages:
            await send(message)


class _Listening:
    """Holds what the route answers."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def hear(self, message: Message) -> None:
        self.messages.append(message)

    def heard(self) -> Answer:
        start: Any = self.messages[0]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        return Answer(
            start["status"],
            [header for header in headers if header[0].lower() not in _NOT_KEPT],
            b"".join(
                message.get("body", b"")
                for message in self.messages
                if message["type"] == "http.response.body"
            ),
        )


async def _send(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    headers.append((b"idempotency-replayed", b"true"))
    start: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": answer.status,
        "headers": headers,
    }
    await send(start)
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def _key(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise IdempotencyKeyInvalid(
            f"{said[:50]!r} is no UUID.", errors=[{"pointer": "/Idempotency-Key", "detail": "send a UUID"}]
        ) from None


def _moments(handler: Any) -> frozenset[str]:
    """Parameters that are moments: Litestar would take a number for seconds since 1970."""
    return frozenset(
        name
        for name, field in _parameters(handler)
        if any(inner.annotation is datetime for inner in (field, *field.inner_types))
    )


def _is_moment(said: str) -> bool:
    try:
        msgspec.convert(said, datetime)
    except msgspec.ValidationError:
        return False
    return True


def _no_text(handler: Any) -> frozenset[str]:
    """Parameters for which msgspec would take the word `null` as if they were left out: a filter would not filter."""
    return frozenset(
        name
        for name, field in _parameters(handler)
        if field.is_optional and not any(inner.annotation is str for inner in field.inner_types)
    )


def _parameters(handler: Any) -> list[tuple[str, Any]]:
    """Everything that a route and what it depends on take, by the name on the wire."""
    signatures = [
        handler.parsed_fn_signature,
        *(provided.parsed_fn_signature for provided in handler.resolve_dependencies().values()),
    ]
    return [
        (getattr(field.kwarg_definition, "name", None) or name, field)
        for signature in signatures
        for name, field in signature.parameters.items()
    ]


async def hold_body_to_its_types(request: Request[Any, Any, Any]) -> None:
    """Refuses a body whose values are only nearly of the types that are documented (before-request hook).

    Litestar converts them: `0` would be a `false`, `"12"` a number.
    """
    wanted = request.route_handler.parsed_fn_signature.parameters.get("data")
    if wanted is None:
        return
    body = await request.body()
    try:
        msgspec.json.decode(body, type=wanted.annotation, strict=True)
    except msgspec.ValidationError as strictly:
        try:
            msgspec.json.decode(body, type=wanted.annotation, strict=False)
        except msgspec.MsgspecError:
            return  # Wrong in another way, which is told where bodies are read.
        detail, _, path = str(strictly).partition(" - at `$")
        # msgspec does not say which member of a list it is: the pointer ends at the list.
        pointer = path.rstrip("`").partition("[")[0].replace(".", "/")
        raise InputInvalid(errors=[{"pointer": pointer, "detail": detail}]) from None
    except msgspec.DecodeError:
        return
