"""Calls that agents make: to a number outside, to each other; who hears whom, and what is said when nobody answers."""

import asyncio
from typing import Any

import pytest
from tests.support.agents import AgentAtWork, Refused
from tests.support.callers import Call, Callers
from tests.support.conversations import FIRST_HZ, OUTSIDE, OUTSIDE_HZ, SECOND_HZ, everybody_hears
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.support.web import Someone
from tests.telephony.conftest import Team
from tests.telephony.test_leaving_aside import nothing_is_open


async def calls(agent: AgentAtWork, **who: str) -> None:
    await agent.ask("POST", "/api/desk/calls", who)


async def rings(carrier: Callers) -> Call:
    taken: Call = await eventually(lambda: carrier.taken.get(OUTSIDE), within_s=8, what="a call outside")
    return taken


async def test_a_number_outside_is_called(stack: Stack, carrier: Callers, team: Team) -> None:
    """It rings in the agent's ear, then the two talk; hold, asking aside and the work after it are as with a caller."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    carrier.behaviour[OUTSIDE] = "ring"
    await calls(first, to="number", number=OUTSIDE)
    outside = await rings(carrier)
    assert carrier.presented[OUTSIDE] == team.operator.number
    await first.until(lambda desk: desk["interaction"]["state"] == "calling")
    assert first.interaction is not None
    assert (first.interaction["direction"], first.interaction["caller"]["number"]) == ("outbound", OUTSIDE)
    await everybody_hears({first: "ringing"})
    # The page is loaded anew while it rings there.
    assert first.phone is not None
    await first.phone.bye()
    await first.phone.close()
    await first.take_phone(FIRST_HZ, answers=False)
    carrier.answer(OUTSIDE)
    await first.until(lambda desk: desk["interaction"]["state"] == "talking")
    await everybody_hears({first: {OUTSIDE_HZ}, outside: {FIRST_HZ}})
    await first.order("hold")
    await everybody_hears({outside: "music"})
    await first.order("resume")
    second = await team.agent(1, tone_hz=SECOND_HZ)
    await first.consult("agent", second.id)
    await second.until_state("talking")
    await everybody_hears({outside: "music", first: {SECOND_HZ}, second: {FIRST_HZ}})
    await first.order("complete")
    await everybody_hears({outside: {SECOND_HZ}, second: {OUTSIDE_HZ}})
    await outside.hang_up()
    for agent in (first, second):
        await agent.until_state("wrap_up")
        await agent.wrap_up()
    await nothing_is_open(stack, team.operator.slug)
    [shown] = (await first.ask("GET", "/api/interactions"))["items"]
    assert (shown["direction"], shown["entry_number"], shown["recording"]) == (
        *("outbound", team.operator.number, "none"),
    )
    assert [one["id"] for one in shown["agents"]] == [first.id, second.id]


async def test_the_number_that_is_set_is_presented_from_the_next_call_on(
    stack: Stack, carrier: Callers
) -> None:
    """The first of the operator's, until another is chosen on the screen: nothing is started again."""
    operator = await make_operator(stack, agents=1, queues=[{}, {}], others=("admin",))
    admin = Someone(stack.settings.ports.http, operator.slug)
    team = Team(stack, operator)
    try:
        await admin.sign_in(f"admin@{operator.slug}.test")
        first = await team.agent(0, tone_hz=FIRST_HZ)
        epoch = first.desk["epoch"]
        for version, chosen in ((0, None), (1, operator.numbers[1]), (2, None)):
            if version:
                body = {"caller_number": chosen, "recording_pause_s": 120}
                await admin.must("PUT", "/api/calling-rules", body, If_Match=f'"{version}"')
                # The switchboard hears of it at the commit; that is some milliseconds of reading away.
                await asyncio.sleep(1)
            await calls(first, to="number", number=OUTSIDE)
            outside = await rings(carrier)
            assert carrier.presented[OUTSIDE] == (chosen or operator.number)
            await first.until(lambda desk: desk["interaction"]["state"] == "talking")
            await outside.hang_up()
            await first.until_state("wrap_up")
            await first.wrap_up()
            carrier.taken.pop(OUTSIDE)
        assert first.desk["epoch"] == epoch
    finally:
        await team.close()
        await admin.close()


@pytest.mark.parametrize(
    ("behaviour", "outcome"), [(486, "busy"), (404, "no_such_number"), ("ring", "agent_hung_up")]
)
async def test_a_number_that_is_not_reached(
    stack: Stack, carrier: Callers, team: Team, behaviour: Any, outcome: str
) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    carrier.behaviour[OUTSIDE] = behaviour
    await calls(first, to="number", number=OUTSIDE)
    if behaviour == "ring":
        outside = await rings(carrier)
        await first.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == "calling")
        await first.order("hang-up")
        await outside.ended()
    await first.until_state("wrap_up")
    assert first.interaction is not None
    assert first.interaction["end_reason"] == outcome
    await first.wrap_up()
    await first.until_state("ready")
    await nothing_is_open(stack, team.operator.slug)


async def test_a_colleague_is_called(stack: Stack, carrier: Callers, team: Team) -> None:
    """Rejected, then answered, both pages loaded anew, a third joined, and the last one is free."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    assert second.phone is not None
    second.phone.answers = False
    await calls(first, to="agent", id=second.id)
    await second.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == "ringing")
    assert second.interaction is not None
    assert (second.interaction["direction"], second.interaction["guest_of"]["id"]) == ("internal", first.id)
    await everybody_hears({first: "ringing"})
    await second.order("reject")
    await first.until_state("wrap_up")
    assert first.interaction is not None
    assert first.interaction["end_reason"] == "rejected"
    await first.wrap_up()
    with pytest.raises(Refused) as refused:
        await calls(first, to="agent", id=second.id)
    assert refused.value.document["type"].endswith("transfer-target-not-free")

    await second.choose("ready")
    second.phone.answers = True
    await calls(first, to="agent", id=second.id)
    await second.until_state("talking")
    await everybody_hears({first: {SECOND_HZ}, second: {FIRST_HZ}})
    await second.phone.bye()
    await second.phone.close()
    await second.take_phone(SECOND_HZ, answers=False)
    await everybody_hears({first: {SECOND_HZ}, second: {FIRST_HZ}})
    await first.consult("number", OUTSIDE)
    outside = await rings(carrier)
    await first.until(lambda desk: any(one["state"] == "talking" for one in first.parties if one["number"]))
    await first.order("join")
    await everybody_hears(
        {first: {SECOND_HZ, OUTSIDE_HZ}, second: {FIRST_HZ, OUTSIDE_HZ}, outside: {FIRST_HZ, SECOND_HZ}}
    )
    await outside.hang_up()
    await second.order("hang-up")
    await first.until_state("wrap_up")
    await second.until_state("ready")
    await first.wrap_up()
    await nothing_is_open(stack, team.operator.slug)


async def test_the_switchboard_is_killed_while_it_rings_outside(
    stack: Stack, carrier: Callers, team: Team
) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    carrier.behaviour[OUTSIDE] = "ring"
    await stack.until_two_switchboards()
    await calls(first, to="number", number=OUTSIDE)
    outside = await rings(carrier)
    epoch = first.desk["epoch"]
    stack.kill_switchboard()
    carrier.answer(OUTSIDE)
    await first.until(lambda desk: desk["epoch"] > epoch and desk["phone"]["available"], within_s=25)
    await everybody_hears({first: {OUTSIDE_HZ}, outside: {FIRST_HZ}})
    await first.order("hang-up")
    await outside.ended()
    await first.wrap_up()
    await nothing_is_open(stack, team.operator.slug)
