"""Phones of two operators at one Asterisk: each is one agent's, and reaches nothing by itself.

The endpoint's tenant, not the dialled number, decides: what an agent's phone dials goes to the context `agents`, which
leads nowhere.
"""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.support.agents import AgentAtWork
from tests.support.operators import make_operator
from tests.support.stack import Stack, eventually
from tests.support.webphone import WebPhone
from tests.telephony.conftest import Team

NOT_YOURSELF = 1008


@pytest.fixture
async def others(stack: Stack) -> AsyncIterator[Team]:
    """Another operator's agents."""
    others = Team(stack, await make_operator(stack))
    try:
        yield others
    finally:
        await others.close()


async def account(agent: AgentAtWork) -> dict[str, Any]:
    """A new account of the agent's phone; who had the one before loses it."""
    issued: dict[str, Any] = await agent.ask("POST", "/api/desk/phone")
    return issued


async def test_no_phone_becomes_the_other_operators(stack: Stack, team: Team, others: Team) -> None:
    """Not over our own line with a stolen password, and not at Asterisk itself with our own."""
    ours, theirs = await team.agent(ready=False), await others.agent(ready=False)
    own, stolen = await account(ours), await account(theirs)
    line, direct = f"http://127.0.0.1:{stack.settings.ports.http}/sip", stack.endpoints.sip_ws_url
    async with aiohttp.ClientSession() as session:
        for claimed in (
            stolen,
            stolen | {"password": own["password"]},
            own | {"username": stolen["username"]},
        ):
            phone = WebPhone(claimed, tone_hz=1000)
            await phone.try_to_open(session, line, ours.headers)
            await eventually(lambda: phone.lost, within_s=5, what="the end of the line")  # noqa: B023
            assert (phone.close_code, phone.registered.is_set()) == (NOT_YOURSELF, False)
            await phone.close()
        for claimed in (stolen | {"password": own["password"]}, own | {"password": stolen["password"]}):
            phone = WebPhone(claimed, tone_hz=1000)
            await phone.try_to_open(session, direct, {})
            await eventually(phone.refused.is_set, within_s=5, what="a refusal")
            assert not phone.registered.is_set()
            await phone.close()
        # With the right password it would have been: what was refused was the operator, not the way.
        for right, url, headers in ((own, line, ours.headers), (stolen, direct, {})):
            phone = WebPhone(right, tone_hz=1000)
            await phone.open(session, url, headers)
            await phone.close()


async def test_no_phone_calls_the_other_operator(stack: Stack, team: Team, others: Team) -> None:
    """Neither an agent nor a number of theirs, nor its own, nor the carrier, nor a name of the dialplan."""
    ours, theirs = await team.agent(), await others.agent()
    their_endpoint = (await account(theirs))["username"]
    await theirs.take_phone(800)
    await theirs.choose("ready")
    own, number = team.operator.number, others.operator.number
    reached = {}
    assert ours.phone is not None
    for dialled in (
        their_endpoint,
        number,
        number[1:],
        f"00{number[1:]}",
        own,
        "+992900000777",
        "carrier",
        "s",
        "h",
        "t",
        "1",
        "PJSIP%2F" + their_endpoint,
    ):
        status = await ours.phone.dial(dialled)
        if status < 400:
            reached[dialled] = status
    assert reached == {}
    assert (theirs.state, theirs.interaction) == ("ready", None)
    assert not theirs.phones[-1].calls
    for slug in (team.operator.slug, others.operator.slug):
        assert await stack.rows(slug, "SELECT id FROM interaction") == []
    await eventually(_no_channels(stack), within_s=5, what="no channel left")


def _no_channels(stack: Stack) -> Any:
    async def none() -> bool:
        return await stack.asterisk_channels() == []

    return none
