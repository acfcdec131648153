"""Somebody is asked aside at the desk: by key alone, then by mouse, with a reload in the middle of it."""

from pathlib import Path

from playwright.async_api import Playwright, expect
from tests.support.agents import AgentAtWork
from tests.support.browser import Desk, tone_file
from tests.support.callers import Call, Callers, tone_level_db
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack, eventually

HEARD_DB = -40.0
FIRST_HZ, SECOND_HZ = 1000, 1700


async def test_by_key_and_by_mouse_with_a_reload(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack, agents=2)
    second = await AgentAtWork.sign_in(
        stack, operator.slug, operator.emails[1], tone_hz=SECOND_HZ, password=PASSWORD
    )
    try:
        async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, FIRST_HZ)) as first:
            await first.sign_in(operator.emails[0], PASSWORD)
            await first.click("go-ready")
            await first.expect_state("ready")
            call = await callers.call(operator.number, "+992900000106", tone_hz=440)
            await first.expect_stage("ringing")
            keys = first.page.keyboard
            await keys.press("Alt+KeyA")
            await first.expect_stage("talking")
            await second.choose("ready")

            await keys.press("Alt+KeyT")
            await expect(first.element("transfer-input")).to_be_focused()
            await keys.type("агент 1")
            await expect(first.element("transfer-choice").first).to_have_attribute("aria-selected", "true")
            await keys.press("Shift+Enter")
            await expect(first.element("party-asked")).to_have_attribute("data-state", "talking")
            await second.until_state("talking")
            await first.expect_stage("held")
            await eventually(lambda: hears(second, FIRST_HZ), within_s=5, what="the first agent, aside")
            await keys.press("Alt+KeyS")
            await first.expect_stage("talking")
            await eventually(lambda: hears(call, FIRST_HZ), within_s=5, what="the first agent")
            await keys.press("Alt+KeyC")
            await expect(first.element("party")).to_have_count(1)
            await eventually(lambda: hears(call, SECOND_HZ), within_s=5, what="the second agent, joined")

            # The page is loaded anew in the conference: it shows it as it was, and its phone is in it again.
            await first.page.reload()
            await expect(first.element("party")).to_have_count(1)
            await eventually(lambda: hears(call, FIRST_HZ) and hears(call, SECOND_HZ), within_s=10)
            await first.expect_registered()
            # The pause of the recording counts down, and is ended by the same key.
            await keys.press("Alt+KeyV")
            await expect(first.element("recording-indicator")).to_have_attribute("data-card", "true")
            await keys.press("Alt+KeyV")
            await expect(first.element("recording-indicator")).to_have_attribute("data-recording", "on")

            # By mouse: one is taken out, asked again, and the caller is left with them.
            await first.click("party-remove")
            await expect(first.element("party-bar")).to_have_count(0)
            await second.until_state("wrap_up")
            await second.wrap_up()
            await first.click("call-transfer")
            await first.click("transfer-ask")
            colleague = first.element("transfer-choice").filter(has_text="Агент 1")
            await expect(colleague).to_have_attribute("aria-disabled", "false", timeout=5000)
            await colleague.click()
            await expect(first.element("party-asked")).to_have_attribute("data-state", "talking")
            await first.click("call-complete")
            await first.expect_stage("wrap_up")
            await eventually(lambda: hears(call, SECOND_HZ), within_s=5, what="the second agent alone")
            await eventually(lambda: not hears(call, FIRST_HZ), within_s=2, what="the first agent gone")
            await call.hang_up()
            await second.until_state("wrap_up")
    finally:
        await second.close()


def hears(line: Call | AgentAtWork, hertz: float) -> bool:
    sound = (line.call if isinstance(line, AgentAtWork) else line).sound(0.3)
    return tone_level_db(sound, hertz) > HEARD_DB
