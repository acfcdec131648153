"""The operator is suspended: everybody reads why; who is in a call finishes it, through a reload, and reads it then."""

import re
from pathlib import Path

from playwright.async_api import Playwright, expect
from tests.support.browser import Desk, tone_file
from tests.support.callers import Callers
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack

from ovoz.entrypoints.provisioning import tenant_desk
from ovoz.platform.audit.api import Doer

REASON = "The invoice of October is open"
DOER = Doer("provider", name="test")


async def test_a_conversation_outlives_the_suspension_and_a_reload(
    stack: Stack, callers: Callers, playwright: Playwright, tmp_path: Path
) -> None:
    operator = await make_operator(stack, others=["supervisor"])
    microphone = tone_file(tmp_path, 1000)
    provider = tenant_desk(stack.settings, stack.endpoints)
    try:
        async with (
            Desk(stack, operator.slug, playwright, microphone) as agent,
            Desk(stack, operator.slug, playwright, microphone) as supervisor,
        ):
            for desk in (agent, supervisor):
                desk.expected_trouble = re.compile("403|WebSocket")
            await sign_in(agent, operator.emails[0])
            await agent.expect_registered()
            await sign_in(supervisor, f"supervisor@{operator.slug}.test")
            await expect(supervisor.element("history")).to_be_visible()
            await agent.click("go-ready")
            await agent.expect_state("ready")
            call = await callers.call(operator.number, "+992900000777", tone_hz=440)
            await agent.expect_stage("ringing")
            await agent.click("call-answer")
            await agent.expect_stage("talking")

            asked = await provider.operations.ask("suspend", operator.slug, DOER, {"reason": REASON})
            assert (await provider.runner.run(asked.id, wait=True)).state == "done"
            # What is known of hosts is known for 5 s.
            await supervisor.page.wait_for_timeout(6000)
            await supervisor.page.reload()
            await expect(supervisor.element("page-suspended")).to_be_visible()
            await expect(supervisor.element("suspended-reason")).to_contain_text(REASON)

            await agent.page.reload()
            await agent.expect_stage("talking", within_s=20)
            assert not call.is_over
            await agent.click("call-hangup")
            await agent.expect_stage("wrap_up")
            await agent.click("wrapup-disposition-resolved")
            await agent.click("wrapup-finish")
            await expect(agent.element("suspended-reason")).to_contain_text(REASON)
            await agent.page.reload()
            await expect(agent.element("suspended-reason")).to_contain_text(REASON, timeout=15_000)

            asked = await provider.operations.ask("resume", operator.slug, DOER)
            assert (await provider.runner.run(asked.id, wait=True)).state == "done"
            # It comes back by itself.
            await agent.expect_registered(within_s=60)
            await agent.expect_state("offline")
    finally:
        await provider.close()


async def sign_in(desk: Desk, email: str) -> None:
    await desk.element("sign-in-email").fill(email)
    await desk.element("sign-in-password").fill(PASSWORD)
    await desk.click("sign-in-submit")
