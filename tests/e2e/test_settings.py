"""An administrator without a mouse: somebody is invited, comes, gets another role, and all of it is on record."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack

NEW_PASSWORD = "коза на крыше 1974"


async def test_a_newcomer_by_keys_alone(stack: Stack, playwright: Playwright, tmp_path: Path) -> None:
    operator = await make_operator(stack, others=["admin"])
    microphone = tone_file(tmp_path, 1000)
    email = f"nigora@{operator.slug}.test"
    async with (
        Desk(stack, operator.slug, playwright, microphone) as admin,
        Desk(stack, operator.slug, playwright, microphone) as newcomer,
    ):
        keys = admin.page.keyboard
        await expect(admin.element("sign-in-email")).to_be_visible()
        await admin.tab_to("sign-in-email")
        await keys.type(f"admin@{operator.slug}.test")
        await admin.tab_to("sign-in-password")
        await keys.type(PASSWORD)
        await keys.press("Enter")
        await expect(admin.element("history")).to_be_visible()
        await keys.press("Control+KeyK")
        await expect(admin.element("palette-input")).to_be_focused()
        await keys.type("Сотрудники")
        await expect(admin.element("palette").get_by_role("option")).to_have_count(1)
        await keys.press("Enter")
        await expect(admin.element("people-row")).to_have_count(4)

        await admin.tab_to("people-invite")
        await keys.press("Enter")
        await expect(admin.element("invite-name")).to_be_focused()
        await keys.type("Нигора Саидова")
        await admin.tab_to("invite-email")
        await keys.type(email)
        await keys.press("Enter")
        await expect(admin.page.get_by_text("Выберите хотя бы одну роль")).to_be_visible()
        await admin.tab_to("role-agent")
        await keys.press("Space")
        await admin.tab_to("invite-submit")
        await keys.press("Enter")
        link = await admin.element("invitation-link-text").input_value()
        await admin.tab_to("invite-close")
        await keys.press("Enter")
        await expect(admin.element("invite")).to_have_count(0)
        await expect(admin.element("people-row")).to_have_count(5)

        await newcomer.page.goto(stack.url(operator.slug, urlsplit(link).path))
        await expect(newcomer.element("invitation-name")).to_have_text("Нигора Саидова")
        await newcomer.tab_to("new-password")
        await newcomer.page.keyboard.type(NEW_PASSWORD)
        await newcomer.page.keyboard.press("Enter")
        await newcomer.expect_registered()

        # What stands beside the list is from before she came.
        await admin.page.reload()
        await admin.tab_to("people-search")
        await keys.type("нигора")
        await expect(admin.element("people-row")).to_have_count(1)
        row = admin.element("people-row").get_by_role("link")
        for _ in range(8):
            await keys.press("Tab")
            if await row.evaluate("one => one === document.activeElement"):
                break
        await keys.press("Enter")
        await expect(admin.element("person")).to_be_visible()
        await admin.tab_to("role-supervisor")
        await keys.press("Space")
        await admin.tab_to("person-save")
        await keys.press("Enter")
        await expect(admin.element("person-saved")).to_be_visible()
        await expect(admin.element("person-rights")).to_contain_text("Супервизор")

        await admin.tab_to("person-trail")
        await keys.press("Enter")
        await expect(
            admin.page.locator("[data-testid=audit-row][data-act='identity.signed_in']")
        ).to_have_count(1)
        await admin.page.goto(stack.url(operator.slug, "/settings/audit"))
        for act in ("people.invited", "people.password_chosen", "people.changed"):
            await expect(admin.page.locator(f"[data-testid=audit-row][data-act='{act}']")).to_have_count(1)
