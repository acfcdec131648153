"""A request that changes something must come from this address's own page and carry its session's token."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from tests.support.api_process import Browser, Web
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.routes import Route, api_application, routes_of

SOMEBODY = UUID(int=7)
FORGED = (403, "request-forged")


@pytest.fixture(scope="module")
def unsafe_routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    """All that need a session; what ends it comes last."""
    routes = routes_of(api_application(tmp_path_factory.mktemp("home")))
    found = [
        route for route in routes if route.unsafe and route.rights != ["public"] and not route.of_provider
    ]
    return sorted(found, key=lambda route: route.name == "DELETE /api/session")


@pytest.fixture(scope="module")
async def operator(web: Web) -> Operator:
    return await make_operator(web.stack, agents=2)


@pytest.fixture
async def browser(web: Web, operator: Operator) -> AsyncIterator[Browser]:
    return await web.signed_in(operator.slug, operator.emails[0], PASSWORD)


async def answers(browser: Browser, routes: list[Route], **headers: str | None) -> dict[str, tuple[int, str]]:
    found = {}
    for route in routes:
        answer = await browser.ask(route.method, route.at(SOMEBODY), {}, **headers)
        found[route.name] = (answer.status, answer.problem)
    return found


async def test_without_the_token_every_unsafe_route_refuses(
    browser: Browser, unsafe_routes: list[Route]
) -> None:
    assert len(unsafe_routes) >= 9
    assert await answers(browser, unsafe_routes, x_csrf_token=None) == {
        route.name: FORGED for route in unsafe_routes
    }
    assert await browser.signed_in()


@pytest.mark.parametrize("whose", [0, 1], ids=["own other session", "somebody else"])
async def test_another_sessions_token_is_refused(
    web: Web, operator: Operator, browser: Browser, unsafe_routes: list[Route], whose: int
) -> None:
    other = await web.signed_in(operator.slug, operator.emails[whose], PASSWORD)
    token = other.cookies["ovoz_csrf"]
    assert token != browser.cookies["ovoz_csrf"]
    assert await answers(browser, unsafe_routes, x_csrf_token=token) == {
        route.name: FORGED for route in unsafe_routes
    }


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://somon.localhost:{port}", "http://{name}", "http://{host}1"],
)
async def test_a_foreign_origin_is_refused(browser: Browser, unsafe_routes: list[Route], origin: str) -> None:
    name, port = browser.host.split(":")
    foreign = origin.format(host=browser.host, name=name, port=port)
    assert await answers(browser, unsafe_routes, origin=foreign) == {
        route.name: FORGED for route in unsafe_routes
    }
    assert (await browser.ask("GET", "/api/session", origin=foreign)).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_without_an_origin_the_browsers_word_counts(browser: Browser, site: str) -> None:
    answer = await browser.ask(
        "PATCH", "/api/session/preferences", {"theme": "dark"}, origin=None, sec_fetch_site=site
    )
    assert (answer.status, answer.problem) == FORGED


async def test_a_refused_request_changes_nothing(browser: Browser) -> None:
    wish = {"theme": "dark", "auto_answer": True}
    for headers in ({"x_csrf_token": "guessed"}, {"origin": "http://evil.example"}):
        await browser.ask("PATCH", "/api/session/preferences", wish, **headers)
    preferences = (await browser.ask("GET", "/api/session")).body["preferences"]
    assert (preferences["theme"], preferences["auto_answer"]) == ("system", False)
    assert (await browser.ask("PATCH", "/api/session/preferences", wish)).status == 200
    preferences = (await browser.ask("GET", "/api/session")).body["preferences"]
    assert (preferences["theme"], preferences["auto_answer"]) == ("dark", True)


async def test_with_token_and_origin_no_route_calls_it_forged(
    browser: Browser, unsafe_routes: list[Route]
) -> None:
    found = await answers(browser, unsafe_routes)
    assert {
        name for name, (status, problem) in found.items() if status == 401 or (status, problem) == FORGED
    } == set()


async def test_no_other_page_can_sign_somebody_in(web: Web, operator: Operator) -> None:
    browser = web.browser(operator.slug)
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": None, "sec_fetch_site": "cross-site"},
    ):
        answer = await browser.sign_in(operator.emails[0], PASSWORD, **headers)
        assert (answer.status, answer.problem) == FORGED
        assert answer.cookies == {}


async def test_without_a_session_the_token_is_not_what_is_missing(
    web: Web, operator: Operator, unsafe_routes: list[Route]
) -> None:
    assert await answers(web.browser(operator.slug), unsafe_routes) == {
        route.name: (401, "not-signed-in") for route in unsafe_routes
    }
