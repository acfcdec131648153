"""What is public, belongs to no tenant, or needs no token is so on purpose."""

import pytest
from tests.support.routes import Route, api_application, internal_application, routes_of

from ovoz.contact_center.switchboard.controllers import requires_internal_token
from ovoz.platform.access.guards import public
from ovoz.platform.identity.deps import OUTSIDE_TENANTS, WITHOUT_CSRF

PUBLIC = {
    "GET /",
    "GET /api/schema",
    "GET /api/schema/openapi.json",
    "GET /api/schema/{path:str}",
    "GET /api/invitations/{token:str}",
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
