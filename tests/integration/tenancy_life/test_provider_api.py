"""The provider's API: at its own host only, for its own staff only, and every change followed to its end."""

import functools
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.integration.tenancy_life.test_life import acts, finder, make
from tests.support.recordings import Installation
from tests.support.stack import Stack

from ovoz.entrypoints.api import application
from ovoz.entrypoints.provisioning import TenantDesk
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.identity.deps import PROVIDER_ONLY
from ovoz.platform.tenancy.api import refuse_suspended
from ovoz.platform.tenancy.errors import OperatorSuspended

CONSOLE = "http://console.localhost"
SOMON = "http://somon.localhost"


@pytest.fixture
def app(engines: Stack) -> Litestar:
    return application(engines.settings, engines.endpoints)


def running(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The test inside the application's lifespan: begun and ended by one task, which a fixture cannot promise."""

    @functools.wraps(test)
    async def run(app: Litestar, **fixtures: Any) -> None:
        async with app.lifespan():
            await test(app, **fixtures)

    return run


def client(app: Litestar, base: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base)


async def sign_in(app: Litestar, base: str, blueprint: str, role: str) -> httpx.AsyncClient:
    """A browser with a session of the demo's person who has this role."""
    content = yaml.safe_load((REPOSITORY / "tenants" / "blueprints" / f"{blueprint}.yaml").read_text())
    user = next(user for user in content["users"] if role in user["roles"])
    browser = client(app, base)
    answer = await browser.post(
        "/api/sessions",
        json={"email": user["email"], "password": user["password"]},
        headers={"origin": base},
    )
    assert answer.status_code == 201, answer.text
    browser.headers.update({"origin": base, "x-csrf-token": browser.cookies["ovoz_csrf"]})
    return browser


def provider_routes(app: Litestar) -> list[tuple[str, str]]:
    """Method and path of every route that says it is the provider's, with examples for what stands in the path."""
    found = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            if handler.opt.get(PROVIDER_ONLY):
                path = route.path_format.replace("{slug}", "somon").replace(
                    "{operation_id}", str(UUID(int=1))
                )
                found += [(method, path) for method in handler.http_methods if method != "OPTIONS"]
    return found


@running
async def test_nobody_elses_host_has_these_routes(app: Litestar) -> None:
    routes = provider_routes(app)
    assert len(routes) >= 11
    assert all(path.startswith("/api/provider/") for _, path in routes)
    marked = {path for _, path in routes}
    assert {route.path_format for route in app.routes if route.path_format.startswith("/api/provider")} == {
        path.replace("somon", "{slug}").replace(str(UUID(int=1)), "{operation_id}") for path in marked
    }
    for browser in (client(app, SOMON), await sign_in(app, SOMON, "somon", "admin")):
        async with aclosing(browser):
            for method, path in routes:
                answer = await browser.request(method, path, json={} if method == "POST" else None)
                assert answer.status_code == 404, (method, path, answer.text)


@running
async def test_a_session_of_one_side_is_none_at_the_other(app: Litestar) -> None:
    vendor = await sign_in(app, CONSOLE, "console", "vendor")
    admin = await sign_in(app, SOMON, "somon", "admin")
    async with aclosing(vendor), aclosing(admin):
        assert (await vendor.get("/api/provider/tenants")).status_code == 200
        assert (await admin.get("/api/interactions")).status_code == 200
        # The vendor's staff see nothing of what a tenant's people see, not even at their own host.
        refused = await vendor.get("/api/interactions")
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/right-missing")
        stolen = {"ovoz_session": vendor.cookies["ovoz_session"]}
        async with client(app, SOMON) as browser:
            browser.cookies.update(stolen)
            assert (await browser.get("/api/interactions")).status_code == 401
        async with client(app, CONSOLE) as browser:
            browser.cookies.update({"ovoz_session": admin.cookies["ovoz_session"]})
            assert (await browser.get("/api/provider/tenants")).status_code == 401


@running
async def test_without_session_or_token_nothing_is_done(app: Litestar) -> None:
    async with client(app, CONSOLE) as stranger:
        for method, path in provider_routes(app):
            answer = await stranger.request(method, path, json={} if method == "POST" else None)
            assert answer.status_code in (401, 403), (method, path)
    vendor = await sign_in(app, CONSOLE, "console", "vendor")
    async with aclosing(vendor):
        del vendor.headers["x-csrf-token"]
        answer = await vendor.post("/api/provider/tenants/somon/suspend", json={"reason": "forged"})
        assert (answer.status_code, answer.json().get("type")) == (403, "/problems/request-forged"), (
            answer.text
        )


@running
async def test_a_change_is_followed_to_its_end(app: Litestar, desk: TenantDesk, place: Installation) -> None:
    slug, tenant_id = await make(desk)
    vendor = await sign_in(app, CONSOLE, "console", "vendor")
    async with aclosing(vendor):
        asked = await vendor.post(
            f"/api/provider/tenants/{slug}/suspend", json={"reason": "Ремонт до вечера"}
        )
        assert (asked.status_code, asked.json()["state"]) == (202, "owed")
        assert (await vendor.get(f"/api/provider/tenants/{slug}")).json()["state"] == "active"
        # What the worker does with it.
        await desk.runner.run(UUID(asked.json()["id"]))
        done: dict[str, Any] = (await vendor.get(f"/api/provider/operations/{asked.json()['id']}")).json()
        assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, None)
        listed = (await vendor.get("/api/provider/tenants")).json()["items"]
        (shown,) = [tenant for tenant in listed if tenant["slug"] == slug]
        assert (shown["state"], shown["suspended_reason"]) == ("suspended", "Ремонт до вечера")
        assert shown["operation"]["id"] == done["id"]
        assert shown["revision"]
        assert "console" not in {tenant["slug"] for tenant in listed}
        with pytest.raises(OperatorSuspended):
            refuse_suspended(await finder(place).by_host(f"{slug}.localhost"))
        assert ("tenancy.suspended", "Ремонт до вечера") in await acts(place, tenant_id)

        for path, body, status in (
            ("tenants/console/suspend", {"reason": "ourselves"}, 404),
            ("tenants/nobody/resume", None, 404),
            (f"tenants/{slug}/rename", {"slug": "console"}, 422),
            (f"tenants/{slug}/rename", {"slug": "somon"}, 409),
            (f"tenants/{slug}/delete", {"slug": "another"}, 422),
            (f"tenants/{slug}/export", {"recipient": "short"}, 422),
            ("tenants", {"slug": "somon", "blueprint": "mobile-operator"}, 409),
            ("tenants", {"slug": "newone", "blueprint": "nothing"}, 422),
        ):
            answer = await vendor.post(f"/api/provider/{path}", json=body)
            assert answer.status_code == status, (path, answer.text)
