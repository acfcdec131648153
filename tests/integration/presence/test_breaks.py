"""Reasons for a break over HTTP, and that the switchboard keeps to them a moment later."""

from tests.integration.presence.conftest import TITLES, Shift
from tests.support.stack import Stack, eventually

PATH = "/api/settings/break-reasons"


async def test_a_reason_from_beginning_to_end(shift: Shift, engines: Stack) -> None:
    made = await shift.makes_reason("tea", limit_s=600)
    assert (made["version"], made["archived"], made["at_once"]) == (1, False, None)
    answer = await shift.ask("admin", "POST", PATH, {"code": "tea", "names": TITLES})
    assert (answer.status, answer.problem) == (409, "break-reason-code-taken")
    offered = await shift.must("agent0", "GET", "/api/break-reasons")
    assert [reason["code"] for reason in offered] == ["lunch", "tea"]
    change = {"names": TITLES | {"ru": "Чай"}, "limit_s": 900, "at_once": 2, "needs_approval": True}
    assert (await shift.ask("admin", "PUT", f"{PATH}/tea", change)).status == 428
    changed = await shift.must("admin", "PUT", f"{PATH}/tea", change, if_match='"1"')
    assert (changed["version"], changed["names"]["ru"], changed["needs_approval"]) == (2, "Чай", True)
    assert (await shift.ask("admin", "PUT", f"{PATH}/tea", change, if_match='"1"')).status == 412
    ordered = await shift.must("admin", "PUT", PATH, {"codes": ["tea", "lunch"]})
    assert [reason["code"] for reason in ordered] == ["tea", "lunch"]
    for codes in (["tea"], ["tea", "tea"], ["tea", "lunch", "nap"]):
        answer = await shift.ask("admin", "PUT", PATH, {"codes": codes})
        assert (answer.status, answer.problem) == (422, "break-order-incomplete")
    await shift.must("admin", "PUT", f"{PATH}/tea", change | {"archived": True}, if_match='"2"')
    offered = await shift.must("agent0", "GET", "/api/break-reasons")
    assert [reason["code"] for reason in offered] == ["lunch"]
    assert [reason["code"] for reason in await shift.must("admin", "GET", PATH)] == ["tea", "lunch"]
    back = await shift.must("admin", "PUT", f"{PATH}/tea", change, if_match='"3"')
    assert (back["archived"], back["version"]) == (False, 4)
    rows = await engines.rows(
        shift.operator.slug,
        "SELECT act, before, after FROM audit_entry WHERE act ~ '^breaks' ORDER BY position",
    )
    assert [row["act"].partition(".")[2] for row in rows] == [
        "reason_created",
        "reason_changed",
        "reasons_ordered",
        "reason_changed",
        "reason_changed",
    ]
    assert (rows[3]["before"], rows[3]["after"]) == ({"archived": False}, {"archived": True})


async def test_what_cannot_be_is_refused_at_its_field(shift: Shift) -> None:
    for wrong, pointer in (
        ({"limit_s": 5}, "/limit_s"),
        ({"at_once": 0}, "/at_once"),
        ({"names": TITLES | {"tg": "  "}}, "/names/tg"),
        ({"code": "Tea time"}, "/code"),
    ):
        answer = await shift.ask("admin", "POST", PATH, {"code": "tea", "names": TITLES} | wrong)
        assert answer.status == 422
        assert [error["pointer"] for error in answer.body["errors"]] == [pointer]


async def test_only_who_may_manage_breaks_does(shift: Shift) -> None:
    for name in ("agent0", "supervisor"):
        for method, path in (("GET", PATH), ("POST", PATH), ("PUT", PATH), ("PUT", f"{PATH}/lunch")):
            assert (await shift.ask(name, method, path, {})).problem == "right-missing"


async def test_a_new_rule_counts_at_once(shift: Shift) -> None:
    await shift.makes_reason("tea", at_once=1)
    assert (await shift.goes("agent0", "break", "tea")).status == 200
    full = await shift.goes("agent1", "break", "tea")
    assert (full.status, full.problem, full.body["at_once"]) == (409, "break-full", 1)
    [row] = (await shift.must("agent1", "GET", "/api/desk"))["breaks"]
    assert (row["code"], row["taken"], row["first_back"]["name"]) == ("tea", 1, "Агент 0@")
    await shift.must("admin", "PUT", f"{PATH}/tea", {"names": TITLES, "at_once": 2}, if_match='"1"')

    async def there_is_a_place() -> bool:
        return (await shift.goes("agent1", "break", "tea")).status == 200

    await eventually(there_is_a_place, within_s=5, what="the second place")
    assert (await shift.goes("agent2", "break", "tea")).problem == "break-full"


async def test_a_wish_waits_and_is_taken_back(shift: Shift, engines: Stack) -> None:
    await shift.makes_reason("study", needs_approval=True)
    assert (await shift.goes("agent0", "break", "study")).problem == "not-possible-now", (
        "nobody is on duty yet"
    )
    await shift.goes("agent0", "break", "lunch")
    desk = (await shift.goes("agent0", "break", "study")).body
    assert desk["agent"]["reason"] == "lunch"
    assert desk["agent"]["wish"]["reason"] == "study"
    answer = await shift.must("agent0", "DELETE", "/api/desk/break-request")
    assert answer["agent"]["wish"] is None
    assert (await shift.ask("agent0", "DELETE", "/api/desk/break-request")).problem == "not-possible-now"
    rows = await engines.rows(
        shift.operator.slug,
        "SELECT type, data ->> 'outcome' AS outcome FROM event_log WHERE type ~ 'break_wish' ORDER BY seq",
    )
    assert [(row["type"].split(".")[1], row["outcome"]) for row in rows] == [
        ("break_wished", None),
        ("break_wish_ended", "withdrawn"),
    ]


async def test_archiving_tells_who_waits(shift: Shift) -> None:
    await shift.makes_reason("study", needs_approval=True)
    await shift.goes("agent0", "break", "lunch")
    await shift.goes("agent0", "break", "study")
    body = {"names": TITLES, "needs_approval": True, "archived": True}
    await shift.must("admin", "PUT", f"{PATH}/study", body, if_match='"1"')

    async def told() -> bool:
        agent = (await shift.must("agent0", "GET", "/api/desk"))["agent"]
        return agent["wish"] is None and agent["answer"]["outcome"] == "reason_archived"

    await eventually(told, within_s=5, what="the end of the wish")
    assert (await shift.goes("agent0", "break", "study")).problem == "reason-unknown"
