"""What the desk and the phone of somebody become whose rights are taken, with the real switchboard and Asterisk."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.support.agents import AgentAtWork
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack, eventually
from tests.support.web import Someone

Pair = tuple[Someone, AgentAtWork, str]


@pytest.fixture
async def pair(stack: Stack) -> AsyncIterator[Pair]:
    """An administrator, an agent with a registered phone who is ready, and the agent's address in the API."""
    operator = await make_operator(stack, agents=1, others=("admin",))
    admin = Someone(stack.settings.ports.http, operator.slug)
    await admin.sign_in(f"admin@{operator.slug}.test")
    agent = await AgentAtWork.sign_in(
        stack, operator.slug, operator.emails[0], tone_hz=1000, password=PASSWORD
    )
    try:
        await agent.choose("ready")
        await agent.until_state("ready")
        [found] = (await admin.get("/api/people?role=agent"))["items"]
        yield admin, agent, f"/api/people/{found['id']}"
    finally:
        await agent.close()
        await admin.close()


async def state_of(stack: Stack, slug: str) -> str:
    [row] = await stack.rows(slug, "SELECT state FROM agent_state")
    return str(row["state"])


async def closed_with(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """Within a second."""
    while (await socket.receive(timeout=1)).type is aiohttp.WSMsgType.TEXT:
        pass
    return socket.close_code


async def test_a_disabled_agent_goes_offline_and_every_socket_closes(stack: Stack, pair: Pair) -> None:
    admin, agent, path = pair
    me = Someone(admin.port, agent.slug)
    me.headers = dict(agent.headers)
    try:
        line, live = await me.socket("/sip"), await me.socket("/api/live")
        await admin.must("POST", f"{path}/disable")
        assert await closed_with(line) in (4401, 4403)
        assert await closed_with(live) in (4401, 4403)
    finally:
        await me.close()

    async def offline() -> bool:
        return await state_of(stack, agent.slug) == "offline"

    await eventually(offline, within_s=5)


async def test_a_phones_line_closes_when_the_desk_is_taken(stack: Stack, pair: Pair) -> None:
    admin, agent, path = pair
    me = Someone(admin.port, agent.slug)
    me.headers = dict(agent.headers)
    try:
        line = await me.socket("/sip")
        await admin.must("PATCH", path, {"roles": ["auditor"]}, If_Match='"1"')
        assert await closed_with(line) == 4403
        status, problem = await me.refused("POST", "/api/desk/phone")
        assert (status, problem["right"]) == (403, "desk.use")

        async def offline() -> bool:
            return await state_of(stack, agent.slug) == "offline"

        await eventually(offline, within_s=5, what="nobody rings who has no desk")
    finally:
        await me.close()
