"""A caller who gave up waiting is called back from the list, and is on it no more."""

import asyncio
from pathlib import Path

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.callers import Call, Callers, tone_level_db
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack, eventually

CALLER, HEARD_DB, AGENT_HZ = "+992900000106", -40.0, 1000


async def test_whoever_gave_up_is_called_back(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack, agents=2)
    async with (
        Callers(stack.settings.ports.simulator_sip, stack.endpoints.sip_trunk) as carrier,
        Desk(stack, operator.slug, playwright, tone_file(tmp_path, AGENT_HZ)) as desk,
        Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1700)) as other,
    ):
        await asyncio.gather(
            desk.sign_in(operator.emails[0], PASSWORD), other.sign_in(operator.emails[1], PASSWORD)
        )
        for one in (desk, other):
            await one.page.keyboard.press("Alt+Digit6")
            await expect(one.element("returns-empty")).to_be_visible()
        call = await callers.call(operator.number, CALLER)
        await asyncio.sleep(7)
        await call.hang_up()
        for one in (desk, other):
            await expect(one.element("return-row")).to_have_attribute("data-taken", "free", timeout=5000)
        await expect(desk.element("return-call")).to_be_disabled()

        # Ready, and called back: the other one sees by whom.
        await desk.page.keyboard.press("Alt+KeyG")
        await desk.expect_state("ready")
        carrier.behaviour[CALLER] = "ring"
        await desk.click("return-call")
        await expect(other.element("return-row")).to_have_attribute("data-taken", "other", timeout=5000)
        await expect(other.element("return-row")).to_contain_text("Агент 0")
        taken: Call = await eventually(lambda: carrier.taken.get(CALLER), within_s=10, what="the call back")
        carrier.answer(CALLER)
        await desk.expect_stage("talking")
        await eventually(
            lambda: tone_level_db(taken.sound(0.3), AGENT_HZ) > HEARD_DB, within_s=5, what="the agent's voice"
        )
        await expect(other.element("return-row")).to_have_count(0, timeout=5000)
        await taken.hang_up()
        await desk.expect_stage("wrap_up")
        await desk.click("wrapup-disposition-resolved")
        await desk.click("wrapup-finish")
        await desk.expect_state("ready")
        await desk.page.goto(stack.url(operator.slug, "/history"))
        await expect(desk.element("history-row")).to_have_count(1)
