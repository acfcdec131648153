"""The shift, live: who sees whom, how soon, and what a supervisor's word does."""

from typing import Any

import aiohttp
import pytest
from tests.integration.presence.conftest import Shift
from tests.support.api_client import give_role
from tests.support.api_process import Web
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack

PATH = "/api/settings/break-reasons"


async def heard(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next message of this kind; its data."""
    while True:
        message = await socket.receive_json(timeout=10)
        if message["type"] == kind:
            return dict(message["data"])


async def until(socket: aiohttp.ClientWebSocketResponse, who: str, state: str, kind: str = "team") -> Any:
    """Listens until this agent is in this state, and says how the agent stands then."""
    while True:
        data = await heard(socket, kind)
        for agent in data["agents"]:
            if (agent["id"], agent["state"]) == (who, state):
                return agent


async def put_in_team(shift: Shift, name: str, team: str, **more: Any) -> None:
    person = f"/api/people/{await shift.id_of(name)}"
    await shift.must("admin", "PATCH", person, {"team_id": team, **more}, if_match="*")


async def test_a_supervisor_sees_every_change_whole_and_in_order(shift: Shift) -> None:
    socket = await (await shift.who("supervisor")).open_socket("/api/team/live")
    first = await heard(socket, "team")
    assert {agent["state"] for agent in first["agents"]} == {"offline"}
    assert len(first["agents"]) == 3
    await shift.goes("agent0", "break", "lunch")
    agent = await until(socket, await shift.id_of("agent0"), "break")
    assert (agent["reason"], agent["may_decide"], agent["team"]) == ("lunch", True, None)
    assert agent["signed_in_at"] == agent["since"]
    await shift.goes("agent0", "offline")
    agent = await until(socket, await shift.id_of("agent0"), "offline")
    assert agent["signed_in_at"] is None
    await socket.close()


async def test_the_snapshot_is_what_the_socket_says(shift: Shift) -> None:
    await shift.goes("agent1", "break", "lunch")
    team = await shift.must("supervisor", "GET", "/api/team")
    socket = await (await shift.who("supervisor")).open_socket("/api/team/live")
    said = await heard(socket, "team")
    key = lambda agent: agent["id"]  # noqa: E731
    assert sorted(said["agents"], key=key) == sorted(team["agents"], key=key)
    assert (said["epoch"], said["seq"]) >= (team["epoch"], team["seq"])
    await socket.close()


async def test_nothing_of_callers_stands_in_it(web: Web, engines: Stack) -> None:
    """The demo operator has a conversation that runs: its number is in the switchboard's memory."""
    supervisor = await web.signed_in("somon", "farida@somon.example")
    answer = await supervisor.ask("GET", "/api/team")
    [busy] = [agent for agent in answer.body["agents"] if agent["interaction_id"]]
    assert busy["state"] in ("talking", "wrap_up")
    assert busy["queue"]["name"]
    assert "900000321" not in str(answer.body)
    assert "number" not in str(answer.body)


async def test_asked_approved_and_told(shift: Shift) -> None:
    await shift.makes_reason("study", needs_approval=True, limit_s=600)
    await shift.goes("agent0", "break", "lunch")
    agent_id = await shift.id_of("agent0")
    socket = await (await shift.who("supervisor")).open_socket("/api/team/live")
    await heard(socket, "team")
    await shift.goes("agent0", "break", "study")
    agent = await until(socket, agent_id, "break")
    while agent["wish"] is None:
        agent = await until(socket, agent_id, "break")
    word = {"wish_id": agent["wish"]["id"], "approved": True, "note": " Хорошо,  до 11:00 "}
    path = f"/api/team/{agent_id}/break-decision"
    await shift.must("supervisor", "POST", path, word)
    desk = await shift.must("agent0", "GET", "/api/desk")
    assert (desk["agent"]["reason"], desk["agent"]["wish"]) == ("study", None)
    await shift.must("supervisor", "POST", path, word)
    late = await shift.ask("supervisor", "POST", path, word | {"approved": False})
    assert (late.status, late.problem) == (409, "not-possible-now")
    while agent["reason"] != "study":
        agent = await until(socket, agent_id, "break")
    assert agent["wish"] is None
    await socket.close()


async def test_denied_with_a_note_that_only_stands_sealed(shift: Shift, engines: Stack) -> None:
    await shift.makes_reason("study", needs_approval=True)
    await shift.goes("agent0", "break", "lunch")
    wish = (await shift.goes("agent0", "break", "study")).body["agent"]["wish"]
    path = f"/api/team/{await shift.id_of('agent0')}/break-decision"
    note = "После часа пик"
    await shift.must("supervisor", "POST", path, {"wish_id": wish["id"], "approved": False, "note": note})
    answer = (await shift.must("agent0", "GET", "/api/desk"))["agent"]["answer"]
    assert (answer["outcome"], answer["note"], answer["by"]["name"]) == ("denied", note, "Supervisor")
    slug = shift.operator.slug
    rows = await engines.rows(slug, "SELECT data FROM event_log WHERE type = 'agents.break_wish_ended.v1'")
    assert rows[0]["data"]["outcome"] == "denied"
    assert note not in str(rows)
    published = await engines.as_owner(
        "SELECT envelope::text FROM ovoz.outbox WHERE tenant_id = $1", shift.operator.tenant_id
    )
    assert any("break_wish_ended" in row[0] for row in published)
    assert note not in str(published)


async def test_only_who_may_decide_does_and_nobody_for_themselves(shift: Shift, engines: Stack) -> None:
    await shift.makes_reason("study", needs_approval=True)
    await shift.goes("agent0", "break", "lunch")
    wish = (await shift.goes("agent0", "break", "study")).body["agent"]["wish"]
    agent_id = await shift.id_of("agent0")
    word = {"wish_id": wish["id"], "approved": True}
    path = f"/api/team/{agent_id}/break-decision"
    for name in ("agent1", "admin"):
        assert (await shift.ask(name, "POST", path, word)).problem == "right-missing"
    await give_role(engines, shift.operator, f"agent0@{shift.operator.slug}.test", "agent", "supervisor")
    own = await shift.ask("agent0", "POST", path, word)
    assert (own.status, own.problem) == (409, "not-possible-now")


@pytest.fixture
async def teams(shift: Shift) -> dict[str, str]:
    """Two teams: agent0 and agent1 in the first, agent2 in the second."""
    made = {}
    for name in ("Первая", "Вторая"):
        made[name] = (await shift.must("admin", "POST", "/api/teams", {"name": name}))["id"]
    for name, team in (("agent0", "Первая"), ("agent1", "Первая"), ("agent2", "Вторая")):
        await put_in_team(shift, name, made[team])
    return made


async def test_a_lead_sees_their_own_team_only_and_a_change_counts_at_once(
    shift: Shift, teams: dict[str, str], engines: Stack
) -> None:
    email = f"agent0@{shift.operator.slug}.test"
    await give_role(engines, shift.operator, email, "senior_agent")
    ids = {name: await shift.id_of(name) for name in ("agent0", "agent1", "agent2")}
    socket = await (await shift.who("agent0")).open_socket("/api/team/live")
    first = await heard(socket, "team")
    assert {agent["id"] for agent in first["agents"]} == {ids["agent0"], ids["agent1"]}
    assert {agent["team"]["name"] for agent in first["agents"]} == {"Первая"}
    assert not any(agent["may_decide"] for agent in first["agents"])
    await shift.goes("agent2", "break", "lunch")
    await shift.goes("agent1", "break", "lunch")
    assert await until(socket, ids["agent1"], "break")
    await put_in_team(shift, "agent1", teams["Вторая"])
    await put_in_team(shift, "agent2", teams["Первая"])
    await shift.goes("agent1", "offline")
    last = await heard(socket, "team")
    while {agent["id"] for agent in last["agents"]} != {ids["agent0"], ids["agent2"]}:
        last = await heard(socket, "team")
    assert (await shift.must("agent0", "GET", "/api/team"))["agents"][0]["team"]["name"] == "Первая"
    await socket.close()


async def test_agents_see_who_of_their_team_is_on_duty(shift: Shift, teams: dict[str, str]) -> None:
    socket = await (await shift.who("agent0")).open_socket("/api/desk/colleagues")
    assert (await heard(socket, "colleagues"))["agents"] == []
    await shift.goes("agent2", "break", "lunch")
    await shift.goes("agent1", "break", "lunch")
    agent = await until(socket, await shift.id_of("agent1"), "break", "colleagues")
    assert set(agent) == {"id", "name", "state", "reason", "since"}
    data = await shift.must("agent1", "GET", "/api/session")
    assert data["user"]["id"] == agent["id"]
    await shift.goes("agent0", "break", "lunch")
    await until(socket, await shift.id_of("agent0"), "break", "colleagues")
    await socket.close()


async def test_who_is_in_no_team_sees_nobody(shift: Shift) -> None:
    await shift.goes("agent1", "break", "lunch")
    socket = await (await shift.who("agent0")).open_socket("/api/desk/colleagues")
    assert (await heard(socket, "colleagues"))["agents"] == []
    await socket.close()


async def test_the_socket_closes_when_the_right_is_gone(shift: Shift) -> None:
    socket = await (await shift.who("supervisor")).open_socket("/api/team/live")
    await heard(socket, "team")
    person = f"/api/people/{await shift.id_of('supervisor')}"
    await shift.must("admin", "PATCH", person, {"roles": ["quality_analyst"]}, if_match="*")
    async for _ in socket:
        pass
    assert socket.close_code == 4403


async def test_another_operator_hears_nothing(shift: Shift, web: Web, engines: Stack) -> None:
    other: Operator = await make_operator(engines, agents=1, others=["supervisor"])
    theirs = Shift(web, other)
    socket = await (await theirs.who("supervisor")).open_socket("/api/team/live")
    await heard(socket, "team")
    await shift.goes("agent0", "break", "lunch")
    await theirs.goes("agent0", "break", "lunch")
    agent = await until(socket, await theirs.id_of("agent0"), "break")
    assert agent["id"] != await shift.id_of("agent0")
    await socket.close()
    answer = await theirs.ask(
        "supervisor",
        "POST",
        f"/api/team/{await shift.id_of('agent0')}/break-decision",
        {"wish_id": agent["id"], "approved": True},
    )
    assert (answer.status, answer.problem) == (404, "agent-unknown")
