"""Control of the simulated operator over HTTP, on loopback only. Errors are RFC 9457 problems."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from ovoz.simulator.calls import State, SubscriberCall
from ovoz.simulator.carrier import Carrier, Order, TooManyCalls
from ovoz.simulator.demand import Demand
from ovoz.simulator.sip.faults import Faults

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = TypeVar("Body")


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often subscribers call each operator, or one of them."""

    calls_per_minute: Annotated[float, msgspec.Meta(ge=0, le=600)]
    operator: str | None = None


class Problem(Exception):
    """Becomes the answer."""

    def __init__(self, status: int, title: str, detail: str = "", **members: Any) -> None:
        super().__init__(title)
        self.status = status
        self.document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}


def application(carrier: Carrier, demands: Sequence[Demand]) -> web.Application:
    """The control's routes; see docs/developer/simulator.md."""
    control = _Control(carrier, demands)
    app = web.Application(middlewares=[_problems, _loopback_only])
    app.add_routes(
        [
            web.post("/calls", control.place),
            web.get("/calls", control.calls),
            web.get("/calls/{id}", control.call),
            web.get("/calls/{id}/changes", control.changes),
            web.delete("/calls/{id}", control.hang_up),
            web.get("/rate", control.rate),
            web.put("/rate", control.set_rate),
            web.get("/faults", control.faults),
            web.put("/faults", control.set_faults),
            web.get("/health", control.health),
        ]
    )
    return app


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Problem as problem:
        return _json(problem.document, problem.status, "application/problem+json")
    except web.HTTPException as error:
        document = {"type": "about:blank", "title": error.reason, "status": error.status}
        return _json(document, error.status, "application/problem+json")


@web.middleware
async def _loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A web page in a browser on this machine must not place calls: neither by its origin nor by a rebound name."""
    if request.url.host not in ("127.0.0.1", "localhost") or "Origin" in request.headers:
        raise Problem(403, "Not for web pages", "The control answers programs of this machine only.")
    return await handler(request)


class _Control:
    def __init__(self, carrier: Carrier, demands: Sequence[Demand]) -> None:
        self._carrier = carrier
        self._demands = demands

    async def place(self, request: web.Request) -> web.StreamResponse:
        order = await _body(request, Order)
        try:
            call = self._carrier.place(order)
        except TooManyCalls as error:
            raise Problem(503, "Too many calls at once", str(error)) from error
        answer = _json(call.report(), 201)
        answer.headers["Location"] = f"/calls/{call.id}"
        return answer

    async def calls(self, request: web.Request) -> web.StreamResponse:
        return _json({"items": [call.report() for call in self._carrier.calls.values()]})

    async def call(self, request: web.Request) -> web.StreamResponse:
        return _json(self._found(request).report())

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """One JSON line for each change from the beginning on; the last line is the whole report."""
        call = self._found(request)
        answer = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        # Who reads no further has seen enough.
        with contextlib.suppress(ConnectionResetError):
            await answer.prepare(request)
            async for line in _lines(call):
                await answer.write(line + b"\n")
        return answer

    async def hang_up(self, request: web.Request) -> web.StreamResponse:
        call = self._found(request)
        call.hang_up()
        return _json(call.report(), 202)

    async def rate(self, request: web.Request) -> web.StreamResponse:
        return _json({demand.operator: demand.calls_per_minute for demand in self._demands})

    async def set_rate(self, request: web.Request) -> web.StreamResponse:
        rate = await _body(request, Rate)
        meant = [demand for demand in self._demands if rate.operator in (None, demand.operator)]
        if rate.operator is not None and not meant:
            known = ", ".join(demand.operator for demand in self._demands)
            errors = [{"pointer": "/operator", "detail": f"{rate.operator} is not one of: {known}"}]
            raise Problem(422, "Some of the input cannot be used", errors=errors)
        for demand in meant:
            demand.calls_per_minute = rate.calls_per_minute
        return await self.rate(request)

    async def faults(self, request: web.Request) -> web.StreamResponse:
        return _json(self._carrier.faults)

    async def set_faults(self, request: web.Request) -> web.StreamResponse:
        self._carrier.faults = await _body(request, Faults)
        return _json(self._carrier.faults)

    async def health(self, request: web.Request) -> web.StreamResponse:
        active = self._carrier.active()
        return _json({"calls": len(active), "late_frames": self._carrier.late_frames})

    def _found(self, request: web.Request) -> SubscriberCall:
        call = self._carrier.calls.get(request.match_info["id"])
        if call is None:
            raise Problem(404, "There is no such call", f"{request.match_info['id']} is not remembered.")
        return call


async def _lines(call: SubscriberCall) -> AsyncIterator[bytes]:
    told = 0
    while True:
        changed, report = call.changed, call.report()
        for change in report.changes[told:]:
            yield msgspec.json.encode(change)
        told = len(report.changes)
        if report.state == State.OVER:
            yield msgspec.json.encode(report)
            return
        await changed.wait()


async def _body(request: web.Request, kind: type[Body]) -> Body:
    if request.content_type != "application/json":
        raise Problem(415, "The body must be application/json")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.ValidationError as error:
        detail, _, path = str(error).partition(" - at `$")
        pointer = path.rstrip("`").replace(".", "/")
        errors = [{"pointer": pointer, "detail": detail}]
        raise Problem(422, "Some of the input cannot be used", errors=errors) from error
    except msgspec.DecodeError as error:
        raise Problem(400, "The body is no JSON", str(error)) from error


def _json(content: Any, status: int = 200, content_type: str = "application/json") -> web.Response:
    return web.Response(body=msgspec.json.encode(content), status=status, content_type=content_type)
