"""A shift without a mouse: every step of a call has its key, and the keys can be looked up."""

import re
from pathlib import Path

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.callers import Call, Callers, tone_level_db
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack, eventually

HEARD_DB = -40.0


async def test_a_call_from_sign_in_to_the_next_one(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack)
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as desk:
        keys = desk.page.keyboard
        await _sign_in(desk, operator)
        await keys.press("Alt+KeyG")
        await desk.expect_state("ready")

        call = await callers.call(operator.number, "+992900000777", tone_hz=440)
        await desk.expect_stage("ringing")
        await keys.press("Enter")
        await desk.expect_stage("talking")
        await eventually(lambda: _hears(call), within_s=5, what="the agent")

        await keys.press("Alt+KeyH")
        await desk.expect_stage("held")
        await keys.press("Alt+KeyH")
        await desk.expect_stage("talking")
        await keys.press("Alt+KeyM")
        await expect(desk.element("call-mute")).to_have_attribute("aria-pressed", "true")
        await eventually(lambda: not _hears(call), within_s=3, what="silence of the agent")
        await keys.press("Alt+KeyM")
        await eventually(lambda: _hears(call), within_s=3, what="the agent after mute")
        await keys.press("Alt+KeyK")
        await expect(desk.element("keypad-1")).to_be_focused()
        await keys.press("7")
        await eventually(lambda: "7" in call.digits, within_s=5, what="the digit at the caller's side")
        await keys.press("Escape")
        await expect(desk.element("keypad-7")).to_have_count(0)

        await keys.press("Alt+KeyX")
        await desk.expect_stage("wrap_up")
        await call.ended()
        # Without an outcome nothing is finished, and the page says what it wants.
        await keys.press("Control+Enter")
        await expect(desk.page.get_by_role("radiogroup", name="Чем закончилось")).to_have_attribute(
            "aria-invalid", "true"
        )
        await keys.press("1")
        await expect(desk.element("wrapup-disposition-resolved")).to_have_attribute("aria-checked", "true")
        await desk.tab_to("wrapup-note")
        await keys.type("Остаток 1 сомони? Да")
        await keys.press("Control+Enter")
        await desk.expect_state("ready")
        await desk.expect_stage("none")
        [item] = (await desk.fetch("/api/interactions"))["body"]["items"]
        detail = (await desk.fetch(f"/api/interactions/{item['id']}"))["body"]
        assert (detail["disposition"], detail["note"]) == ("resolved", "Остаток 1 сомони? Да")

        await callers.call(operator.number, "+992900000778", tone_hz=440)
        await desk.expect_stage("ringing")
        await keys.press("Alt+KeyA")
        await desk.expect_stage("talking")
        await keys.press("Alt+KeyX")
        await desk.expect_stage("wrap_up")


async def test_the_keys_and_the_commands_can_be_found(
    stack: Stack, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack)
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as desk:
        keys = desk.page.keyboard
        await _sign_in(desk, operator)

        await keys.press("?")
        await expect(desk.element("shortcuts")).to_be_visible()
        shown = await desk.element("shortcuts").locator(".kbd").all_inner_texts()
        assert {"Alt A", "Alt G", "Alt H", "Alt M", "Alt X", "Ctrl K", "Ctrl ↵", "1–9", "?"} <= set(shown)
        await keys.press("Escape")
        await expect(desk.element("shortcuts")).to_have_count(0)

        await _find(desk, "готов")
        await keys.press("Enter")
        await desk.expect_state("ready")
        await expect(desk.element("palette")).to_have_count(0)

        await _find(desk, "+992 900 000 777")
        await expect(desk.element("palette").get_by_role("option")).to_have_count(1)
        await keys.press("Enter")
        await expect(desk.element("history-empty")).to_be_visible()
        assert re.search(r"/history\?number=%2B992900000777$", desk.page.url)

        await _find(desk, "нет такой команды")
        await expect(desk.element("palette").get_by_role("option")).to_have_count(0)
        await keys.press("Escape")
        await keys.press("Alt+Digit3")
        await expect(desk.element("profile")).to_be_visible()
        await keys.press("Alt+Digit1")
        await expect(desk.element("profile")).to_have_count(0)
        await keys.press("Alt+KeyO")
        await desk.expect_state("offline")


async def _sign_in(desk: Desk, operator: Operator) -> None:
    keys = desk.page.keyboard
    await expect(desk.element("sign-in-email")).to_be_visible()
    await desk.tab_to("sign-in-email")
    await keys.type(operator.emails[0])
    await desk.tab_to("sign-in-password")
    await keys.type(PASSWORD)
    await keys.press("Enter")
    await desk.expect_registered()


async def _find(desk: Desk, words: str) -> None:
    await desk.page.keyboard.press("Control+KeyK")
    await expect(desk.element("palette-input")).to_be_focused()
    await desk.page.keyboard.type(words)


def _hears(call: Call) -> bool:
    return tone_level_db(call.sound(0.3), 1000) > HEARD_DB
