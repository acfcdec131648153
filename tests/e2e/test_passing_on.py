"""A caller who is passed on at the desk: by mouse, by key, and with reloads in the middle of it."""

import asyncio
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.callers import Call, Callers, is_silent, tone_level_db
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack, eventually
from tests.support.web import Someone

HEARD_DB = -40.0
FIRST_HZ, SECOND_HZ = 1000, 1700


async def test_by_mouse_and_back_by_key_with_reloads(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack, agents=2)
    async with (
        Desk(stack, operator.slug, playwright, tone_file(tmp_path, FIRST_HZ)) as first,
        Desk(stack, operator.slug, playwright, tone_file(tmp_path, SECOND_HZ)) as second,
    ):
        await asyncio.gather(
            first.sign_in(operator.emails[0], PASSWORD), second.sign_in(operator.emails[1], PASSWORD)
        )
        await first.click("go-ready")
        await first.expect_state("ready")
        call = await callers.call(operator.number, "+992900000105", tone_hz=440)
        await first.expect_stage("ringing")
        await first.click("call-answer")
        await first.expect_stage("talking")
        await eventually(lambda: hears(call, FIRST_HZ), within_s=5, what="the first agent")

        # By mouse: the colleague is not free, then is, without the panel being opened again.
        await first.click("call-transfer")
        colleague = first.element("transfer-choice").filter(has_text="Агент 1")
        await expect(colleague).to_have_count(0)
        await second.click("go-ready")
        await expect(colleague).to_have_attribute("aria-disabled", "false", timeout=5000)
        await colleague.click()
        await first.expect_stage("wrap_up")
        await second.expect_stage("ringing")
        await expect(second.element("call-passed")).to_contain_text("Агент 0")
        # The first page may be loaded anew: its work after the call is still there, and the second still rings.
        await first.page.reload()
        await first.expect_stage("wrap_up")
        assert not is_silent(call.sound(0.5)), "music"
        await second.click("call-answer")
        await second.expect_stage("talking")
        await eventually(lambda: hears(call, SECOND_HZ), within_s=5, what="the second agent")
        assert not hears(call, FIRST_HZ)
        await first.click("wrapup-disposition-resolved")
        await first.click("wrapup-finish")
        await first.expect_state("ready")

        # The second page is loaded anew in the conversation it was given.
        await second.page.reload(wait_until="commit")
        reloaded = time.monotonic()
        await eventually(lambda: not hears(call, SECOND_HZ), within_s=2, every_s=0.02)
        await eventually(
            lambda: hears(call, SECOND_HZ), within_s=6, every_s=0.02, what="the second agent again"
        )
        print(f"back {time.monotonic() - reloaded:.2f} s after the reload")
        await second.expect_stage("talking")
        await second.expect_registered()

        # Back by key alone; the first rejects it, and so the second has it again.
        keys = second.page.keyboard
        await keys.press("Alt+KeyT")
        await expect(second.element("transfer-input")).to_be_focused()
        await keys.type("агент 0")
        await expect(second.element("transfer-choice").first).to_have_attribute("aria-selected", "true")
        await keys.press("Enter")
        await second.expect_stage("wrap_up")
        await first.expect_stage("ringing")
        await first.page.keyboard.press("Alt+KeyJ")
        await second.expect_stage("ringing")
        await expect(second.element("call-passed")).to_have_attribute("data-failed", "rejected")
        await keys.press("Alt+KeyA")
        await second.expect_stage("talking")
        await eventually(lambda: hears(call, SECOND_HZ), within_s=5, what="the second agent once more")

        # The keys are listed, and a number that is typed is offered.
        await keys.press("?")
        await expect(second.element("shortcuts")).to_contain_text("Alt T")
        await keys.press("Escape")
        await expect(second.element("shortcuts")).to_have_count(0)
        await keys.press("Alt+KeyT")
        await expect(second.element("transfer-input")).to_be_focused()
        await keys.type("93 000 45 17")
        await expect(second.element("transfer-choice").first).to_have_attribute("data-group", "number")
        await keys.press("Escape")
        await second.expect_stage("talking")
        await second.click("call-hangup")
        await call.ended(5)
        await second.expect_stage("wrap_up")
        await second.click("wrapup-disposition-resolved")
        await second.click("wrapup-finish")
        await second.page.goto(stack.url(operator.slug, "/history"))
        await second.element("history-row").first.click()
        await expect(second.element("details-share")).to_have_count(3)


async def test_a_queue_closes_while_the_agent_looks(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    """It says so and cannot be chosen; with a rule that leads on it says where to, and can."""
    operator = await make_operator(
        stack, agents=1, queues=[{"members": [0]}, {"members": []}, {"members": [0]}], others=("admin",)
    )
    admin = Someone(stack.settings.ports.http, operator.slug)
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, FIRST_HZ)) as agent:
        await admin.sign_in(f"admin@{operator.slug}.test")
        await agent.sign_in(operator.emails[0], PASSWORD)
        await agent.click("go-ready")
        await agent.expect_state("ready")
        await callers.call(operator.number, "+992900000105", tone_hz=440)
        await agent.expect_stage("ringing")
        await agent.click("call-answer")
        await agent.expect_stage("talking")
        await agent.click("call-transfer")
        await expect(agent.element("transfer-input")).to_be_focused()
        await agent.page.keyboard.type("1")
        said = agent.element("transfer-panel").get_by_role("status")
        queue, line = (
            agent.element("transfer-choice").filter(has_text=text) for text in ("Очередь 1", "Линия 1")
        )
        for choice in (queue, line):
            await expect(choice).to_have_attribute("aria-disabled", "false")
            await expect(choice.get_by_test_id("transfer-not-now")).to_have_count(0)

        today = datetime.now(ZoneInfo("Asia/Dushanbe")).date()
        for day in (today, today + timedelta(days=1)):
            holiday = {"date": day.isoformat(), "name": "Праздник", "queues": ["q1"]}
            await admin.must("POST", "/api/holidays", holiday)
        for choice in (queue, line):
            await expect(choice).to_have_attribute("aria-disabled", "true")
            await expect(choice).to_contain_text("закрыта до")
        # For who does not see it; and by mouse and by key it is not chosen.
        await expect(said).to_contain_text("Очередь 1: закрыта до")
        await queue.click(force=True)
        await agent.page.keyboard.press("Enter")
        await expect(agent.element("transfer-panel")).to_be_visible()

        [support] = [one for one in await admin.get("/api/queues") if one["code"] == "q1"]
        rule = {"when": "closed", "then": "queue", "to": "q2"}
        settings = {"overflow": [rule], "rings": [{"after_s": 0, "everyone": True}]}
        await admin.must(
            "PUT", f"/api/queues/{support['id']}", support["settings"] | settings, If_Match='"1"'
        )
        await expect(queue).to_have_attribute("aria-disabled", "false")
        await expect(queue.get_by_test_id("transfer-leads-to")).to_contain_text("Очередь 2")
        await expect(said).to_contain_text("звонок уйдёт: Очередь 2")
        await agent.page.keyboard.press("Enter")
        await agent.expect_stage("wrap_up")

        async def led() -> bool:
            [row] = await stack.rows(
                operator.slug, "SELECT q.code FROM interaction i JOIN queue q ON q.id = i.queue_id"
            )
            return bool(row["code"] == "q2")

        await eventually(led, within_s=5)
    await admin.close()


def hears(call: Call, hertz: float) -> bool:
    return tone_level_db(call.sound(0.3), hertz) > HEARD_DB
