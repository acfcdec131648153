"""Queues: settings as a whole, checked, kept as versions and brought back; holidays; what a draft would mean."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.integration.queues.conftest import SignIn
from tests.integration.queues.test_skills import agents_of, change, skill_of
from tests.support.operators import Operator
from tests.support.stack import Stack
from tests.support.web import Someone

from ovoz.contact_center.routing.contracts import Overflow
from ovoz.contact_center.switchboard.api import Directory
from ovoz.contact_center.switchboard.repositories.changes import TenantChanges
from ovoz.entrypoints.provisioning import CELL

EVERYONE = {"after_s": 0, "everyone": True}


async def queue_of(admin: Someone, code: str, **settings: Any) -> dict[str, Any]:
    body = {"code": code, "settings": {"name": f"Очередь {code}", "rings": [EVERYONE]} | settings}
    queue: dict[str, Any] = await admin.must("POST", "/api/queues", body)
    return queue


async def put(admin: Someone, queue: dict[str, Any], **settings: Any) -> dict[str, Any]:
    body = queue["settings"] | settings
    changed: dict[str, Any] = await admin.must(
        "PUT", f"/api/queues/{queue['id']}", body, If_Match=f'"{queue["version"]}"'
    )
    return changed


async def faults_of(admin: Someone, queue: dict[str, Any], **settings: Any) -> list[str]:
    status, problem = await admin.refused(
        "PUT", f"/api/queues/{queue['id']}", queue["settings"] | settings, If_Match="*"
    )
    assert (status, problem["type"]) == (422, "/problems/queue-settings-invalid")
    return [error["pointer"] for error in problem["errors"]]


async def test_a_queue_of_the_blueprint_has_all_settings(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    admin = await sign_in("admin")
    [queue] = await admin.get("/api/queues")
    assert (queue["code"], queue["version"], queue["open_now"], queue["changes_at"]) == ("q0", 1, True, None)
    settings = queue["settings"]
    assert (settings["target_s"], settings["ring_timeout_s"], settings["rings"][0]["after_s"]) == (20, 5, 0)
    assert len(settings["members"]) == 4
    [version] = await admin.get(f"/api/queues/{queue['id']}/versions")
    assert (version["version"], version["made_at"], version["settings"]) == (1, None, settings)
    # What the switchboard reads follows what is announced.
    await put(admin, queue, announcements={"every_s": 45}, members=settings["members"][:2], priority=7)
    [row] = await engines.rows(operator.slug, "SELECT announce_every_s, priority FROM queue")
    assert (row["announce_every_s"], row["priority"]) == (45, 7)
    assert len(await engines.rows(operator.slug, "SELECT * FROM queue_member")) == 2


async def test_every_version_is_kept_and_comes_back(sign_in: SignIn, operator: Operator) -> None:
    admin = await sign_in("admin")
    [first] = await admin.get("/api/queues")
    changed = await put(admin, first, name="Другая", target_s=10, members=first["settings"]["members"][1:2])
    assert changed["version"] == 2
    status, _ = await admin.refused("PUT", f"/api/queues/{first['id']}", first["settings"], If_Match='"1"')
    assert status == 412
    assert (await admin.refused("PUT", f"/api/queues/{first['id']}", first["settings"]))[0] == 428
    same = await put(admin, changed)
    assert same["version"] == 2

    gone = first["settings"]["members"][0]
    await admin.must("POST", f"/api/people/{gone}/disable")
    at = f"/api/queues/{first['id']}"
    status, problem = await admin.refused("POST", f"{at}/restore", {"version": 9}, If_Match='"2"')
    assert (status, problem["type"]) == (422, "/problems/queue-version-not-found")
    back = await admin.must("POST", f"{at}/restore", {"version": 1}, If_Match='"2"')
    assert (back["version"], back["settings"]["name"], back["settings"]["target_s"]) == (3, "Очередь 0", 20)
    assert set(back["settings"]["members"]) == set(first["settings"]["members"]) - {gone}
    versions = await admin.get(f"{at}/versions")
    assert [(one["version"], one["restored_from"], one["made_by"]) for one in versions] == [
        (3, 1, "Admin"),
        (2, None, "Admin"),
        (1, None, None),
    ]
    told = (await admin.get("/api/audit?act=queues."))["items"]
    assert [entry["act"] for entry in told] == ["queues.changed"] * 2
    assert told[1]["before"]["target_s"] == 20
    only = first["settings"]["members"][1:2]
    assert told[1]["after"] == {"name": "Другая", "target_s": 10, "members": only}


async def test_what_cannot_be_is_refused_at_its_field(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    await skill_of(admin, "tariffs")
    [support] = await admin.get("/api/queues")
    night = await queue_of(admin, "night", overflow=[{"when": "closed", "then": "queue", "to": "q0"}])
    for settings, pointer in (
        ({"rings": [{"after_s": 0, "skills": {"tariffs": 3}}]}, "/rings"),
        ({"rings": [EVERYONE, {"after_s": 9, "skills": {"magic": 1}}]}, "/rings/1/skills/magic"),
        ({"hours": {"always": False}}, "/hours/windows"),
        ({"overflow": [{"when": "closed", "then": "queue", "to": "night"}]}, "/overflow/0/to"),
        ({"dispositions": ["nothing"]}, "/dispositions/0"),
    ):
        assert await faults_of(admin, support, **settings) == [pointer]
    status, problem = await admin.refused(
        "PUT", f"/api/queues/{support['id']}", support["settings"] | {"target_s": 0}, If_Match="*"
    )
    assert (status, problem["errors"][0]["pointer"]) == (422, "/target_s")
    # Waiting time that was given cannot be less than none.
    status, problem = await admin.refused(
        "PUT", f"/api/queues/{support['id']}", support["settings"] | {"priority": -1}, If_Match="*"
    )
    assert (status, problem["errors"][0]["pointer"]) == (422, "/priority")
    status, problem = await admin.refused(
        "POST", "/api/queues", {"code": "night", "settings": night["settings"]}
    )
    assert (status, problem["type"]) == (409, "/problems/queue-code-taken")

    # Two who each lead to the other, at the same moment: one of them sees it.
    one, two = await queue_of(admin, "one"), await queue_of(admin, "two")

    async def lead(queue: dict[str, Any], to: str) -> int:
        body = queue["settings"] | {"overflow": [{"when": "no_agents", "then": "queue", "to": to}]}
        return (await admin.ask("PUT", f"/api/queues/{queue['id']}", body, If_Match='"1"'))[0]

    assert sorted(await asyncio.gather(lead(one, "two"), lead(two, "one"))) == [200, 422]


async def test_a_queue_is_archived_once_nothing_leads_to_it(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    [support] = await admin.get("/api/queues")
    spare = await queue_of(admin, "spare")
    leading = await put(
        admin, support, overflow=[{"when": "length", "at_least": 5, "then": "queue", "to": "spare"}]
    )
    for queue in (support, spare):
        status, problem = await admin.refused(
            "PUT", f"/api/queues/{queue['id']}/archived", {"archived": True}, If_Match="*"
        )
        assert (status, problem["type"]) == (409, "/problems/queue-in-use")
    await put(admin, leading, overflow=[])
    at = f"/api/queues/{spare['id']}/archived"
    archived = await admin.must("PUT", at, {"archived": True}, If_Match='"1"')
    assert (archived["archived"], archived["version"]) == (True, 2)
    assert await faults_of(admin, support, overflow=[{"when": "closed", "then": "queue", "to": "spare"}]) == [
        "/overflow/0/to"
    ]
    back = await admin.must("PUT", at, {"archived": False}, If_Match='"2"')
    assert back["archived"] is False


async def test_a_draft_says_who_would_get_its_calls(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    skill = await skill_of(admin, "tariffs")
    agents = list((await agents_of(admin)).values())
    await admin.must("PATCH", "/api/agent-skills", {"changes": [change(agents[1], skill, 0, 4)]})
    draft = {
        "name": "Новая",
        "members": [agents[0]["user_id"]],
        "rings": [
            {"after_s": 0},
            {"after_s": 30, "skills": {"tariffs": 4}, "everyone": True},
            {"after_s": 60, "skills": {"tariffs": 5}, "everyone": True},
        ],
        "hours": {"always": False, "windows": [{"day": 1, "from": "08:00", "until": "08:01"}]},
    }
    found = await admin.must("POST", "/api/queues/preview", {"code": "new", "settings": draft})
    names = [[agent["name"] for agent in ring["agents"]] for ring in found["rings"]]
    assert names == [[agents[0]["name"]], [agents[1]["name"]], []]
    assert [(one["pointer"], one["fault"], one["warning"]) for one in found["faults"]] == [
        ("/rings/2", "ring_adds_nobody", True)
    ]
    assert found["changes_at"] is not None
    assert len(await admin.get("/api/queues")) == 1
    # A warning keeps nothing from being saved.
    await admin.must("POST", "/api/queues", {"code": "new", "settings": draft})


async def test_holidays_close_queues(sign_in: SignIn, engines: Stack, operator: Operator) -> None:
    admin = await sign_in("admin")
    [zone] = await engines.rows(operator.slug, "SELECT (now() AT TIME ZONE 'Asia/Dushanbe')::date AS today")
    today = str(zone["today"])
    for wrong in ({"queues": ["nowhere"]}, {"date": "2026-02-30"}):
        body = {"date": today, "name": "Навруз"} | wrong
        assert (await admin.refused("POST", "/api/holidays", body))[0] == 422
    kept = await admin.must("POST", "/api/holidays", {"date": today, "name": "Навруз"})
    assert (await admin.refused("POST", "/api/holidays", {"date": today, "name": "Ещё раз"}))[0] == 422
    [queue] = await admin.get("/api/queues")
    assert queue["open_now"] is False
    assert queue["changes_at"] is not None
    await admin.must("DELETE", f"/api/holidays/{kept['id']}")
    [queue] = await admin.get("/api/queues")
    assert queue["open_now"] is True
    told = (await admin.get("/api/audit?act=holidays."))["items"]
    assert [entry["act"] for entry in told] == ["holidays.removed", "holidays.created"]


@pytest.mark.parametrize("name", ["agent0", "supervisor"])
async def test_only_who_may_manages_queues(sign_in: SignIn, name: str) -> None:
    someone = await sign_in(name)
    [queue] = await someone.get("/api/queues")
    for method, path, body in (
        ("PUT", f"/api/queues/{queue['id']}", queue["settings"]),
        ("POST", "/api/queues", {"code": "own", "settings": queue["settings"]}),
        ("POST", "/api/queues/preview", {"code": "own", "settings": queue["settings"]}),
        ("POST", "/api/holidays", {"date": "2027-01-01", "name": "Выходной"}),
    ):
        status, problem = await someone.refused(method, path, body, If_Match="*")
        assert (status, problem["right"]) == (403, "queues.manage")


async def test_the_switchboard_hears_of_settings(sign_in: SignIn, operator: Operator, engines: Stack) -> None:
    admin = await sign_in("admin")
    [queue] = await admin.get("/api/queues")
    heard = TenantChanges(engines.endpoints.database_switchboard_url).heard()
    try:
        assert await asyncio.wait_for(anext(heard), 10) is None
        await put(admin, queue, target_s=15)
        assert await asyncio.wait_for(anext(heard), 5) == operator.tenant_id
    finally:
        await heard.aclose()


async def test_the_switchboard_knows_when_it_opens_and_where_callers_go(
    sign_in: SignIn, operator: Operator, engines: Stack
) -> None:
    """By the clock of the operator's zone, holidays of this queue and of all, for the next fortnight."""
    admin = await sign_in("admin")
    [queue] = await admin.get("/api/queues")
    night = await queue_of(admin, "night")
    windows = [{"day": day, "from": "08:00", "until": "20:00"} for day in range(1, 8)]
    rules = [
        {"when": "closed", "then": "queue", "to": "night"},
        {"when": "wait_s", "at_least": 60, "then": "number", "to": "+992900000555"},
    ]
    await put(admin, queue, hours={"always": False, "windows": windows}, overflow=rules)
    short = {"date": "2027-03-02", "name": "Праздник", "spans": [{"from": "10:00", "until": "12:00"}]}
    await admin.must("POST", "/api/holidays", short | {"queues": [queue["code"]]})
    await admin.must("POST", "/api/holidays", {"date": "2027-03-03", "name": "Другой", "queues": ["night"]})
    zone = ZoneInfo("Asia/Dushanbe")
    directory = Directory(
        engines.switchboard_database,
        CELL,
        engines.fields,
        clock=lambda: datetime(2027, 3, 1, 12, tzinfo=zone).astimezone(UTC),
    )
    setup = await directory.setup(operator.tenant_id)
    [rules_of, of_night] = [
        next(one for one in setup.queues if str(one.id) == known["id"]) for known in (queue, night)
    ]
    for moment, opened in (
        (datetime(2027, 3, 1, 19, 59), True),
        (datetime(2027, 3, 1, 20, 0), False),
        (datetime(2027, 3, 2, 9, 0), False),
        (datetime(2027, 3, 2, 11, 59), True),
        (datetime(2027, 3, 2, 12, 0), False),
        (datetime(2027, 3, 3, 8, 0), True),
        (datetime(2027, 3, 14, 19, 59), True),
    ):
        assert rules_of.opening.at(moment.replace(tzinfo=zone)) is opened, moment
    assert not of_night.opening.at(datetime(2027, 3, 3, 8, tzinfo=zone))
    assert of_night.opening.at(datetime(2027, 3, 4, 8, tzinfo=zone))
    assert rules_of.overflow == (
        Overflow("closed", "queue", None, night["id"], 0),
        Overflow("wait_s", "number", 60.0, "+992900000555", 1),
    )
