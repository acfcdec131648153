"""Sockets: only from this address's page, only signed in, only with the right; the close code says which."""

from pathlib import Path

import aiohttp
import pytest
from tests.support.api_process import Browser, Web
from tests.support.routes import SOCKET, api_application, routes_of

from ovoz.entrypoints.api import NOT_ALLOWED, NOT_FOUND, NOT_SIGNED_IN, TRY_AGAIN_LATER

SOCKETS = ("/api/live", "/api/desk/colleagues", "/api/returns/live", "/api/team/live", "/sip")
OF_SUPERVISORS = ("/api/returns/live", "/api/team/live")
each_socket = pytest.mark.parametrize("path", SOCKETS)


@pytest.fixture(scope="module")
async def agent(web: Web) -> Browser:
    return await web.signed_in("somon", "rustam@somon.example")


def test_these_are_all_sockets(tmp_path: Path) -> None:
    routes = routes_of(api_application(tmp_path))
    assert sorted(route.path for route in routes if route.method == SOCKET) == sorted(SOCKETS)


@each_socket
@pytest.mark.parametrize(
    "origin", [None, "http://evil.example", "null", "http://pamir.localhost:{port}", "http://somon.localhost"]
)
async def test_without_its_own_origin_it_is_refused(agent: Browser, path: str, origin: str | None) -> None:
    foreign = origin.format(port=agent.host.split(":")[1]) if origin else None
    assert await agent.close_code(path, origin=foreign) == NOT_ALLOWED == 4403


@each_socket
@pytest.mark.parametrize("cookie", [None, "ovoz_session=guessed"])
async def test_without_a_session_it_says_so(web: Web, path: str, cookie: str | None) -> None:
    assert await web.browser("somon").close_code(path, cookie=cookie) == NOT_SIGNED_IN == 4401


@pytest.mark.parametrize(
    ("path", "email"),
    [
        *((path, "timur@somon.example") for path in SOCKETS),
        *((path, "farida@somon.example") for path in SOCKETS if path not in OF_SUPERVISORS),
        ("/api/team/live", "rustam@somon.example"),
    ],
)
async def test_without_the_right_it_is_refused(web: Web, path: str, email: str) -> None:
    browser = await web.signed_in("somon", email)
    assert await browser.close_code(path) == NOT_ALLOWED


@each_socket
async def test_at_nobodys_address_there_is_none(agent: Browser, path: str) -> None:
    nowhere = agent.host.replace("somon", "nobody")
    assert await agent.close_code(path, host=nowhere, origin=f"http://{nowhere}") == NOT_FOUND == 4404


async def test_an_agents_own_page_opens_the_live_view(agent: Browser) -> None:
    live = await agent.open_socket("/api/live")
    heard = [(await live.receive_json(timeout=10))["type"] for _ in range(2)]
    assert heard == ["switchboard", "desk"]
    await live.close()


async def test_an_agents_own_page_gets_as_far_as_the_media_node(agent: Browser) -> None:
    """There is none here, and the socket says to try again."""
    line = await agent.open_socket("/sip")
    assert line.protocol == "sip"
    assert (await line.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
    assert line.close_code == TRY_AGAIN_LATER
