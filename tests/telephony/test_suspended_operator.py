"""An operator is suspended while callers wait and talk: they are told, or not disturbed."""

import asyncio

from tests.support.callers import Callers, is_silent
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

from ovoz.entrypoints.provisioning import tenant_desk
from ovoz.platform.audit.api import Doer

UNKNOWN = "+992900000901"


async def test_callers_are_told_and_conversations_run_on(stack: Stack, callers: Callers) -> None:
    operator = await make_operator(stack, agents=1)
    team = Team(stack, operator)
    desk = tenant_desk(stack.settings, stack.endpoints)
    doer = Doer("provider", name="test")
    try:
        agent = await team.agent(0, tone_hz=1000)
        talking = await callers.call(operator.number, UNKNOWN, tone_hz=440)
        await agent.until_state("talking")
        waiting = await callers.call(operator.number, UNKNOWN, tone_hz=440)
        await waiting.answered()

        asked = await desk.operations.ask("suspend", operator.slug, doer, {"reason": "tried"})
        assert (await desk.runner.run(asked.id, wait=True)).state == "done"
        await waiting.ended(20)
        late = await callers.call(operator.number, UNKNOWN, tone_hz=440)
        await late.answered()
        await asyncio.sleep(1.5)
        assert not is_silent(late.sound(1)), "the announcement"
        await late.ended(20)
        assert not talking.is_over
        assert not is_silent(talking.sound(1)), "the conversation"

        async def reasons() -> list[str]:
            rows = await stack.rows(
                operator.slug, "SELECT end_reason FROM interaction WHERE end_reason IS NOT NULL"
            )
            return [row["end_reason"] for row in rows]

        async def both() -> bool:
            return await reasons() == ["operator_suspended"] * 2

        await eventually(both, within_s=5)

        async def count_is(wanted: int) -> bool:
            return len(await stack.rows(operator.slug, "SELECT 1 FROM interaction")) == wanted

        asked = await desk.operations.ask("resume", operator.slug, doer)
        assert (await desk.runner.run(asked.id, wait=True)).state == "done"

        async def newest() -> str | None:
            """How the newest call went on from its first prompt."""
            rows = await stack.rows(
                operator.slug, "SELECT state FROM interaction ORDER BY started_at DESC LIMIT 1"
            )
            return rows[0]["state"] if rows[0]["state"] != "greeting" else None

        # The switchboard hears of it a moment later than the one who resumed.
        outcomes = []
        while "queued" not in outcomes and len(outcomes) < 3:
            again = await callers.call(operator.number, UNKNOWN, tone_hz=440)
            await again.answered()
            before = len(outcomes)
            await eventually(lambda n=before: count_is(n + 4), within_s=5)
            outcomes.append(await eventually(newest, within_s=20))
        assert outcomes[-1] == "queued", outcomes
    finally:
        await team.close()
        await desk.close()
