"""ASVS 5.0 in a real browser: 14.3.1, 7.4.4, 6.2.6, 6.2.7, 3.2.2."""

import re
from pathlib import Path
from urllib.parse import urljoin

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><b>Фаррух</b> &amp; <script>document.title='owned'</script>"
KEPT = "[Object.keys(localStorage).sort(), Object.keys(sessionStorage)]"


async def sign_in(desk: Desk, email: str) -> None:
    await desk.element("sign-in-email").fill(email)
    await desk.element("sign-in-password").fill(PASSWORD)
    await desk.click("sign-in-submit")
    await expect(desk.element("user-menu")).to_be_visible()


async def test_nothing_of_the_person_stays(stack: Stack, playwright: Playwright, tmp_path: Path) -> None:
    operator = await make_operator(stack, agents=1, others=("admin",))
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as desk:
        desk.expected_trouble = re.compile("401")
        await sign_in(desk, f"admin@{operator.slug}.test")
        await desk.page.goto(urljoin(desk.page.url, "/settings/people"))
        await expect(desk.element("people-row").first).to_be_visible()
        await desk.page.evaluate(
            "sessionStorage.setItem('ovoz.draft', '{}'); localStorage.setItem('ovoz.new', 'Фаррух');"
            " localStorage.setItem('ovoz.speaker', 'headset')"
        )
        await desk.click("user-menu")
        await expect(desk.element("sign-out")).to_be_visible()
        await desk.click("sign-out")
        await expect(desk.element("sign-in-submit")).to_be_visible()
        local, tab = await desk.page.evaluate(KEPT)
        assert tab == []
        assert "ovoz.speaker" in local
        assert set(local) <= {"ovoz.locale", "ovoz.speaker", "ovoz.test", "ovoz.theme"}
        # Whoever comes next and goes back sees nobody.
        await desk.page.go_back()
        await expect(desk.element("sign-in-submit")).to_be_visible()
        assert await desk.element("people-row").count() == 0


async def test_text_is_shown_as_text(stack: Stack, playwright: Playwright, tmp_path: Path) -> None:
    """3.2.2: a name with markup in a list, in a dialog, in the page of one person."""
    operator = await make_operator(stack, agents=1, others=("admin",))
    async with Desk(stack, operator.slug, playwright, tone_file(tmp_path, 1000)) as desk:
        desk.expected_trouble = re.compile("401")
        await sign_in(desk, f"admin@{operator.slug}.test")
        await desk.page.goto(urljoin(desk.page.url, "/settings/people"))
        await desk.click("people-invite")
        await desk.element("invite-name").fill(HOSTILE[:100])
        await desk.element("invite-email").fill("hostile@new.test")
        await desk.element("role-agent").click()
        await desk.click("invite-submit")
        await expect(desk.element("invitation-link")).to_be_visible()
        await desk.click("invite-close")
        row = desk.element("people-row").filter(has_text=HOSTILE[:60])
        await expect(row).to_be_visible()
        await row.click()
        await expect(desk.element("person").get_by_role("heading", name=HOSTILE[:60])).to_be_visible()
        assert await desk.page.locator("img[src=x]").count() == 0
        assert "owned" not in await desk.page.title()


async def test_passwords_are_masked_and_can_be_pasted(
    stack: Stack, playwright: Playwright, tmp_path: Path
) -> None:
    async with Desk(stack, "somon", playwright, tone_file(tmp_path, 1000)) as desk:
        desk.expected_trouble = re.compile("401")
        field = desk.element("sign-in-password")
        await expect(field).to_have_attribute("type", "password")
        await expect(field).to_have_attribute("autocomplete", "current-password")
        await desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await desk.page.evaluate("navigator.clipboard.writeText('from a password manager')")
        await field.focus()
        await desk.page.keyboard.press("Control+V")
        await expect(field).to_have_value("from a password manager")
