"""Whom nobody served, as each sees them; who takes care of them, and what ends it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from tests.integration.presence.conftest import Shift
from tests.support.journal import leave_a_lost_call
from tests.support.stack import Stack

from ovoz.contact_center.switchboard.state.call import Segment

PATH = "/api/returns"
CALLER, OTHER = "+992900000401", "+992900000402"
MINUTE = timedelta(minutes=1)


async def waiting(office: Shift, who: str = "supervisor", query: str = "") -> list[dict[str, Any]]:
    found = await office.must(who, "GET", PATH + query)
    assert found["total"] >= len(found["items"])
    items: list[dict[str, Any]] = found["items"]
    return items


async def lost(engines: Stack, office: Shift, caller: str = CALLER, **changes: Any) -> UUID:
    return await leave_a_lost_call(engines, office.operator.slug, caller, **changes)


async def test_one_line_for_each_caller(office: Shift, engines: Stack) -> None:
    await lost(engines, office, ago=30 * MINUTE)
    again = await lost(engines, office, ago=10 * MINUTE, waited_s=75)
    other = await lost(engines, office, OTHER, ago=20 * MINUTE)
    items = await waiting(office)
    assert [item["id"] for item in items] == [str(again), str(other)], "who waits longest comes first"
    first = items[0]
    assert (first["times"], first["waited_s"], first["end_reason"]) == (2, 75.0, "abandoned")
    assert datetime.fromisoformat(first["last_at"]) - datetime.fromisoformat(
        first["first_at"]
    ) == pytest.approx(20 * MINUTE, abs=timedelta(seconds=2))
    assert first["caller"]["number"] == CALLER
    assert (first["taken_by"], first["attempts"], first["calling_now"]) == (None, 0, False)


async def test_who_does_not_wait(office: Shift, engines: Stack) -> None:
    """Each of these is nobody's to call back."""
    await lost(engines, office, "+992900000501", waited_s=3)
    await lost(engines, office, "+992900000502", queued_at=None, segments=())
    await lost(engines, office, "", ago=MINUTE)
    await lost(engines, office, "+992900000503", ago=timedelta(days=4))
    ten_ago = datetime.now(UTC) - 10 * MINUTE
    await lost(engines, office, "+992900000504", answered_at=ten_ago, end_reason="agent_hung_up")
    # A rule of the queue led them outside, where somebody spoke with them.
    await lost(engines, office, "+992900000507", end_reason="outside_hung_up")
    await lost(engines, office, "+992900000508", end_reason="caller_hung_up")
    assert await waiting(office) == []
    # These are: turned away before they could wait, and lost when they were passed on.
    await lost(engines, office, "+992900000505", queued_at=None, segments=(), end_reason="queue_full")
    await lost(engines, office, "+992900000506", answered_at=ten_ago, end_reason="left_after_transfer")
    await lost(engines, office, "+992900000509", queued_at=None, segments=(), end_reason="closed")
    await lost(engines, office, "+992900000510", queued_at=None, segments=(), end_reason="overflow")
    assert {item["end_reason"] for item in await waiting(office)} == {
        *("queue_full", "left_after_transfer", "closed", "overflow")
    }


async def test_a_conversation_after_it_ends_it(office: Shift, engines: Stack) -> None:
    await lost(engines, office, ago=30 * MINUTE)
    await lost(engines, office, OTHER, ago=5 * MINUTE)
    spoke = datetime.now(UTC) - 20 * MINUTE
    # Before the other one's loss, so it changes nothing there.
    for caller in (CALLER, OTHER):
        talk = (Segment("talk", spoke, spoke + MINUTE),)
        await lost(
            engines,
            office,
            caller,
            ago=20 * MINUTE,
            answered_at=spoke,
            end_reason="caller_hung_up",
            segments=talk,
        )
    [item] = await waiting(office)
    assert item["caller"]["number"] == OTHER


async def test_each_sees_those_of_their_queues(office: Shift, engines: Stack) -> None:
    [q0, q1] = await engines.rows(office.operator.slug, "SELECT id, name FROM queue ORDER BY code")
    first = await lost(engines, office, queue_id=q0["id"])
    second = await lost(engines, office, OTHER, queue_id=q1["id"])
    assert [item["id"] for item in await waiting(office, "agent0")] == [str(first)]
    assert [item["id"] for item in await waiting(office, "agent1")] == [str(second)]
    assert len(await waiting(office)) == 2
    assert [item["queue"]["name"] for item in await waiting(office, query=f"?queue_id={q1['id']}")] == [
        q1["name"]
    ]
    assert (await office.ask("admin", "GET", PATH)).problem == "right-missing"
    for method, path, body in (
        ("PUT", f"{PATH}/{second}/taken", None),
        ("DELETE", f"{PATH}/{second}/taken", None),
        ("POST", f"{PATH}/{second}/settlement", {"outcome": "not_needed"}),
    ):
        answer = await office.ask("agent0", method, path, body)
        assert (answer.status, answer.problem) == (404, "return-not-found")


async def test_one_takes_it_and_the_others_see_who(office: Shift, engines: Stack) -> None:
    call = await lost(engines, office)
    for _ in range(2):
        await office.must("agent0", "PUT", f"{PATH}/{call}/taken")
    [item] = await waiting(office)
    assert item["taken_by"]["id"] == await office.id_of("agent0")
    until = datetime.fromisoformat(item["taken_until"])
    assert until - datetime.now(UTC) == pytest.approx(15 * MINUTE, abs=timedelta(seconds=10))
    for method, path, body in (
        ("PUT", f"{PATH}/{call}/taken", None),
        ("POST", f"{PATH}/{call}/settlement", {"outcome": "reached"}),
    ):
        answer = await office.ask("supervisor", method, path, body)
        assert (answer.status, answer.problem) == (409, "return-taken")
    await office.must("supervisor", "DELETE", f"{PATH}/{call}/taken")
    assert (await waiting(office))[0]["taken_by"] is not None, "it was not the supervisor's to give back"
    await office.must("agent0", "DELETE", f"{PATH}/{call}/taken")
    assert (await waiting(office))[0]["taken_by"] is None
    # Who forgot it does not keep it.
    await office.must("agent0", "PUT", f"{PATH}/{call}/taken")
    async with engines.database.tenant(office.operator.tenant_id) as session:
        await session.execute(text("UPDATE call_return SET taken_until = now() - interval '1 second'"))
    assert (await waiting(office))[0]["taken_by"] is None
    await office.must("supervisor", "PUT", f"{PATH}/{call}/taken")


async def test_what_is_settled_comes_back_when_they_are_lost_again(office: Shift, engines: Stack) -> None:
    call = await lost(engines, office)
    answer = await office.ask("agent0", "POST", f"{PATH}/{call}/settlement", {"outcome": "perhaps"})
    assert answer.status == 422
    await office.must("agent0", "POST", f"{PATH}/{call}/settlement", {"outcome": "unreachable"})
    assert await waiting(office) == []
    answer = await office.ask("agent0", "PUT", f"{PATH}/{call}/taken")
    assert answer.problem == "return-not-found"
    [entry] = await engines.rows(
        office.operator.slug, "SELECT subject_id, after FROM audit_entry WHERE act = 'returns.settled'"
    )
    assert (entry["subject_id"], entry["after"]) == (str(call), {"outcome": "unreachable"})
    again = await lost(engines, office, ago=timedelta(seconds=-1), waited_s=30)
    [item] = await waiting(office)
    assert (item["id"], item["times"]) == (str(again), 1)


async def test_who_calls_again_is_said_so(office: Shift, engines: Stack) -> None:
    await lost(engines, office)
    await lost(
        *(engines, office),
        ago=timedelta(),
        **{"phase": "greeting", "ended_at": None, "closed_at": None, "end_reason": None},
    )
    [item] = await waiting(office)
    assert item["calling_now"]


async def test_what_is_not_there(office: Shift) -> None:
    for method, path, body in (
        ("PUT", f"{PATH}/{uuid4()}/taken", None),
        ("DELETE", f"{PATH}/{uuid4()}/taken", None),
        ("POST", f"{PATH}/{uuid4()}/settlement", {"outcome": "reached"}),
    ):
        assert (await office.ask("supervisor", method, path, body)).problem == "return-not-found"


async def test_readers_are_told_of_changes(office: Shift, engines: Stack) -> None:
    await office.web.until_listening()
    socket = await (await office.who("supervisor")).open_socket("/api/returns/live")
    assert (await socket.receive_json(timeout=5)) == {"type": "returns"}
    call = await lost(engines, office)
    await office.must("agent0", "PUT", f"{PATH}/{call}/taken")
    assert (await socket.receive_json(timeout=5)) == {"type": "returns"}
    await socket.close()
