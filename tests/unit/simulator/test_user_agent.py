"""SIP against a far end that behaves as switches do on bad days."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.unit.simulator.far_end import FarEnd, Told

from ovoz.simulator.sip import transactions
from ovoz.simulator.sip.faults import Faults
from ovoz.simulator.sip.legs import EndedBy, IncomingLeg, OutgoingLeg
from ovoz.simulator.sip.messages import own_session
from ovoz.simulator.sip.user_agent import UserAgent

HELD = own_session("127.0.0.1", 4000).replace("sendrecv", "sendonly")
MU_LAW = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


@pytest.fixture
async def far() -> AsyncIterator[FarEnd]:
    far = await FarEnd().open()
    yield far
    far.close()


@pytest.fixture
async def agent() -> AsyncIterator[UserAgent]:
    agent = UserAgent(("127.0.0.1", 0))
    await agent.start()
    yield agent
    agent.close()


@pytest.fixture
def _quick_timers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "T1_S", 0.02)
    monkeypatch.setattr(transactions, "T2_S", 0.08)
    monkeypatch.setattr(transactions, "LIFETIME_S", 1.28)


def call(agent: UserAgent, far: FarEnd, told: Told) -> OutgoingLeg:
    return agent.call(
        far.address,
        caller_uri="sip:+992900000101@127.0.0.1",
        called_uri="sip:+992446000100@127.0.0.1",
        contact_user="subscriber",
        session=own_session("127.0.0.1", 5000),
        headers={"X-Ovoz-Trunk": "key"},
        listener=told,
    )


async def answered(agent: UserAgent, far: FarEnd, told: Told) -> OutgoingLeg:
    leg = call(agent, far, told)
    far.accept(await far.request("INVITE"))
    await far.request("ACK")
    return leg


async def test_a_call_is_answered_and_ended_by_the_subscriber(agent: UserAgent, far: FarEnd) -> None:
    told = Told()
    leg = call(agent, far, told)
    invite = await far.request("INVITE")
    assert invite.uri == "sip:+992446000100@127.0.0.1"
    assert invite.get_header("X-Ovoz-Trunk") == "key"
    assert "m=audio 5000 RTP/AVP 8 101" in invite.text
    far.answer(invite, 100)
    far.answer(invite, 180)
    far.accept(invite)
    ack = await far.request("ACK")
    assert (ack.get_header("CSeq"), ack.to_addr and ack.to_addr.tag) == ("1 ACK", "far")
    assert ack.via[0].branch != invite.via[0].branch
    leg.hang_up()
    bye = await far.request("BYE")
    assert bye.cseq is not None
    assert bye.cseq.seq == 2
    far.answer(bye, 200)
    assert told.said == ["ringing 180", "answered", "ended"]
    assert told.end == (EndedBy.US, 200, None)
    assert told.media_at is not None
    assert told.media_at.address == ("127.0.0.1", 4000)


async def test_the_far_end_hangs_up(agent: UserAgent, far: FarEnd) -> None:
    told = Told()
    call(agent, far, told)
    invite = await far.request("INVITE")
    far.accept(invite)
    await far.request("ACK")
    far.ask(invite, "BYE")
    assert (await far.response()).status_code == 200
    assert await told.over() == (EndedBy.FAR_END, 200, None)
    far.ask(invite, "BYE")
    assert (await far.response()).status_code == 481


@pytest.mark.parametrize(("code", "cause"), [(404, 1), (486, 17), (503, 34)])
async def test_a_refusal_is_acknowledged_within_its_transaction(
    agent: UserAgent, far: FarEnd, code: int, cause: int
) -> None:
    told = Told()
    call(agent, far, told)
    invite = await far.request("INVITE")
    for _ in range(2):
        far.answer(invite, code, reason=f"Q.850;cause={cause}")
        ack = await far.request("ACK")
        assert ack.via[0].branch == invite.via[0].branch
    assert await told.over() == (EndedBy.FAR_END, code, cause)


@pytest.mark.usefixtures("_quick_timers")
async def test_without_an_answer_the_invite_is_repeated_and_then_given_up(
    agent: UserAgent, far: FarEnd
) -> None:
    told = Told()
    call(agent, far, told)
    assert await told.over() == (EndedBy.FAR_END, 408, None)
    # Sent at 0, T1, 3 T1, 7 T1, 15 T1, 31 T1 and 63 T1 (timer A); given up at 64 T1 (timer B).
    assert far.received.qsize() == 7


@pytest.mark.usefixtures("_quick_timers")
async def test_trying_ends_the_repetition(agent: UserAgent, far: FarEnd) -> None:
    call(agent, far, Told())
    far.answer(await far.request("INVITE"), 100)
    await asyncio.sleep(0.03)
    while not far.received.empty():
        far.received.get_nowait()
    await far.hears_nothing(0.3)


async def test_a_lost_ack_is_sent_again(agent: UserAgent, far: FarEnd) -> None:
    told = Told()
    call(agent, far, told)
    invite = await far.request("INVITE")
    for _ in range(3):
        far.accept(invite)
        await far.request("ACK")
    assert told.said == ["answered"]


async def test_cancel_waits_for_the_first_sign_of_life(agent: UserAgent, far: FarEnd) -> None:
    told = Told()
    leg = call(agent, far, told)
    invite = await far.request("INVITE")
    leg.hang_up()
    await far.hears_nothing()
    far.answer(invite, 180)
    cancel = await far.request("CANCEL")
    assert cancel.via[0].branch == invite.via[0].branch
    assert cancel.uri == invite.uri
    far.answer(cancel, 200)
    far.answer(invite, 487)
    await far.request("ACK")
    assert await told.over() == (EndedBy.US, 487, None)


async def test_cancel_and_answer_cross(agent: UserAgent, far: FarEnd) -> None:
    """The call is there although nobody wants it any more: ACK, then BYE; nobody is told that it was answered."""
    told = Told()
    leg = call(agent, far, told)
    invite = await far.request("INVITE")
    far.answer(invite, 180)
    await asyncio.sleep(0.05)
    leg.hang_up()
    cancel = await far.request("CANCEL")
    far.accept(invite)
    await far.request("ACK")
    bye = await far.request("BYE")
    far.answer(cancel, 481)
    far.answer(bye, 200)
    assert (await told.over())[0] == EndedBy.US
    assert "answered" not in told.said


@pytest.mark.usefixtures("_quick_timers")
async def test_a_switch_that_dies_after_ringing_does_not_keep_the_call(agent: UserAgent, far: FarEnd) -> None:
    told = Told()
    leg = call(agent, far, told)
    far.answer(await far.request("INVITE"), 180)
    await asyncio.sleep(0.03)
    leg.hang_up()
    assert await told.over() == (EndedBy.US, 487, None)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
async def test_audio_is_moved_and_held(agent: UserAgent, far: FarEnd, method: str) -> None:
    told = Told()
    call(agent, far, told)
    invite = await far.request("INVITE")
    far.accept(invite)
    await far.request("ACK")
    for session, direction, wants_audio in (
        (own_session("127.0.0.1", 4100), "a=sendrecv", True),
        (HELD, "a=recvonly", False),
    ):
        far.ask(invite, method, session=session)
        answer = await far.response()
        assert answer.status_code == 200
        assert direction in answer.text
        assert "m=audio 5000 RTP/AVP 8 101" in answer.text
        if method == "INVITE":
            far.ask(invite, "ACK")
        assert told.media_at is not None
        assert told.media_at.wants_audio is wants_audio
    assert told.media_at is not None
    assert told.media_at.address == ("127.0.0.1", 4000)


async def test_an_offer_that_is_not_spoken_is_refused_and_the_call_goes_on(
    agent: UserAgent, far: FarEnd
) -> None:
    told = Told()
    call(agent, far, told)
    invite = await far.request("INVITE")
    far.accept(invite)
    await far.request("ACK")
    before = told.media_at
    far.ask(invite, "UPDATE", session=MU_LAW)
    assert (await far.response()).status_code == 488
    assert (told.media_at, told.end) == (before, None)


async def test_another_tag_is_another_call(agent: UserAgent, far: FarEnd) -> None:
    told = Told()
    call(agent, far, told)
    invite = await far.request("INVITE")
    far.accept(invite)
    await far.request("ACK")
    far.ask(invite, "BYE", tag="stranger")
    assert (await far.response()).status_code == 481
    assert told.end is None


async def test_rubbish_changes_nothing(agent: UserAgent, far: FarEnd) -> None:
    leg = await answered(agent, far, told := Told())
    for rubbish in (b"\0\xff", b"BYE", b"SIP/2.0 200\r\n\r\n", b"INVITE sip:x SIP/2.0\r\n\r\n", b"\r\n\r\n"):
        far.send(rubbish)
    await asyncio.sleep(0.05)
    assert told.end is None
    leg.hang_up()
    await far.request("BYE")


async def test_calls_to_subscribers(agent: UserAgent, far: FarEnd) -> None:
    """Rings, is answered once however often the INVITE comes, and ended by the far end's BYE."""
    legs: list[IncomingLeg] = []
    agent.on_incoming = legs.append
    far.caller = agent.local
    offer = own_session("127.0.0.1", 4000).replace("101", "97")
    for _ in range(2):
        far.call("+992900000101", session=offer)
    await asyncio.sleep(0.05)
    assert [leg.called for leg in legs] == ["+992900000101"]
    told = Told()
    legs[0].attach(told)
    legs[0].ring()
    assert (await far.response()).status_code == 180
    legs[0].answer(own_session("127.0.0.1", 5000))
    answer = await far.response()
    assert "m=audio 5000 RTP/AVP 8 97" in answer.text
    assert told.media_at is not None
    assert told.media_at.digits_payload_type == 97
    legs[0].hang_up()
    await far.request("BYE")


async def test_a_call_to_a_subscriber_is_cancelled(agent: UserAgent, far: FarEnd) -> None:
    legs: list[IncomingLeg] = []
    agent.on_incoming = legs.append
    far.caller = agent.local
    far.call("+992900000101", session=own_session("127.0.0.1", 4000))
    await asyncio.sleep(0.05)
    legs[0].attach(told := Told())
    far.cancel("+992900000101")
    assert {(await far.response()).status_code, (await far.response()).status_code} == {200, 487}
    assert told.end == (EndedBy.FAR_END, 487, None)


async def test_faults_reach_the_wire(agent: UserAgent, far: FarEnd) -> None:
    agent.faults = Faults(duplicate_invite=True, late_ack_s=0.1)
    call(agent, far, Told())
    invite = await far.request("INVITE")
    assert bytes(await far.request("INVITE")) == bytes(invite)
    far.accept(invite)
    await far.hears_nothing(0.05)
    await far.request("ACK")


async def test_a_malformed_invite(agent: UserAgent, far: FarEnd) -> None:
    agent.faults = Faults(malformed_header=True)
    call(agent, far, Told())
    message = await asyncio.wait_for(far.received.get(), 2)
    assert b"CSeq: 1 INVITE" not in bytes(message)
