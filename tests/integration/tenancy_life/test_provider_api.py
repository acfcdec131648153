"""The provider's API: at its own host only, for its own staff only, and every change followed to its end."""

import functools
import secrets
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from litestar import Litestar
from litestar.routes import HTTPRoute
from tests.integration.tenancy_life.test_commands import ovoz
from tests.integration.tenancy_life.test_life import DOER, acts, do, finder, make, owner_query
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
        listed = (await vendor.get("/api/provider/tenants", params={"search": slug})).json()["items"]
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


async def _all(browser: httpx.AsyncClient, path: str, **wanted: Any) -> list[dict[str, Any]]:
    """Every item of a list, two at a time."""
    items: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await browser.get(f"/api/provider/{path}", params={"limit": 2, **wanted, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= 2
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


@running
async def test_lists_come_in_pages_and_can_be_narrowed(
    app: Litestar, desk: TenantDesk, place: Installation
) -> None:
    prefix = f"p{secrets.token_hex(4)}"
    slugs = [f"{prefix}-{letter}" for letter in "abcde"]
    for slug in slugs:
        asked = await desk.operations.ask_to_create(slug, "mobile-operator", f"100% {slug.upper()}", DOER)
        await desk.runner.run(asked.id, wait=True)
    await do(desk, "suspend", slugs[1], reason="tried")
    vendor = await sign_in(app, CONSOLE, "console", "vendor")
    async with aclosing(vendor):

        async def found(**wanted: Any) -> list[str]:
            return [tenant["slug"] for tenant in await _all(vendor, "tenants", **wanted)]

        assert await found(search=prefix) == slugs
        assert await found(search=prefix, sort="-slug") == slugs[::-1]
        assert await found(search=prefix, sort="-created_at") == slugs[::-1]
        assert await found(search=f"100% {prefix.upper()}-C") == [slugs[2]], "by name"
        assert await found(search=f"100_ {prefix.upper()}") == [], "no pattern"
        assert await found(search=prefix, state="suspended") == [slugs[1]]
        assert await found(search=prefix, state="active") == [slugs[0], *slugs[2:]]

        operations = await _all(vendor, "operations", slug=slugs[1])
        assert [operation["kind"] for operation in operations] == ["suspend", "create"]
        assert [
            each["kind"] for each in await _all(vendor, "operations", slug=slugs[1], sort="requested_at")
        ] == [
            "create",
            "suspend",
        ]
        assert await _all(vendor, "operations", slug=slugs[1], state="failed") == []
        everything = await _all(vendor, "operations", kind="create")
        assert len({each["id"] for each in everything}) == len(everything) >= 5
        for path, status in (
            ("tenants?cursor=nothing", 422),
            ("operations?cursor=nothing", 422),
            ("tenants?state=gone", 422),
            ("tenants?sort=name", 422),
            ("tenants?serch=x", 422),
            ("operations?limit=101", 422),
        ):
            answer = await vendor.get(f"/api/provider/{path}")
            assert answer.status_code == status, (path, answer.text)
        first = (await vendor.get("/api/provider/tenants?limit=1")).json()["next_cursor"]
        other = await vendor.get(f"/api/provider/tenants?sort=-slug&cursor={first}")
        assert other.status_code == 422, "a cursor belongs to its order"


@pytest.fixture
def app_there(place: Installation) -> Litestar:
    """The API of the installation whose folders the test has for itself."""
    return application(place.settings, place.endpoints)


async def test_an_archive_is_handed_out_and_that_is_on_record(
    app_there: Litestar, desk: TenantDesk, place: Installation, tmp_path: Path
) -> None:
    slug, tenant_id = await make(desk)
    recipient = X25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    done = await do(desk, "export", slug, recipient=recipient)
    elsewhere = await do(desk, "export", slug, recipient=recipient, target=str(tmp_path / "out.tar"))
    linked = await do(desk, "export", slug, recipient=recipient)
    lying = Path((linked.result or {})["archive"])
    lying.unlink()
    lying.symlink_to("/etc/passwd")
    suspended = await do(desk, "suspend", slug, reason="tried")
    written = Path((done.result or {})["archive"])
    async with app_there.lifespan():
        vendor = await sign_in(app_there, CONSOLE, "console", "vendor")
        async with aclosing(vendor):
            answer = await vendor.get(f"/api/provider/operations/{done.id}/archive")
            assert answer.status_code == 200
            assert answer.content == written.read_bytes()
            assert answer.headers["content-length"] == str(written.stat().st_size)
            assert answer.headers["content-type"] == "application/x-tar"
            named = f'attachment; filename="{slug}-{done.requested_at:%Y-%m-%d}.tar"'
            assert answer.headers["content-disposition"] == named
            assert (await acts(place, tenant_id))[-1] == ("tenancy.archive_downloaded", None)
            (provider,) = await owner_query(place, "SELECT id FROM ovoz.tenant WHERE kind = 'provider'")
            assert ("tenancy.archive_downloaded", None) in await acts(place, provider[0])
            for operation in (elsewhere, linked, suspended):
                refused = await vendor.get(f"/api/provider/operations/{operation.id}/archive")
                assert (refused.status_code, refused.json()["type"]) == (404, "/problems/archive-not-here")
            for id_ in (UUID(int=1), "..%2F..%2Finstallation.key", f"{done.id}%2F.."):
                refused = await vendor.get(f"/api/provider/operations/{id_}/archive")
                assert refused.status_code == 404, id_
            assert len([act for act, _ in await acts(place, tenant_id) if act.endswith("downloaded")]) == 1
            # It can still be fetched when the operator is gone; the provider's audit tells so.
            await do(desk, "delete", slug, grace_s=0)
            await desk.life.purge(tenant_id)
            assert (await vendor.get(f"/api/provider/operations/{done.id}/archive")).status_code == 200


async def test_the_first_people_come_by_command(
    app_there: Litestar, place: Installation, desk: TenantDesk
) -> None:
    slug, tenant_id = await make(desk)
    mark = secrets.token_hex(4)
    async with app_there.lifespan():
        for words, base, right in (
            (
                ("provider", "invite", f"New-{mark}@vendor.example", "--name", "Нозим"),
                CONSOLE,
                "tenants.manage",
            ),
            (
                ("tenant", "invite", slug, f"first-{mark}@op.example"),
                f"http://{slug}.localhost",
                "people.manage",
            ),
        ):
            code, said = await ovoz(place, *words)
            assert code == 0, said
            path = urlsplit(said.splitlines()[0]).path
            assert path.startswith("/invitation/")
            again = urlsplit((await ovoz(place, *words))[1].splitlines()[0]).path
            async with client(app_there, base) as browser:
                browser.headers["origin"] = base
                wish = {"password": "korrekt horse battery staple"}
                refused = await browser.post(f"/api/invitations/{path.rpartition('/')[2]}/accept", json=wish)
                assert refused.status_code != 200, "the first link is worth nothing any more"
                accept = f"/api/invitations/{again.rpartition('/')[2]}/accept"
                accepted = await browser.post(accept, json=wish)
                assert accepted.status_code == 200, accepted.text
                email = accepted.json()["email"]
                assert email == next(word for word in words if "@" in word).lower()
                assert (await browser.post(accept, json=wish)).status_code != 200, "once"
                session = await browser.post("/api/sessions", json={"email": email, **wish})
                assert session.status_code == 201, session.text
                assert right in session.text
    assert [act for act, _ in await acts(place, tenant_id)][1:3] == ["people.invited", "people.invited_again"]
    for words, part in (
        (("tenant", "invite", "console", "a@b.c"), "ovoz provider invite"),
        (("tenant", "invite", "nobody-here", "a@b.c"), "no operator nobody-here"),
        (("tenant", "invite", slug, "no-address"), "no e-mail address"),
        (("tenant", "invite", slug, "a@b.c", "--role", "vendor"), "no role vendor"),
    ):
        code, said = await ovoz(place, *words)
        assert (code, part in said) == (1, True), said
