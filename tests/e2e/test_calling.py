"""The rules for calls without a mouse: a number is chosen, a pause set, what is wrong said, nobody overwritten."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect
from tests.e2e.test_accessibility import Eyes
from tests.support.browser import Desk, tone_file
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone

AT = "/api/calling-rules"


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_rules_are_set_by_keys(
    stack: Stack, playwright: Playwright, tmp_path: Path, theme: str
) -> None:
    operator = await make_operator(stack, agents=1, queues=[{}, {}], others=["admin"])
    first, second = operator.numbers
    colleague = Someone(stack.settings.ports.http, operator.slug)
    await colleague.sign_in(f"admin@{operator.slug}.test")
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as admin:
        admin.expected_trouble = re.compile("412")
        eyes, keys = Eyes(admin, theme), admin.page.keyboard
        await admin.element("sign-in-email").fill(f"admin@{operator.slug}.test")
        await admin.element("sign-in-password").fill(PASSWORD)
        await admin.click("sign-in-submit")
        await expect(admin.element("history")).to_be_visible()
        await admin.page.goto(stack.url(operator.slug, "/profile"))
        await admin.click(f"preference-theme-{theme}")
        await expect(admin.element("preferences-saved")).to_be_visible()
        await keys.press("Control+KeyK")
        await expect(admin.element("palette-input")).to_be_focused()
        await keys.type("Звонки")
        await expect(admin.element("palette").get_by_role("option")).to_have_count(1)
        await keys.press("Enter")
        await expect(admin.element("calling-number")).to_have_value("")
        await expect(admin.element("calling-save")).to_be_disabled()

        await admin.tab_to("calling-number")
        await admin.element("calling-number").select_option(second)
        await admin.tab_to("calling-pause")
        await keys.press("Control+KeyA")
        await keys.type("9")
        await keys.press("Enter")
        await expect(admin.element("calling-pause")).to_have_attribute("aria-invalid", "true")
        await eyes.look("a wrong pause")
        assert (await colleague.get(AT))["version"] == 1
        await keys.press("Control+KeyA")
        await keys.type("45")
        await keys.press("Enter")
        await expect(admin.element("calling-saved")).to_be_visible()
        await eyes.look("saved")
        [row] = await stack.rows(operator.slug, "SELECT caller_number, recording_pause_s FROM calling_rules")
        assert row == {"caller_number": second, "recording_pause_s": 45}

        # A colleague was faster: nothing of theirs is lost.
        theirs = {"caller_number": first, "recording_pause_s": 60}
        await colleague.must("PUT", AT, theirs, If_Match='"2"')
        await admin.element("calling-pause").fill("50")
        await keys.press("Enter")
        await expect(admin.element("calling-conflict")).to_be_visible()
        await eyes.look("a conflict")
        await admin.tab_to("conflict-reload")
        await keys.press("Enter")
        await expect(admin.element("calling-pause")).to_have_value("60")
        await expect(admin.element("calling-number")).to_have_value(first)
        assert (await colleague.get(AT))["settings"] == theirs
    assert eyes.findings == []
    await colleague.close()
