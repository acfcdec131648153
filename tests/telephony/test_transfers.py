"""Callers who are passed on: who hears whom in every phase, and that nobody is ever lost."""

import asyncio
from typing import Any

import pytest
from tests.support.agents import AgentAtWork, Refused
from tests.support.callers import Callers, is_silent, tone_level_db
from tests.support.conversations import (
    CALLER_HZ,
    FIRST_HZ,
    HEARD_DB,
    OUTSIDE,
    OUTSIDE_HZ,
    SECOND_HZ,
    hear_each_other,
    hears_music,
    talking,
)
from tests.support.ogg import decode_ogg
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team


async def shares(agent: AgentAtWork, interaction_id: str) -> list[dict[str, Any]]:
    shown = await agent.ask("GET", f"/api/interactions/{interaction_id}")
    return list(shown["handlings"])


async def test_to_a_colleague(callers: Callers, team: Team) -> None:
    """Music while the colleague rings; then the two talk while the first is at the work after the call."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    assert first.interaction is not None
    interaction_id = first.interaction["id"]
    await hear_each_other(call, first, FIRST_HZ)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    assert second.phone is not None
    second.phone.answers = False
    await first.transfer("agent", second.id)
    await first.until_state("wrap_up")
    await second.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == "ringing")
    await hears_music(call, FIRST_HZ)
    assert second.interaction is not None
    assert second.interaction["passed"]["by"]["id"] == first.id
    await second.phone.answer()
    await second.until_state("talking")
    await hear_each_other(call, second, SECOND_HZ)
    assert tone_level_db(call.sound(0.8), FIRST_HZ) < HEARD_DB - 20
    assert first.state == "wrap_up"
    assert first.interaction is not None
    assert (first.interaction["state"], first.interaction["end_reason"]) == ("wrap_up", "transferred")

    await first.wrap_up(note="Перевела")
    await first.until_state("ready")
    assert second.state == "talking"
    await call.hang_up()
    await second.until_state("wrap_up")
    await second.wrap_up(note="Решил")
    await second.until_state("ready")

    shown = await first.ask("GET", f"/api/interactions/{interaction_id}")
    assert [one["id"] for one in shown["agents"]] == [first.id, second.id]
    assert [one["outcome"] for one in shown["handlings"]] == ["transferred", "caller_hung_up"]
    assert [one["note"] for one in shown["handlings"]] == ["Перевела", "Решил"]
    assert all(one["talk_s"] > 1 and one["wrap_up_s"] > 0 for one in shown["handlings"])
    assert [segment["kind"] for segment in shown["segments"]] == [
        *("flow", "queue", "ring", "talk", "ring", "talk", "wrap_up")
    ]
    assert (await second.ask("GET", "/api/interactions?mine=true"))["items"][0]["id"] == interaction_id
    assert (await first.ask("GET", "/api/interactions?mine=true"))["items"][0]["id"] == interaction_id
    outsider = await team.agent(2, tone_hz=2300, ready=False)
    with pytest.raises(Refused):
        await outsider.ask("GET", f"/api/interactions/{interaction_id}")

    async def stored() -> str | None:
        audio = (await first.ask("GET", f"/api/interactions/{interaction_id}"))["audio"]
        return str(audio["id"]) if audio["state"] == "stored" else None

    _, ogg = await first.read(f"/api/recordings/{await eventually(stored, within_s=15, every_s=0.2)}/audio")
    _, right = decode_ogg(ogg)
    half = len(right) // 2
    assert tone_level_db(right[:half], FIRST_HZ) > HEARD_DB - 10
    assert tone_level_db(right[half:], SECOND_HZ) > HEARD_DB - 10


@pytest.mark.parametrize("how", ["rejects", "does not answer"])
async def test_a_colleague_who_does_not_take_it_gives_it_back(callers: Callers, team: Team, how: str) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    assert second.phone is not None
    second.phone.answers = False
    await first.transfer("agent", second.id)
    await second.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == "ringing")
    if how == "rejects":
        await second.order("reject")
    await first.until(
        lambda desk: (desk["interaction"] or {}).get("passed") and desk["agent"]["state"] == "talking", 12
    )
    assert first.interaction is not None
    reason = "rejected" if how == "rejects" else "ring_no_answer"
    assert first.interaction["passed"]["failed"] == reason
    await second.until_state("not_answering")
    await hear_each_other(call, first, FIRST_HZ)
    assert [one["outcome"] for one in await shares(first, first.interaction["id"])] == [
        *("returned", reason, None)
    ]


async def test_back_to_the_old_place_in_the_queue_when_who_passed_on_is_not_free(
    callers: Callers, team: Team
) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    assert first.interaction is not None
    interaction_id = first.interaction["id"]
    second = await team.agent(1, tone_hz=SECOND_HZ)
    assert second.phone is not None
    second.phone.answers = False
    await first.transfer("agent", second.id)
    await first.until_state("wrap_up")
    await first.wrap_up(next_="offline")
    await first.until_state("offline")
    later = await callers.call(team.operator.number, "+992900000779", tone_hz=500)
    await later.answered()
    await second.until_state("not_answering", within_s=12)
    await hears_music(call, FIRST_HZ, SECOND_HZ)
    third = await team.agent(2, tone_hz=SECOND_HZ)
    await third.until_state("talking")
    assert third.interaction is not None
    assert third.interaction["id"] == interaction_id, "the place in line was lost"
    await hear_each_other(call, third, SECOND_HZ)


async def test_to_another_queue_and_to_an_entry_point(stack: Stack, callers: Callers) -> None:
    operator = await make_operator(
        stack,
        agents=2,
        queues=[{"members": [0]}, {"members": [1], "greeting": ["hello", "one-moment-please"]}],
    )
    team = Team(stack, operator)
    try:
        first = await team.agent(0, tone_hz=FIRST_HZ)
        call = await talking(callers, first, operator.number)
        targets = await first.ask("GET", "/api/desk/targets")
        other = next(queue for queue in targets["queues"] if queue["name"] == "Очередь 1")
        await first.transfer("queue", other["id"])
        await first.until_state("wrap_up")
        await hears_music(call, FIRST_HZ)
        second = await team.agent(1, tone_hz=SECOND_HZ)
        await second.until_state("talking")
        await hear_each_other(call, second, SECOND_HZ)
        assert first.state == "wrap_up"
        await first.wrap_up()
        await first.until_state("ready")
        entry = next(entry for entry in targets["entry_points"] if entry["number"] == operator.numbers[0])
        await second.transfer("entry_point", entry["id"])
        await first.until_state("talking")
        await hear_each_other(call, first, FIRST_HZ)
        assert second.state == "wrap_up"
    finally:
        await team.close()


async def test_to_a_number_outside(stack: Stack, callers: Callers, carrier: Callers, team: Team) -> None:
    """The number sees the operator's; caller and number hear each other, the agent neither; it is not recorded."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    assert first.interaction is not None
    interaction_id = first.interaction["id"]
    await asyncio.sleep(1.5)
    await first.transfer("number", OUTSIDE)
    await first.until_state("wrap_up")
    taken = await eventually(lambda: carrier.taken.get(OUTSIDE), within_s=5, what="a call to the number")
    assert carrier.presented[OUTSIDE] == team.operator.number
    await taken.answered()
    await asyncio.sleep(1.5)
    assert tone_level_db(call.sound(0.8), OUTSIDE_HZ) > HEARD_DB
    assert tone_level_db(taken.sound(0.8), CALLER_HZ) > HEARD_DB
    assert tone_level_db(taken.sound(0.8), FIRST_HZ) < HEARD_DB - 20
    await asyncio.sleep(1.5)
    await taken.hang_up()
    await call.ended(5)
    await first.wrap_up()
    await first.until_state("ready")

    async def over() -> dict[str, Any] | None:
        shown = await first.ask("GET", f"/api/interactions/{interaction_id}")
        return shown if shown["audio"]["state"] == "stored" else None

    shown: dict[str, Any] = await eventually(over, within_s=15, every_s=0.2, what="a stored recording")
    assert (shown["end_reason"], shown["state"]) == ("outside_hung_up", "closed")
    assert [segment["kind"] for segment in shown["segments"]][:6] == [
        *("flow", "queue", "ring", "talk", "dial", "outside")
    ]
    _, ogg = await first.read(f"/api/recordings/{shown['audio']['id']}/audio")
    left, right = decode_ogg(ogg)
    assert tone_level_db(left[:8000], CALLER_HZ) > HEARD_DB
    assert is_silent(left[-8000:])
    assert is_silent(right[-8000:])


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [(486, "busy"), (603, "refused"), (404, "no_such_number"), (503, "network_busy")],
)
async def test_a_number_outside_that_cannot_be_had_gives_the_caller_back(
    callers: Callers, carrier: Callers, team: Team, behaviour: int, outcome: str
) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    carrier.behaviour[OUTSIDE] = behaviour
    await first.transfer("number", OUTSIDE)
    await first.until(
        lambda desk: (
            ((desk["interaction"] or {}).get("passed") or {}).get("failed") == outcome
            and desk["agent"]["state"] == "talking"
        )
    )
    await hear_each_other(call, first, FIRST_HZ)
    assert first.interaction is not None
    assert first.interaction["recording"] == "on"


async def test_what_is_another_operators_is_unknown(stack: Stack, callers: Callers, team: Team) -> None:
    """And what cannot be done is refused before anything is done: the two go on talking."""
    other = Team(stack, await make_operator(stack, agents=1))
    try:
        stranger = await other.agent(0)
        first = await team.agent(0, tone_hz=FIRST_HZ)
        call = await talking(callers, first, team.operator.number)
        theirs = await stranger.ask("GET", "/api/desk/targets")
        own = await first.ask("GET", "/api/desk/targets")
        assert stranger.id not in str(own)
        for to, target in (
            ("agent", stranger.id),
            ("queue", theirs["queues"][0]["id"]),
            ("entry_point", theirs["entry_points"][0]["id"]),
        ):
            with pytest.raises(Refused) as refused:
                await first.transfer(to, target)
            assert refused.value.status == 404
        with pytest.raises(Refused) as refused:
            await first.transfer("agent", first.id)
        assert refused.value.document["type"].endswith("transfer-target-not-free")
        for number in ("+99", "sip:x@y", "+992 900", "112;x"):
            with pytest.raises(Refused) as refused:
                await first.transfer("number", number)
            assert refused.value.status == 422
        await hear_each_other(call, first, FIRST_HZ)
    finally:
        await other.close()
