"""Two operators at one installation: neither cookie, nor id, nor live message of one is worth anything at the other."""

import json
import secrets
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from tests.support.api_process import Browser, Web
from tests.support.journal import CALLER, Conversation, left_conversation
from tests.support.operators import PASSWORD, make_operator
from tests.support.routes import Route, api_application, routes_of

from ovoz.entrypoints.api import NOT_FOUND, NOT_SIGNED_IN
from ovoz.integrations.redis.fanout import RedisFanout
from ovoz.lib.db.migrations import run_as_owner
from ovoz.lib.sealing import internal_token

SUPERVISORS = {"somon": "farida@somon.example", "pamir": "jamshed@pamir.example"}
ADMINS = {"somon": "timur@somon.example", "pamir": "zarina@pamir.example"}
PAMIR_AGENT = "gulnora@pamir.example"


@pytest.fixture(scope="module")
async def conversation(web: Web) -> Conversation:
    """Somon's."""
    return await left_conversation(web.stack, "somon")


@pytest.fixture(scope="module")
async def stranger(web: Web) -> Browser:
    """An agent of Pamir's."""
    return await web.signed_in("pamir", PAMIR_AGENT)


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[Route]:
    return list(routes_of(api_application(tmp_path_factory.mktemp("home"))))


async def test_a_session_is_nobody_at_the_other_operators_host(web: Web, stranger: Browser) -> None:
    browser = web.browser("somon")
    browser.cookies = dict(stranger.cookies)
    assert not await browser.signed_in()
    answer = await browser.ask("PATCH", "/api/session/preferences", {"theme": "dark"})
    assert (answer.status, answer.problem) == (401, "not-signed-in")
    assert await browser.close_code("/api/live") == NOT_SIGNED_IN
    assert await browser.close_code("/sip") == NOT_SIGNED_IN
    assert await stranger.signed_in()


async def test_a_password_is_right_at_its_own_operator_only(web: Web) -> None:
    answer = await web.browser("somon").sign_in(PAMIR_AGENT, "ovoz-demo-2026", x_forwarded_for="203.0.113.7")
    assert (answer.status, answer.problem) == (401, "sign-in-failed")


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "localhost", "127.0.0.1", "somon.example", "a.somon.localhost"]
)
async def test_an_unknown_host_is_no_operators(web: Web, routes: list[Route], host: str) -> None:
    port = web.stack.settings.ports.http
    browser = Browser(web, f"{host}:{port}")
    browser.cookies = dict((await web.signed_in("somon", "anna@somon.example")).cookies)
    for path in ("/api/site", "/api/session", "/api/interactions"):
        answer = await browser.ask("GET", path)
        assert (answer.status, answer.problem) == (404, "operator-unknown")
    answer = await browser.sign_in("anna@somon.example", "ovoz-demo-2026")
    assert (answer.status, answer.problem) == (404, "operator-unknown")
    assert await browser.close_code("/api/live") == NOT_FOUND


async def test_the_host_says_whose_site_it_is(web: Web) -> None:
    for slug in ("somon", "pamir"):
        site = (await web.browser(slug).ask("GET", "/api/site")).body
        assert site["slug"] == slug
        assert {account["email"].partition("@")[2] for account in site["demo_accounts"]} == {
            f"{slug}.example"
        }


async def test_a_suspended_operators_people_are_told(web: Web) -> None:
    operator = await make_operator(web.stack, agents=1)
    statement = text("UPDATE ovoz.tenant SET state = 'suspended' WHERE id = :id")
    await run_as_owner(
        web.stack.endpoints.database_admin_url,
        lambda connection: connection.execute(statement, {"id": operator.tenant_id}),
    )
    answer = await web.browser(operator.slug).sign_in(operator.emails[0], PASSWORD)
    assert (answer.status, answer.problem) == (403, "operator-suspended")


async def test_every_route_that_takes_an_id_knows_none_of_the_other_operators(
    web: Web, routes: list[Route], conversation: Conversation, stranger: Browser
) -> None:
    """Every id is a real one of Somon's; who asks holds every right that the route needs, at Pamir's."""
    supervisor = await web.signed_in("pamir", SUPERVISORS["pamir"])
    admin, theirs = (
        await web.signed_in("pamir", ADMINS["pamir"]),
        await web.signed_in("somon", ADMINS["somon"]),
    )
    team = (await theirs.ask("POST", "/api/teams", {"name": f"Team {uuid4()}"})).body["id"]
    entry = (await theirs.ask("GET", "/api/audit?limit=1")).body["items"][0]["id"]
    [person] = await web.stack.rows(
        "somon", "SELECT id FROM user_account WHERE email = :email", email=ADMINS["somon"]
    )
    [session] = await web.stack.rows("somon", "SELECT id FROM session ORDER BY created_at DESC LIMIT 1")
    outcome = (await stranger.ask("GET", "/api/dispositions")).body[0]["code"]
    wanted: dict[str, tuple[str, Browser, Any, dict[str, str]]] = {
        "/api/interactions/": ("interaction-not-found", supervisor, conversation.id, {}),
        "/api/recordings/": ("recording-not-found", supervisor, conversation.recording_id, {}),
        "/api/desk/interactions/": (
            "interaction-unknown",
            stranger,
            conversation.id,
            {"disposition": outcome},
        ),
        "/api/people/": ("person-not-found", admin, person["id"], {"region": "Сугд"}),
        "/api/teams/": ("team-not-found", admin, team, {"name": f"Team {uuid4()}"}),
        "/api/audit/": ("audit-entry-not-found", admin, entry, {}),
        "/api/provider/": ("not-found", admin, uuid4(), {}),
        "/api/session/others/": ("session-not-found", admin, session["id"], {}),
    }
    found: dict[str, Any] = {}
    for route in (route for route in routes if route.takes_id):
        [(problem, browser, id_, body)] = [
            value for key, value in wanted.items() if route.path.startswith(key)
        ]
        answer = await browser.ask(
            route.method, route.at(id_), None if route.method == "GET" else body, if_match='"1"'
        )
        if (answer.status, answer.problem) != (404, problem):
            found[route.name] = answer
    assert found == {}
    assert len([route for route in routes if route.takes_id]) >= 7


async def test_its_own_people_find_what_the_ids_name(web: Web, conversation: Conversation) -> None:
    """Without this the refusals above would say nothing."""
    supervisor = await web.signed_in("somon", SUPERVISORS["somon"])
    agent = await web.signed_in("somon", conversation.agent_email)
    assert (await supervisor.ask("GET", f"/api/interactions/{conversation.id}")).status == 200
    audio = await supervisor.ask("GET", f"/api/recordings/{conversation.recording_id}/audio")
    assert audio.problem == "recording-not-stored"
    resumed = await agent.ask("POST", f"/api/desk/interactions/{conversation.id}/resume")
    assert resumed.problem == "not-possible-now"
    assert (await agent.ask("GET", "/api/desk")).body["interaction"]["id"] == str(conversation.id)


async def test_no_list_shows_the_other_operators(web: Web, conversation: Conversation) -> None:
    seen = {}
    for slug, email in SUPERVISORS.items():
        browser = await web.signed_in(slug, email)
        seen[slug] = [
            str(conversation.id) in str((await browser.ask("GET", path)).body["items"])
            for path in ("/api/interactions", f"/api/interactions?number=%2B{CALLER[1:]}")
        ]
    assert seen == {"somon": [True, True], "pamir": [False, False]}


async def test_lists_to_choose_from_are_the_operators_own(web: Web, stranger: Browser) -> None:
    code = f"only_{secrets.token_hex(4)}"
    names = '{"ru": "Да", "tg": "Ҳа", "en": "Yes"}'
    async with web.stack.database.tenant(await web.stack.tenant_id("somon")) as session:
        for table in ("break_reason", "disposition"):
            await session.execute(
                text(
                    f"INSERT INTO {table} (code, names, position) VALUES (:code, CAST(:names AS jsonb), 99)"
                ),
                {"code": code, "names": names},
            )
    own = await web.signed_in("somon", "anna@somon.example")
    for path in ("/api/break-reasons", "/api/dispositions"):
        assert code in str((await own.ask("GET", path)).body)
        assert code not in str((await stranger.ask("GET", path)).body)
    answer = await stranger.ask("PUT", "/api/desk/state", {"state": "break", "reason": code})
    assert answer.problem == "reason-unknown"


async def test_the_same_idempotency_key_is_another_order(web: Web, stranger: Browser) -> None:
    own = await web.signed_in("somon", "anna@somon.example")
    key, order = str(uuid4()), {"state": "break", "reason": "lunch"}
    desks = [
        (await browser.ask("PUT", "/api/desk/state", order, idempotency_key=key)).body
        for browser in (own, stranger)
    ]
    names = [desk["agent"]["name"] for desk in desks]
    assert names == ["Анна Белова", "Гулнора Мирзоева"]


async def test_live_messages_stay_with_their_operator(web: Web, stranger: Browser) -> None:
    """What is published for Somon comes first, so that whoever hears Pamir's has not heard it."""
    await web.until_listening()
    own = await web.signed_in("somon", "anna@somon.example")
    sockets = {"somon": await own.open_socket("/api/live"), "pamir": await stranger.open_socket("/api/live")}
    for socket in sockets.values():
        while (await socket.receive_json(timeout=10))["type"] != "desk":
            pass
    fanout = RedisFanout(web.stack.endpoints.redis_url)
    for slug in sockets:
        channel = f"ovoz:live:{await web.stack.tenant_id(slug)}:queues"
        figures = {"id": str(uuid4()), "name": slug, "waiting": 0, "longest_since": None}
        marker = {"type": "queues", "data": [{**figures, "agents_ready": 0, "agents_signed_in": 0}]}
        await fanout.publish(channel, json.dumps(marker).encode())
    await fanout.close()
    for slug, socket in sockets.items():
        heard = None
        while heard not in SUPERVISORS:
            message = await socket.receive_json(timeout=10)
            heard = message["data"][0]["name"] if message["type"] == "queues" and message["data"] else None
        assert heard == slug
        await socket.close()


async def test_the_switchboard_checks_tenant_and_agent_itself(web: Web, conversation: Conversation) -> None:
    [own] = await web.stack.rows(
        "somon", "SELECT id FROM user_account WHERE email = :email", email=conversation.agent_email
    )
    tenants = {slug: await web.stack.tenant_id(slug) for slug in SUPERVISORS}
    headers = {"Authorization": f"Bearer {internal_token(web.stack.settings.home)}"}
    assert await internal_desk(web, tenants["somon"], own["id"], headers) == (200, "")
    assert await internal_desk(web, tenants["pamir"], own["id"], headers) == (404, "agent-unknown")
    assert await internal_desk(web, "a" * 12, own["id"], headers) == (404, "agent-unknown")
    for wrong in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": headers["Authorization"][:-1]}):
        assert (await internal_desk(web, tenants["somon"], own["id"], wrong))[0] == 401
    order = {
        "command_id": str(uuid4()),
        "tenant_id": tenants["pamir"],
        "agent_id": str(own["id"]),
        "verb": "hang_up",
        "interaction_id": str(conversation.id),
    }
    address = f"http://127.0.0.1:{web.stack.settings.ports.switchboard}/internal/commands"
    async with web.session.post(address, json=order, headers=headers) as answer:
        assert (answer.status, (await answer.json())["type"]) == (404, "/problems/agent-unknown")
    async with web.session.post(address, json=order) as answer:
        assert answer.status == 401


async def internal_desk(web: Web, tenant_id: str, agent_id: UUID, headers: dict[str, str]) -> tuple[int, str]:
    address = f"http://127.0.0.1:{web.stack.settings.ports.switchboard}/internal/desk/{tenant_id}/{agent_id}"
    async with web.session.get(address, headers=headers) as answer:
        body = await answer.json()
    return answer.status, str(body.get("type", "")).removeprefix("/problems/")
