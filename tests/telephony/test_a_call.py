"""One call from the carrier to an agent's phone and into the history."""

import asyncio

import pytest
from tests.support.agents import AgentAtWork, Refused
from tests.support.callers import Callers, is_silent, longest_gap_ms, tone_level_db
from tests.support.ogg import decode_ogg
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

CALLER_HZ, AGENT_HZ = 440, 1000
KNOWN, UNKNOWN = "+992900000777", "+992900000778"
HEARD_DB = -30.0


async def test_from_the_greeting_to_the_recording(stack: Stack, callers: Callers, team: Team) -> None:
    """Both hear each other, music on hold, the digit arrives, and the recording has each in its channel."""
    agent = await team.agent(tone_hz=AGENT_HZ, ready=False)
    call = await callers.call(team.operator.number, KNOWN, tone_hz=CALLER_HZ)
    await call.answered()
    await eventually(lambda: _waiting(agent) == 1, within_s=5, what="a waiting caller in the queue's figures")
    await asyncio.sleep(1)
    music = call.sound(0.8)
    assert not is_silent(music)
    assert tone_level_db(music, AGENT_HZ) < HEARD_DB

    await agent.choose("ready")
    await agent.until_state("talking")
    assert agent.seen[-2:] == ["ringing", "talking"]
    assert agent.interaction is not None
    assert agent.interaction["caller"] == {"number": KNOWN, "hidden": False, "name": "Известный Абонент"}
    await asyncio.sleep(2)
    assert tone_level_db(agent.call.sound(1.5), CALLER_HZ) > HEARD_DB
    assert tone_level_db(call.sound(1.5), AGENT_HZ) > HEARD_DB
    assert longest_gap_ms(call.sound(1.5), AGENT_HZ) < 200

    await agent.order("hold")
    await asyncio.sleep(1.2)
    on_hold = call.sound(0.8)
    assert not is_silent(on_hold)
    assert tone_level_db(on_hold, AGENT_HZ) < HEARD_DB - 20
    await agent.order("resume")
    await call.press("5", ms=80)
    await asyncio.sleep(1.5)
    assert tone_level_db(call.sound(1), AGENT_HZ) > HEARD_DB

    await agent.order("hang-up")
    await agent.until_state("wrap_up")
    await call.ended(5)
    await agent.wrap_up(note="Объяснила тариф")
    await agent.until_state("ready")

    shown = await agent.ask("GET", "/api/interactions?mine=true")
    interaction = await agent.ask("GET", f"/api/interactions/{shown['items'][0]['id']}")
    assert (interaction["end_reason"], interaction["note"]) == ("agent_hung_up", "Объяснила тариф")
    assert interaction["disposition"] == "resolved"
    assert [segment["kind"] for segment in interaction["segments"]] == [
        *("flow", "queue", "ring", "talk", "hold", "talk", "wrap_up")
    ]
    ends = [segment["ended_at"] for segment in interaction["segments"][:-1]]
    assert ends == [segment["started_at"] for segment in interaction["segments"][1:]], (
        "a hole in the timeline"
    )
    assert "calls.digit_pressed.v1" in [event["type"] for event in interaction["timeline"]]

    audio = await _stored(agent, interaction["id"])
    status, ogg = await agent.read(f"/api/recordings/{audio['id']}/audio")
    assert status == 200
    left, right = decode_ogg(ogg)
    assert tone_level_db(left, CALLER_HZ) > HEARD_DB > -50 > tone_level_db(left, AGENT_HZ)
    assert tone_level_db(right, AGENT_HZ) > HEARD_DB > -50 > tone_level_db(right, CALLER_HZ)
    assert longest_gap_ms(left[8000:-8000], CALLER_HZ) < 200
    status, part = await agent.read(f"/api/recordings/{audio['id']}/audio", Range="bytes=1000-1999")
    assert (status, part) == (206, ogg[1000:2000])


async def test_the_desk_knows_before_it_rings(callers: Callers, team: Team) -> None:
    agent = await team.agent()
    seen: list[str] = []
    assert agent.phone is not None
    agent.phone.answers = False
    await callers.call(team.operator.number, KNOWN, tone_hz=CALLER_HZ)

    def watch() -> bool:
        if agent.interaction and (not seen or seen[-1] != agent.interaction["state"]):
            seen.append(agent.interaction["state"])
        return "ringing" in seen

    await eventually(watch, within_s=8, every_s=0.001)
    assert seen == ["announced", "ringing"]


async def test_a_call_that_nobody_takes_goes_on(callers: Callers, team: Team) -> None:
    """Ring no answer: the next agent gets it, the first has a state that says why and must press Ready again."""
    first = await team.agent(0)
    assert first.phone is not None
    first.phone.answers = False
    await callers.call(team.operator.number, UNKNOWN, tone_hz=CALLER_HZ)
    await first.until_state("ringing")
    second = await team.agent(1)
    await first.until_state("not_answering", within_s=8)
    assert first.desk["agent"]["reason"] == "ring_no_answer"
    await second.until_state("talking")
    await first.choose("ready")
    await first.until_state("ready")


async def test_a_rejected_call_goes_on(callers: Callers, team: Team) -> None:
    first = await team.agent(0)
    assert first.phone is not None
    first.phone.answers = False
    await callers.call(team.operator.number, UNKNOWN, tone_hz=CALLER_HZ)
    await first.until(lambda desk: desk["interaction"] and desk["interaction"]["state"] == "ringing")
    second = await team.agent(1)
    await first.order("reject")
    await first.until_state("not_answering")
    assert first.desk["agent"]["reason"] == "rejected"
    await second.until_state("talking")


async def test_a_break_asked_for_during_a_call_comes_after_it(callers: Callers, team: Team) -> None:
    agent = await team.agent()
    call = await callers.call(team.operator.number, UNKNOWN, tone_hz=CALLER_HZ)
    await agent.until_state("talking")
    await agent.choose("break", "lunch")
    await agent.until(lambda desk: desk["agent"]["next"] == {"state": "break", "reason": "lunch"})
    assert agent.state == "talking"
    await call.hang_up()
    await agent.until_state("wrap_up")
    await agent.ask(
        "POST",
        f"/api/desk/interactions/{agent.interaction['id'] if agent.interaction else ''}/wrap-up",
        {"disposition": "resolved", "note": "", "next": "break", "reason": "lunch"},
    )
    await agent.until_state("break")


async def test_calls_go_by_head_start_and_wait_to_who_is_free(stack: Stack, callers: Callers) -> None:
    operator = await make_operator(stack, agents=2, queues=[{}, {"priority": 60}])
    team = Team(stack, operator)
    try:
        plain, important = operator.numbers
        for number, caller in (
            (plain, "+992900000801"),
            (plain, "+992900000802"),
            (important, "+992900000803"),
        ):
            await (await callers.call(number, caller, tone_hz=CALLER_HZ)).answered()
        await asyncio.sleep(2)
        first = await team.agent(0)
        await first.until_state("talking")
        second = await team.agent(1)
        await second.until_state("talking")
        assert first.interaction is not None
        assert second.interaction is not None
        assert first.interaction["caller"]["number"] == "+992900000803"
        assert second.interaction["caller"]["number"] == "+992900000801"
        # The second is idle longer than the first when the third call is to be given away.
        await second.order("hang-up")
        await second.wrap_up(next_="offline")
        await second.choose("ready")
        await second.until(
            lambda desk: (desk["interaction"] or {}).get("caller", {}).get("number") == "+992900000802"
        )
    finally:
        await team.close()


async def test_limits_are_polite_and_stay_at_home(stack: Stack, callers: Callers) -> None:
    """One operator's full house is announced and let go; the other operator's callers notice nothing."""
    small = await make_operator(stack, agents=1, max_calls=2)
    other = await make_operator(stack, agents=1)
    for _ in range(2):
        await (await callers.call(small.number, UNKNOWN, tone_hz=CALLER_HZ)).answered()
    turned_away = await callers.call(small.number, UNKNOWN, tone_hz=CALLER_HZ)
    await turned_away.answered()
    await asyncio.sleep(1.5)
    assert not is_silent(turned_away.sound(1)), "the announcement"
    welcome = await callers.call(other.number, UNKNOWN, tone_hz=CALLER_HZ)
    await welcome.answered()
    await turned_away.ended(12)
    assert not welcome.is_over

    async def over() -> list[str]:
        # The caller is let go before the journal has written it.
        rows = await stack.rows(small.slug, "SELECT end_reason FROM interaction WHERE end_reason IS NOT NULL")
        return [row["end_reason"] for row in rows]

    assert await eventually(over, within_s=3) == ["over_limit"]


async def test_two_operators_do_not_meet(stack: Stack, callers: Callers) -> None:
    """Each operator's agent talks to its own caller, and can neither see nor steer what is the other's."""
    teams = [Team(stack, await make_operator(stack, agents=1)) for _ in range(2)]
    try:
        agents = [await team.agent(0, tone_hz=hertz) for team, hertz in zip(teams, (1000, 1700), strict=True)]
        calls = [
            await callers.call(team.operator.number, f"+99290000090{index}", tone_hz=hertz)
            for index, (team, hertz) in enumerate(zip(teams, (440, 600), strict=True))
        ]
        for agent in agents:
            await agent.until_state("talking")
        await asyncio.sleep(2)
        for agent, call, own, other in zip(agents, calls, (440, 600), (600, 440), strict=True):
            assert (
                tone_level_db(agent.call.sound(1), own) > HEARD_DB > tone_level_db(agent.call.sound(1), other)
            )
            assert call.is_answered
        mine, theirs = (agent.interaction["id"] for agent in agents if agent.interaction)
        for verb in ("hang-up", "hold", "resume", "reject"):
            with pytest.raises(Refused) as refused:
                await agents[0].ask("POST", f"/api/desk/interactions/{theirs}/{verb}")
            assert refused.value.status in (404, 409)
        with pytest.raises(Refused) as refused:
            await agents[0].ask("GET", f"/api/interactions/{theirs}")
        assert refused.value.status == 404
        assert agents[1].state == "talking"
        assert mine != theirs
        assert {row["id"] for row in (await agents[0].ask("GET", "/api/interactions"))["items"]} == {mine}
    finally:
        for team in teams:
            await team.close()


def _waiting(agent: AgentAtWork) -> int:
    return sum(queue["waiting"] for queue in agent.desk["queues"])


async def _stored(agent: AgentAtWork, interaction_id: str) -> dict[str, object]:
    async def stored() -> dict[str, object] | None:
        audio: dict[str, object] = (await agent.ask("GET", f"/api/interactions/{interaction_id}"))["audio"]
        return audio if audio["state"] == "stored" else None

    found: dict[str, object] = await eventually(stored, within_s=15, every_s=0.2, what="a stored recording")
    return found
