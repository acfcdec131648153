"""Markers stand in every personal field of an operator: none may come out where its reader's role does not see it.

The routes are those of the application: one that is added tomorrow is walked, or fails here for want of an example.
"""

import re
from collections.abc import Iterator

import msgspec
import pytest
from litestar.handlers import HTTPRouteHandler
from tests.integration.privacy.conftest import CUSTOM_ROLE, ROLES, desk_of
from tests.integration.privacy.marked import Marked, browser
from tests.support.stack import Stack, eventually

from ovoz.engines.layout import Layout
from ovoz.entrypoints.api import application
from ovoz.integrations.redis.fanout import RedisFanout

# What each role may see of its own call and of others', said here once more and apart from tenants/privacy.yaml.
_OWN = frozenset({"own number", "own name", "own note", "own email", "own staff name"})
_STAFF = frozenset({"staff name"})
_OTHERS = frozenset({"number", "name", "note"})
MAY_SEE: dict[str | None, frozenset[str]] = {
    None: frozenset(),
    "agent": _OWN | _STAFF | {"number"},
    "sales": _OWN | _STAFF | {"number"},
    "senior_agent": _OWN | _STAFF | {"number", "name"},
    "corporate_manager": _OWN | _STAFF | {"number", "name"},
    "outsourced_agent": frozenset({"own note", "own email", "own staff name"}),
    "supervisor": _OWN | _STAFF | _OTHERS,
    "quality_analyst": _OWN | _STAFF | _OTHERS,
    "admin": _STAFF | {"own note", "own email", "own staff name", "email"},
    "auditor": _STAFF | {"own note", "own email", "own staff name"},
    "bi_service": frozenset(),
    CUSTOM_ROLE: _STAFF | {"own note", "own email", "own staff name"},
}

ID = "{interaction_id}"
EXAMPLES: dict[str, list[str]] = {
    "/": ["/"],
    "/{path:path}": ["/desk"],
    "/health": ["/health"],
    "/problems/{slug:str}": ["/problems/not-found", "/problems/there-is-none"],
    "/api/schema": ["/api/schema"],
    "/api/schema/{path:str}": ["/api/schema/nothing"],
    "/api/schema/openapi.json": ["/api/schema/openapi.json"],
    "/api/site": ["/api/site"],
    "/api/session": ["/api/session"],
    "/api/session/others": ["/api/session/others"],
    "/api/people": ["/api/people?limit=100", "/api/people?search=a", "/api/people?cursor=nothing"],
    "/api/people/{person_id:uuid}": ["/api/people/{person_id}"],
    "/api/people/{person_id:uuid}/rights": ["/api/people/{person_id}/rights"],
    "/api/teams": ["/api/teams"],
    "/api/invitations/{token:str}": ["/api/invitations/nothing"],
    "/api/roles": ["/api/roles"],
    "/api/roles/{code:str}": ["/api/roles/agent", "/api/roles/there_is_none"],
    "/api/rights": ["/api/rights"],
    "/api/queues": ["/api/queues"],
    "/api/queues/{queue_id:uuid}": ["/api/queues/00000000-0000-0000-0000-000000000000"],
    "/api/queues/{queue_id:uuid}/versions": ["/api/queues/00000000-0000-0000-0000-000000000000/versions"],
    "/api/queues/sounds": ["/api/queues/sounds"],
    "/api/holidays": ["/api/holidays"],
    "/api/routing-rules": ["/api/routing-rules"],
    "/api/routing-rules/versions": ["/api/routing-rules/versions"],
    "/api/calling-rules": ["/api/calling-rules"],
    "/api/skills": ["/api/skills"],
    "/api/skills/{skill_id:uuid}": ["/api/skills/00000000-0000-0000-0000-000000000000"],
    "/api/agent-skills": [
        "/api/agent-skills",
        "/api/agent-skills?search=a",
        "/api/agent-skills?cursor=nothing",
    ],
    "/api/audit": ["/api/audit?limit=100", "/api/audit?actor_id={person_id}", "/api/audit?cursor=nothing"],
    "/api/audit/{entry_id:uuid}": ["/api/audit/00000000-0000-0000-0000-000000000000"],
    "/api/audit/export": ["/api/audit/export"],
    "/api/audit/anchors": ["/api/audit/anchors"],
    "/api/desk": ["/api/desk"],
    "/api/desk/targets": ["/api/desk/targets"],
    "/api/break-reasons": ["/api/break-reasons"],
    "/api/dispositions": ["/api/dispositions"],
    "/api/desk/day": ["/api/desk/day"],
    "/api/team": ["/api/team"],
    "/api/settings/break-reasons": ["/api/settings/break-reasons"],
    "/api/settings/break-reasons/{reason:str}": [
        "/api/settings/break-reasons/lunch",
        "/api/settings/break-reasons/nothing",
    ],
    "/api/interactions": [
        "/api/interactions?limit=100",
        "/api/interactions?limit=100&mine=true",
        "/api/interactions?number={number}",
        "/api/interactions?number_token=nothing",
        "/api/interactions?cursor=nothing",
        "/api/interactions?limit=many",
    ],
    "/api/interactions/{interaction_id:uuid}": [
        "/api/interactions/{interaction_id}",
        "/api/interactions/00000000-0000-0000-0000-000000000000",
    ],
    "/api/recordings/{recording_id:uuid}/audio": ["/api/recordings/{recording_id}/audio"],
    "/api/recordings/{recording_id:uuid}/download": ["/api/recordings/{recording_id}/download"],
    "/api/returns": ["/api/returns"],
    "/api/reveals": ["/api/reveals"],
    "/api/provider/tenants": ["/api/provider/tenants"],
    "/api/provider/tenants/{slug:str}": ["/api/provider/tenants/somon"],
    "/api/provider/operations": ["/api/provider/operations"],
    "/api/provider/operations/{operation_id:uuid}": [
        "/api/provider/operations/00000000-0000-0000-0000-000000000000"
    ],
    "/api/provider/operations/{operation_id:uuid}/archive": [
        "/api/provider/operations/00000000-0000-0000-0000-000000000000/archive"
    ],
}
"""Addresses of every GET; ids and numbers are filled in with those of every marked interaction and person."""


def markers(marked: Marked, role: str | None) -> Iterator[tuple[str, str, str]]:
    """What is looked for, whether it is one's own, and the kind of it."""
    for whose, contact in marked.contacts.items():
        person = marked.people[whose]
        own = "own " if whose == role else ""
        yield contact.number[4:], own, "number"
        yield contact.secret_name, own, "name"
        yield contact.note, own, "note"
        yield person.secret_name, own, "staff name"
        yield person.email.split("@")[0], own, "email"
    yield marked.unheard_of, "", "member that nobody classified"


def leaks(answer: str, marked: Marked, role: str | None, allowed: frozenset[str]) -> set[str]:
    """Kinds of markers in an answer that may not be there, however a number is written."""
    together = re.sub(r"[ \u00a0().-]", "", answer)
    return {
        f"{own}{kind}"
        for marker, own, kind in markers(marked, role)
        if f"{own}{kind}" not in allowed and (marker in answer or marker.replace(" ", "") in together)
    }


def addresses(marked: Marked, examples: list[str]) -> list[str]:
    return sorted(
        {
            example.replace("{interaction_id}", str(contact.id))
            .replace("{recording_id}", str(contact.recording_id))
            .replace("{number}", f"%2B{contact.number[1:]}")
            .replace("{person_id}", str(marked.people[whose].id))
            for example in examples
            for whose, contact in marked.contacts.items()
        }
    )


@pytest.fixture(scope="module")
def paths(engines: Stack) -> list[str]:
    """Paths of every GET of the application."""
    app = application(engines.settings, engines.endpoints)
    return sorted(
        {
            route.path
            for route in app.routes
            for handler in getattr(route, "route_handlers", ())
            if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
        }
    )


def test_every_route_has_an_example(paths: list[str]) -> None:
    assert set(paths) == set(EXAMPLES)


def test_every_role_is_expected_to_see_something_or_nothing() -> None:
    assert {None, *ROLES} == set(MAY_SEE)


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_no_answer_tells_more_than_the_role_may_see(
    api: Stack, marked: Marked, paths: list[str], role: str | None
) -> None:
    found = {}
    async with browser(api, marked, role) as person:
        for path in paths:
            for address in addresses(marked, EXAMPLES[path]):
                status, answer, _ = await person.ask("GET", address)
                assert status < 500, f"{address}: {answer[:500]}"
                if there := leaks(answer, marked, role, MAY_SEE[role]):
                    found[address] = there
    assert found == {}


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("agent", {"own number", "own name", "own note", "number", "own staff name", "staff name"}),
        ("supervisor", {"number", "name", "note", "staff name", "own email"}),
    ],
)
async def test_the_markers_would_be_found(
    api: Stack, marked: Marked, paths: list[str], role: str, seen: set[str]
) -> None:
    """What a role may see is there: otherwise the walk above would prove nothing."""
    found: set[str] = set()
    async with browser(api, marked, role) as person:
        for path in paths:
            for address in addresses(marked, EXAMPLES[path]):
                found |= leaks((await person.ask("GET", address))[1], marked, role, frozenset())
    assert seen <= found


@pytest.mark.parametrize("role", ROLES)
async def test_the_live_socket_tells_no_more(api: Stack, marked: Marked, role: str) -> None:
    """The snapshot comes from the switchboard, what follows over Redis; a role without a desk hears nothing."""
    heard = ""
    fanout = RedisFanout(api.endpoints.redis_url)
    channel = f"ovoz:live:{marked.tenant_id}"
    async with browser(api, marked, role) as person:
        rights = (await person.ask("GET", "/api/session"))[2]
        async with person.live() as socket:
            if rights.get("status") == 403 or "desk.use" not in rights["rights"]:
                assert (await socket.receive()).data == 4403
                return
            await eventually_heard(socket, '"desk"')
            desk = {"type": "desk", "epoch": 1, "seq": 2, "data": desk_of(marked, role, 2)}
            for topic, message in (
                (f"agent:{marked.people[role].id}", desk | {"unheard_of": marked.unheard_of}),
                ("queues", {"type": "queues", "data": [], "unheard_of": marked.unheard_of}),
                (f"agent:{marked.people[role].id}", {"type": marked.unheard_of}),
                (f"agent:{marked.people[role].id}", {"type": "number", "epoch": 1, "seq": 3}),
            ):
                await fanout.publish(f"{channel}:{topic}", msgspec.json.encode(message))
            heard = await eventually_heard(socket, '"seq":3')
    await fanout.close()
    assert '"type":"queues"' in heard
    assert '"seq":2' in heard
    assert leaks(heard, marked, role, MAY_SEE[role]) == set()
    if role == "agent":
        assert {"own number", "own name"} <= leaks(heard, marked, role, frozenset())


async def eventually_heard(socket: object, ending: str) -> str:
    """Everything that came up to the message with this in it."""
    heard = ""
    while ending not in heard:
        heard += await socket.receive_str(timeout=10)  # type: ignore[attr-defined]
    return heard


async def test_no_log_line_holds_a_marker(api: Stack, marked: Marked) -> None:
    """The logs of processes and engines are for people who see nothing."""
    fanout = RedisFanout(api.endpoints.redis_url)
    async with browser(api, marked, "agent") as agent, agent.live() as socket:
        await eventually_heard(socket, '"desk"')
        topic = f"ovoz:live:{marked.tenant_id}:agent:{marked.people['agent'].id}"
        await fanout.publish(topic, msgspec.json.encode({"type": marked.unheard_of}))
        for address in addresses(marked, ["/api/interactions?cursor={number}", "/api/interactions/{number}"]):
            await agent.ask("GET", address)
        folder = Layout(api.settings).log

        def written() -> str:
            return "\n".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())

        await eventually(lambda: "live.message_unreadable" in written(), within_s=5, what="the API's log")
    await fanout.close()
    assert leaks(written(), marked, None, frozenset()) == set()
