"""Every route of ours carries exactly one declared guard, and what is public is so on purpose."""

from pathlib import Path

import pytest
from litestar import Litestar, get
from tests.support.routes import Route, api_application, internal_application, routes_of

from ovoz.contact_center.switchboard.controllers import requires_internal_token
from ovoz.platform.access.api import CATALOGUE
from ovoz.platform.access.guards import public, requires
from ovoz.platform.identity.deps import OUTSIDE_TENANTS, WITHOUT_CSRF

PUBLIC = {
    "GET /",
    "GET /api/invitations/{token:str}",
    "GET /api/schema",
    "GET /api/schema/openapi.json",
    "GET /api/schema/{path:str}",
    "GET /api/site",
    "GET /health",
    "GET /problems/{slug:str}",
    "GET /{path:path}",
    "POST /api/invitations/{token:str}/accept",
    "POST /api/sessions",
}


@pytest.fixture(scope="module")
def api_routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    return list(routes_of(api_application(tmp_path_factory.mktemp("home"))))


def badly_guarded(routes: list[Route]) -> list[str]:
    """Routes without a guard, with several, or with one that declares nothing we know."""
    known = {*CATALOGUE, "public"}
    return [route.name for route in routes if len(route.rights) != 1 or route.rights[0] not in known]


def test_every_route_of_the_api_has_one_guard(api_routes: list[Route]) -> None:
    assert len(api_routes) >= 24
    assert badly_guarded(api_routes) == []


def test_what_is_public_is_listed_here(api_routes: list[Route]) -> None:
    assert {route.name for route in api_routes if route.rights == ["public"]} == PUBLIC


def test_only_public_routes_belong_to_no_tenant(api_routes: list[Route]) -> None:
    assert {route.name for route in api_routes if route.opt.get(OUTSIDE_TENANTS)} == PUBLIC - {
        "GET /api/invitations/{token:str}",
        "GET /api/site",
        "POST /api/invitations/{token:str}/accept",
        "POST /api/sessions",
    }


def test_only_who_has_no_session_yet_needs_no_token(api_routes: list[Route]) -> None:
    assert {route.name for route in api_routes if route.opt.get(WITHOUT_CSRF)} == {
        "POST /api/invitations/{token:str}/accept",
        "POST /api/sessions",
    }


def test_every_internal_route_but_health_asks_for_the_token() -> None:
    guards = {route.name: route.guards for route in routes_of(internal_application())}
    assert guards.pop("GET /health") == (public,)
    assert len(guards) >= 2
    assert set(guards.values()) == {(requires_internal_token,)}


def test_a_route_without_a_guard_or_with_two_is_found(tmp_path: Path) -> None:
    @get("/open")
    async def unguarded() -> None: ...

    @get("/twice", guards=[public, requires("desk.use")])
    async def guarded_twice() -> None: ...

    @get("/unknown", guards=[lambda *_: None])
    async def guarded_by_something() -> None: ...

    @get("/right", guards=[requires("desk.use")])
    async def guarded() -> None: ...

    application = Litestar(
        [unguarded, guarded_twice, guarded_by_something, guarded], openapi_config=None, logging_config=None
    )
    assert sorted(badly_guarded(list(routes_of(application)))) == ["GET /open", "GET /twice", "GET /unknown"]
