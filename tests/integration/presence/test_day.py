"""An agent's own day over HTTP: what the switchboard told, and what the segments hold."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import text
from tests.integration.presence.conftest import Shift
from tests.support.stack import Stack

_SHARE = """
INSERT INTO handling (id, interaction_id, agent_id, offered_at, answered_at, ended_at, closed_at, seq)
VALUES (:id, :interaction, :agent, :answered, :answered, :ended, :closed, 1)
"""
_SEGMENT = """
INSERT INTO segment (interaction_id, ordinal, kind, agent_id, started_at, ended_at, outcome)
VALUES (:id, :ordinal, :kind, :agent, :start, :end, :outcome)
"""


async def test_states_of_today_are_there_at_once(shift: Shift) -> None:
    await shift.makes_reason("tea", limit_s=600)
    empty = await shift.must("agent0", "GET", "/api/desk/day")
    assert [stretch["state"] for stretch in empty["ribbon"]] == ["offline"]
    assert (empty["handled"], empty["missed"], empty["aht_s"], empty["occupancy"]) == (0, 0, None, None)
    assert empty["time_zone"] == "Asia/Dushanbe"
    await shift.goes("agent0", "break", "tea")
    await shift.goes("agent1", "break", "lunch")
    await shift.goes("agent0", "offline")
    day = await shift.must("agent0", "GET", "/api/desk/day")
    assert [(stretch["state"], stretch["reason"]) for stretch in day["ribbon"]] == [
        ("offline", None),
        ("break", "tea"),
        ("offline", None),
    ]
    assert day["ribbon"][0]["started_at"] == day["starts_at"]
    assert day["ribbon"][-1]["ended_at"] is None
    lasted = (datetime.fromisoformat(day["at"]) - datetime.fromisoformat(day["starts_at"])).total_seconds()
    assert abs(sum(day["states"].values()) - lasted) < 0.01
    zone = ZoneInfo("Asia/Dushanbe")
    assert datetime.fromisoformat(day["starts_at"]).astimezone(zone).strftime("%H:%M") == "00:00"


async def test_figures_of_the_own_contacts_only(shift: Shift, engines: Stack) -> None:
    agent, other = await shift.id_of("agent0"), await shift.id_of("agent1")
    day = await shift.must("agent0", "GET", "/api/desk/day")
    # The first seconds of the day, so that the test can run at any time of it.
    start = datetime.fromisoformat(day["starts_at"]).astimezone(UTC)
    second = timedelta(seconds=1)
    mine, theirs = uuid4(), uuid4()
    rows = [
        (mine, 0, "ring", agent, start, start + second, "ring_no_answer"),
        (mine, 1, "talk", agent, start - 40 * second, start + second, None),
        (mine, 2, "hold", agent, start + second, start + 2 * second, None),
        # This is whoever's; the agent's own work after it stands in the share.
        (mine, 3, "wrap_up", agent, start + 2 * second, start + 30 * second, "resolved"),
        (theirs, 0, "talk", other, start, start + 7 * second, None),
    ]
    # The other one's call, in which the agent was asked aside for three seconds.
    shares = [
        (mine, agent, start - 40 * second, start + 2 * second, start + 3 * second),
        (theirs, other, start, start + 7 * second, start + 7 * second),
        (theirs, agent, start + 3 * second, start + 6 * second, start + 7 * second),
    ]
    async with engines.database.tenant(shift.operator.tenant_id) as session:
        for id_, ordinal, kind, who, begun, ended, outcome in rows:
            values = {"id": id_, "ordinal": ordinal, "kind": kind, "agent": who, "outcome": outcome}
            await session.execute(text(_SEGMENT), values | {"start": begun, "end": ended})
        for id_, who, answered, ended, closed in shares:
            values = {"id": uuid4(), "interaction": id_, "agent": who, "answered": answered}
            await session.execute(text(_SHARE), values | {"ended": ended, "closed": closed})
    day = await shift.must("agent0", "GET", "/api/desk/day")
    assert (day["handled"], day["missed"]) == (2, 1)
    assert (day["average_talk_s"], day["average_hold_s"], day["average_wrap_up_s"]) == (22.0, 0.5, 1.0)
    assert day["aht_s"] == 23.5
    assert (day["worked_s"], day["occupancy"]) == (7.0, 1.0)
    of_other = await shift.must("agent1", "GET", "/api/desk/day")
    assert (of_other["handled"], of_other["average_talk_s"]) == (1, 7.0)


async def test_who_has_no_desk_has_no_day(shift: Shift) -> None:
    assert (await shift.ask("supervisor", "GET", "/api/desk/day")).problem == "right-missing"
