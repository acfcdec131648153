"""Somebody is asked aside, joined, left with the caller: who hears whom in every phase, with real audio."""

import asyncio
import time
from datetime import datetime
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
    everybody_hears,
    talking,
)
from tests.support.ogg import decode_ogg
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.support.web import Someone
from tests.telephony.conftest import Team


async def asked(agent: AgentAtWork, state: str) -> None:
    await agent.until(lambda desk: any(one["state"] == state for one in agent.parties))


async def test_a_colleague_is_asked_and_takes_the_caller(callers: Callers, team: Team) -> None:
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    assert first.interaction is not None
    interaction_id = first.interaction["id"]
    second = await team.agent(1, tone_hz=SECOND_HZ)
    assert second.phone is not None
    second.phone.answers = False
    await first.consult("agent", second.id)
    await asked(first, "ringing")
    await second.until(lambda desk: desk["agent"]["state"] == "ringing")
    assert second.interaction is not None
    assert second.interaction["guest_of"]["id"] == first.id
    await everybody_hears({call: "music", first: "ringing"})
    for verb in ("swap", "join", "complete", "resume"):
        with pytest.raises(Refused):
            await first.order(verb)
    with pytest.raises(Refused):
        await first.transfer("agent", second.id)

    await second.phone.answer()
    await second.until_state("talking")
    await everybody_hears({call: "music", first: {SECOND_HZ}, second: {FIRST_HZ}})
    for verb in ("hold", "complete", "join"):
        with pytest.raises(Refused):
            await second.order(verb)
    await first.order("swap")
    await everybody_hears({call: {FIRST_HZ}, first: {CALLER_HZ}, second: "music"})
    await first.order("swap")
    await everybody_hears({call: "music", first: {SECOND_HZ}, second: {FIRST_HZ}})
    await first.order("complete")
    await first.until_state("wrap_up")
    await everybody_hears({call: {SECOND_HZ}, second: {CALLER_HZ}})
    assert second.interaction["guest_of"] is None
    assert second.interaction["passed"]["by"]["id"] == first.id

    await first.wrap_up(note="Спросила")
    await first.until_state("ready")
    await call.hang_up()
    await second.until_state("wrap_up")
    await second.wrap_up(note="Решил")
    await second.until_state("ready")
    shown = await first.ask("GET", f"/api/interactions/{interaction_id}")
    assert [one["outcome"] for one in shown["handlings"]] == ["transferred", "caller_hung_up"]
    assert all(one["talk_s"] > 1 for one in shown["handlings"])
    assert [segment["kind"] for segment in shown["segments"]] == [
        *("flow", "queue", "ring", "talk", "hold", "talk", "hold", "talk", "talk", "wrap_up")
    ]
    told = [event["type"].split(".")[1] for event in shown["timeline"]]
    assert [one for one in told if "consult" in one or "party" in one or "transferred" in one] == [
        *("consultation_started", "consultation_answered", "party_joined", "call_transferred")
    ]


@pytest.mark.parametrize(
    ("to", "how", "outcome"),
    [
        ("agent", "rejects", "rejected"),
        ("queue", "does not answer", "ring_no_answer"),
        ("number", 486, "busy"),
        ("number", "comes back", "let_go"),
    ],
)
async def test_who_is_asked_does_not_come(
    callers: Callers, carrier: Callers, team: Team, to: str, how: Any, outcome: str
) -> None:
    """The caller hears music until the agent says otherwise, and nobody is lost."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    second = await team.agent(1, tone_hz=SECOND_HZ)
    assert second.phone is not None
    second.phone.answers = False
    carrier.behaviour[OUTSIDE] = how if isinstance(how, int) else "ring"
    queue = (await first.ask("GET", "/api/desk/targets"))["queues"][0]["id"]
    await first.consult(to, {"agent": second.id, "queue": queue, "number": OUTSIDE}[to])
    if how == "rejects":
        await second.until(lambda desk: desk["agent"]["state"] == "ringing")
        await second.order("reject")
    if how == "comes back":
        await eventually(lambda: carrier.taken.get(OUTSIDE), within_s=5)
        await first.order("return")
    else:
        await first.until(lambda desk: desk["interaction"]["state"] == "held" and not first.parties, 12)
        await everybody_hears({call: "music"})
        assert first.interaction is not None
        assert first.interaction["missed"]["outcome"] == outcome
        await first.order("resume")
    await everybody_hears({call: {FIRST_HZ}, first: {CALLER_HZ}})
    assert first.interaction is not None
    assert first.interaction["recording"] == "on"
    shown = await first.ask("GET", f"/api/interactions/{first.interaction['id']}")
    assert [one["params"]["outcome"] for one in shown["timeline"] if "consultation_ended" in one["type"]] == [
        outcome
    ]
    if to != "number":
        assert second.state == "not_answering"


async def test_three_and_four_in_one_conversation(callers: Callers, carrier: Callers, team: Team) -> None:
    """Outside and a colleague are joined one after the other; the agent leaves, and the last two go on."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    assert first.interaction is not None
    interaction_id = first.interaction["id"]
    await asyncio.sleep(1)
    await first.consult("number", OUTSIDE)
    await asked(first, "talking")
    outside = carrier.taken[OUTSIDE]
    assert carrier.presented[OUTSIDE] == team.operator.number
    await everybody_hears({call: "music", first: {OUTSIDE_HZ}, outside: {FIRST_HZ}})
    await first.order("join")
    await everybody_hears(
        {
            call: {FIRST_HZ, OUTSIDE_HZ},
            first: {CALLER_HZ, OUTSIDE_HZ},
            outside: {CALLER_HZ, FIRST_HZ},
        }
    )
    # Who is outside was not told that it is recorded.
    await first.until(lambda desk: desk["interaction"]["recording"] == "paused")
    with pytest.raises(Refused):
        await first.order("hold")

    second = await team.agent(1, tone_hz=SECOND_HZ)
    await first.consult("agent", second.id)
    await second.until_state("talking")
    await everybody_hears({call: {OUTSIDE_HZ}, outside: {CALLER_HZ}, first: {SECOND_HZ}, second: {FIRST_HZ}})
    await first.order("join")
    voices = {CALLER_HZ, FIRST_HZ, SECOND_HZ, OUTSIDE_HZ}
    await everybody_hears(
        {
            call: voices - {CALLER_HZ},
            first: voices - {FIRST_HZ},
            second: voices - {SECOND_HZ},
            outside: voices - {OUTSIDE_HZ},
        }
    )
    party = next(one for one in first.parties if one["number"] == OUTSIDE)
    await first.ask("DELETE", f"/api/desk/interactions/{interaction_id}/parties/{party['id']}")
    await outside.ended()
    await everybody_hears(
        {call: {FIRST_HZ, SECOND_HZ}, first: {CALLER_HZ, SECOND_HZ}, second: {CALLER_HZ, FIRST_HZ}}
    )
    assert first.interaction["recording"] == "on"
    await first.order("complete")
    await first.until_state("wrap_up")
    await everybody_hears({call: {SECOND_HZ}, second: {CALLER_HZ}})
    await asyncio.sleep(1)
    await second.order("hang-up")
    await call.ended()
    await second.until_state("wrap_up")
    await first.wrap_up()
    await second.wrap_up()

    async def stored() -> dict[str, Any] | None:
        shown = await first.ask("GET", f"/api/interactions/{interaction_id}")
        return shown if shown["audio"]["state"] == "stored" else None

    shown: dict[str, Any] = await eventually(stored, within_s=15, every_s=0.2, what="a stored recording")
    told = [one["params"] for one in shown["timeline"] if "party" in one["type"]]
    assert [one.get("agent_name") or one["dialled"] for one in told] == [
        *(OUTSIDE, second.desk["agent"]["name"], OUTSIDE)
    ]
    _, ogg = await first.read(f"/api/recordings/{shown['audio']['id']}/audio")
    left, right = decode_ogg(ogg)
    assert tone_level_db(right, OUTSIDE_HZ) < HEARD_DB - 10
    assert tone_level_db(left[-8000:-800], CALLER_HZ) > HEARD_DB
    assert tone_level_db(right[-8000:-800], SECOND_HZ) > HEARD_DB - 10


async def test_a_pause_of_the_recording_ends_by_itself_after_the_limit_that_is_set(
    stack: Stack, callers: Callers
) -> None:
    """A pause that has begun keeps the limit it began with; the next one has the new."""
    operator = await make_operator(stack, agents=1, others=("admin",))
    admin = Someone(stack.settings.ports.http, operator.slug)
    team = Team(stack, operator)

    async def set_limit(version: int, pause_s: int) -> None:
        body = {"caller_number": None, "recording_pause_s": pause_s}
        await admin.must("PUT", "/api/calling-rules", body, If_Match=f'"{version}"')
        await asyncio.sleep(1)

    async def paused(agent: AgentAtWork) -> float:
        await agent.order("recording/pause")
        await agent.until(lambda desk: desk["interaction"]["recording"] == "paused")
        assert agent.interaction is not None
        until = datetime.fromisoformat(agent.interaction["recording_paused_until"])
        return (until - datetime.fromisoformat(agent.desk["at"])).total_seconds()

    try:
        await admin.sign_in(f"admin@{operator.slug}.test")
        first = await team.agent(0, tone_hz=FIRST_HZ)
        call = await talking(callers, first, operator.number)
        assert await paused(first) == pytest.approx(120, abs=2)
        await set_limit(1, 10)
        assert first.interaction is not None
        assert first.interaction["recording"] == "paused"
        await first.order("recording/resume")
        assert await paused(first) == pytest.approx(10, abs=2)
        begun = time.monotonic()
        await first.until(lambda desk: desk["interaction"]["recording"] == "on", within_s=15)
        assert 8 < time.monotonic() - begun < 13
        await call.hang_up()
    finally:
        await team.close()
        await admin.close()


async def test_the_recording_is_silent_while_a_card_is_read_out(callers: Callers, team: Team) -> None:
    """By hand, by its limit, and marked where it may be heard later."""
    first = await team.agent(0, tone_hz=FIRST_HZ)
    call = await talking(callers, first, team.operator.number)
    assert first.interaction is not None
    interaction_id = first.interaction["id"]
    await asyncio.sleep(1.5)
    await first.order("recording/pause")
    await first.until(lambda desk: desk["interaction"]["recording"] == "paused")
    assert first.interaction["recording_paused_until"] is not None
    with pytest.raises(Refused):
        await first.order("recording/pause")
    await everybody_hears({call: {FIRST_HZ}, first: {CALLER_HZ}})
    await asyncio.sleep(1)
    await first.order("recording/resume")
    await first.until(lambda desk: desk["interaction"]["recording"] == "on")
    await asyncio.sleep(1.5)
    await call.hang_up()
    await first.until_state("wrap_up")
    await first.wrap_up()

    async def stored() -> dict[str, Any] | None:
        shown = await first.ask("GET", f"/api/interactions/{interaction_id}")
        return shown if shown["audio"]["state"] == "stored" else None

    shown: dict[str, Any] = await eventually(stored, within_s=15, every_s=0.2, what="a stored recording")
    [gap] = shown["audio"]["gaps"]
    _, ogg = await first.read(f"/api/recordings/{shown['audio']['id']}/audio")
    for side, hertz in zip(decode_ogg(ogg), (CALLER_HZ, FIRST_HZ), strict=True):
        begin, end = (int(gap[key] * 8000) for key in ("from_s", "until_s"))
        assert is_silent(side[begin + 1600 : end - 1600])
        assert tone_level_db(side[begin - 6400 : begin - 1600], hertz) > HEARD_DB - 10
        assert tone_level_db(side[end + 3200 : end + 8000], hertz) > HEARD_DB - 10
