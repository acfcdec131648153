"""Routing rules in real calls: who calls decides queue and agent, which is said; and without Postgres."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.agents import AgentAtWork
from tests.support.callers import Callers
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

from ovoz.contact_center.switchboard.contracts import fact_place

VALUED, TAJIK, STRANGER = "+992900000778", "+992900000779", "+992900000780"
VALUED_NAME = "Ценный Абонент"
CALLER_HZ = 440


@pytest.fixture
async def routed(stack: Stack) -> AsyncIterator[Team]:
    """Agent 0 answers the first queue, agent 1 the second and the first; agent 0 alone speaks Tajik; no greeting."""
    operator = await make_operator(
        stack,
        agents=2,
        queues=[{"greeting": []}, {"greeting": [], "members": [1]}],
        subscribers=[
            {"number": VALUED, "name": VALUED_NAME, "vip": True},
            {"number": TAJIK, "name": "Абонент Тоҷик", "language": "tg"},
        ],
        routing={
            "rules": [
                {"name": "VIP", "when": {"vip": True}, "then": {"queue": "q1", "head_start_s": 60}},
                {
                    "name": "Свои",
                    "when": {"languages": ["tg"]},
                    "then": {"prefer": "last_agent", "prefer_wait_s": 60},
                },
            ]
        },
    )
    team = Team(stack, operator)
    try:
        yield team
    finally:
        await team.close()


async def serve(agent: AgentAtWork, callers: Callers, number: str, caller: str) -> dict[str, Any]:
    """The whole call, up to the agent's being ready again; the interaction as the desk had it."""
    call = await callers.call(number, caller, tone_hz=CALLER_HZ)
    await agent.until_state("talking")
    shown = dict(agent.interaction or {})
    await call.hang_up()
    await agent.until_state("wrap_up")
    await agent.wrap_up()
    await agent.until_state("ready")
    return shown


async def test_the_caller_decides_queue_and_agent_which_is_kept(callers: Callers, routed: Team) -> None:
    first, second = await routed.agent(0), await routed.agent(1)
    number = routed.operator.numbers[0]
    shown = await serve(second, callers, number, VALUED)
    assert shown["queue"]["name"] == "Очередь 1"
    assert shown["routed"]["rules"] == [
        {
            "rule": "VIP",
            "because": [{"attribute": "vip", "value": "yes"}],
            "decided": ["queue", "head_start"],
        }
    ]
    history = await second.ask("GET", "/api/interactions?mine=true")
    one = await second.ask("GET", f"/api/interactions/{history['items'][0]['id']}")
    told = {event["type"]: event["params"] for event in one["timeline"]}
    assert told["calls.call_queued.v1"]["routed"]["rules"][0]["rule"] == "VIP"
    assert told["calls.call_offered.v1"]["routed"]["rules"][0]["rule"] == "VIP"
    # What was known of them is kept for days that are played again, and for nobody's eyes.
    assert "known" not in told["calls.call_queued.v1"]
    [fact] = await routed.stack.rows(
        routed.operator.slug, "SELECT id, data FROM event_log WHERE type = 'calls.call_queued.v1'"
    )
    keys = await routed.stack.field_keys(routed.operator.tenant_id)
    assert "vip" not in str(fact["data"]["known"])
    assert keys.open_json(fact["data"]["known"], fact_place("known"), fact["id"]) == {
        "queue": "q0",
        "led_to": "q1",
        "profile": {"vip": True},
    }

    # Whoever talked to the caller last has them again, though the other has worked less.
    await second.choose("break", reason="lunch")
    await serve(first, callers, number, TAJIK)
    await second.choose("ready")
    await second.until_state("ready")
    shown = await serve(first, callers, number, TAJIK)
    assert (shown["why"]["by"], shown["why"]["preferred"]) == ("preferred", "last_agent")
    assert shown["routed"]["waits_for"] == [{"why": "last_agent", "wait_s": 60}]


async def test_without_postgres_a_caller_is_routed_as_unknown_and_not_kept_waiting(
    stack: Stack, callers: Callers, routed: Team
) -> None:
    agent = await routed.agent(0)
    # The switchboard has the operator's rules before Postgres goes.
    await serve(agent, callers, routed.operator.numbers[0], STRANGER)
    await stack.supervisor.stop_unit("postgres")
    try:
        call = await callers.call(routed.operator.numbers[0], VALUED, tone_hz=CALLER_HZ)
        await call.answered()
        await eventually(
            lambda: agent.desk["queues"][0]["waiting"] == 1, within_s=5, what="a waiting caller in the queue"
        )
    finally:
        stack.supervisor.resume("postgres")
    await stack.supervisor.wait_ready("postgres", "switchboard")
    await agent.until_state("talking", within_s=30)
    assert agent.interaction is not None
    assert agent.interaction["queue"]["name"] == "Очередь 0"
    assert agent.interaction["routed"]["unknown"] == "unavailable"
    # Who it is, is read once it can be.
    await agent.until(lambda desk: desk["interaction"]["caller"]["name"] == VALUED_NAME)
    await call.hang_up()
