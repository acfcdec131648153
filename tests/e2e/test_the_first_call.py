"""Two operators, an agent's browser in each, real calls at the same time: the issue's story from end to end."""

import asyncio
import re
import time
from pathlib import Path

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.callers import Call, Callers, is_silent, longest_gap_ms, tone_level_db, usual_level_db
from tests.support.ogg import decode_ogg
from tests.support.stack import Stack, eventually

HEARD_DB = -40.0
SOMON_CALLER, PAMIR_CALLER = "+992900000105", "+992900000205"


async def test_two_operators_talk_at_the_same_time(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    async with (
        Desk(stack, "somon", playwright, tone_file(tmp_path, 1000)) as somon,
        Desk(stack, "pamir", playwright, tone_file(tmp_path, 1700)) as pamir,
    ):
        await asyncio.gather(somon.sign_in("madina@somon.example"), pamir.sign_in("gulnora@pamir.example"))
        for desk in (somon, pamir):
            await desk.click("go-ready")
            await desk.expect_state("ready")
        calls = await asyncio.gather(
            callers.call("+992446000100", SOMON_CALLER, tone_hz=440),
            callers.call("+992446000200", PAMIR_CALLER, tone_hz=600),
        )
        for desk, number in ((somon, SOMON_CALLER), (pamir, PAMIR_CALLER)):
            await expect(desk.element("caller-number").first).to_have_attribute("data-number", number)
            await desk.expect_stage("ringing")
            await desk.click("call-answer")
            await desk.expect_stage("talking")
        began = time.monotonic()
        await asyncio.sleep(4)
        for call, hertz, other in zip(calls, (1000, 1700), (1700, 1000), strict=True):
            assert tone_level_db(call.sound(2), hertz) > HEARD_DB
            assert tone_level_db(call.sound(2), other) < HEARD_DB - 15
        assert longest_gap_ms(calls[0].sound(2), 1000) < 200
        for desk in (somon, pamir):
            stats = await desk.stats()
            assert stats["packetsReceived"] > 100
            assert stats["packetsLost"] == 0
            assert stats["jitter"] < 0.05
            assert stats["audioLevel"] > 0.05, "the caller is heard"
        await expect(somon.element("call-quality").first).to_be_visible()

        await _hold_mute_and_digits(somon, calls[0])
        # The other conversation did not notice.
        assert tone_level_db(calls[1].sound(2), 1700) > HEARD_DB

        await somon.click("call-hangup")
        await somon.expect_stage("wrap_up")
        await calls[0].ended(5)
        talked = time.monotonic() - began
        await somon.expect_registered()
        await somon.click("wrapup-disposition-resolved")
        await somon.element("wrapup-note").fill("Проверили баланс")
        await somon.click("wrapup-finish")
        await somon.expect_state("ready")

        await _history_with_recording(somon, talked)
        listed = await pamir.fetch("/api/interactions")
        assert [item["caller"]["number"] for item in listed["body"]["items"]] == [PAMIR_CALLER]
        theirs = (await somon.fetch("/api/interactions"))["body"]["items"][0]["id"]
        assert (await pamir.fetch(f"/api/interactions/{theirs}"))["status"] == 404
        pamir.expected_trouble = somon.expected_trouble = re.compile("404")
        await calls[1].hang_up()
        await pamir.expect_stage("wrap_up")
        await pamir.expect_registered()


async def test_a_reload_in_the_middle_of_a_call(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    """The caller hears music, the new page answers itself within 3 s, and its timer goes on."""
    async with Desk(stack, "somon", playwright, tone_file(tmp_path, 1000)) as desk:
        await desk.sign_in("rustam@somon.example")
        call = await _talk(desk, callers, "+992900000110")
        began = time.monotonic()
        await asyncio.sleep(3)
        await desk.page.reload(wait_until="commit")
        reloaded = time.monotonic()
        await eventually(
            lambda: not _hears(call, 1000), within_s=2, every_s=0.02, what="silence of the agent"
        )
        await eventually(lambda: _hears(call, 1000), within_s=5, every_s=0.02, what="the agent again")
        took = time.monotonic() - reloaded
        print(f"back {took:.2f} s after the reload")
        assert took < 3
        music = call.sound_between(reloaded, time.monotonic())
        assert not is_silent(music)
        await desk.expect_stage("talking")
        shown = await desk.element("call-timer").inner_text()
        minutes, seconds = (int(part) for part in shown.split(":"))
        assert abs(minutes * 60 + seconds - (time.monotonic() - began)) < 2.5
        await desk.click("call-hangup")
        await desk.expect_stage("wrap_up")


async def test_the_line_comes_back_by_itself(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    """Switchboard, API and Asterisk die one after the other: nobody touches the page, and it can be called again."""
    async with Desk(stack, "pamir", playwright, tone_file(tmp_path, 1700)) as desk:
        desk.expected_trouble = re.compile("WebSocket|503|ERR_CONNECTION|Failed to load|502")
        await desk.sign_in("daler@pamir.example")
        call = await _talk(desk, callers, "+992900000210", to="+992446000200")
        await asyncio.sleep(1)
        for name in ("switchboard", "api"):
            killed = time.monotonic()
            stack.kill(name)
            await asyncio.sleep(0.5)
            await stack.supervisor.wait_ready(name)
            await desk.expect_registered()
            await asyncio.sleep(2)
            assert longest_gap_ms(call.sound_between(killed, time.monotonic()), 1700) < 200, name
            await desk.click("call-hold")
            await desk.expect_stage("held", within_s=15)
            await desk.click("call-resume")
            await desk.expect_stage("talking")
            await asyncio.sleep(1)
        stack.kill("asterisk")
        await desk.expect_stage("wrap_up", within_s=15)
        await desk.click("wrapup-disposition-resolved")
        await desk.click("wrapup-finish")
        await stack.supervisor.wait_ready("asterisk")
        await desk.expect_registered(within_s=12)
        await desk.expect_state("ready")
        again = await callers.call("+992446000200", "+992900000211", tone_hz=600)
        await desk.expect_stage("ringing", within_s=15)
        await desk.click("call-answer")
        await desk.expect_stage("talking")
        await eventually(lambda: _hears(again, 1700), within_s=5, what="the agent")


async def test_a_second_window_takes_the_phone(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    """The older window says so and gives the phone away; it can take it back."""
    async with Desk(stack, "somon", playwright, tone_file(tmp_path, 1000)) as desk:
        await desk.sign_in("anna@somon.example")
        older, newer = desk.page, await desk.open_page()
        await expect(newer.get_by_test_id("phone-registration")).to_have_text("Registered!", timeout=15_000)
        await expect(older.get_by_test_id("notice-superseded")).to_be_visible()
        await older.get_by_test_id("take-phone").click()
        await expect(older.get_by_test_id("phone-registration")).to_have_text("Registered!", timeout=15_000)
        await expect(newer.get_by_test_id("notice-superseded")).to_be_visible()
        await newer.close()


async def test_auto_answer(stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path) -> None:
    async with Desk(stack, "pamir", playwright, tone_file(tmp_path, 1700)) as desk:
        await desk.sign_in("svetlana@pamir.example")
        await desk.click("user-menu")
        await desk.click("nav-profile")
        await desk.click("preference-auto-answer")
        await expect(desk.element("preferences-saved")).to_be_visible()
        await desk.page.goto(stack.url("pamir", "/"))
        await desk.expect_registered()
        await desk.click("go-ready")
        call = await callers.call("+992446000200", "+992900000220", tone_hz=600)
        await desk.expect_stage("talking")
        await eventually(lambda: _hears(call, 1700), within_s=5, what="the agent")


async def _talk(desk: Desk, callers: Callers, number: str, to: str = "+992446000100") -> Call:
    await desk.click("go-ready")
    call = await callers.call(to, number, tone_hz=440)
    await desk.expect_stage("ringing")
    await desk.click("call-answer")
    await desk.expect_stage("talking")
    hertz = 1000 if to == "+992446000100" else 1700
    await eventually(lambda: _hears(call, hertz), within_s=5, what="the agent")
    return call


def _hears(call: Call, hertz: float) -> bool:
    return tone_level_db(call.sound(0.3), hertz) > HEARD_DB


async def _hold_mute_and_digits(desk: Desk, call: Call) -> None:
    await desk.click("call-hold")
    await desk.expect_stage("held")
    await asyncio.sleep(1.2)
    assert not is_silent(call.sound(0.8)), "music"
    assert not _hears(call, 1000)
    await desk.click("call-resume")
    await desk.expect_stage("talking")
    await desk.click("call-mute")
    await expect(desk.element("call-mute")).to_have_attribute("aria-pressed", "true")
    await asyncio.sleep(1)
    assert not _hears(call, 1000)
    await desk.click("call-mute")
    await eventually(lambda: _hears(call, 1000), within_s=3, what="the agent after mute")
    await desk.click("call-keypad")
    await desk.click("keypad-7")
    await eventually(lambda: "7" in call.digits, within_s=5, what="the digit at the caller's side")
    await desk.page.keyboard.press("Escape")


async def _history_with_recording(desk: Desk, talked_s: float) -> None:
    await desk.page.goto(desk.page.url.split("/", 3)[0] + "//" + desk.page.url.split("/")[2] + "/history")
    await desk.element("history-row").first.get_by_role("link").first.click()
    await expect(desk.element("details-note")).to_contain_text("Проверили баланс")
    await expect(desk.element("history-player")).to_be_visible(timeout=15_000)
    await desk.click("history-play")
    await expect(desk.element("history-player")).to_have_attribute("data-playing", "true")
    await expect(desk.element("history-position")).not_to_have_text("0:00", timeout=5000)
    shown = (await desk.fetch("/api/interactions"))["body"]["items"][0]
    detail = (await desk.fetch(f"/api/interactions/{shown['id']}"))["body"]
    assert abs(detail["audio"]["duration_s"] - talked_s) < 2
    ogg = await desk.fetch(f"/api/recordings/{detail['audio']['id']}/audio", binary=True)
    caller, agent = decode_ogg(ogg)
    assert usual_level_db(caller, 440) > HEARD_DB > usual_level_db(caller, 1000) + 15
    assert usual_level_db(agent, 1000) > HEARD_DB > usual_level_db(agent, 440) + 15
    assert longest_gap_ms(caller[4000:-4000], 440) < 200
    kinds = [await event.get_attribute("data-type") for event in await desk.element("timeline-event").all()]
    assert {"calls.call_held.v1", "calls.call_ended.v1"} <= set(kinds)
    assert kinds.count("calls.digit_pressed.v1") == 1
