"""A supervisor watches the shift and answers requests for breaks; an agent's desk shows the answer at once."""

from pathlib import Path

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack


async def test_a_break_is_made_asked_for_and_answered(
    stack: Stack, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack, agents=2, others=("admin", "supervisor"))
    tone = tone_file(tmp_path, 1000)
    async with (
        Desk(stack, operator.slug, playwright, tone) as agent,
        Desk(stack, operator.slug, playwright, tone) as office,
    ):
        # An administrator makes a break that must be asked for.
        await sign_in(office, f"admin@{operator.slug}.test")
        await office.page.goto(stack.url(operator.slug, "/settings/breaks"))
        await office.click("break-new")
        for language in ("ru", "tg", "en"):
            await office.element(f"break-name-{language}").fill(f"Обучение {language}")
        await office.element("break-code").fill("training")
        await office.element("break-minutes").fill("20")
        await office.element("break-needs-approval").check()
        await office.click("break-save")
        await expect(office.element("break-saved")).to_be_visible()
        await office.click("user-menu")
        await office.click("sign-out")

        # The shift shows who is there, and changes by itself.
        await sign_in(office, f"supervisor@{operator.slug}.test")
        await office.page.goto(stack.url(operator.slug, "/shift"))
        row = office.page.locator('[data-testid="shift-row"]', has_text="Агент 0")
        await agent.sign_in(operator.emails[0], PASSWORD)
        await agent.click("go-ready")
        await agent.expect_state("ready")
        await expect(row).to_have_attribute("data-state", "ready", timeout=2000)

        # A request, and its refusal with a word, by key.
        await ask_for(agent, "training")
        wish = office.element("shift-wish")
        await expect(wish).to_have_count(1, timeout=2000)
        await office.element("shift-note").fill("после трёх")
        await office.page.keyboard.press("Alt+n")
        await expect(agent.element("break-answer")).to_have_attribute("data-outcome", "denied", timeout=2000)
        await expect(agent.element("break-answer")).to_contain_text("после трёх")
        await expect(wish).to_have_count(0)
        await agent.expect_state("ready")

        # Once more, and approved: the break begins, and both see it.
        await ask_for(agent, "training")
        await office.click("shift-approve")
        await agent.expect_state("break")
        await expect(row).to_have_attribute("data-state", "break", timeout=2000)
        await agent.page.reload()
        await agent.expect_state("break")

        # The day shows what was.
        await expect(agent.element("day-ribbon")).to_be_visible()
        await expect(agent.element("day-handled")).to_contain_text("0")


async def sign_in(office: Desk, email: str) -> None:
    await office.element("sign-in-email").fill(email)
    await office.element("sign-in-password").fill(PASSWORD)
    await office.click("sign-in-submit")
    await expect(office.element("user-menu")).to_be_visible()


async def ask_for(agent: Desk, reason: str) -> None:
    await agent.click("agent-state")
    await agent.click(f"state-break-{reason}")
    await expect(agent.element("break-wish")).to_have_attribute("data-reason", reason)
