"""Whoever hangs up, reloads or dies while somebody is asked aside or joined: the rest goes on, nobody is stuck."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from tests.support.agents import AgentAtWork
from tests.support.callers import Call, Callers
from tests.support.conversations import (
    CALLER_HZ,
    FIRST_HZ,
    OUTSIDE,
    OUTSIDE_HZ,
    SECOND_HZ,
    everybody_hears,
    talking,
)
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team
from tests.telephony.test_leaving_transfers import wrapped


@dataclass(frozen=True)
class Leaving:
    """In `phase` this `party` hangs up; the first agent's call is then in this `state`, or over."""

    phase: str
    party: str
    state: str | None


LEAVING = (
    Leaving("ringing", "caller", None),
    Leaving("aside", "caller", None),
    Leaving("aside", "second", "held"),
    Leaving("aside", "first", "held"),
    Leaving("swapped", "first", None),
    Leaving("joined", "caller", None),
    Leaving("joined", "second", "talking"),
    Leaving("joined", "first", None),
)


async def bring_to(phase: str, first: AgentAtWork, second: AgentAtWork) -> None:
    assert second.phone is not None
    second.phone.answers = phase != "ringing"
    await first.consult("agent", second.id)
    wanted = "ringing" if phase == "ringing" else "talking"
    await first.until(lambda desk: [one["state"] for one in first.parties] == [wanted])
    if phase in ("swapped", "joined"):
        await first.order({"swapped": "swap", "joined": "join"}[phase])
    await asyncio.sleep(0.3)


@pytest.mark.parametrize("case", LEAVING, ids=lambda case: f"{case.phase}: {case.party}")
async def test_whoever_hangs_up(stack: Stack, callers: Callers, team: Team, case: Leaving) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    await bring_to(case.phase, first, second)
    if case.party == "caller":
        await call.hang_up()
    else:
        await (first if case.party == "first" else second).order("hang-up")
    if case.state is None:
        await call.ended()
        await first.until_state("wrap_up")
    else:
        await first.until(lambda desk: desk["interaction"]["state"] == case.state and not first.parties)
        expected: dict[Call | AgentAtWork, Any] = {call: "music"}
        if case.state == "talking":
            expected = {call: {FIRST_HZ}, first: {CALLER_HZ}}
        await everybody_hears(expected)
        await call.hang_up()
    await first.until_state("wrap_up")
    # Who spoke with the caller has work after it.
    if case.phase == "joined":
        await second.until_state("wrap_up")
        await second.wrap_up()
    await second.until_state("ready")
    await first.wrap_up()
    await nothing_is_open(stack, team.operator.slug)


async def nothing_is_open(stack: Stack, slug: str) -> None:
    async def closed() -> bool:
        return not await stack.rows(slug, "SELECT 1 FROM interaction WHERE state <> 'closed'")

    await eventually(closed, within_s=5, what="a closed interaction")
    assert await stack.rows(slug, "SELECT 1 FROM handling WHERE closed_at IS NULL") == []
    assert await stack.rows(slug, "SELECT 1 FROM segment WHERE ended_at IS NULL") == []
    assert await stack.rows(slug, "SELECT 1 FROM leg WHERE ended_at IS NULL") == []


async def test_somebody_outside_hangs_up_and_the_agent_leaves_them_alone(
    stack: Stack, callers: Callers, carrier: Callers, team: Team
) -> None:
    """Asked aside: the caller waits; left with the caller: the interaction goes on without an agent to its end."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    for _ in range(2):
        await first.consult("number", OUTSIDE)
        await first.until(lambda desk: [one["state"] for one in first.parties] == ["talking"])
        if _ == 0:
            await carrier.taken[OUTSIDE].hang_up()
            await first.until(lambda desk: desk["interaction"]["state"] == "held" and not first.parties)
            await everybody_hears({call: "music"})
    outside = carrier.taken[OUTSIDE]
    await first.order("complete")
    await first.until_state("wrap_up")
    await everybody_hears({call: {OUTSIDE_HZ}, outside: {CALLER_HZ}})
    await outside.hang_up()
    await call.ended()
    await first.wrap_up()
    await nothing_is_open(stack, team.operator.slug)


async def test_both_agents_reload_their_pages(callers: Callers, team: Team) -> None:
    """Each is called back to where they were; who is left alone meanwhile hears music."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    await bring_to("aside", first, second)
    for agent, hertz, other in ((first, FIRST_HZ, second), (second, SECOND_HZ, first)):
        assert agent.phone is not None
        await agent.phone.bye()
        await agent.phone.close()
        if agent is first:
            await everybody_hears({call: "music", other: "music"})
        await agent.take_phone(hertz, answers=False)
        await agent.until(lambda desk: desk["agent"]["state"] == "talking")
        await everybody_hears({call: "music", first: {SECOND_HZ}, second: {FIRST_HZ}})
    await first.order("join")
    await everybody_hears({call: {FIRST_HZ, SECOND_HZ}, second: {FIRST_HZ, CALLER_HZ}})


@pytest.mark.parametrize("phase", ["ringing", "aside", "joined"])
async def test_the_switchboard_is_killed(stack: Stack, callers: Callers, team: Team, phase: str) -> None:
    """Everybody goes on hearing what they heard, and the next order does what it says."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    await stack.until_two_switchboards()
    await bring_to(phase, first, second)
    if phase == "joined":
        await first.order("recording/pause")
        await first.until(lambda desk: desk["interaction"]["recording"] == "paused")
    epoch = first.desk["epoch"]
    stack.kill_switchboard()
    if phase == "ringing":
        assert second.phone is not None
        await second.phone.answer()
    await first.until(lambda desk: desk["epoch"] > epoch and desk["phone"]["available"], within_s=25)
    if phase == "joined":
        assert first.interaction is not None
        assert first.interaction["recording_paused_until"] is not None
        await everybody_hears({call: {FIRST_HZ, SECOND_HZ}, first: {CALLER_HZ, SECOND_HZ}})
        await first.order("recording/resume")
        await first.until(lambda desk: desk["interaction"]["recording"] == "on")
    else:
        await second.until_state("talking")
        await everybody_hears({call: "music", first: {SECOND_HZ}, second: {FIRST_HZ}})
    await first.order("complete")
    await first.until_state("wrap_up")
    await everybody_hears({call: {SECOND_HZ}, second: {CALLER_HZ}})
    await call.hang_up()
    await wrapped(first)
    await second.until_state("wrap_up")
    await second.wrap_up()
    await nothing_is_open(stack, team.operator.slug)
