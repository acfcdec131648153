"""People over HTTP: seen, invited, changed, disabled; every change on record."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.access_rights.conftest import SignIn
from tests.support.operators import PASSWORD, Operator
from tests.support.stack import Stack
from tests.support.web import Someone


async def invite(admin: Someone, name: str, **more: Any) -> dict[str, Any]:
    body = {"email": f"{name}@new.test", "name": name.title(), "roles": ["agent"]} | more
    answer: dict[str, Any] = await admin.must("POST", "/api/people", body)
    return answer


async def id_of(admin: Someone, name: str) -> str:
    page = await admin.get(f"/api/people?search={name}@")
    [found] = page["items"]
    return str(found["id"])


async def test_people_are_paged_in_order_and_filtered(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    whole = await admin.get("/api/people?limit=100")
    assert len(whole["items"]) == 9
    assert whole["next_cursor"] is None
    seen: list[str] = []
    cursor = ""
    while True:
        page = await admin.get(f"/api/people?limit=2{cursor}")
        seen += [person["id"] for person in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [person["id"] for person in whole["items"]]
    agents = await admin.get("/api/people?role=agent")
    assert {person["email"].partition("@")[0] for person in agents["items"]} == {"agent0", "agent1", "agent2"}
    assert (await admin.get("/api/people?search=AGENT1@"))["items"][0]["email"].startswith("agent1@")
    assert (await admin.get("/api/people?search=%25"))["items"] == []
    assert (await admin.get("/api/people?state=invited"))["items"] == []
    status, problem = await admin.refused("GET", "/api/people?cursor=xyz")
    assert (status, problem["type"]) == (422, "/problems/cursor-invalid")


async def test_an_invitation_gives_a_password_once(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    team = await admin.must("POST", "/api/teams", {"name": "Первая"})
    answer = await invite(admin, "nigora", team_id=team["id"], region="Хатлон")
    person, link = answer["person"], answer["link"]
    assert (person["state"], person["is_agent"], person["team"]["name"]) == ("invited", True, "Первая")
    token = link.removeprefix("/invitation/")
    stored = await engines.rows(operator.slug, "SELECT token_hash FROM invitation")
    assert token.encode() not in b"".join(row["token_hash"] for row in stored)

    stranger = Someone(admin.port, operator.slug)
    try:
        shown = await stranger.get(f"/api/invitations/{token}")
        assert (shown["email"], shown["operator"]) == ("nigora@new.test", f"Operator {operator.slug}")
        accept = f"/api/invitations/{token}/accept"
        for weak in ("short", "password1234", "nigora-nigora-1", "aaaaaaaaaaaaaa"):
            status, problem = await stranger.refused("POST", accept, {"password": weak})
            assert (status, problem["type"]) == (422, "/problems/password-weak"), weak
            assert problem["errors"][0]["pointer"] == "/password"
        await stranger.must("POST", accept, {"password": "a wholly new sentence"})
        status, problem = await stranger.refused("POST", accept, {"password": "another new sentence"})
        assert (status, problem["type"]) == (404, "/problems/invitation-invalid")
        session = await stranger.sign_in("nigora@new.test", "a wholly new sentence")
        assert session["user"]["name"] == "Nigora"
    finally:
        await stranger.close()
    assert (await admin.get(f"/api/people/{person['id']}"))["state"] == "active"


async def test_links_are_replaced_and_grow_old(sign_in: SignIn, operator: Operator, engines: Stack) -> None:
    admin = await sign_in("admin")
    first = await invite(admin, "zafar")
    person_id = first["person"]["id"]
    second = await admin.must("POST", f"/api/people/{person_id}/invitation")
    stranger = Someone(admin.port, operator.slug)
    try:
        for link, status in ((first["link"], 404), (second["link"], 200)):
            token = link.removeprefix("/invitation/")
            assert (await stranger.ask("GET", f"/api/invitations/{token}"))[0] == status
        async with engines.database.tenant(operator.tenant_id) as session:
            connection = await session.connection()
            await connection.exec_driver_sql("UPDATE invitation SET expires_at = now() - interval '1 s'")
        token = second["link"].removeprefix("/invitation/")
        assert (await stranger.ask("GET", f"/api/invitations/{token}"))[0] == 404
    finally:
        await stranger.close()


async def test_tokens_cannot_be_tried_for_long(sign_in: SignIn, operator: Operator) -> None:
    admin = await sign_in("admin")
    stranger = Someone(admin.port, operator.slug)
    try:
        answers = [
            (await stranger.ask("POST", "/api/invitations/guess/accept", {"password": "a wholly new one"}))[0]
            for _ in range(27)
        ]
    finally:
        await stranger.close()
    assert set(answers[:24]) == {404}
    assert answers[-1] == 429


async def test_an_address_belongs_to_one_person(sign_in: SignIn, operator: Operator) -> None:
    admin = await sign_in("admin")
    status, problem = await admin.refused(
        "POST",
        "/api/people",
        {"email": f"AGENT0@{operator.slug}.test", "name": "Twice", "roles": ["agent"]},
    )
    assert (status, problem["type"]) == (409, "/problems/email-taken")
    body = {"email": "x@y.test", "name": "X", "roles": ["king", "vendor"]}
    status, problem = await admin.refused("POST", "/api/people", body)
    assert (status, problem["type"]) == (422, "/problems/role-unknown")
    assert [error["detail"] for error in problem["errors"]] == ["no role: king", "no role: vendor"]


async def test_a_change_names_the_version_it_changes(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    person = f"/api/people/{await id_of(admin, 'agent1')}"
    status, body, answer = await admin.ask("GET", person)
    assert (status, answer.headers["etag"]) == (200, f'"{body["version"]}"')
    status, problem = await admin.refused("PATCH", person, {"region": "Суғд"})
    assert (status, problem["type"]) == (428, "/problems/version-missing")
    changed = await admin.must("PATCH", person, {"region": "Суғд", "roles": ["senior_agent"]}, If_Match='"1"')
    assert (changed["version"], changed["region"], changed["roles"]) == (2, "Суғд", ["senior_agent"])
    status, problem = await admin.refused("PATCH", person, {"region": "Хатлон"}, If_Match='"1"')
    assert (status, problem["type"], problem["version"]) == (412, "/problems/version-stale", 2)
    assert (await admin.must("PATCH", person, {"region": None}, If_Match='"2"'))["region"] is None
    acts = await engines.rows(
        operator.slug,
        "SELECT before, after, actor_name FROM audit_entry WHERE act = 'people.changed' ORDER BY at",
    )
    assert acts[0] == {
        "before": {"region": None, "roles": ["agent"]},
        "after": {"region": "Суғд", "roles": ["senior_agent"]},
        "actor_name": "Admin",
    }


async def test_who_is_disabled_is_out_at_once(
    sign_in: SignIn, operator: Operator, ports: tuple[int, int]
) -> None:
    admin, agent = await sign_in("admin"), await sign_in("agent0")
    elsewhere = agent.at(ports[1])
    try:
        live = await elsewhere.socket("/api/live")
        await live.receive(timeout=5)
        person = f"/api/people/{await id_of(admin, 'agent0')}"
        disabled = await admin.must("POST", f"{person}/disable")
        assert disabled["state"] == "disabled"
        closed = await live.receive(timeout=1)
        assert closed.data in (4401, 4403)
        assert (await agent.refused("GET", "/api/session"))[0] == 401
        status, _, _ = await agent.ask(
            "POST", "/api/sessions", {"email": f"agent0@{operator.slug}.test", "password": PASSWORD}
        )
        assert status == 401
        status, problem = await admin.refused("POST", f"{person}/invitation")
        assert (status, problem["type"]) == (409, "/problems/person-disabled")
        assert (await admin.must("POST", f"{person}/enable"))["state"] == "active"
        await agent.sign_in(f"agent0@{operator.slug}.test")
    finally:
        await elsewhere.close()


async def test_an_administrator_ends_sessions(
    sign_in: SignIn, operator: Operator, ports: tuple[int, int], engines: Stack
) -> None:
    """ASVS 7.4.5: everywhere and at once; the account stays as it is, and nobody else notices."""
    admin, agent, other = await sign_in("admin"), await sign_in("agent0"), await sign_in("agent1")
    second = await sign_in("agent0")
    elsewhere = agent.at(ports[1])
    person = f"/api/people/{await id_of(admin, 'agent0')}"
    try:
        live = [await elsewhere.socket("/api/live"), await second.socket("/api/live")]
        bystander = await other.socket("/api/live")
        for socket in (*live, bystander):
            await socket.receive(timeout=5)
        await admin.must("POST", f"{person}/end-sessions")
        for socket in live:
            assert (await socket.receive(timeout=1)).data == 4401
        for ended in (agent, elsewhere, second):
            assert (await ended.refused("GET", "/api/session"))[0] == 401
        assert (await other.get("/api/session"))["user"]["name"]
        assert not bystander.closed
        await agent.sign_in(f"agent0@{operator.slug}.test")
    finally:
        await elsewhere.close()
    [act] = await engines.rows(
        operator.slug,
        "SELECT actor_name, subject_id, after FROM audit_entry WHERE act = 'people.sessions_ended'",
    )
    assert act == {
        "actor_name": "Admin",
        "subject_id": person.rpartition("/")[2],
        "after": {"sessions": 2},
    }
    supervisor = await sign_in("supervisor")
    status, problem = await supervisor.refused("POST", f"{person}/end-sessions")
    assert (status, problem["right"]) == (403, "people.manage")
    nobody = "/api/people/00000000-0000-0000-0000-000000000000/end-sessions"
    assert (await admin.refused("POST", nobody))[0] == 404


async def test_who_forgot_the_password_gets_a_link_for_a_day(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    """ASVS 6.4.3, 6.4.1: by somebody who may manage them, once, on record; what was open under the old one ends."""
    admin, agent = await sign_in("admin"), await sign_in("agent0")
    person = f"/api/people/{await id_of(admin, 'agent0')}"
    made = await admin.must("POST", f"{person}/invitation")
    lasts = datetime.fromisoformat(made["expires_at"]) - datetime.now().astimezone()
    assert timedelta(hours=23) < lasts <= timedelta(days=1)
    token = made["link"].removeprefix("/invitation/")
    assert len(token) >= 43, "256 bits"
    # The old password and what was signed in with it count until the link is used.
    assert (await agent.get("/api/session"))["user"]["name"]
    await agent.sign_in(f"agent0@{operator.slug}.test")
    stranger = Someone(admin.port, operator.slug)
    try:
        accept = f"/api/invitations/{token}/accept"
        await stranger.must("POST", accept, {"password": "a wholly new sentence"})
        assert (await agent.refused("GET", "/api/session"))[0] == 401
        assert (await stranger.refused("POST", accept, {"password": "another new sentence"}))[0] == 404
        old = {"email": f"agent0@{operator.slug}.test", "password": PASSWORD}
        assert (await stranger.refused("POST", "/api/sessions", old))[0] == 401
        await stranger.sign_in(f"agent0@{operator.slug}.test", "a wholly new sentence")
    finally:
        await stranger.close()
    acts = await engines.rows(
        operator.slug,
        "SELECT act, subject_id FROM audit_entry WHERE act IN ('people.invited_again', 'people.password_chosen')"
        " ORDER BY position",
    )
    assert [tuple(act.values()) for act in acts] == [
        ("people.invited_again", made["person"]["id"]),
        ("people.password_chosen", made["person"]["id"]),
    ]


async def test_the_last_manager_stays(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    me = f"/api/people/{await id_of(admin, 'admin')}"
    status, problem = await admin.refused("POST", f"{me}/disable")
    assert (status, problem["type"]) == (409, "/problems/last-manager")
    status, problem = await admin.refused("PATCH", me, {"roles": ["auditor"]}, If_Match='"1"')
    assert (status, problem["type"]) == (409, "/problems/last-manager")
    # Who has not accepted yet could not come to help.
    await invite(admin, "heir", roles=["admin"])
    assert (await admin.refused("POST", f"{me}/disable"))[0] == 409
    assert (await admin.get("/api/session"))["user"]["roles"] == ["admin"]
    other = f"/api/people/{await id_of(admin, 'auditor')}"
    await admin.must("PATCH", other, {"roles": ["admin"]}, If_Match='"1"')
    await admin.must("PATCH", me, {"roles": ["auditor"]}, If_Match='"1"')


async def test_nobody_gives_what_they_have_not(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    role = {
        "code": "team_lead",
        "name": "Team lead",
        "grants": [
            {"right": "session.use"},
            {"right": "people.read"},
            {"right": "people.manage"},
            {"right": "interactions.read", "conditions": {"whose": "own"}},
        ],
    }
    await admin.must("POST", "/api/roles", role)
    lead_id = await id_of(admin, "supervisor")
    await admin.must("PATCH", f"/api/people/{lead_id}", {"roles": ["team_lead"]}, If_Match='"1"')
    lead = await sign_in("supervisor")
    body = {"email": "q@new.test", "name": "Q", "roles": ["admin"]}
    status, problem = await lead.refused("POST", "/api/people", body)
    assert (status, problem["type"]) == (403, "/problems/role-beyond-yours")
    assert {"roles.manage", "interactions.read"} <= set(problem["rights"])
    await lead.must("POST", "/api/people", body | {"roles": ["team_lead"]})
    # A link for somebody above would be a way to become them.
    status, problem = await lead.refused("POST", f"/api/people/{await id_of(admin, 'admin')}/invitation")
    assert (status, problem["type"]) == (403, "/problems/role-beyond-yours")
    status, _ = await lead.refused(
        "PATCH", f"/api/people/{lead_id}", {"roles": ["team_lead", "admin"]}, If_Match='"2"'
    )
    assert status == 403


async def test_what_somebody_may_do_and_why(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    person = f"/api/people/{await id_of(admin, 'agent2')}"
    await admin.must("PATCH", person, {"roles": ["agent", "senior_agent"]}, If_Match='"1"')
    explained = await admin.get(f"{person}/rights")
    listen = next(right for right in explained["rights"] if right["right"] == "recordings.listen")
    assert listen["grants"] == [
        {"role": "agent", "conditions": {"whose": "own"}},
        {"role": "senior_agent", "conditions": {"whose": "team"}},
    ]
    assert listen["now"]
    assert "roles.manage" in explained["missing"]
    assert "tenants.manage" not in explained["missing"]


async def test_senior_agents_see_their_team_only(sign_in: SignIn) -> None:
    admin, senior = await sign_in("admin"), await sign_in("senior_agent")
    alone = await senior.get("/api/people")
    assert [person["roles"] for person in alone["items"]] == [["senior_agent"]]
    team = await admin.must("POST", "/api/teams", {"name": "Вторая"})
    for name in ("agent0", "senior_agent"):
        path = f"/api/people/{await id_of(admin, name)}"
        await admin.must("PATCH", path, {"team_id": team["id"]}, If_Match='"1"')
    seen = await senior.get("/api/people")
    assert sorted(person["roles"] for person in seen["items"]) == [["agent"], ["senior_agent"]]
    other = await id_of(admin, "agent1")
    assert (await senior.refused("GET", f"/api/people/{other}"))[0] == 404
    assert (await senior.refused("GET", f"/api/people/{other}/rights"))[0] == 404


async def test_teams_have_names_of_their_own(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    one = await admin.must("POST", "/api/teams", {"name": "Север"})
    two = await admin.must("POST", "/api/teams", {"name": "Юг"})
    assert (await admin.refused("POST", "/api/teams", {"name": "Юг"}))[0] == 409
    assert (await admin.refused("PATCH", f"/api/teams/{one['id']}", {"name": "Юг"}))[0] == 409
    assert (await admin.must("PATCH", f"/api/teams/{two['id']}", {"name": "Восток"}))["name"] == "Восток"
    assert [team["name"] for team in await admin.get("/api/teams")] == ["Восток", "Север"]


async def test_a_removed_team_leaves_its_people_in_none(sign_in: SignIn) -> None:
    admin, agent = await sign_in("admin"), await sign_in("agent0")
    team = await admin.must("POST", "/api/teams", {"name": "Первая"})
    [found] = (await admin.get("/api/people?search=agent0"))["items"]
    path = f"/api/people/{found['id']}"
    await admin.must("PATCH", path, {"team_id": team["id"]}, If_Match='"1"')
    assert (await agent.refused("DELETE", f"/api/teams/{team['id']}"))[0] == 403
    await admin.must("DELETE", f"/api/teams/{team['id']}")
    assert await admin.get("/api/teams") == []
    person = await admin.get(path)
    assert (person["team"], person["version"]) == (None, 3)
    stale = await admin.refused("PATCH", path, {"team_id": None}, If_Match='"2"')
    assert stale[0] == 412, "who read the person before has to look again"
    assert (await admin.refused("DELETE", f"/api/teams/{team['id']}"))[0] == 404
    [entry] = (await admin.get("/api/audit?act=teams.removed"))["items"]
    assert entry["before"] == {"name": "Первая", "people": 1}


@pytest.mark.parametrize("name", ["agent0", "supervisor", "auditor"])
async def test_others_change_nobody(sign_in: SignIn, name: str) -> None:
    someone = await sign_in(name)
    body = {"email": "n@new.test", "name": "N", "roles": ["agent"]}
    status, problem = await someone.refused("POST", "/api/people", body)
    assert (status, problem["type"]) == (403, "/problems/right-missing")
    assert (problem["right"], problem["why"]) == ("people.manage", "no_role")
