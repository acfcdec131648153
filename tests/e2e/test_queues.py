"""A queue without a mouse: its sentences are changed, the preview says what they mean, an older version comes back."""

from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect
from tests.e2e.test_accessibility import Eyes
from tests.support.browser import Desk, tone_file
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_queue_is_changed_and_brought_back_by_keys(
    stack: Stack, playwright: Playwright, tmp_path: Path, theme: str
) -> None:
    operator = await make_operator(stack, agents=3, others=["admin"])
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as admin:
        eyes, keys = Eyes(admin, theme), admin.page.keyboard
        await admin.element("sign-in-email").fill(f"admin@{operator.slug}.test")
        await admin.element("sign-in-password").fill(PASSWORD)
        await admin.click("sign-in-submit")
        await expect(admin.element("history")).to_be_visible()
        await admin.page.goto(stack.url(operator.slug, "/profile"))
        await admin.click(f"preference-theme-{theme}")
        await expect(admin.element("preferences-saved")).to_be_visible()
        await admin.page.goto(stack.url(operator.slug, "/settings/queues"))
        await admin.element("queue-row").get_by_role("link").focus()
        await keys.press("Enter")
        await expect(admin.element("queue-reach")).to_contain_text("3")
        await eyes.look("a queue")

        await admin.tab_to("queue-target")
        await keys.press("Control+KeyA")
        await keys.type("15")
        await admin.tab_to("queue-add-ring")
        await keys.press("Enter")
        # Everybody is in the first ring already: said, and no reason to refuse.
        await expect(admin.element("queue-ring")).to_have_count(2)
        await expect(admin.element("queue-ring").nth(1)).to_contain_text("никого не добавляет")
        await admin.tab_to("queue-add-rule")
        await keys.press("Enter")
        await admin.element("queue-rule").locator("select").nth(1).select_option("queue")
        await expect(admin.element("queue-fault")).to_have_attribute("data-fault", "target_missing")
        await expect(admin.element("queue-save")).to_be_disabled()
        await eyes.look("a fault")
        await admin.element("queue-rule").locator("select").nth(1).select_option("goodbye")
        await expect(admin.element("queue-fault")).to_have_count(0)
        await admin.element("queue-windows").press("Enter")
        await expect(admin.element("queue-save")).to_be_enabled()
        await admin.element("queue-save").focus()
        await keys.press("Enter")
        await expect(admin.element("queue-saved")).to_be_visible()
        [row] = await stack.rows(operator.slug, "SELECT target_s, overflow, hours, version FROM queue")
        assert (row["target_s"], row["version"], row["overflow"][0]["then"]) == (15, 2, "goodbye")
        assert len(row["hours"]["windows"]) == 5

        # Nobody called yesterday, and the page says so.
        await admin.element("replay-play").focus()
        await keys.press("Enter")
        await expect(admin.element("replay-empty")).to_be_visible()

        await expect(admin.element("queue-version")).to_have_count(2)
        await admin.element("queue-restore").focus()
        await keys.press("Enter")
        await expect(admin.element("queue-version")).to_have_count(3)
        await expect(admin.element("queue-target")).to_have_value("20")
        [row] = await stack.rows(operator.slug, "SELECT target_s, overflow, version FROM queue")
        assert (row["target_s"], row["overflow"], row["version"]) == (20, [], 3)

        # A day that is not as its weekday: by keys, at once, and gone again.
        await admin.element("queue-holiday-date").fill("2030-03-21")
        await admin.element("queue-holiday-name").fill("Навруз")
        await admin.element("queue-holiday-alone").press("Space")
        await admin.element("queue-holiday-add").press("Enter")
        await expect(admin.element("queue-holiday")).to_contain_text("Навруз")
        [day] = await stack.rows(operator.slug, "SELECT date, queues, spans FROM holiday")
        assert (str(day["date"]), day["queues"], day["spans"]) == ("2030-03-21", ["q0"], [])
        await admin.element("queue-holiday-remove").press("Enter")
        await expect(admin.element("confirm")).to_be_visible()
        await eyes.look("a holiday")
        await admin.element("confirm-act").press("Enter")
        await expect(admin.element("queue-holiday")).to_have_count(0)

        # What is not saved is asked about, and kept when one stays.
        await admin.element("queue-music").select_option("light")
        await admin.element("queue-weight").fill("1.5")
        await admin.element("queue-weight").press("Tab")
        await admin.element("settings-skills").press("Enter")
        await expect(admin.element("confirm")).to_contain_text("не сохранены")
        await keys.press("Escape")
        await expect(admin.element("confirm")).to_have_count(0)
        await expect(admin.element("queue-weight")).to_have_value("1.5")
        await admin.element("queue-save").press("Enter")
        await expect(admin.element("queue-saved")).to_be_visible()
        [row] = await stack.rows(operator.slug, "SELECT weight, music FROM queue")
        assert (row["weight"], row["music"]) == (1.5, "light")
        await admin.page.goto(stack.url(operator.slug, "/settings/queues/new"))
        await admin.element("queue-name").fill("Роуминг")
        await expect(admin.element("queue-code")).to_have_value("rouming")
        await expect(admin.element("queue-fault")).to_have_attribute("data-fault", "nobody_ever")
        await eyes.look("a new queue")
        await admin.element("settings-skills").press("Enter")
        await admin.element("confirm-act").press("Enter")
        await admin.page.wait_for_url("**/settings/skills")
        assert eyes.findings == []
