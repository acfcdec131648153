"""Routing rules: kept as versions, checked, tried with a caller; and what the switchboard reads."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from tests.integration.queues.conftest import SignIn
from tests.integration.queues.test_skills import agents_of, change, skill_of
from tests.support.journal import leave_a_conversation
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone

from ovoz.contact_center.callers.contracts import CallerProfile, LastAgent
from ovoz.contact_center.switchboard.repositories import Directory
from ovoz.entrypoints.provisioning import CELL
from ovoz.lib.sounds import Sounds

VALUED = "+992900000778"
AT = "/api/routing-rules"
VIP = {"name": "VIP", "when": {"vip": True}, "then": {"head_start_s": 60}}
TAJIK = {"name": "По-таджикски", "when": {"languages": ["tg"]}, "then": {"skills": {"tajik": 3}}}


async def put(admin: Someone, *rules: dict[str, Any], version: int | str, **settings: Any) -> dict[str, Any]:
    body = {"rules": rules} | settings
    tag = "*" if version == "*" else f'"{version}"'
    kept: dict[str, Any] = await admin.must("PUT", AT, body, If_Match=tag)
    return kept


async def tried(admin: Someone, *rules: dict[str, Any], **caller: Any) -> dict[str, Any]:
    body = {"settings": {"rules": rules}, "caller": caller}
    found: dict[str, Any] = await admin.must("POST", f"{AT}/preview", body)
    return found["tried"]  # type: ignore[no-any-return]


async def test_every_version_is_kept_and_comes_back(sign_in: SignIn, operator: Operator) -> None:
    admin, agent = await sign_in("admin"), await sign_in("agent0")
    first = await agent.get(AT)
    assert (first["version"], first["settings"]["rules"]) == (1, [])
    assert first["choices"]["numbers"] == [
        {"number": operator.number, "name": first["choices"]["numbers"][0]["name"], "queue": "q0"}
    ]
    assert (await agent.refused("PUT", AT, {"rules": [VIP]}, If_Match="*"))[0] == 403
    assert (await put(admin, VIP, version=1))["version"] == 2
    assert (await put(admin, VIP, version=2))["version"] == 2, "the same is no change"
    assert (await admin.refused("PUT", AT, {"rules": []}, If_Match='"1"'))[0] == 412
    back = await admin.must("POST", f"{AT}/restore", {"version": 1}, If_Match='"2"')
    assert (back["version"], back["settings"]["rules"]) == (3, [])
    versions = await admin.get(f"{AT}/versions")
    assert [(one["version"], one["restored_from"], one["made_by"]) for one in versions] == [
        (3, 1, "Admin"),
        (2, None, "Admin"),
        (1, None, None),
    ]
    told = (await admin.get("/api/audit?act=routing."))["items"]
    assert [entry["act"] for entry in told] == ["routing.changed"] * 2
    assert told[1]["after"]["rules"][0]["name"] == "VIP"


async def test_what_cannot_be_is_refused_at_its_field(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    await skill_of(admin, "tajik")
    status, problem = await admin.refused("PUT", AT, {"rules": [VIP, TAJIK]}, If_Match="*")
    assert (status, problem["type"]) == (422, "/problems/routing-rules-invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/rules/1/then/skills"]
    narrow = VIP | {"name": "VIP из Согда", "when": {"vip": True, "regions": ["Согд"]}}
    preview = await admin.must("POST", f"{AT}/preview", {"settings": {"rules": [VIP, narrow]}})
    assert [(one["pointer"], one["fault"], one["warning"]) for one in preview["faults"]] == [
        ("/rules/1/when/regions/0", "value_unknown", True),
        ("/rules/1", "never_decides", False),
    ]
    assert (await admin.refused("PUT", AT, {"rules": [VIP | {"then": {"head_start_s": 0}}]}, If_Match="*"))[
        1
    ]["errors"][0]["pointer"] == "/rules/0/then/head_start_s"


async def test_a_caller_is_tried_by_attributes_and_by_number(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    tajik = await skill_of(admin, "tajik")
    agents = list((await agents_of(admin)).values())
    await admin.must("PATCH", "/api/agent-skills", {"changes": [change(agents[0], tajik, 0, 4)]})
    found = await tried(admin, VIP, TAJIK, dialled=operator.number, vip=True, language="tg")
    assert [(one["rule"], one["decided"]) for one in found["applied"]] == [
        ("VIP", ["head_start"]),
        ("По-таджикски", ["skills"]),
    ]
    assert (found["head_start_s"], found["skills"], found["target_s"]) == (60, {"tajik": 3}, 20)
    assert [agent["id"] for ring in found["rings"] for agent in ring["agents"]] == [agents[0]["user_id"]]
    nobody = TAJIK | {"then": {"skills": {"tajik": 5}}}
    found = await tried(admin, nobody, dialled=operator.number, language="tg")
    assert (found["dropped"], len(found["rings"][0]["agents"])) == (True, 4)

    number = "+992900000777"
    manager = agents[1]["user_id"]
    async with engines.database.tenant(operator.tenant_id) as session:
        await session.execute(
            text("UPDATE subscriber SET vip = true, region = 'Согд', manager_id = :manager"),
            {"manager": UUID(manager)},
        )
        await session.execute(
            text(
                "INSERT INTO subscriber (id, number_pseudonym, number, name, region, product)"
                " SELECT gen_random_uuid(), n::text, '', '', (ARRAY['Хатлон', 'ГБАО', NULL])[n % 3 + 1], 'Салом'"
                " FROM generate_series(1, 30) n"
            )
        )
    choices = (await admin.get(AT))["choices"]
    assert (choices["regions"], choices["products"]) == (["ГБАО", "Согд", "Хатлон"], ["Салом"])
    prefers = {"name": "Менеджер", "then": {"prefer": "manager", "prefer_wait_s": 15}}
    found = await tried(admin, VIP, prefers, dialled=operator.number, number=number)
    assert (found["known"], found["vip"], found["region"]) == (True, True, "Согд")
    assert [(one["agent"]["id"], one["why"], one["wait_s"]) for one in found["preferred"]] == [
        (manager, "personal_manager", 15)
    ]
    found = await tried(admin, VIP, prefers, dialled=operator.number, number="+992900999999")
    assert (found["known"], found["preferred"]) == (False, [])
    status, problem = await admin.refused(
        "POST", f"{AT}/preview", {"settings": {}, "caller": {"dialled": "+992440000000"}}
    )
    assert (status, problem["errors"][0]["pointer"]) == (422, "/caller/dialled")


async def test_who_may_not_find_contacts_by_their_number_tries_none(
    sign_in: SignIn, operator: Operator
) -> None:
    admin = await sign_in("admin")
    grants = [{"right": right} for right in ("session.use", "settings.read", "queues.manage")]
    await admin.must("POST", "/api/roles", {"code": "router", "name": "Маршрутизатор", "grants": grants})
    people = (await admin.get("/api/people?search=Supervisor"))["items"]
    person = await admin.get(f"/api/people/{people[0]['id']}")
    await admin.must(
        "PATCH",
        f"/api/people/{person['id']}",
        {"roles": ["router"]},
        If_Match=f'"{person["version"]}"',
    )
    router = await sign_in("supervisor")
    body = {"settings": {}, "caller": {"dialled": operator.number}}
    await router.must("POST", f"{AT}/preview", body)
    body["caller"]["number"] = "+992900000777"  # type: ignore[index]
    status, problem = await router.refused("POST", f"{AT}/preview", body)
    assert (status, problem["right"]) == (403, "interactions.find")


async def test_the_switchboard_reads_rules_and_callers(engines: Stack) -> None:
    """As the blueprint has them, and who talked to the caller last, within so many days."""
    maker = {"region": "Согд", "language": "tg", "product": "Бизнес", "network": "poor"}
    operator = await make_operator(
        engines,
        agents=2,
        subscribers=[
            {"number": VALUED, "name": "Ценный Абонент", "vip": True, "corporate": True, "outage": True}
            | {"answer_target_s": 5}
            | maker
        ],
        routing={"rules": [VIP], "last_agent": {"within_days": 3, "wait_s": 20}},
    )
    directory = Directory(engines.database, CELL, engines.fields, sounds=Sounds())
    setup = await directory.setup(operator.tenant_id)
    assert [rule.then.head_start_s for rule in setup.routing.rules.rules] == [60]
    assert setup.routing.rules.last_agent == LastAgent(3, 20)
    assert set(setup.routing.queues) == {"q0"}

    now = datetime.now(UTC)
    known, name = await directory.caller(operator.tenant_id, VALUED, now, 3)
    assert known.profile == CallerProfile(
        vip=True,
        corporate=True,
        answer_target_s=5,
        outage=True,
        **maker,  # type: ignore[arg-type]
    )
    assert (known.last_agent, name) == (None, "Ценный Абонент")
    _, _, agent_id = await leave_a_conversation(engines, operator.slug, VALUED)
    known, _ = await directory.caller(operator.tenant_id, VALUED, now, 3)
    assert known.last_agent == agent_id
    known, _ = await directory.caller(operator.tenant_id, VALUED, now + timedelta(days=4), 3)
    assert known.last_agent is None
    stranger = await directory.caller(operator.tenant_id, "+992900999999", now, 3)
    assert (stranger[0].profile, stranger[0].last_agent, stranger[1]) == (CallerProfile(), None, None)
