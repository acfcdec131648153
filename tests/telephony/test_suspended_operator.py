"""An operator is suspended while callers wait and talk: they are told, or not disturbed."""

import asyncio

import pytest
from tests.support.agents import Refused
from tests.support.callers import Callers, is_silent, tone_level_db
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

from ovoz.contact_center.switchboard.contracts import NOTE
from ovoz.entrypoints.provisioning import tenant_desk
from ovoz.platform.audit.api import Doer

UNKNOWN = "+992900000901"
DOER = Doer("provider", name="test")


async def test_callers_are_told_and_conversations_run_on(stack: Stack, callers: Callers) -> None:
    operator = await make_operator(stack, agents=1)
    team = Team(stack, operator)
    desk = tenant_desk(stack.settings, stack.endpoints)
    try:
        agent = await team.agent(0, tone_hz=1000)
        talking = await callers.call(operator.number, UNKNOWN, tone_hz=440)
        await agent.until_state("talking")
        waiting = await callers.call(operator.number, UNKNOWN, tone_hz=440)
        await waiting.answered()

        asked = await desk.operations.ask("suspend", operator.slug, DOER, {"reason": "tried"})
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

        asked = await desk.operations.ask("resume", operator.slug, DOER)
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


async def test_who_is_in_a_call_finishes_it_and_nobody_else_works(stack: Stack, callers: Callers) -> None:
    operator = await make_operator(stack, agents=2)
    team = Team(stack, operator)
    desk = tenant_desk(stack.settings, stack.endpoints)
    try:
        busy = await team.agent(0, tone_hz=1000)
        idle = await team.agent(1, tone_hz=1700, ready=False)
        call = await callers.call(operator.number, UNKNOWN, tone_hz=440)
        await busy.until_state("talking")
        asked = await desk.operations.ask("suspend", operator.slug, DOER, {"reason": "The invoice is open"})
        assert (await desk.runner.run(asked.id, wait=True)).state == "done"

        async def told_why() -> bool:
            try:
                await idle.ask("GET", "/api/desk")
            except Refused as refused:
                return refused.document.get("reason") == "The invoice is open"
            return False

        await eventually(told_why, within_s=8, what="what is known of hosts is known for 5 s")
        for method, path, body in (
            ("PUT", "/api/desk/state", {"state": "ready", "reason": None}),
            ("GET", "/api/interactions", None),
            ("POST", "/api/desk/phone", None),
        ):
            with pytest.raises(Refused) as refused:
                await idle.ask(method, path, body)
            assert refused.value.document["type"] == "/problems/operator-suspended", path
        with pytest.raises(Refused):
            await busy.choose("ready")
        for path in ("/api/live", "/sip"):
            assert await idle.close_code(path) == 4403, path

        # The one who talks has every button, and a phone after a lost connection too.
        await busy.order("hold")
        await busy.order("resume")
        assert busy.phone is not None
        await busy.phone.close()
        await busy.take_phone(1000)
        await eventually(lambda: len(busy.conversations) == 2, within_s=15, what="called back")
        await eventually(lambda: tone_level_db(call.sound(0.3), 1000) > -30, within_s=5, what="the agent")
        await busy.order("hang-up")
        await call.ended(5)
        await busy.until_state("wrap_up")
        await busy.wrap_up(note="kept", next_="ready")
        await busy.until_state("offline")
        [row] = await stack.rows(operator.slug, "SELECT id, disposition, note FROM interaction")
        keys = await stack.field_keys(operator.tenant_id)
        assert (row["disposition"], keys.open(row["note"], NOTE, row["id"])) == ("resolved", "kept")
        with pytest.raises(Refused) as refused:
            await busy.ask("GET", "/api/desk")
        assert refused.value.document["reason"] == "The invoice is open"
        await idle.ask("DELETE", "/api/session")
    finally:
        await team.close()
        await desk.close()
