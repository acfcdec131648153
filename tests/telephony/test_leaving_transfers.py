"""Whoever hangs up, or dies, while a caller is passed on: the rest goes on, and everybody is free in the end."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.agents import AgentAtWork, Refused
from tests.support.callers import Call, Callers, tone_level_db
from tests.support.conversations import (
    CALLER_HZ,
    FIRST_HZ,
    HEARD_DB,
    OUTSIDE,
    OUTSIDE_HZ,
    SECOND_HZ,
    hear_each_other,
    talking,
)
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team


@dataclass(frozen=True)
class Leaving:
    """In `phase` this `party` hangs up."""

    phase: str
    party: str
    reason: str


LEAVING = (
    Leaving("ringing", "caller", "left_after_transfer"),
    Leaving("queue", "caller", "left_after_transfer"),
    Leaving("dialling", "caller", "left_after_transfer"),
    Leaving("outside", "caller", "caller_hung_up"),
    Leaving("outside", "outside", "outside_hung_up"),
    Leaving("second", "caller", "caller_hung_up"),
    Leaving("second", "agent", "agent_hung_up"),
)


@pytest.mark.parametrize("killed", [False, True], ids=["", "switchboard killed"])
@pytest.mark.parametrize("case", LEAVING, ids=lambda case: f"{case.phase}: {case.party}")
async def test_whoever_hangs_up_after_a_transfer(
    stack: Stack, callers: Callers, carrier: Callers, case: Leaving, killed: bool
) -> None:
    """Also while no switchboard is there to see it: what is left is found, and everybody is free."""
    operator = await make_operator(stack, agents=2, queues=[{"members": [0]}, {"members": [1]}])
    team = Team(stack, operator)
    try:
        first = await team.agent(0, tone_hz=FIRST_HZ)
        call = await talking(callers, first, operator.number)
        second = await team.agent(1, tone_hz=SECOND_HZ, ready=case.phase in ("ringing", "second"))
        assert second.phone is not None
        second.phone.answers = case.phase == "second"
        carrier.behaviour[OUTSIDE] = "ring" if case.phase == "dialling" else "answer"
        # After many kills in a row the supervisor takes up to half a minute: longer than anything rings.
        within_s = 40 if killed else 10
        if killed:
            await stack.until_two_switchboards()
        await bring_to(case.phase, first, second, carrier)
        if killed:
            stack.kill_switchboard()
        if case.party == "outside":
            await carrier.taken[OUTSIDE].hang_up()
        elif case.party == "caller":
            await call.hang_up()
        else:
            await eventually(lambda: hung_up(second), within_s=25, every_s=0.2, what="an order that is taken")
        await call.ended(within_s)
        if case.phase in ("dialling", "outside"):
            await carrier.taken[OUTSIDE].ended(within_s)
        if case.phase == "second":
            await second.until_state("wrap_up")
            await second.wrap_up()
        await second.until(lambda desk: desk["interaction"] is None)
        await wrapped(first)

        async def closed() -> dict[str, Any] | None:
            [row] = await stack.rows(operator.slug, "SELECT state, end_reason FROM interaction")
            return row if row["state"] == "closed" else None

        row: dict[str, Any] = await eventually(closed, within_s=5, what="a closed interaction")
        assert row["end_reason"] == case.reason
        assert await stack.rows(operator.slug, "SELECT 1 FROM handling WHERE closed_at IS NULL") == []
        assert await stack.rows(operator.slug, "SELECT 1 FROM segment WHERE ended_at IS NULL") == []
        assert await stack.rows(operator.slug, "SELECT 1 FROM leg WHERE ended_at IS NULL") == []
    finally:
        await team.close()


async def hung_up(agent: AgentAtWork) -> bool:
    try:
        await agent.order("hang-up")
    except Refused as refused:
        if refused.status == 503:
            return False
        raise
    return True


async def wrapped(agent: AgentAtWork) -> None:
    async def done() -> bool:
        try:
            await agent.wrap_up()
        except Refused as refused:
            if refused.status == 503:
                return False
            raise
        return True

    await eventually(done, within_s=25, every_s=0.2, what="work after the call that is taken")
    await agent.until_state("ready")


async def bring_to(phase: str, first: AgentAtWork, second: AgentAtWork, carrier: Callers) -> None:
    if phase in ("ringing", "second"):
        await first.transfer("agent", second.id)
        wanted = "ringing" if phase == "ringing" else "talking"
        await second.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == wanted)
    elif phase == "queue":
        targets = await first.ask("GET", "/api/desk/targets")
        await first.transfer(
            "queue", next(one["id"] for one in targets["queues"] if one["name"] == "Очередь 1")
        )
    else:
        await first.transfer("number", OUTSIDE)
        taken: Call = await eventually(lambda: carrier.taken.get(OUTSIDE), within_s=5)
        if phase == "outside":
            await taken.answered()
    await first.until_state("wrap_up")
    await asyncio.sleep(0.5)


@pytest.mark.parametrize("phase", ["ringing", "queue", "dialling", "outside", "second"])
async def test_the_switchboard_is_killed_in_every_phase_and_the_transfer_goes_on(
    stack: Stack, callers: Callers, carrier: Callers, phase: str
) -> None:
    operator = await make_operator(stack, agents=2, queues=[{"members": [0]}, {"members": [1]}])
    team = Team(stack, operator)
    try:
        first = await team.agent(0, tone_hz=FIRST_HZ)
        call = await talking(callers, first, operator.number)
        second = await team.agent(1, tone_hz=SECOND_HZ, ready=phase in ("ringing", "second"))
        assert second.phone is not None
        second.phone.answers = phase != "ringing"
        carrier.behaviour[OUTSIDE] = "ring" if phase == "dialling" else "answer"
        # The supervisor may take longer to start the second one than anything rings.
        await stack.until_two_switchboards()
        await bring_to(phase, first, second, carrier)
        epoch = first.desk["epoch"]
        stack.kill_switchboard()
        if phase == "dialling":
            carrier.answer(OUTSIDE)
        await first.until(lambda desk: desk["epoch"] > epoch and desk["phone"]["available"], within_s=25)
        if phase == "ringing":
            await second.phone.answer()
        if phase == "queue":
            await second.until(lambda desk: desk["phone"]["available"] and desk["phone"]["registered"])
            await second.choose("ready")
        if phase in ("dialling", "outside"):
            await asyncio.sleep(2)
            assert tone_level_db(call.sound(0.8), OUTSIDE_HZ) > HEARD_DB
            assert tone_level_db(carrier.taken[OUTSIDE].sound(0.8), CALLER_HZ) > HEARD_DB
        else:
            await second.until_state("talking", within_s=10)
            await hear_each_other(call, second, SECOND_HZ)
        await call.hang_up()
        await wrapped(first)
    finally:
        await team.close()
