"""Skills and who has them: all or nothing, nobody overwritten unseen, nobody reached who is not theirs."""

import asyncio
from typing import Any

from tests.integration.queues.conftest import SignIn
from tests.support.operators import Operator
from tests.support.stack import Stack
from tests.support.web import Someone

from ovoz.contact_center.switchboard.repositories.changes import TenantChanges

NAMES = {"ru": "Тарифы", "tg": "Тарофаҳо", "en": "Tariffs"}


async def skill_of(admin: Someone, code: str) -> dict[str, Any]:
    skill: dict[str, Any] = await admin.must("POST", "/api/skills", {"code": code, "names": NAMES})
    return skill


async def agents_of(someone: Someone) -> dict[str, dict[str, Any]]:
    page = await someone.get("/api/agent-skills")
    return {agent["name"]: agent for agent in page["items"]}


def change(agent: dict[str, Any], skill: dict[str, Any], was: int, level: int) -> dict[str, Any]:
    return {"user_id": agent["user_id"], "skill_id": skill["id"], "was": was, "level": level}


async def audit(admin: Someone, act: str) -> list[dict[str, Any]]:
    page = await admin.get(f"/api/audit?act={act}")
    found: list[dict[str, Any]] = page["items"]
    return found


async def test_a_skill_is_made_changed_archived_and_taken_back(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    tariffs, roaming = await skill_of(admin, "tariffs"), await skill_of(admin, "roaming")
    assert (tariffs["position"], roaming["position"]) == (0, 1)
    status, problem = await admin.refused("POST", "/api/skills", {"code": "tariffs", "names": NAMES})
    assert (status, problem["type"]) == (409, "/problems/skill-code-taken")
    for wrong in ({"code": "Два", "names": NAMES}, {"code": "two", "names": {"ru": "Два"}}):
        assert (await admin.refused("POST", "/api/skills", wrong))[0] == 422

    at = f"/api/skills/{tariffs['id']}"
    assert (await admin.refused("PATCH", at, {"archived": True}))[0] == 428
    archived = await admin.must("PATCH", at, {"archived": True}, If_Match='"1"')
    assert (archived["archived"], archived["version"]) == (True, 2)
    assert (await admin.refused("PATCH", at, {"archived": False}, If_Match='"1"'))[0] == 412
    back = await admin.must("PATCH", at, {"archived": False, "position": 5}, If_Match='"2"')
    assert (back["archived"], back["position"]) == (False, 5)
    assert [skill["code"] for skill in await admin.get("/api/skills")] == ["roaming", "tariffs"]
    acts = await audit(admin, "skills.")
    assert [entry["act"] for entry in acts] == ["skills.changed"] * 2 + ["skills.created"] * 2
    assert acts[0]["before"] == {"archived": True, "position": 0}
    assert acts[0]["after"] == {"archived": False, "position": 5}


async def test_all_levels_are_given_or_none(sign_in: SignIn, operator: Operator, engines: Stack) -> None:
    admin = await sign_in("admin")
    skill = await skill_of(admin, "tariffs")
    [one, two, *_] = (await agents_of(admin)).values()
    ghost = one | {"user_id": skill["id"]}
    for wrong, pointer in (
        ([change(one, skill, 0, 3), change(ghost, skill, 0, 3)], "/changes/1/user_id"),
        ([change(one, skill, 0, 3), change(two, one | {"id": one["user_id"]}, 0, 3)], "/changes/1/skill_id"),
        ([change(one, skill, 0, 3), change(one, skill, 0, 4)], "/changes"),
    ):
        status, problem = await admin.refused("PATCH", "/api/agent-skills", {"changes": wrong})
        assert (status, problem["type"]) == (422, "/problems/skill-levels-invalid")
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert (await admin.refused("PATCH", "/api/agent-skills", {"changes": [change(one, skill, 0, 6)]}))[
        0
    ] == 422
    assert await engines.rows(operator.slug, "SELECT * FROM agent_skill") == []

    wanted = {"changes": [change(one, skill, 0, 3), change(two, skill, 0, 5)]}
    assert await admin.must("PATCH", "/api/agent-skills", wanted) == {"levels": 2, "people": 2}
    # Sent again, as after an answer that was lost.
    assert await admin.must("PATCH", "/api/agent-skills", wanted) == {"levels": 0, "people": 0}
    assert (await admin.get("/api/skills"))[0]["people"] == 2
    gone = {"changes": [change(one, skill, 3, 0)]}
    assert await admin.must("PATCH", "/api/agent-skills", gone) == {"levels": 1, "people": 1}
    told = await audit(admin, "skills.given")
    assert len(told) == 3
    assert (told[0]["before"], told[0]["after"]) == ({"tariffs": 3}, {"tariffs": 0})
    assert told[0]["subject"]["id"] == one["user_id"]


async def test_nobody_is_overwritten_unseen(sign_in: SignIn) -> None:
    admin, other = await sign_in("admin"), await sign_in("admin")
    skill, second = await skill_of(admin, "tariffs"), await skill_of(admin, "roaming")
    [one, two, *_] = (await agents_of(admin)).values()
    await admin.must("PATCH", "/api/agent-skills", {"changes": [change(one, skill, 0, 3)]})
    stale = {"changes": [change(two, skill, 0, 1), change(one, skill, 0, 5)]}
    status, problem = await other.refused("PATCH", "/api/agent-skills", stale)
    assert (status, problem["type"]) == (409, "/problems/skill-levels-changed")
    assert problem["errors"] == [{"pointer": "/changes/1/was", "detail": "it is 3 now"}]
    found = await agents_of(other)
    assert found[two["name"]]["levels"] == []
    assert found[one["name"]]["changed_by"] == "Admin"
    assert found[one["name"]]["changed_at"] is not None
    # Another skill of the same person is nobody's conflict.
    await other.must("PATCH", "/api/agent-skills", {"changes": [change(one, second, 0, 2)]})

    async def raise_to(someone: Someone, level: int) -> int:
        body = {"changes": [change(one, skill, 3, level)]}
        return (await someone.ask("PATCH", "/api/agent-skills", body))[0]

    assert sorted(await asyncio.gather(raise_to(admin, 4), raise_to(other, 5))) == [200, 409]


async def test_a_supervisor_reaches_their_team(sign_in: SignIn, operator: Operator) -> None:
    admin, supervisor = await sign_in("admin"), await sign_in("supervisor")
    skill = await skill_of(admin, "tariffs")
    team = await admin.must("POST", "/api/teams", {"name": "Первая"})
    people = {
        person["email"].partition("@")[0]: person for person in (await admin.get("/api/people"))["items"]
    }
    for name in ("agent0", "supervisor"):
        person = people[name]
        await admin.must("PATCH", f"/api/people/{person['id']}", {"team_id": team["id"]}, If_Match='"1"')
    may = {agent["user_id"]: agent["may_change"] for agent in (await agents_of(supervisor)).values()}
    assert [user_id for user_id, may_change in may.items() if may_change] == [people["agent0"]["id"]]
    own, others = ({"user_id": people[name]["id"]} for name in ("agent0", "agent1"))
    await supervisor.must("PATCH", "/api/agent-skills", {"changes": [change(own, skill, 0, 3)]})
    status, problem = await supervisor.refused(
        "PATCH", "/api/agent-skills", {"changes": [change(own, skill, 3, 4), change(others, skill, 0, 3)]}
    )
    assert (status, problem["type"]) == (422, "/problems/skill-levels-invalid")
    assert (await supervisor.refused("POST", "/api/skills", {"code": "own", "names": NAMES}))[0] == 403
    agent = await sign_in("agent1")
    assert (await agent.refused("PATCH", "/api/agent-skills", {"changes": [change(own, skill, 3, 4)]}))[
        0
    ] == 403
    only_team = await supervisor.get(f"/api/agent-skills?team_id={team['id']}")
    assert [one["user_id"] for one in only_team["items"]] == [people["agent0"]["id"]]


async def test_a_table_is_looked_through_and_changes_nothing(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    skill = await skill_of(admin, "tariffs")
    mine = [f"agent{place}@{operator.slug}.test" for place in range(4)]
    agents = (await agents_of(admin)).values()
    ids = [agent["user_id"] for agent in agents]
    content = f"id;email;tariffs;Цвет\n;{mine[0]};4;красный\n;{mine[1]};9;\n;ghost@x.test;1;\n"
    report = await admin.must("POST", "/api/agent-skills/preview", {"content": content})
    assert (report["lines"], report["same"], report["unknown_columns"]) == (3, 0, ["цвет"])
    assert [(one["line"], one["fault"], one["column"], one["found"]) for one in report["faults"]] == [
        (3, "level_wrong", "tariffs", "9"),
        (4, "agent_unknown", "email", "ghost@x.test"),
    ]
    assert await engines.rows(operator.slug, "SELECT * FROM agent_skill") == []
    await admin.must("PATCH", "/api/agent-skills", {"changes": report["changes"]})
    [row] = await engines.rows(operator.slug, "SELECT skill_id, level FROM agent_skill")
    assert (str(row["skill_id"]), row["level"]) == (skill["id"], 4)

    rows = await engines.rows(operator.slug, "SELECT user_id FROM agent_skill")
    twice = f"id,email,tariffs\n{rows[0]['user_id']},,4\n,{mine[0]},5\n"
    report = await admin.must("POST", "/api/agent-skills/preview", {"content": twice})
    assert (report["same"], report["changes"]) == (1, [])
    assert [(one["line"], one["fault"]) for one in report["faults"]] == [(3, "agent_twice")]
    assert str(rows[0]["user_id"]) in ids
    status, problem = await admin.refused("POST", "/api/agent-skills/preview", {"content": "Имя;Навык\n"})
    assert (status, problem["type"]) == (422, "/problems/skill-sheet-unreadable")
    assert problem["errors"][0]["pointer"] == "/content"


async def test_the_switchboard_hears_of_it(sign_in: SignIn, operator: Operator, engines: Stack) -> None:
    admin = await sign_in("admin")
    skill = await skill_of(admin, "tariffs")
    [one, *_] = (await agents_of(admin)).values()
    heard = TenantChanges(engines.endpoints.database_switchboard_url).heard()
    try:
        assert await asyncio.wait_for(anext(heard), 10) is None
        await admin.must("PATCH", "/api/agent-skills", {"changes": [change(one, skill, 0, 3)]})
        assert await asyncio.wait_for(anext(heard), 5) == operator.tenant_id
    finally:
        await heard.aclose()


async def test_pages_are_in_order_and_searched(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    whole = [agent["user_id"] for agent in (await admin.get("/api/agent-skills"))["items"]]
    assert len(whole) == 4
    seen: list[str] = []
    cursor = ""
    while True:
        page = await admin.get(f"/api/agent-skills?limit=3{cursor}")
        seen += [agent["user_id"] for agent in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole
    assert (await admin.get("/api/agent-skills?search=никто"))["items"] == []
