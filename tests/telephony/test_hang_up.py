"""Whoever hangs up, at whatever stage: nothing is left over, everybody is free, and the timeline says what happened."""

import asyncio
import itertools
from dataclasses import dataclass

import pytest
from tests.support.agents import AgentAtWork
from tests.support.callers import Call, Callers
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

KNOWN = "+992900000777"


@dataclass(frozen=True)
class Case:
    """At `stage` this `party` leaves; then the interaction ended for `reason` and its segments are `segments`."""

    stage: str
    party: str
    reason: str
    segments: tuple[str, ...]


CASES = (
    Case("greeting", "caller", "left_in_greeting", ("flow",)),
    Case("queue", "caller", "abandoned", ("flow", "queue")),
    Case("ringing", "caller", "abandoned", ("flow", "queue", "ring")),
    Case("ringing", "agent rejects", "abandoned", ("flow", "queue", "ring", "queue")),
    Case("answering", "caller", "caller_hung_up|abandoned", ()),
    Case("talking", "caller", "caller_hung_up", ("flow", "queue", "ring", "talk", "wrap_up")),
    Case("talking", "agent", "agent_hung_up", ("flow", "queue", "ring", "talk", "wrap_up")),
    Case("talking", "agent's phone", "agent_lost", ("flow", "queue", "ring", "talk", "wrap_up")),
    Case("hold", "caller", "caller_hung_up", ("flow", "queue", "ring", "talk", "hold", "wrap_up")),
    Case("hold", "agent", "agent_hung_up", ("flow", "queue", "ring", "talk", "hold", "wrap_up")),
    Case("wrap-up", "caller", "caller_hung_up", ("flow", "queue", "ring", "talk", "wrap_up")),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.stage}: {case.party}")
async def test_hang_up(stack: Stack, callers: Callers, case: Case) -> None:
    operator = await make_operator(stack, agents=1, queues=[{"greeting": ["hello", "one-moment-please"]}])
    team = Team(stack, operator)
    try:
        agent = await team.agent(ready=case.stage != "queue")
        call = await _bring_to(case.stage, agent, callers, operator.number)
        await _leave(case, call, agent)
        await _everybody_is_free(stack, case, operator.slug, call, agent)
    finally:
        await team.close()
    rows = await stack.rows(operator.slug, "SELECT id, end_reason, state FROM interaction")
    assert len(rows) == 1
    assert rows[0]["end_reason"] in case.reason.split("|")
    segments = await stack.rows(
        operator.slug, "SELECT kind, started_at, ended_at FROM segment ORDER BY ordinal"
    )
    if case.segments:
        assert tuple(segment["kind"] for segment in segments) == case.segments
    for earlier, later in itertools.pairwise(segments):
        assert earlier["ended_at"] == later["started_at"], "a hole in the timeline"
    assert all(leg["ended_at"] for leg in await stack.rows(operator.slug, "SELECT ended_at FROM leg"))


async def _bring_to(stage: str, agent: AgentAtWork, callers: Callers, number: str) -> Call:
    assert agent.phone is not None
    agent.phone.answers = stage not in ("ringing", "answering")
    call = await callers.call(number, KNOWN)
    await call.answered()
    if stage == "queue":
        await eventually(
            lambda: sum(queue["waiting"] for queue in agent.desk["queues"]) == 1, within_s=8, what="queued"
        )
    elif stage in ("ringing", "answering"):
        await agent.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == "ringing")
    elif stage != "greeting":
        await agent.until_state("talking")
    if stage == "hold":
        await agent.order("hold")
        await agent.until(lambda desk: desk["interaction"]["state"] == "held")
    if stage == "wrap-up":
        await call.hang_up()
        await agent.until_state("wrap_up")
    return call


async def _leave(case: Case, call: Call, agent: AgentAtWork) -> None:
    assert agent.phone is not None
    if case.stage == "answering":
        # The answer and the BYE are on their way at the same time.
        await asyncio.gather(agent.phone.answer(), call.hang_up())
    elif case.stage == "wrap-up":
        await agent.phone.close()
    elif case.party == "caller":
        await call.hang_up()
    elif case.party == "agent":
        await agent.order("hang-up")
    elif case.party == "agent rejects":
        await agent.order("reject")
        await agent.until_state("not_answering")
        await call.hang_up()
    else:
        # The whole browser is gone, and does not come back within the grace of 20 s.
        await agent.phone.close()


async def _everybody_is_free(stack: Stack, case: Case, slug: str, call: Call, agent: AgentAtWork) -> None:
    grace_s = 35 if case.party == "agent's phone" else 5
    await call.ended(grace_s)
    if case.stage in ("talking", "hold", "wrap-up", "answering"):
        await eventually(lambda: agent.state in ("wrap_up", "ready"), within_s=8, what="wrap-up")
        if agent.state == "wrap_up":
            await agent.wrap_up()
        await agent.until(lambda desk: desk["interaction"] is None)
    else:
        await agent.until(lambda desk: desk["interaction"] is None)

    async def no_channels() -> bool:
        return (await stack.internal_health()).get("calls") == 0

    await eventually(no_channels, within_s=5, what="no call left in the switchboard")

    async def no_legs() -> bool:
        return await stack.asterisk_channels() == []

    await eventually(no_legs, within_s=5, what="no channel left in Asterisk")

    async def closed() -> bool:
        rows = await stack.rows(slug, "SELECT state FROM interaction")
        return [row["state"] for row in rows] == ["closed"]

    await eventually(closed, within_s=5, what="the interaction closed in the database")
