"""ASVS 5.0, V3: what browsers are told, and what they cannot be made to do."""

from pathlib import Path

import aiohttp
import pytest
import structlog
from litestar import Litestar
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import Browser
from tests.support.explorer import served
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.entrypoints.pages import front_end
from ovoz.entrypoints.security_headers import send_security_headers

PREFERENCES = "/api/session/preferences"


async def test_every_answer_carries_the_headers(agent: Browser, browser: NewBrowser) -> None:
    """3.4.4, 3.4.5, 3.4.6, 3.4.8 (level 3), 3.2.1: also refusals, missing pages and what needs no session."""
    for path in (
        "/api/session",
        "/api/nothing",
        "/api/site",
        "/health",
        "/problems/not-found",
        "/nothing.js",
    ):
        headers = (await agent.ask("GET", path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["cross-origin-resource-policy"] == "same-origin", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "camera=()" in headers["permissions-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert "strict-transport-security" not in headers, path


async def test_data_may_load_nothing(agent: Browser) -> None:
    """3.2.1, 3.4.3: an answer of the API that is opened as a page is inert."""
    policy = (await agent.ask("GET", "/api/session")).headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy


async def test_the_page_runs_its_own_scripts_only(
    tmp_path: Path, engines: Stack, browser: NewBrowser
) -> None:
    """3.4.3: by policy, no inline script and no inline style, objects, other bases or frames."""
    (tmp_path / "index.html").write_text("<!doctype html><ovoz-root></ovoz-root>")
    app = Litestar([front_end(tmp_path)], before_send=[send_security_headers], logging_config=None)
    for path in ("/", "/history"):
        headers = (await browser(app).ask("GET", path)).headers
        assert headers["content-type"].startswith("text/html")
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["base-uri"] == "'none'"


async def test_personal_data_is_stored_nowhere(agent: Browser) -> None:
    """14.3.2: every answer of the API, refusals too."""
    for path in (
        "/api/session",
        "/api/interactions",
        "/api/dispositions",
        "/api/session/others",
        "/api/interactions/x",
    ):
        assert "no-store" in (await agent.ask("GET", path)).headers["cache-control"], path


async def test_over_tls_cookies_are_bound_to_the_host(house: Operator, browser: NewBrowser) -> None:
    """3.3.1, 3.3.2, 3.3.3, 3.3.4, 3.4.1: prefix, Secure, SameSite, HttpOnly, HSTS."""
    person = browser(scheme="https")
    answer = await person.ask(
        "POST", "/api/sessions", json={"email": house.emails[0], "password": "a-long-test-password"}
    )
    assert answer.status_code == 201
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    session, csrf = sorted(answer.headers.get_list("set-cookie"), key=lambda cookie: "csrf" in cookie)
    for cookie in (session, csrf):
        assert cookie.startswith("__Host-ovoz_")
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "samesite=strict", "path=/"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)
    assert "httponly" in session.lower()
    assert "httponly" not in csrf.lower()
    assert (await person.ask("GET", "/api/session")).status_code == 200
    # A cookie without the prefix, which another host or plain HTTP could have planted, is not looked at.
    planted = person.cookies["__Host-ovoz_session"]
    answer = await person.ask("GET", "/api/session", headers={"cookie": f"ovoz_session={planted}"})
    assert answer.status_code == 401
    out = await person.ask("DELETE", "/api/session")
    assert all("Secure" in cookie and "__Host-" in cookie for cookie in out.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    "headers",
    [
        {"x-csrf-token": None},
        {"x-csrf-token": "wrong"},
        {"x-csrf-token": ""},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": None, "sec-fetch-site": "cross-site"},
        {"origin": None, "sec-fetch-site": "same-site"},
    ],
    ids=str,
)
async def test_another_page_changes_nothing(agent: Browser, headers: dict[str, str | None]) -> None:
    """3.5.1, 3.5.3: without the token, or from another origin, every unsafe method is refused."""
    before = (await agent.ask("GET", "/api/session")).json()["preferences"]
    for method, path in (
        ("PATCH", PREFERENCES),
        ("DELETE", "/api/session"),
        ("POST", "/api/session/password"),
    ):
        answer = await agent.ask(method, path, json={"theme": "dark"}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/request-forged"), (
            method,
            path,
        )
    assert (await agent.ask("GET", "/api/session")).json()["preferences"] == before


async def test_another_page_signs_nobody_in(house: Operator, browser: NewBrowser) -> None:
    """3.5.1: signing in has no token yet; its Origin is looked at."""
    body = {"email": house.emails[0], "password": "a-long-test-password"}
    answer = await browser().ask(
        "POST", "/api/sessions", json=body, headers={"origin": "https://evil.example"}
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/request-forged")


async def test_the_token_belongs_to_the_session(house: Operator, agent: Browser, supervisor: Browser) -> None:
    """3.5.1: somebody else's token is none."""
    answer = await agent.ask("PATCH", PREFERENCES, json={}, headers={"x-csrf-token": supervisor.csrf})
    assert answer.status_code == 403


async def test_reading_changes_nothing_by_another_method(agent: Browser) -> None:
    """3.5.3: no method is taken from a header or a parameter."""
    for headers in ({"x-http-method-override": "DELETE"}, {"x-method-override": "DELETE"}):
        assert (await agent.ask("GET", "/api/session", headers=dict(headers))).status_code == 200
    assert (await agent.ask("GET", "/api/session")).status_code == 200


async def test_no_other_origin_reads(agent: Browser) -> None:
    """3.4.2: no Access-Control header, whatever origin asks."""
    answer = await agent.ask("GET", "/api/session", headers={"origin": "https://evil.example"})
    assert not any(name.startswith("access-control") for name in answer.headers)


async def test_a_fault_says_nothing_of_the_inside(
    engines: Stack, supervisor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16.5.1, 16.3.4: a fault of ours is a problem without a trace, and a line of the log with it."""

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr("ovoz.contact_center.calls.services.History.page", fail)
    with structlog.testing.capture_logs() as lines:
        answer = await supervisor.ask("GET", "/api/interactions")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/unexpected")
    assert "secret" not in answer.text
    # 16.3.4: in the log it is.
    [failed] = [line for line in lines if line["event"] == "api.failed"]
    assert (failed["log_level"], failed["route"]) == ("error", "/api/interactions")
    assert "secret" in str(failed["exc_info"])


async def test_a_socket_of_another_page_is_refused(
    engines: Stack, operator: Operator, browser: NewBrowser
) -> None:
    """4.4.2: sockets must name their origin, and it must be this address; the close code says why."""
    person = await browser(slug=operator.slug).sign_in(operator.emails[0])
    cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}
    async with served(engines, operator) as address, aiohttp.ClientSession() as session:
        for path in ("/api/live", "/sip"):
            for origin in ({"origin": "https://evil.example"}, {}):
                async with session.ws_connect(address + path, headers=cookie | origin) as socket:
                    message = await socket.receive(timeout=5)
                    assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 4403), (
                        path,
                        origin,
                    )
        async with session.ws_connect(address + "/api/live", headers=cookie | {"origin": address}) as socket:
            assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT


async def test_no_file_but_the_front_ends_is_served(tmp_path: Path, browser: NewBrowser) -> None:
    """5.3.2, 13.4.1, 13.4.3: no other folder by any spelling, no listing, nothing of source control."""
    folder = tmp_path / "browser"
    (folder / "media").mkdir(parents=True)
    (folder / "index.html").write_text("the page")
    (folder / "media" / "a.txt").write_text("the file")
    (tmp_path / "secret.txt").write_text("what is hidden")
    app = Litestar([front_end(folder)], logging_config=None)
    visitor = browser(app)
    assert (await visitor.ask("GET", "/media/a.txt")).text == "the file"
    for path in (
        *("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/media/..%2f..%2fsecret.txt"),
        *("/.git/config", "/.env", "//etc/passwd", "/media/"),
    ):
        answer = await visitor.ask("GET", path)
        assert "hidden" not in answer.text
        assert answer.status_code == 404 or answer.text == "the page", path
    for path in ("/.git/config", "/.git/HEAD", "/.env", "/.ovoz/installation.key", "/media/.hidden"):
        assert (await visitor.ask("GET", path)).status_code == 404, path
