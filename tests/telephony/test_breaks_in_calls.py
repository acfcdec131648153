"""A break that is asked for in a conversation, with real phones."""

from tests.support.agents import AgentAtWork
from tests.support.callers import Callers
from tests.support.conversations import FIRST_HZ, hear_each_other, talking
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack
from tests.support.web import Someone

REASON = {"code": "training", "names": dict.fromkeys(("ru", "tg", "en"), "Обучение"), "needs_approval": True}


async def test_what_is_approved_in_a_conversation_follows_it(stack: Stack, callers: Callers) -> None:
    """Also when the switchboard dies between the word and the break."""
    operator = await make_operator(stack, agents=1, others=("admin", "supervisor"))
    admin = Someone(stack.settings.ports.http, operator.slug)
    supervisor = Someone(stack.settings.ports.http, operator.slug)
    agent = await AgentAtWork.sign_in(
        stack, operator.slug, operator.emails[0], tone_hz=FIRST_HZ, password=PASSWORD
    )
    try:
        await admin.sign_in(f"admin@{operator.slug}.test")
        await supervisor.sign_in(f"supervisor@{operator.slug}.test")
        await admin.must("POST", "/api/settings/break-reasons", REASON)
        await stack.until_two_switchboards()
        await agent.choose("ready")
        call = await talking(callers, agent, operator.number)
        await agent.choose("break", "training")
        await agent.until(lambda desk: desk["agent"]["wish"])
        assert agent.state == "talking"
        [shown] = (await supervisor.get("/api/team"))["agents"]
        decision = {"wish_id": shown["wish"]["id"], "approved": True, "note": "До 15:00"}
        await supervisor.must("POST", f"/api/team/{agent.id}/break-decision", decision)
        await agent.until(lambda desk: desk["agent"]["next"] == {"state": "break", "reason": "training"})
        await hear_each_other(call, agent, FIRST_HZ)
        epoch = agent.desk["epoch"]
        stack.kill_switchboard()
        await agent.until(lambda desk: desk["epoch"] > epoch and desk["phone"]["available"], within_s=25)
        await hear_each_other(call, agent, FIRST_HZ)
        await call.hang_up()
        await agent.until_state("wrap_up")
        assert agent.interaction is not None
        body = {"disposition": "resolved", "next": "break", "reason": "training"}
        await agent.ask("POST", f"/api/desk/interactions/{agent.interaction['id']}/wrap-up", body)
        await agent.until_state("break")
        assert agent.desk["agent"]["reason"] == "training"
    finally:
        await agent.close()
        await admin.close()
        await supervisor.close()
