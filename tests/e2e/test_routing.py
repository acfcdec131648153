"""Routing rules without a mouse (and their order with one): written, tried, checked, saved, brought back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect
from tests.e2e.test_accessibility import Eyes
from tests.support.browser import Desk, tone_file
from tests.support.journal import ZONE, leave_a_lost_call, yesterday
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_rules_are_written_tried_and_brought_back(
    stack: Stack, playwright: Playwright, tmp_path: Path, theme: str
) -> None:
    operator = await make_operator(
        stack,
        agents=3,
        queues=[{}, {"members": [0]}],
        others=["admin"],
        subscribers=[{"number": "+992900000778", "name": "Ценный Абонент", "vip": True, "region": "Согд"}],
        routing={"rules": [{"name": "Из Согда", "when": {"regions": ["Согд"]}, "then": {"target_s": 9}}]},
    )
    noon = yesterday(12)
    vip_from_sughd = {"queue": "q0", "profile": {"vip": True, "region": "Согд"}}
    for caller, known in (("+992900000778", vip_from_sughd), ("+992900000779", None)):
        await leave_a_lost_call(
            stack,
            operator.slug,
            caller,
            ago=datetime.now(UTC) - noon,
            known=known,
            entry_number=operator.number,
        )
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as admin:
        eyes, keys = Eyes(admin, theme), admin.page.keyboard
        await admin.element("sign-in-email").fill(f"admin@{operator.slug}.test")
        await admin.element("sign-in-password").fill(PASSWORD)
        await admin.click("sign-in-submit")
        await expect(admin.element("history")).to_be_visible()
        await admin.page.goto(stack.url(operator.slug, "/profile"))
        await admin.click(f"preference-theme-{theme}")
        await expect(admin.element("preferences-saved")).to_be_visible()
        await admin.page.goto(stack.url(operator.slug, "/settings/routing"))
        await expect(admin.element("routing-rule")).to_contain_text("Если регион Согд — ответить за 9 с")

        await admin.tab_to("routing-add")
        await keys.press("Enter")
        await expect(admin.element("routing-rule")).to_have_count(2)
        await admin.tab_to("routing-name")
        await keys.press("Control+KeyA")
        await keys.type("VIP")
        await admin.element("routing-do").select_option("queue")
        await admin.element("routing-queue").select_option("q1")
        # The rule above says nothing of the queue: both have their say.
        await expect(admin.element("routing-save")).to_be_enabled()
        await eyes.look("a rule that is open")
        await admin.tab_to("routing-try-number")
        await keys.press("Enter")
        await admin.element("routing-number").fill("+992 90 000 07 78")
        await expect(admin.element("routing-applied")).to_have_count(2)
        await expect(admin.element("routing-tried")).to_contain_text("Очередь 1")
        await admin.element("routing-try-live").press("Enter")
        await expect(admin.element("routing-applied")).to_have_count(1)
        await expect(admin.element("routing-tried")).to_contain_text("Очередь 0")

        # By keys one place up, by the mouse down again.
        first = admin.element("routing-rule").first
        await admin.element("routing-open").nth(1).focus()
        await keys.press("Alt+ArrowUp")
        await expect(first).to_have_attribute("data-name", "VIP")
        await admin.element("routing-open").nth(0).press("Enter")
        grip = first.locator(".grip")
        below = await admin.element("routing-rule").nth(1).bounding_box()
        assert below is not None
        await grip.hover()
        await admin.page.mouse.down()
        await admin.page.mouse.move(below["x"] + 20, below["y"] + below["height"] / 2, steps=5)
        await admin.page.mouse.move(below["x"] + 20, below["y"] + below["height"] - 4, steps=5)
        await admin.page.mouse.up()
        await expect(first).to_have_attribute("data-name", "Из Согда")
        await expect(admin.element("routing-save")).to_be_enabled()

        # Yesterday with the draft, before it is saved; and a day on which nobody called.
        await admin.page.locator("#replay-day").fill(str(noon.astimezone(ZONE).date()))
        await admin.element("replay-play").focus()
        await keys.press("Enter")
        await expect(admin.element("replay").locator("[data-run]")).to_have_count(3)
        await expect(admin.element("replay-otherwise")).to_contain_text(
            "пойдут 1, из них в другую очередь — 1"
        )
        await expect(admin.element("replay-unknown")).to_contain_text("1 из 2")
        vip = admin.element("replay-rules").locator("[data-name=VIP]")
        await expect(vip.locator("td").first).to_have_text("1")
        await eyes.look("a day that was played")
        await admin.page.locator("#replay-day").fill("2020-01-01")
        await admin.element("replay-play").press("Enter")
        await expect(admin.element("replay-empty")).to_be_visible()

        await admin.element("routing-save").focus()
        await keys.press("Enter")
        await expect(admin.element("routing-saved")).to_be_visible()
        [row] = await stack.rows(operator.slug, "SELECT settings, version FROM routing_rules")
        assert [rule["name"] for rule in row["settings"]["rules"]] == ["Из Согда", "VIP"]
        assert row["settings"]["rules"][1]["then"]["queue"] == "q1"

        # What can never decide anything is said at its rule, and not saved.
        await admin.element("routing-add").press("Enter")
        await expect(admin.element("routing-fault")).to_have_attribute("data-fault", "never_decides")
        await expect(admin.element("routing-save")).to_be_disabled()
        await eyes.look("a fault")
        await expect(admin.element("routing-undo")).to_be_enabled()
        await admin.element("routing-undo").press("Enter")
        await expect(admin.element("routing-restore").first).to_be_enabled()
        await admin.element("routing-restore").first.press("Enter")
        await expect(admin.element("routing-version")).to_have_count(3)
        await expect(admin.element("routing-rule")).to_have_count(1)
        assert eyes.findings == []
