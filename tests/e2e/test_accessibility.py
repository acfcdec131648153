"""Every screen of the desk, light and dark, under the eyes of axe: nothing serious."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.callers import Callers
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack

from ovoz.lib.settings import REPOSITORY

AXE = REPOSITORY / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
# One that another replaces is cancelled (its promise breaks), and the other begins: until there is none.
STILL = """async () => {
  const running = () => document.getAnimations()
    .filter(one => one.playState !== "finished" && isFinite(one.effect.getComputedTiming().endTime))
  for (let now = running(); now.length; now = running())
    await Promise.allSettled(now.map(one => one.finished))
}"""


class Eyes:
    """Looks at one screen after the other, and keeps what it found."""

    def __init__(self, desk: Desk, theme: str) -> None:
        self._desk = desk
        self._theme = theme
        self.findings: list[str] = []

    async def look(self, screen: str) -> None:
        page = self._desk.page
        await expect(page.locator("html")).to_have_attribute("data-theme", self._theme)
        # Half a fade has half a contrast.
        await page.evaluate(STILL)
        # As text: the page's own policy lets no other script in.
        found: dict[str, Any] = await page.evaluate(f"async () => {{ {AXE.read_text()}; return axe.run() }}")
        assert len(found["passes"]) > 10, "axe has looked at something"
        for finding in found["violations"]:
            if finding["impact"] in SERIOUS:
                where = [" ".join(map(str, node["target"])) for node in finding["nodes"]]
                self.findings.append(f"{screen}: {finding['id']} ({finding['impact']}): {where}")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_signing_in(stack: Stack, playwright: Playwright, tmp_path: Path, theme: str) -> None:
    async with Desk(stack, "somon", playwright, tone_file(tmp_path, 1000)) as desk:
        desk.expected_trouble = re.compile("401")
        eyes = Eyes(desk, theme)
        await desk.click(f"theme-{theme}")
        await expect(desk.element("demo-accounts")).to_be_visible()
        await eyes.look("sign-in")
        await desk.element("sign-in-email").fill("nobody@somon.example")
        await desk.element("sign-in-password").fill("wrong")
        await desk.click("sign-in-submit")
        await expect(desk.element("sign-in-error")).to_be_visible()
        await eyes.look("a wrong password")
        assert eyes.findings == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_day_at_the_desk(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path, theme: str
) -> None:
    operator = await make_operator(stack)
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as desk:
        eyes = Eyes(desk, theme)
        keys = desk.page.keyboard
        await desk.element("sign-in-email").fill(operator.emails[0])
        await desk.element("sign-in-password").fill(PASSWORD)
        await desk.click("sign-in-submit")
        await desk.expect_registered()

        await keys.press("Alt+Digit3")
        await desk.click(f"preference-theme-{theme}")
        await expect(desk.element("preferences-saved")).to_be_visible()
        await eyes.look("profile")
        await keys.press("Alt+Digit1")
        await expect(desk.element("go-ready")).to_be_visible()
        await eyes.look("idle")
        await desk.click("agent-state")
        await expect(desk.element("state-offline")).to_be_visible()
        await eyes.look("states")
        await keys.press("Escape")
        await keys.press("?")
        await expect(desk.element("shortcuts")).to_be_visible()
        await eyes.look("shortcuts")
        await keys.press("Escape")
        await expect(desk.element("shortcuts")).to_have_count(0)

        await desk.click("go-ready")
        await desk.expect_state("ready")
        await callers.call(operator.number, "+992900000777", tone_hz=440)
        await desk.expect_stage("ringing")
        await eyes.look("ringing")
        await desk.click("call-answer")
        await desk.expect_stage("talking")
        await expect(desk.element("call-quality")).to_be_visible()
        await eyes.look("call")
        await desk.click("call-hold")
        await desk.expect_stage("held")
        await eyes.look("held")
        await desk.click("call-hangup")
        await desk.expect_stage("wrap_up")
        await desk.click("wrapup-disposition-resolved")
        await eyes.look("wrap-up")
        await desk.element("wrapup-note").fill("Баланс")
        await desk.click("wrapup-finish")
        await desk.expect_state("ready")

        await keys.press("Alt+Digit2")
        await desk.element("history-row").first.get_by_role("link").first.click()
        await expect(desk.element("history-player")).to_be_visible(timeout=15_000)
        await eyes.look("history")
        assert eyes.findings == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_settings(stack: Stack, playwright: Playwright, tmp_path: Path, theme: str) -> None:
    operator = await make_operator(stack, others=["admin"])
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as desk:
        # An invitation that is not there is asked for.
        desk.expected_trouble = re.compile("404")
        eyes, page = Eyes(desk, theme), desk.page
        await desk.click(f"theme-{theme}")
        await desk.element("sign-in-email").fill(f"admin@{operator.slug}.test")
        await desk.element("sign-in-password").fill(PASSWORD)
        await desk.click("sign-in-submit")
        await expect(desk.element("history")).to_be_visible()
        await page.goto(stack.url(operator.slug, "/profile"))
        await desk.click(f"preference-theme-{theme}")
        await expect(desk.element("preferences-saved")).to_be_visible()
        await desk.click("password-open")
        await eyes.look("own password")

        await page.goto(stack.url(operator.slug, "/settings/people"))
        await desk.element("people-row").first.get_by_role("link").click()
        await expect(desk.element("person-rights")).to_be_visible()
        await eyes.look("a person")
        await desk.click("people-invite")
        await desk.element("invite-name").fill("Нигора Саидова")
        await desk.click("invite-submit")
        await eyes.look("an invitation that lacks something")
        await desk.element("invite-email").fill(f"nigora@{operator.slug}.test")
        await desk.element("invite").get_by_test_id("role-agent").check()
        await desk.click("invite-submit")
        await expect(desk.element("invitation-link")).to_be_visible()
        await eyes.look("an invitation's link")
        await desk.click("invite-close")

        await page.goto(stack.url(operator.slug, "/settings/roles/agent"))
        await expect(desk.element("role-title")).to_be_visible()
        await eyes.look("a shipped role")
        await desk.click("role-copy")
        await expect(desk.element("role-name")).to_be_visible()
        await eyes.look("a new role")
        await page.goto(stack.url(operator.slug, "/settings/audit"))
        await desk.element("audit-row").first.get_by_role("link").first.click()
        await expect(desk.element("audit-entry")).to_be_visible()
        await eyes.look("an entry of the audit")
        await page.goto(stack.url(operator.slug, "/invitation/nothing"))
        await expect(desk.element("invitation-invalid")).to_be_visible()
        await eyes.look("an invitation that is over")
        assert eyes.findings == []
