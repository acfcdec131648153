"""A recorded day played again over HTTP: as the history has it, with the settings as they are, and with a draft."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from tests.integration.queues.conftest import SignIn
from tests.support.journal import ZONE, leave_a_lost_call, yesterday
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.contact_center.switchboard.state.call import Segment
from ovoz.lib.ids import new_id

_CHANGE = """
INSERT INTO event_log (id, at, type, agent_id, seq, epoch, data)
VALUES (:id, :at, 'agents.state_changed.v1', :agent, :seq, 1, CAST(:data AS jsonb))
"""
SECOND = timedelta(seconds=1)


async def is_there(
    engines: Stack, operator: Operator, agent: UUID, changes: list[tuple[datetime, str]]
) -> None:
    async with engines.database.tenant(operator.tenant_id) as session:
        for seq, (at, after) in enumerate(changes):
            data = msgspec.json.encode({"before": "offline", "after": after}).decode()
            values = {"id": new_id(), "at": at, "agent": agent, "seq": seq, "data": data}
            await session.execute(text(_CHANGE), values)


async def spoke(
    engines: Stack, slug: str, number: int, at: datetime, waited: timedelta, **changes: Any
) -> None:
    """An answered call of a minute and a half."""
    over = at + waited + 90 * SECOND
    await leave_a_lost_call(
        engines,
        slug,
        f"+9929000008{number:02}",
        ago=datetime.now(UTC) - at,
        answered_at=at + waited,
        ended_at=over,
        closed_at=over,
        end_reason="caller_hung_up",
        segments=(Segment("queue", at, at + waited), Segment("talk", at + waited, over)),
        **changes,
    )


async def test_a_day_played_three_times(engines: Stack, operator: Operator, sign_in: SignIn) -> None:
    [agent, *_] = await engines.rows(
        operator.slug, "SELECT id FROM user_account WHERE is_agent ORDER BY email"
    )
    noon = yesterday(12)
    await is_there(
        engines,
        operator,
        agent["id"],
        [(noon - 3600 * SECOND, "ready"), (noon + 1800 * SECOND, "break"), (noon + 5400 * SECOND, "offline")],
    )
    # Four each on their own, and two within the conversation of another: one of these gave up.
    for number in range(4):
        await spoke(engines, operator.slug, number, noon + number * 200 * SECOND, timedelta())
    await spoke(engines, operator.slug, 4, noon + 640 * SECOND, 50 * SECOND)
    await leave_a_lost_call(
        engines, operator.slug, ago=datetime.now(UTC) - (noon + 650 * SECOND), waited_s=30
    )
    # Neither of the day.
    await leave_a_lost_call(engines, operator.slug, ago=timedelta(minutes=2))
    await spoke(engines, operator.slug, 9, noon - timedelta(days=1), timedelta())

    admin = await sign_in("admin")
    [queue] = await admin.get("/api/queues")
    ask: dict[str, Any] = {
        "day": str(noon.astimezone(ZONE).date()),
        "code": queue["code"],
        "settings": queue["settings"],
    }
    same = await admin.must("POST", "/api/queues/replay", ask)
    assert (same["contacts"], same["agents"]) == (6, 1)
    was = same["was"]["queue"]
    assert (was["offered"], round(was["abandonment"] * 6), round(was["service_level"] * 6)) == (6, 1, 4)
    assert same["was"]["all"] == was
    # An hour and a half there, seven and a half minutes of it in conversation.
    assert round(same["was"]["occupancy"], 4) == round(450 / 5400, 4)
    assert same["live"] == same["draft"]
    assert same["live"]["queue"]["offered"] == 6
    assert round(same["live"]["queue"]["abandonment"] * 6) == 1

    # Nobody may answer who is there: everybody is lost. And a softer target counts for what was, too.
    others = [member for member in queue["settings"]["members"] if member != str(agent["id"])]
    draft = queue["settings"] | {"members": others, "target_s": 60}
    found = await admin.must("POST", "/api/queues/replay", ask | {"settings": draft})
    assert found["draft"]["queue"]["abandonment"] == 1.0
    assert round(found["was"]["queue"]["service_level"] * 6) == 5
    assert round(found["live"]["queue"]["service_level"] * 6) == 5
    assert (await admin.get("/api/queues"))[0]["version"] == queue["version"], "nothing is changed"


async def test_what_cannot_be_played(operator: Operator, sign_in: SignIn) -> None:
    admin, supervisor = await sign_in("admin"), await sign_in("supervisor")
    [queue] = await admin.get("/api/queues")
    today = str(datetime.now(ZONE).date())
    ask = {"day": today, "code": queue["code"], "settings": queue["settings"]}
    status, problem = await admin.refused("POST", "/api/queues/replay", ask)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/day")
    empty = await admin.must("POST", "/api/queues/replay", ask | {"day": "2020-01-01"})
    assert (empty["contacts"], empty["was"]["queue"], empty["was"]["occupancy"]) == (0, None, None)
    status, problem = await supervisor.refused("POST", "/api/queues/replay", ask)
    assert problem["type"] == "/problems/right-missing"
