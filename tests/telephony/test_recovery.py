"""What dies comes back, and nobody notices more than they must."""

import asyncio
import itertools
import time
from datetime import datetime
from typing import Any

import pytest
from tests.support.agents import AgentAtWork, Refused
from tests.support.asterisk_record import AsteriskRecord
from tests.support.callers import Call, Callers, is_silent, longest_gap_ms, tone_level_db
from tests.support.operators import make_operator
from tests.support.sipp import Sipp
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

HEARD_DB = -30.0
CONVERSATIONS = 20


async def test_the_switchboard_is_killed_during_twenty_conversations(stack: Stack, callers: Callers) -> None:
    """Audio goes on, every channel is adopted within 5 s, the timelines agree with SIPp's and Asterisk's records."""
    operator = await make_operator(stack, agents=CONVERSATIONS + 3)
    team = Team(stack, operator)
    trunk = stack.endpoints.sip_trunk
    try:
        for index in range(CONVERSATIONS):
            await team.agent(index, tone_hz=500 + 50 * index)
        async with AsteriskRecord(stack.endpoints.ari_url) as asterisk:
            sipp = await Sipp.start(
                trunk=(trunk.host, trunk.port, trunk.key),
                to=operator.number,
                callers=[f"+9929010000{index:02}" for index in range(CONVERSATIONS)],
                rate=5,
                stay_s=40,
            )
            for agent in team.agents:
                await agent.until_state("talking", within_s=20)
            leaving_agent = await team.agent(CONVERSATIONS, tone_hz=2300)
            staying_agent = await team.agent(CONVERSATIONS + 1, tone_hz=2500)
            leaver = await callers.call(operator.number, "+992901000090", tone_hz=440)
            await leaving_agent.until_state("talking")
            stayer = await callers.call(operator.number, "+992901000091", tone_hz=600)
            await staying_agent.until_state("talking")
            await asyncio.sleep(1.5)

            killed_at = time.monotonic()
            stack.kill_switchboard()
            left_at = await _leave(leaver)
            newcomer = await callers.call(operator.number, "+992901000092", tone_hz=700)
            await _until_adopted(stack, calls=CONVERSATIONS + 2)
            adopted_s = time.monotonic() - killed_at
            print(f"adopted after {adopted_s:.2f} s")
            assert adopted_s < 5

            # Audio: the stayer hears the agent without a gap through all of it; the echoes reach the agents.
            await asyncio.sleep(1)
            _without_gap(stayer, staying_agent, 2500, killed_at - 1)
            for index, agent in enumerate(team.agents[:CONVERSATIONS]):
                assert tone_level_db(agent.call.sound(2), 500 + 50 * index) > HEARD_DB

            # Who arrived in between hears music, and is served.
            await newcomer.answered(within_s=8)
            last = await team.agent(CONVERSATIONS + 2, tone_hz=2700)
            await last.until_state("talking", within_s=10)
            assert last.interaction is not None
            assert last.interaction["caller"]["number"] == "+992901000092"

            # The one who left meanwhile is known to have left, late.
            await leaving_agent.until_state("wrap_up")
            # Desks work again: an order is carried out by the new switchboard.
            await team.agents[0].order("hold")
            await team.agents[0].until(lambda desk: desk["interaction"]["state"] == "held")

            for call in (stayer, newcomer):
                await call.hang_up()
            assert await sipp.finished(60) == 0, sipp.errors()
            for agent in team.agents:
                await agent.until_state("wrap_up", within_s=10)
            await asyncio.sleep(0.5)
        records = sipp.read_records()
        assert len(records) == CONVERSATIONS
        rows = await stack.rows(
            operator.slug,
            "SELECT i.id, i.sip_call_id, i.caller_pseudonym, i.ended_at, i.end_reason, l.id AS channel,"
            " l.started_at AS leg_started, l.ended_at AS leg_ended, l.observed_late FROM interaction i"
            " JOIN leg l ON l.interaction_id = i.id AND l.party = 'caller'",
        )
        assert len(rows) == CONVERSATIONS + 3
        by_call_id = {row["sip_call_id"]: row for row in rows}
        for call_id, record in records.items():
            row = by_call_id[call_id]
            assert record.answered_at is not None
            assert record.ended_at is not None
            assert abs(row["leg_started"].timestamp() - record.answered_at) < 0.5
            assert abs(row["ended_at"].timestamp() - record.ended_at) < 0.5
        for row in rows:
            assert abs(row["leg_started"].timestamp() - asterisk.created[row["channel"]]) < 5
            if not row["observed_late"]:
                assert abs(row["leg_ended"].timestamp() - asterisk.destroyed[row["channel"]]) < 0.5
        late = [row for row in rows if row["observed_late"]]
        keys = await stack.field_keys(operator.tenant_id)
        assert [row["caller_pseudonym"] for row in late] == [keys.pseudonym("+992901000090")]
        assert late[0]["ended_at"].timestamp() >= left_at
        await _timelines_without_holes(stack, operator.slug)
    finally:
        await team.close()


async def test_asterisk_is_killed(stack: Stack, callers: Callers, team: Team) -> None:
    """Every call ends with the reason `media_lost`, agents are free, phones are back within 10 s."""
    talking = await team.agent(0)
    call = await callers.call(team.operator.number, "+992902000001")
    await talking.until_state("talking")
    ready = await team.agent(1)
    assert call.is_answered
    old_lines = [agent.phone for agent in (talking, ready)]
    stack.kill("asterisk")
    killed = time.monotonic()
    await talking.until_state("wrap_up", within_s=10)
    for agent, phone in zip((talking, ready), old_lines, strict=True):
        assert phone is not None
        await eventually(lambda phone=phone: phone.lost, within_s=10, what="the line's end")
        await _register_again(agent, within_s=10 - (time.monotonic() - killed))
    print(f"phones are back after {time.monotonic() - killed:.2f} s")
    assert time.monotonic() - killed < 10
    rows = await stack.rows(team.operator.slug, "SELECT end_reason FROM interaction")
    assert [row["end_reason"] for row in rows] == ["media_lost"]
    await talking.wrap_up(next_="offline")
    await ready.until(lambda desk: desk["phone"]["registered"])
    if ready.state != "ready":
        await ready.choose("ready")
    await callers.call(team.operator.number, "+992902000002")
    await ready.until_state("talking")


@pytest.mark.parametrize("killed_too", [False, True], ids=["alone", "and the switchboard is killed"])
async def test_postgres_is_away_for_twenty_seconds(
    stack: Stack, callers: Callers, team: Team, killed_too: bool
) -> None:
    """Conversations go on; the facts are written when it is back, in order."""
    first, second = await team.agent(0, tone_hz=1000), await team.agent(1, tone_hz=1700)
    staying = await callers.call(team.operator.number, "+992903000001", tone_hz=440)
    await first.until_state("talking")
    leaving = await callers.call(team.operator.number, "+992903000002", tone_hz=600)
    await second.until_state("talking")

    await stack.supervisor.stop_unit("postgres")
    away_since = time.time()
    await asyncio.sleep(1)
    await first.order("hold")
    await asyncio.sleep(1)
    await first.order("resume")
    await leaving.hang_up()
    await second.until_state("wrap_up")
    if killed_too:
        await asyncio.sleep(2)
        stack.kill_switchboard()
    await asyncio.sleep(max(0.0, 20 - (time.time() - away_since)))
    _without_gap(staying, first, 1000, time.monotonic() - 10)
    stack.supervisor.resume("postgres")
    await stack.supervisor.wait_ready("postgres", "switchboard")

    async def written() -> bool:
        rows = await stack.rows(
            team.operator.slug, "SELECT 1 FROM interaction WHERE ended_at IS NOT NULL AND state = 'wrap_up'"
        )
        return len(rows) == 1

    await eventually(written, within_s=10, every_s=0.2, what="the facts of the outage in Postgres")
    await first.until_state("talking")
    facts = await stack.rows(
        team.operator.slug,
        "SELECT e.type, e.at FROM event_log e JOIN interaction i ON i.id = e.interaction_id"
        " WHERE i.caller_pseudonym = :caller ORDER BY e.seq",
        caller=(await stack.field_keys(team.operator.tenant_id)).pseudonym("+992903000001"),
    )
    kinds = [fact["type"] for fact in facts]
    assert kinds.index("calls.call_held.v1") < kinds.index("calls.call_resumed.v1")
    assert [fact["at"] for fact in facts] == sorted(fact["at"] for fact in facts)
    held = next(fact["at"] for fact in facts if fact["type"] == "calls.call_held.v1")
    assert 0 < held.timestamp() - away_since < 3, "the time of the fact, not of its writing"
    await staying.hang_up()
    await first.until_state("wrap_up")
    await _timelines_without_holes(stack, team.operator.slug)


async def test_redis_is_flushed_and_restarted(stack: Stack, callers: Callers, team: Team) -> None:
    """Desks miss a message at most, and have the truth again by themselves."""
    from redis.asyncio import from_url

    agent = await team.agent()
    await callers.call(team.operator.number, "+992904000001")
    await agent.until_state("talking")
    redis = from_url(stack.endpoints.redis_url)
    await redis.flushall()
    await redis.aclose()
    stack.kill("valkey")
    await agent.order("hold")
    await agent.until(lambda desk: desk["interaction"]["state"] == "held", within_s=12)
    await agent.order("hang-up")
    await agent.until_state("wrap_up", within_s=12)


async def test_the_api_is_restarted(stack: Stack, callers: Callers, team: Team) -> None:
    """A conversation outlives the web address; the desk and the phone are back afterwards."""
    agent = await team.agent(tone_hz=1000)
    call = await callers.call(team.operator.number, "+992905000001", tone_hz=440)
    await agent.until_state("talking")
    await asyncio.sleep(1.5)
    stack.kill("api")
    killed = time.monotonic()
    await stack.supervisor.wait_ready("api")
    await eventually(lambda: agent.phone is not None and agent.phone.lost, within_s=5, what="the line's end")
    await _register_again(agent, within_s=10)
    await agent.until(lambda desk: desk["phone"]["registered"])
    assert agent.state == "talking"
    await asyncio.sleep(0.5)
    _without_gap(call, agent, 1000, killed - 1)
    await agent.order("hang-up")
    await agent.until_state("wrap_up")


async def test_a_reloaded_page_is_back_in_the_conversation(callers: Callers, team: Team) -> None:
    """The caller hears music, and within 3 s the new page's phone, which nobody had to answer."""
    agent = await team.agent(tone_hz=1000)
    call = await callers.call(team.operator.number, "+992906000001", tone_hz=440)
    await agent.until_state("talking")
    await asyncio.sleep(1)
    assert agent.phone is not None
    await agent.phone.bye()
    await asyncio.sleep(0.6)
    in_between = call.sound(0.3)
    await agent.phone.close()
    reloaded = time.monotonic()
    await agent.take_phone(1300, answers=False)
    await eventually(
        lambda: tone_level_db(call.sound(0.3), 1300) > HEARD_DB, within_s=3, what="the new phone"
    )
    print(f"back after {time.monotonic() - reloaded:.2f} s")
    assert not is_silent(in_between)
    assert tone_level_db(in_between, 1000) < HEARD_DB
    await asyncio.sleep(0.8)
    assert agent.call.is_rejoin
    assert agent.state == "talking"
    assert tone_level_db(agent.call.sound(0.5), 440) > HEARD_DB


async def test_after_a_take_over_a_phone_that_goes_is_missed(stack: Stack, team: Team) -> None:
    """What the successor writes into Asterisk leaves the watch on the phones' lines alone."""
    agent = await team.agent(tone_hz=1000)
    await stack.until_two_switchboards()
    stack.kill_switchboard()
    await stack.until_two_switchboards()
    await eventually(lambda: _is_reconciled(stack), within_s=10, what="the successor at work")
    assert agent.phone is not None
    await agent.phone.close()
    await agent.until(lambda desk: not desk["phone"]["registered"], within_s=5)


async def test_a_second_browser_takes_the_phone(stack: Stack, callers: Callers, team: Team) -> None:
    """The newest browser has the phone; the older one's password is not right any more."""
    agent = await team.agent(tone_hz=1000)
    old = agent.phone
    await agent.take_phone(1300)
    assert old is not None
    old.registered.clear()
    await old._register()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(old.registered.wait(), 1.5)
    await callers.call(team.operator.number, "+992907000001")
    await agent.until_state("talking")
    assert len(old.calls) == 0
    await old.close()


async def _leave(call: Call) -> float:
    await call.hang_up()
    return time.time() - 0.1


async def _is_reconciled(stack: Stack) -> bool:
    return bool((await stack.internal_health()).get("media") == "ok")


async def _until_adopted(stack: Stack, calls: int) -> None:
    async def adopted() -> bool:
        health = await stack.internal_health()
        return health.get("calls", 0) >= calls and health.get("media") == "ok"

    await eventually(adopted, within_s=15, what="every call adopted")


def _without_gap(call: Call, agent: AgentAtWork, hertz: float, since: float) -> None:
    """The caller hears the agent's tone without a gap over 200 ms, but for what the test's own phone left out."""
    until = time.monotonic() - 0.1
    gap = longest_gap_ms(call.sound_between(since, until), hertz)
    own = max(phone_call.longest_pause_ms(since, until) for phone_call in agent.conversations)
    print(f"longest gap {gap} ms; the phone's own longest pause {own} ms")
    assert gap < 200 + max(0, own - 20)


async def _register_again(agent: AgentAtWork, within_s: float) -> None:
    """As the desk does: a new phone until one registers."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            await agent.take_phone(1000)
            return
        except (Refused, OSError, AssertionError, TimeoutError, Exception) as error:
            if time.monotonic() > deadline:
                raise AssertionError(f"not registered within {within_s:.1f} s: {error!r}") from error
            await asyncio.sleep(0.3)


async def _timelines_without_holes(stack: Stack, slug: str) -> None:
    rows = await stack.rows(
        slug,
        "SELECT interaction_id, kind, started_at, ended_at FROM segment ORDER BY interaction_id, ordinal",
    )
    for _, group in itertools.groupby(rows, key=lambda row: row["interaction_id"]):
        segments: list[dict[str, Any]] = list(group)
        assert segments[0]["kind"] == "flow"
        for earlier, later in itertools.pairwise(segments):
            ended: datetime = earlier["ended_at"]
            assert ended == later["started_at"], "a hole in the timeline"
