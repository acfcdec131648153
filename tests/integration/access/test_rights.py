"""Each route asks for its right, and a refusal names it."""

from uuid import UUID

import pytest
from tests.support.api_process import Web
from tests.support.journal import CALLER, Conversation, left_conversation
from tests.support.routes import SOCKET, Route, api_application, routes_of

from ovoz.lib.settings import REPOSITORY
from ovoz.platform.access.api import read_roles

PEOPLE = {
    "agent": "rustam@somon.example",
    "supervisor": "farida@somon.example",
    "admin": "timur@somon.example",
}
RIGHTS = {
    role.code: {grant.right for grant in role.grants}
    for role in read_roles(REPOSITORY).roles
    if role.code in PEOPLE
}
ALLOWED = "allowed"


@pytest.fixture(scope="module")
async def conversation(web: Web) -> Conversation:
    return await left_conversation(web.stack, "somon")


@pytest.fixture(scope="module")
def guarded_routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    routes = routes_of(api_application(tmp_path_factory.mktemp("home")))
    found = [
        route
        for route in routes
        if route.rights != ["public"] and route.method != SOCKET and not route.of_provider
    ]
    return sorted(found, key=lambda route: route.name == "DELETE /api/session")


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_route_asks_for_its_right_and_names_it(
    web: Web, guarded_routes: list[Route], role: str
) -> None:
    browser = await web.signed_in("somon", PEOPLE[role])
    found, wanted = {}, {}
    for route in guarded_routes:
        [right] = route.rights
        wanted[route.name] = ALLOWED if right in RIGHTS[role] else (403, right)
        answer = await browser.ask(route.method, route.at(UUID(int=7)), None if route.method == "GET" else {})
        refused = answer.problem == "right-missing"
        found[route.name] = (answer.status, answer.body["right"]) if refused else ALLOWED
        assert refused or answer.status not in (401, 403), (route.name, answer)
    assert found == wanted


@pytest.mark.parametrize(
    ("role", "path", "wanted"),
    [
        ("agent", "/api/desk", 200),
        ("agent", "/api/break-reasons", 200),
        ("agent", "/api/dispositions", 200),
        ("agent", "/api/interactions", 200),
        ("supervisor", "/api/desk", "desk.use"),
        ("supervisor", "/api/break-reasons", 200),
        ("supervisor", "/api/dispositions", 200),
        ("supervisor", "/api/interactions", 200),
        ("admin", "/api/desk", "desk.use"),
        ("admin", "/api/dispositions", 200),
        ("admin", "/api/interactions", 200),
    ],
)
async def test_who_may_see_what(web: Web, role: str, path: str, wanted: int | str) -> None:
    browser = await web.signed_in("somon", PEOPLE[role])
    answer = await browser.ask("GET", path)
    if isinstance(wanted, int):
        assert answer.status == wanted
        return
    assert (answer.status, answer.problem, answer.body["right"]) == (403, "right-missing", wanted)
    assert wanted in answer.body["detail"]


async def test_a_colleagues_call_is_the_supervisors_to_see_and_hear(
    web: Web, conversation: Conversation
) -> None:
    paths = f"/api/interactions/{conversation.id}", f"/api/recordings/{conversation.recording_id}/audio"
    seen = {}
    for who, email in {**PEOPLE, "own": conversation.agent_email}.items():
        browser = await web.signed_in("somon", email)
        answers = [await browser.ask("GET", path) for path in paths]
        listed = (await browser.ask("GET", "/api/interactions")).body["items"]
        seen[who] = (
            *(answer.problem or answer.status for answer in answers),
            str(conversation.id) in [item["id"] for item in listed],
        )
    assert seen == {
        "agent": ("interaction-not-found", "recording-not-found", False),
        "supervisor": (200, "recording-not-stored", True),
        "admin": (200, "right-missing", True),
        "own": (200, "recording-not-stored", True),
    }


async def test_whoever_answers_a_number_sees_its_history(web: Web, conversation: Conversation) -> None:
    """A caller who comes back is not a stranger: with the number an agent sees colleagues' calls too."""
    browser = await web.signed_in("somon", PEOPLE["agent"])
    answer = await browser.ask("GET", f"/api/interactions?number=%2B{CALLER[1:]}")
    assert [item["id"] for item in answer.body["items"]] == [str(conversation.id)]


async def test_without_a_session_nothing_guarded_answers(web: Web, guarded_routes: list[Route]) -> None:
    browser = web.browser("somon")
    found = {}
    for route in guarded_routes:
        answer = await browser.ask(route.method, route.at(UUID(int=7)), None if route.method == "GET" else {})
        found[route.name] = (answer.status, answer.problem)
    assert found == {route.name: (401, "not-signed-in") for route in guarded_routes}
