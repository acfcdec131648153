"""Closed queues and overflow with real calls: what the caller hears, where they come out, and why it says so."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.support.agents import Refused
from tests.support.callers import Callers, is_silent, tone_level_db
from tests.support.conversations import (
    CALLER,
    CALLER_HZ,
    FIRST_HZ,
    HEARD_DB,
    OUTSIDE,
    OUTSIDE_HZ,
    hear_each_other,
    hears_music,
)
from tests.support.operators import Operator, make_operator
from tests.support.prompts import ALIKE, THE_SAME, place_of, prompt
from tests.support.stack import Stack, eventually
from tests.support.web import Someone
from tests.telephony.conftest import Team

from ovoz.engines.layout import Layout


def closed_hours() -> list[dict[str, Any]]:
    """One hour of a day that is neither today nor next to it."""
    day = (datetime.now(ZoneInfo("Asia/Dushanbe")) + timedelta(days=3)).isoweekday()
    return [{"days": [day], "from": "10:00", "until": "11:00"}]


async def ended(stack: Stack, operator: Operator) -> dict[str, Any]:
    """The operator's one interaction, when it is over."""

    async def found() -> dict[str, Any] | None:
        [row] = await stack.rows(operator.slug, "SELECT state, end_reason, queue_id FROM interaction")
        return row if row["end_reason"] else None

    row: dict[str, Any] = await eventually(found, within_s=5)
    return row


async def why(stack: Stack, operator: Operator) -> list[tuple[str, str, int | None]]:
    rows = await stack.rows(
        operator.slug, "SELECT data FROM event_log WHERE type = 'calls.call_overflowed.v1' ORDER BY seq"
    )
    return [(row["data"]["target"], row["data"]["why"]["when"], row["data"]["why"]["rule"]) for row in rows]


async def test_a_closed_queue_says_so_while_an_agent_is_ready(stack: Stack, callers: Callers) -> None:
    operator = await make_operator(stack, agents=1, queues=[{"hours": closed_hours(), "greeting": []}])
    team = Team(stack, operator)
    try:
        agent = await team.agent(0)
        call = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
        await call.answered()
        await asyncio.sleep(1.5)
        assert not is_silent(call.sound(1)), "the announcement"
        await call.ended(15)
        assert (await ended(stack, operator))["end_reason"] == "closed"
        assert agent.seen == ["offline", "ready"], "nobody was rung"
        assert await why(stack, operator) == [("goodbye", "closed", None)]
    finally:
        await team.close()


async def test_it_closes_on_who_waits_and_on_nobody_who_talks(stack: Stack, callers: Callers) -> None:
    """A holiday is put down while one talks and one waits; the last agent goes home when that call is over."""
    operator = await make_operator(stack, agents=1, others=("admin",))
    admin = Someone(stack.settings.ports.http, operator.slug)
    team = Team(stack, operator)
    try:
        await admin.sign_in(f"admin@{operator.slug}.test")
        agent = await team.agent(0, tone_hz=FIRST_HZ)
        talking = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
        await agent.until_state("talking", within_s=20)
        waiting = await callers.call(operator.number, "+992900000779", tone_hz=CALLER_HZ)
        await waiting.answered()
        today = datetime.now(ZoneInfo("Asia/Dushanbe")).date()
        for day in (today, today + timedelta(days=1)):
            await admin.must("POST", "/api/holidays", {"date": day.isoformat(), "name": "Праздник"})
        await hear_each_other(talking, agent, FIRST_HZ)
        await hears_music(waiting)
        assert not waiting.is_over, "somebody is still there"
        await talking.hang_up()
        await agent.until_state("wrap_up")
        await agent.wrap_up(note="", next_="offline")
        await waiting.ended(15)

        async def both() -> list[str] | None:
            rows = await stack.rows(operator.slug, "SELECT end_reason FROM interaction ORDER BY started_at")
            reasons = [row["end_reason"] for row in rows]
            return reasons if all(reasons) else None

        assert await eventually(both, within_s=5) == ["caller_hung_up", "closed"]
    finally:
        await team.close()
        await admin.close()


async def test_the_desk_says_which_queues_are_closed_and_where_a_transfer_to_one_goes(
    stack: Stack, callers: Callers
) -> None:
    """It closes while the agent looks; with a rule that leads on, the caller can be passed on to it all the same."""
    operator = await make_operator(
        stack, agents=2, queues=[{"members": [0]}, {"members": []}, {"members": [1]}], others=("admin",)
    )
    admin = Someone(stack.settings.ports.http, operator.slug)
    team = Team(stack, operator)
    try:
        await admin.sign_in(f"admin@{operator.slug}.test")
        agent = await team.agent(0, tone_hz=FIRST_HZ)
        night = await team.agent(1, tone_hz=OUTSIDE_HZ)
        call = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
        await agent.until_state("talking", within_s=20)
        support = next(queue for queue in await admin.get("/api/queues") if queue["code"] == "q1")

        async def shown() -> tuple[Any, ...]:
            targets = await agent.ask("GET", "/api/desk/targets")
            row = next(row for row in targets["queues"] if row["id"] == support["id"])
            return row["open"], row["refuses"], row["leads_to"]

        def told(desk: dict[str, Any]) -> bool:
            return [row["open"] for row in desk["queues"] if row["id"] == support["id"]] == [False]

        assert await shown() == (True, None, None)
        today = datetime.now(ZoneInfo("Asia/Dushanbe")).date()
        for day in (today, today + timedelta(days=1)):
            holiday = {"date": day.isoformat(), "name": "Праздник", "queues": ["q1"]}
            await admin.must("POST", "/api/holidays", holiday)
        await agent.until(told, within_s=5)
        assert await shown() == (False, "queue_closed", None)
        with pytest.raises(Refused) as refused:
            await agent.transfer("queue", support["id"])
        assert refused.value.document["state"] == "queue_closed"

        rule = {"when": "closed", "then": "queue", "to": "q2"}
        await admin.must(
            "PUT",
            f"/api/queues/{support['id']}",
            support["settings"] | {"overflow": [rule], "rings": [{"after_s": 0, "everyone": True}]},
            If_Match='"1"',
        )

        async def leads_on() -> bool:
            return await shown() == (False, None, {"kind": "queue", "name": "Очередь 2"})

        await eventually(leads_on, within_s=5)
        await agent.transfer("queue", support["id"])
        await night.until_state("talking", within_s=10)
        await hear_each_other(call, night, OUTSIDE_HZ)
        assert await why(stack, operator) == [("queue", "closed", 0)]
        await call.hang_up()
    finally:
        await team.close()
        await admin.close()


async def test_the_closed_rule_leads_to_who_works_at_night(stack: Stack, callers: Callers) -> None:
    rule = {"when": "closed", "then": "queue", "to": "q1"}
    queues = [{"hours": closed_hours(), "overflow": [rule], "greeting": [], "members": []}, {"members": [0]}]
    operator = await make_operator(stack, agents=1, queues=queues)
    team = Team(stack, operator)
    try:
        agent = await team.agent(0, tone_hz=FIRST_HZ)
        call = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
        await agent.until_state("talking")
        await hear_each_other(call, agent, FIRST_HZ)
        assert agent.interaction is not None
        assert agent.interaction["queue"]["name"] == "Очередь 1"
        assert await why(stack, operator) == [("queue", "closed", 0)]
    finally:
        await team.close()


async def test_a_wait_leads_outside_though_the_switchboard_was_killed(
    stack: Stack, callers: Callers, carrier: Callers
) -> None:
    """The first number is busy, the successor goes on with the next rule: caller and number hear each other."""
    busy = "+992900000556"
    rules = [
        {"when": "wait_s", "at_least": 1, "then": "number", "to": busy},
        {"when": "wait_s", "at_least": 12, "then": "number", "to": OUTSIDE},
    ]
    operator = await make_operator(stack, agents=1, queues=[{"overflow": rules, "greeting": []}])
    carrier.behaviour[busy] = 486
    call = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
    await call.answered()
    await eventually(lambda: busy in carrier.taken, within_s=6, what="the first number is called")
    await hears_music(call, OUTSIDE_HZ)
    stack.kill_switchboard()
    await eventually(lambda: OUTSIDE in carrier.taken, within_s=25, what="the second number is called")
    assert carrier.presented[OUTSIDE] == operator.number
    await eventually(
        lambda: tone_level_db(call.sound(0.5), OUTSIDE_HZ) > HEARD_DB, within_s=5, what="the number is heard"
    )
    assert tone_level_db(carrier.taken[OUTSIDE].sound(0.5), CALLER_HZ) > HEARD_DB
    await carrier.taken[OUTSIDE].hang_up()
    await call.ended(5)
    assert (await ended(stack, operator))["end_reason"] == "outside_hung_up"
    assert await why(stack, operator) == [("number", "wait_s", 0), ("number", "wait_s", 1)]


async def test_a_call_ends_with_what_its_queue_allows(stack: Stack, callers: Callers) -> None:
    queues = [{"dispositions": ["sold"], "greeting": []}]
    operator = await make_operator(stack, agents=1, queues=queues, dispositions=["resolved", "sold"])
    team = Team(stack, operator)
    try:
        agent = await team.agent(0)
        call = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
        await agent.until_state("talking")
        await call.hang_up()
        await agent.until_state("wrap_up")
        assert agent.interaction is not None
        assert agent.interaction["dispositions"] == ["sold"]
        with pytest.raises(Refused) as refused:
            await agent.wrap_up(disposition="resolved")
        assert (refused.value.status, refused.value.document["type"]) == (
            422,
            "/problems/disposition-not-allowed",
        )
        assert refused.value.document["errors"][0]["pointer"] == "/disposition"
        assert agent.state == "wrap_up"
        await agent.wrap_up(disposition="sold")
        await agent.until_state("ready")
    finally:
        await team.close()


async def test_two_languages_and_the_queues_own_music(stack: Stack, callers: Callers) -> None:
    """What is heard is compared with the files: Russian, English, and then a piece that is not everybody's."""
    said = {"languages": ["ru", "tg", "en"], "first_after_s": 0}
    queues = [{"announcements": said, "greeting": []}, {"greeting": []}]
    operator = await make_operator(stack, agents=1, queues=queues)
    await stack.rows(operator.slug, "UPDATE queue SET music = 'light' WHERE code = 'q0' RETURNING id")
    sounds = Path(stack.endpoints.sounds_dir).parent
    call = await callers.call(operator.number, CALLER, tone_hz=CALLER_HZ)
    other = await callers.call(operator.numbers[1], "+992900000779", tone_hz=CALLER_HZ)
    await call.answered()
    await asyncio.sleep(16)
    heard = call.latest(16)
    places = []
    for path in (sounds / "ru" / "queue-youarenext.wav", next((sounds / "en").glob("queue-youarenext.*"))):
        at, alike = place_of(prompt(path), heard)
        assert alike > ALIKE, path
        places.append(at)
    assert places == sorted(places), "Russian first"
    # Nothing is said in a language that has no prompts, and nothing twice.
    first = prompt(sounds / "ru" / "queue-youarenext.wav")
    begin = int(places[0] * 8000)
    rest = np.concatenate([heard[:begin], heard[begin + len(first) :]])
    assert place_of(first, rest)[1] < ALIKE
    folder = Layout(stack.settings).music
    calm, light = prompt(folder / "calm.wav"), prompt(folder / "light" / "light.wav")
    for one, own, strange in ((call, light, calm), (other, calm, light)):
        assert place_of(one.latest(1), own)[1] > THE_SAME > place_of(one.latest(1), strange)[1]
