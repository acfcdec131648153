"""Every route of our applications, as Litestar has them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute, WebSocketRoute

from ovoz.entrypoints import api, switchboard
from ovoz.lib.endpoints import Endpoints, Manager, Trunk
from ovoz.lib.settings import Settings
from ovoz.platform.access.guards import DECLARED
from ovoz.platform.identity.deps import PROVIDER_ONLY, SAFE_METHODS

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
SOCKET = "WEBSOCKET"


class Route(msgspec.Struct, frozen=True):
    """One method of one path; `guards` are the functions that were declared."""

    method: str
    path: str
    guards: tuple[Any, ...]
    opt: dict[str, Any]
    handler: Any = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def rights(self) -> list[Any]:
        """What the guards declare; None for one that declares nothing."""
        return [getattr(guard, DECLARED, None) for guard in self.guards]

    @property
    def unsafe(self) -> bool:
        return self.method not in (*SAFE_METHODS, SOCKET)

    @property
    def of_provider(self) -> bool:
        """At an operator's address it is not there at all (tests/integration/tenancy_life/test_provider_api.py)."""
        return bool(self.opt.get(PROVIDER_ONLY))

    @property
    def takes_id(self) -> bool:
        return ":uuid}" in self.path

    def at(self, id_: UUID) -> str:
        """The path with this id in it."""
        return re.sub(r"\{\w+:\w+\}", str(id_), self.path)


def api_application(folder: Path) -> Litestar:
    """The API on engines that are not there: enough to ask for its routes."""
    settings = Settings.from_environment({"OVOZ_HOME": str(folder)})
    endpoints = Endpoints(
        database_url=NOWHERE,
        database_relay_url=NOWHERE,
        database_switchboard_url=NOWHERE,
        database_admin_url=NOWHERE,
        redis_url="redis://127.0.0.1:1/0",
        amqp_url="",
        ari_url="http://127.0.0.1:1/ari",
        ami=Manager("127.0.0.1", 1, "", ""),
        sip_ws_url="",
        sip_trunk=Trunk("127.0.0.1", 1, ""),
        media_recordings_dir="",
        sounds_dir="",
        media_address="127.0.0.1",
    )
    return api.application(settings, endpoints)


def internal_application() -> Litestar:
    """The switchboard's internal application; its routes do not look at the cell."""
    return switchboard._application(cast(Any, None), "token")


def routes_of(application: Litestar) -> Iterator[Route]:
    """All but the OPTIONS that Litestar answers by itself."""
    for route in application.routes:
        if isinstance(route, WebSocketRoute):
            yield _route(SOCKET, route.path, route.route_handler)
            continue
        assert isinstance(route, HTTPRoute), route
        for handler in route.route_handlers:
            if handler.fn.__qualname__.startswith("HTTPRoute.create_options_handler"):
                continue
            for method in sorted(handler.http_methods):
                yield _route(str(method), route.path, handler)


def _route(method: str, path: str, handler: BaseRouteHandler) -> Route:
    # Litestar wraps a guard that is no coroutine function.
    guards = tuple(getattr(guard, "func", guard) for guard in handler.resolve_guards())
    return Route(method, path, guards, handler.opt, handler)
