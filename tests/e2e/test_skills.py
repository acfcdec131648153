"""The matrix of skills without a mouse: a block is set, taken back, pasted, saved; somebody else was faster."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Playwright, expect
from tests.e2e.test_accessibility import Eyes
from tests.support.browser import Desk, tone_file
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack


async def open_skills(stack: Stack, desk: Desk, slug: str) -> None:
    await desk.element("sign-in-email").fill(f"admin@{slug}.test")
    await desk.element("sign-in-password").fill(PASSWORD)
    await desk.click("sign-in-submit")
    await expect(desk.element("history")).to_be_visible()
    await desk.page.goto(stack.url(slug, "/settings/skills"))


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_block_is_set_by_keys_and_saved(
    stack: Stack, playwright: Playwright, tmp_path: Path, theme: str
) -> None:
    operator = await make_operator(stack, agents=3, others=["admin"])
    microphone = tone_file(tmp_path, 1000)
    async with (
        Desk(stack, operator.slug, playwright, microphone) as admin,
        Desk(stack, operator.slug, playwright, microphone) as other,
    ):
        eyes, keys = Eyes(admin, theme), admin.page.keyboard
        await open_skills(stack, admin, operator.slug)
        await admin.page.goto(stack.url(operator.slug, "/profile"))
        await admin.click(f"preference-theme-{theme}")
        await expect(admin.element("preferences-saved")).to_be_visible()
        await admin.page.goto(stack.url(operator.slug, "/settings/skills"))
        await expect(admin.element("skills-none")).to_be_visible()
        await admin.tab_to("skills-list")
        await keys.press("Enter")
        for name in ("Тарифы", "Роуминг"):
            for language in ("ru", "tg", "en"):
                await admin.element(f"skill-new-{language}").fill(name)
            await admin.tab_to("skill-add")
            await keys.press("Enter")
            await expect(admin.element("skill").get_by_text(name)).to_be_visible()
        await eyes.look("list of skills")
        await keys.press("Escape")
        await expect(admin.element("skills-grid")).to_be_visible()
        await open_skills(stack, other, operator.slug)

        await admin.tab_to("cell-0-0")
        for key in ("Shift+ArrowDown", "Shift+ArrowRight", "4"):
            await keys.press(key)
        await expect(admin.element("skills-changed")).to_contain_text("4")
        await keys.press("2")
        await keys.press("Control+KeyZ")
        for cell in ("cell-0-0", "cell-1-1"):
            await expect(admin.element(cell)).to_have_attribute("data-level", "4")
        await expect(admin.element("cell-2-0")).to_have_attribute("data-level", "0")
        await keys.press("Control+KeyC")
        await keys.press("Control+End")
        await keys.press("Control+KeyV")
        await expect(admin.element("cell-2-1")).to_have_attribute("data-level", "4")
        await expect(admin.element("skills-left-out")).to_contain_text("3")
        await eyes.look("a block")
        await admin.tab_to("skills-save")
        await keys.press("Enter")
        await expect(admin.element("skills-saved")).to_be_visible()
        found = await stack.rows(operator.slug, "SELECT level FROM agent_skill")
        assert [row["level"] for row in found] == [4] * 5

        # What the other one saw is not there any more.
        other.expected_trouble = re.compile("409")
        await other.element("cell-0-0").focus()
        for key in ("1", "ArrowDown", "ArrowDown", "3"):
            await other.page.keyboard.press(key)
        await other.click("skills-save")
        await expect(other.element("skills-conflict")).to_contain_text("Admin")
        await expect(other.element("cell-0-0")).to_have_attribute("data-level", "1")
        await other.click("conflict-theirs")
        await expect(other.element("cell-0-0")).to_have_attribute("data-level", "4")
        await other.click("skills-save")
        await expect(other.element("skills-saved")).to_be_visible()
        await expect(other.element("cell-2-0")).to_have_attribute("data-level", "3")
        assert eyes.findings == []


async def test_a_table_comes_in_after_its_faults_were_seen(
    stack: Stack, playwright: Playwright, tmp_path: Path
) -> None:
    async with Desk(stack, "somon", playwright, tone_file(tmp_path, 1000)) as admin:
        await admin.click("demo-timur@somon.example")
        await admin.click("sign-in-submit")
        await expect(admin.element("history")).to_be_visible()
        await admin.page.goto(stack.url("somon", "/settings/skills"))
        async with admin.page.expect_download() as going:
            await admin.click("skills-export")
        sheet = tmp_path / "skills.csv"
        await (await going.value).save_as(sheet)
        head, anna, *rest = sheet.read_text().splitlines()
        assert head.endswith("id,name,team,russian,tajik,english,internet,tariffs,roaming,sales,vip_care")
        assert anna.endswith(",5,0,5,0,5,5,4,5")
        sheet.write_text("\n".join([head, anna.removesuffix("5") + "2", rest[0].removesuffix("0") + "9"]))
        await admin.click("skills-import")
        await admin.element("sheet-file").set_input_files(sheet)
        await expect(admin.element("sheet-fault")).to_have_attribute("data-fault", "level_wrong")
        await admin.click("sheet-accept")
        await expect(admin.element("skills-changed")).to_contain_text("1")
        await expect(admin.element("cell-0-7")).to_have_attribute("data-level", "2")
        await admin.click("skills-drop")
