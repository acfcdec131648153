"""A recorded day played with a draft of the routing rules, over HTTP: from what is kept of how callers came."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.integration.queues.conftest import SignIn
from tests.integration.queues.test_replays import SECOND, is_there, spoke
from tests.integration.queues.test_routing_rules import VIP, put
from tests.support.journal import ZONE, yesterday
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone

AT = "/api/routing-rules/replay"
MINUTE = 60 * SECOND


async def played(admin: Someone, at: datetime, *rules: dict[str, Any], **settings: Any) -> dict[str, Any]:
    ask = {"day": str(at.astimezone(ZONE).date()), "settings": {"rules": rules} | settings}
    found: dict[str, Any] = await admin.must("POST", AT, ask)
    return found


async def a_busy_quarter(engines: Stack, operator: Operator, noon: datetime) -> UUID:
    """One agent, and three callers within one conversation: nobody knows of the second, the third is a VIP."""
    [agent, *_] = await engines.rows(
        operator.slug, "SELECT id FROM user_account WHERE is_agent ORDER BY email"
    )
    await is_there(
        engines, operator, agent["id"], [(noon - MINUTE, "ready"), (noon + 15 * MINUTE, "offline")]
    )
    dialled = {"entry_number": operator.number}
    come = {"queue": "q0"}
    for place, (known, since, waited) in enumerate(
        (
            (come | {"profile": {}}, 0, 0),
            (None, 50, 40),
            (come | {"profile": {"vip": True, "region": "Согд"}, "last_agent": str(agent["id"])}, 55, 125),
        )
    ):
        at = noon + since * SECOND
        await spoke(engines, operator.slug, place, at, waited * SECOND, known=known, **dialled)
    return UUID(str(agent["id"]))


async def test_a_day_under_a_draft_of_the_rules(engines: Stack, operator: Operator, sign_in: SignIn) -> None:
    noon = yesterday(12)
    await a_busy_quarter(engines, operator, noon)
    admin = await sign_in("admin")
    before = await admin.get("/api/routing-rules")

    same = await played(admin, noon)
    assert (same["contacts"], same["unknown"], same["agents"]) == (3, 1, 1)
    assert (same["live"], same["otherwise"], same["moved"], same["rules"], same["queues"]) == (
        *(same["draft"], 0, 0, [], []),
    )
    assert same["was"]["all"]["offered"] == same["live"]["all"]["offered"] == 3

    found = await played(admin, noon, VIP)
    assert (found["live"], found["was"]) == (same["live"], same["was"])
    assert (found["otherwise"], found["moved"]) == (1, 0)
    [rule] = found["rules"]
    assert (rule["rule"], rule["held"], rule["decided"]) == ("VIP", 1, 1)
    # The second waits for the third, who came five seconds later and has a minute's start.
    assert [round(rule[run]["mean_wait_s"]) for run in ("was", "live", "draft")] == [125, 125, 35]
    assert (await admin.get("/api/routing-rules")) == before, "nothing is changed"

    # Beside the rules in force: what is saved is no draft any more.
    await put(admin, VIP, version="*")
    assert (await played(admin, noon, VIP))["otherwise"] == 0
    gone = await played(admin, noon)
    assert (gone["otherwise"], gone["draft"]) == (1, same["live"])


async def test_a_draft_that_leads_elsewhere(engines: Stack, port: int) -> None:
    operator = await make_operator(
        engines, agents=2, queues=[{"members": [0]}, {"members": [1]}], others=("admin",)
    )
    noon = yesterday(12)
    await a_busy_quarter(engines, operator, noon)
    admin = Someone(port, operator.slug)
    await admin.sign_in(f"admin@{operator.slug}.test")
    led = VIP | {"then": {"queue": "q1"}}
    found = await played(admin, noon, led)
    assert (found["otherwise"], found["moved"]) == (1, 1)
    assert [(one["queue"]["code"], one["live"] is None, one["draft"] is None) for one in found["queues"]] == [
        ("q0", False, False),
        ("q1", True, False),
    ]
    assert found["queues"][1]["draft"]["abandonment"] == 1.0, "nobody of that queue was there"
    by_number = {"name": "Линия", "when": {"dialled": [operator.number]}, "then": {"queue": "q1"}}
    assert (await played(admin, noon, by_number))["moved"] == 3, "the number counts for the unknown too"
    await admin.close()


async def test_what_cannot_be_played(operator: Operator, sign_in: SignIn) -> None:
    admin, supervisor = await sign_in("admin"), await sign_in("supervisor")
    today, rules = datetime.now(ZONE), {"rules": [VIP]}
    status, problem = await admin.refused("POST", AT, {"day": str(today.date()), "settings": rules})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/day")
    day = str((today - timedelta(days=1)).date())
    unsound = {"rules": [VIP, VIP | {"name": "Ещё"}]}
    status, problem = await admin.refused("POST", AT, {"day": day, "settings": unsound})
    assert (status, problem["type"]) == (422, "/problems/routing-rules-invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/settings/rules/1"]
    status, problem = await supervisor.refused("POST", AT, {"day": day, "settings": rules})
    assert problem["type"] == "/problems/right-missing"
    empty = await admin.must("POST", AT, {"day": "2020-01-01", "settings": rules})
    assert (empty["contacts"], empty["unknown"], empty["was"]["occupancy"]) == (0, 0, None)
    assert (empty["rules"][0]["held"], empty["rules"][0]["draft"]) == (0, None)
