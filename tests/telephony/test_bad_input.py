"""What no honest caller or browser sends gets a clear result, and costs nobody else anything."""

import asyncio

import aiohttp
import pytest
from tests.support.agents import AgentAtWork
from tests.support.callers import Callers
from tests.support.operators import PASSWORD
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

KNOWN = "+992900000777"


async def test_a_number_that_is_nobodys(callers: Callers) -> None:
    """404, as a carrier expects for an unallocated number (Q.850 cause 1)."""
    call = await callers.call("+992999999999", KNOWN)
    await call.ended(5)
    assert (call.code, call.is_answered) == (404, False)


@pytest.mark.parametrize("key", ["", "wrong"])
async def test_a_call_that_is_not_the_carriers(callers: Callers, team: Team, key: str) -> None:
    """Without the trunk's key nobody gets in."""
    call = await callers.call(team.operator.number, KNOWN, key=key)
    await call.ended(5)
    assert call.code in (401, 403)


async def test_a_hidden_number(stack: Stack, callers: Callers, team: Team) -> None:
    """The desk says that the number is hidden; what the network hands on of it is kept out of sight."""
    agent = await team.agent()
    await callers.call(
        team.operator.number,
        "anonymous",
        caller_uri="sip:anonymous@anonymous.invalid",
        headers={"Privacy": "id"},
    )
    await agent.until_state("talking")
    assert agent.interaction is not None
    assert agent.interaction["caller"] == {"number": "", "hidden": True, "name": None}


@pytest.mark.parametrize(
    "damage",
    [
        (b"CSeq: 1 INVITE", b"CSeq: one INVITE"),
        (b"Content-Length:", b"Content-Length: 99999\r\nX-Was:"),
        (b"Max-Forwards: 70", b"Max-Forwards: seventy"),
        (b"From: <sip:", b"From: <sip:\xff\xfe\x00"),
        (b"SIP/2.0\r\nVia", b"SIP/9.9\r\nVia"),
        (b"To: <", b"To <"),
        (b"m=audio", b"m=audio -1 RTP/AVP 8\r\nm=nothing"),
    ],
    ids=["CSeq", "length", "Max-Forwards", "From", "version", "To", "session"],
)
async def test_malformed_headers(
    stack: Stack, callers: Callers, team: Team, damage: tuple[bytes, bytes]
) -> None:
    """The damaged call gets an error or nothing; the next one is served."""
    damaged = await callers.call_raw(
        team.operator.number, KNOWN, lambda invite: invite.replace(damage[0], damage[1], 1)
    )
    await asyncio.sleep(0.3)
    call = await callers.call(team.operator.number, KNOWN)
    await call.answered()
    assert not damaged.is_answered or not damaged.is_over
    assert (await stack.internal_health())["media"] == "ok"


async def test_an_agents_phone_cannot_dial(stack: Stack, callers: Callers, team: Team) -> None:
    """An endpoint's tenant decides what an agent may reach: for now nothing, whatever number is dialled."""
    agent = await team.agent()
    assert agent.phone is not None
    status = await agent.phone.dial(team.operator.number)
    assert status in (403, 404, 603)
    assert await stack.asterisk_channels() == []


async def test_a_browser_may_not_speak_for_another(stack: Stack, team: Team) -> None:
    """The line is cut as soon as a message carries somebody else's account."""
    victim, attacker = await team.agent(0), await team.agent(1)
    assert victim.phone is not None
    async with attacker._session.ws_connect(
        f"http://127.0.0.1:{stack.settings.ports.http}/sip", headers=attacker.headers, protocols=("sip",)
    ) as line:
        account = victim.phone._account["username"]
        await line.send_str(
            "REGISTER sip:ovoz.invalid SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
            f"From: <sip:{account}@ovoz.invalid>;tag=1\r\nTo: <sip:{account}@ovoz.invalid>\r\nCall-ID: x\r\n"
            f"CSeq: 1 REGISTER\r\nContact: <sip:{account}@x.invalid;transport=ws>\r\nContent-Length: 0\r\n\r\n"
        )
        message = await line.receive(timeout=5)
    assert message.type is aiohttp.WSMsgType.CLOSE
    assert message.data == 1008


async def test_the_disk_for_recordings_is_full(stack: Stack, callers: Callers, team: Team) -> None:
    """Calls go on unrecorded, the desk says so, and the next call is recorded once there is room again."""
    agent = await team.agent()
    ballast = stack.settings.home / "objects" / "ballast"
    ballast.parent.mkdir(parents=True, exist_ok=True)
    with ballast.open("wb") as file:
        file.truncate(stack.settings.recordings_limit_mb * 1_000_000 + 1)
    try:
        await eventually(
            lambda: not _may_record(stack), within_s=45, every_s=0.5, what="the disk watch's verdict"
        )
        call = await callers.call(team.operator.number, KNOWN)
        await agent.until_state("talking")
        # That it cannot be recorded is known when it is tried, which may be a moment after the conversation began.
        await agent.until(lambda desk: desk["interaction"]["recording"] == "failed")
        await call.hang_up()
        await agent.until_state("wrap_up")
        await agent.wrap_up()
    finally:
        ballast.unlink()
    await eventually(lambda: _may_record(stack), within_s=45, every_s=0.5, what="the disk watch's verdict")
    await callers.call(team.operator.number, KNOWN)
    await agent.until_state("talking")
    assert agent.interaction is not None
    assert agent.interaction["recording"] == "on"


async def test_the_wrong_operators_host(stack: Stack, team: Team) -> None:
    """A session of one operator is nobody at the other's address."""
    agent = await AgentAtWork.sign_in(stack, team.operator.slug, team.operator.emails[0], password=PASSWORD)
    try:
        host = f"somon.localhost:{stack.settings.ports.http}"
        agent.headers |= {"Host": host, "Origin": f"http://{host}"}
        status, body = await agent.read("/api/session")
        assert status == 401
        assert b"not-signed-in" in body
    finally:
        await agent.close()


def _may_record(stack: Stack) -> bool:
    from ovoz.contact_center.recordings.api import may_record

    return may_record(stack.settings.home)
