"""Roles over HTTP: shipped ones stay, own ones change, and a preview says whom it touches."""

from typing import Any

from tests.integration.access_rights.conftest import SignIn
from tests.integration.access_rights.test_people import id_of
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone

NIGHT: dict[str, Any] = {
    "code": "night",
    "name": "Ночная смена",
    "grants": [
        {"right": "session.use"},
        {
            "right": "interactions.read",
            "conditions": {"whose": "team", "hours": {"from": "22:00", "until": "06:00"}},
        },
    ],
}


async def test_the_catalogue_names_rights_and_conditions(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    rights = {right["name"]: right for right in await admin.get("/api/rights")}
    assert rights["interactions.read"]["conditions"] == [
        "whose",
        "regions",
        "outsourced",
        "corporate",
        "hours",
    ]
    assert rights["people.read"]["whose"] == ["own", "team", "all"]
    assert rights["session.use"]["conditions"] == []
    assert "tenants.manage" not in rights


async def test_a_role_from_beginning_to_end(sign_in: SignIn, operator: Operator, engines: Stack) -> None:
    admin = await sign_in("admin")
    created = await admin.must("POST", "/api/roles", NIGHT)
    assert (created["shipped"], created["version"], created["people"]) == (False, 1, 0)
    assert (await admin.refused("POST", "/api/roles", NIGHT))[1]["type"] == "/problems/role-code-taken"
    status, _, answer = await admin.ask("GET", "/api/roles/night")
    assert (status, answer.headers["etag"]) == (200, '"1"')
    change = {"name": "Ночь", "grants": NIGHT["grants"][:1]}
    assert (await admin.refused("PUT", "/api/roles/night", change))[0] == 428
    assert (await admin.must("PUT", "/api/roles/night", change, If_Match='"1"'))["version"] == 2
    assert (await admin.refused("PUT", "/api/roles/night", change, If_Match='"1"'))[0] == 412

    person = f"/api/people/{await id_of(admin, 'agent0')}"
    await admin.must("PATCH", person, {"roles": ["agent", "night"]}, If_Match='"1"')
    status, problem = await admin.refused("DELETE", "/api/roles/night", If_Match='"2"')
    assert (status, problem["type"], problem["people"]) == (409, "/problems/role-in-use", 1)
    await admin.must("PATCH", person, {"roles": ["agent"]}, If_Match='"2"')
    await admin.must("DELETE", "/api/roles/night", If_Match='"2"')
    assert (await admin.refused("GET", "/api/roles/night"))[0] == 404
    acts = await engines.rows(
        operator.slug, "SELECT act FROM audit_entry WHERE subject_kind = 'role' ORDER BY at"
    )
    assert [row["act"] for row in acts] == ["roles.created", "roles.changed", "roles.removed"]


async def test_shipped_roles_are_copied_and_not_changed(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    roles = {role["code"]: role for role in await admin.get("/api/roles")}
    assert roles["agent"]["names"]["tg"] == "Оператор"
    assert roles["agent"]["people"] == 3
    assert "vendor" not in roles
    change = {"name": "Mine", "grants": []}
    status, problem = await admin.refused("PUT", "/api/roles/agent", change, If_Match='"1"')
    assert (status, problem["type"]) == (409, "/problems/role-shipped")
    assert (await admin.refused("DELETE", "/api/roles/agent", If_Match='"1"'))[0] == 409
    assert (await admin.refused("POST", "/api/roles", NIGHT | {"code": "vendor"}))[0] == 409
    body = {"code": "my_agent", "name": "Мой", "copy_of": "agent"}
    assert (await admin.must("POST", "/api/roles", body))["grants"] == roles["agent"]["grants"]


async def test_a_role_that_cannot_be_is_refused_with_its_place(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    wrong = [
        {"right": "tenants.manage"},
        {"right": "desk.use", "conditions": {"whose": "own"}},
        {"right": "people.read", "conditions": {"whose": "queue"}},
        {"right": "interactions.read", "conditions": {"hours": {"from": "09:00", "until": "09:00"}}},
    ]
    status, problem = await admin.refused("POST", "/api/roles", NIGHT | {"grants": wrong})
    assert (status, problem["type"]) == (422, "/problems/role-invalid")
    assert [error["pointer"] for error in problem["errors"]] == [
        "/grants/0/right",
        "/grants/1/conditions/whose",
        "/grants/2/conditions/whose",
        "/grants/3/conditions/hours",
    ]
    odd = [{"right": "interactions.read", "conditions": {"moon": "full"}}]
    assert (await admin.refused("POST", "/api/roles", NIGHT | {"grants": odd}))[0] in (400, 422)


async def test_a_preview_says_who_gains_and_loses_and_changes_nothing(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    await admin.must("POST", "/api/roles", NIGHT)
    for name, roles in (("agent0", ["agent", "night"]), ("supervisor", ["supervisor", "night"])):
        path = f"/api/people/{await id_of(admin, name)}"
        await admin.must("PATCH", path, {"roles": roles}, If_Match='"1"')
    wider = [
        {"right": "session.use"},
        {"right": "interactions.read", "conditions": {"whose": "team"}},
        {"right": "recordings.download", "conditions": {"whose": "own"}},
    ]
    preview = await admin.must("POST", "/api/roles/preview", {"code": "night", "grants": wider})
    # The supervisor has all of it already.
    assert preview["unchanged"] == 1
    [agent] = preview["people"]
    assert agent["name"].startswith("Агент")
    assert agent["gained"] == [
        {"right": "interactions.read", "conditions": {"whose": "team"}},
        {"right": "recordings.download", "conditions": {"whose": "own"}},
    ]
    assert agent["lost"] == []
    gone = await admin.must("POST", "/api/roles/preview", {"code": "night", "grants": None})
    assert [grant["right"] for grant in gone["people"][0]["lost"]] == ["interactions.read"]
    assert (await admin.get("/api/roles/night"))["version"] == 1


async def test_a_role_cannot_take_the_last_manager_away(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    await admin.must("POST", "/api/roles", {"code": "boss", "name": "Boss", "copy_of": "admin"})
    me = f"/api/people/{await id_of(admin, 'admin')}"
    await admin.must("PATCH", me, {"roles": ["boss"]}, If_Match='"1"')
    less = {"name": "Boss", "grants": [{"right": "session.use"}, {"right": "roles.manage"}]}
    status, problem = await admin.refused("PUT", "/api/roles/boss", less, If_Match='"1"')
    assert (status, problem["type"]) == (409, "/problems/last-manager")
    assert (await admin.get("/api/roles/boss"))["version"] == 1


async def test_tenants_have_their_own_roles(sign_in: SignIn, operator: Operator, engines: Stack) -> None:
    admin = await sign_in("admin")
    await admin.must("POST", "/api/roles", NIGHT)

    other = await make_operator(engines, agents=1, others=("admin",))
    theirs = Someone(admin.port, other.slug)
    try:
        await theirs.sign_in(f"admin@{other.slug}.test")
        assert "night" not in {role["code"] for role in await theirs.get("/api/roles")}
        person = await id_of(admin, "agent0")
        for method, path in (("GET", ""), ("GET", "/rights"), ("POST", "/disable"), ("POST", "/invitation")):
            assert (await theirs.refused(method, f"/api/people/{person}{path}"))[0] == 404
    finally:
        await theirs.close()
