"""Subscribers' calls from the INVITE to the BYE, against a switch on loopback."""

import asyncio
import itertools
import socket
import time

import pytest
from tests.support.stack import eventually
from tests.unit.simulator.conftest import CALLER, NUMBER, Operator

from ovoz.simulator import alaw
from ovoz.simulator import carrier as module
from ovoz.simulator.calls import State, SubscriberCall
from ovoz.simulator.carrier import Order, TooManyCalls
from ovoz.simulator.media import LATE_FRAMES, MediaPort, Pacer
from ovoz.simulator.rtp import is_quiet, payload_of
from ovoz.simulator.sip.faults import Faults
from ovoz.simulator.sip.legs import EndedBy
from ovoz.simulator.sip.messages import own_session


async def until(call: SubscriberCall, state: State, within_s: float = 5) -> None:
    await eventually(lambda: call.state == state, within_s=within_s, every_s=0.01, what=state)


async def test_a_subscriber_waits_talks_is_held_says_goodbye_and_hangs_up(operator: Operator) -> None:
    call = operator.carrier.place(Order(to=NUMBER, from_=CALLER, hidden=False, seconds=1.5, patience_s=30))
    await until(call, State.WAITING)
    there = operator.switch.calls[0]
    await asyncio.sleep(0.5)
    assert all(is_quiet(payload_of(packet) or b"") for packet in there.packets), "speaks to the music"
    there.agent = True
    await until(call, State.TALKING)
    there.agent = False
    await until(call, State.WAITING)
    there.agent = True
    await until(call, State.TALKING)
    await until(call, State.OVER, within_s=8)
    await asyncio.wait_for(there.over.wait(), 1)
    assert not all(is_quiet(payload_of(packet) or b"") for packet in there.packets), "never spoke"
    report = call.report()
    assert (report.ended_by, report.ending, report.sip_code) == (EndedBy.US, "said_everything", 200)
    assert [change.state for change in report.changes] == [
        *("calling", "ringing", "waiting", "talking", "waiting", "talking", "over")
    ]
    assert report.packets_received > 50
    assert abs(report.packets_sent - len(there.packets)) <= 2


async def test_packets_leave_at_an_even_pace(operator: Operator) -> None:
    operator.carrier.place(Order(to=NUMBER, from_=CALLER, hidden=False, patience_s=30))
    await eventually(lambda: operator.switch.calls, within_s=2)
    there = operator.switch.calls[0]
    await eventually(lambda: there.packets, within_s=2)
    before, loop = len(there.packets), asyncio.get_running_loop()
    began = loop.time()
    await asyncio.sleep(1)
    rate = (len(there.packets) - before) / (loop.time() - began)
    assert rate == pytest.approx(50, abs=5)
    sequences = [int.from_bytes(packet[2:4], "big") for packet in there.packets]
    assert all((b - a) % 65536 == 1 for a, b in itertools.pairwise(sequences))


async def test_keys_are_pressed(operator: Operator) -> None:
    operator.carrier.place(Order(to=NUMBER, from_=CALLER, digits="4#", digits_after_s=0, patience_s=30))
    await eventually(lambda: operator.switch.calls, within_s=2)
    there = operator.switch.calls[0]

    def pressed() -> list[int]:
        events = [packet for packet in there.packets if packet[1] & 0x7F == 101]
        return sorted({packet[12] for packet in events if packet[13] & 0x80})

    await eventually(lambda: pressed() == [4, 11], within_s=3)


async def test_impatience(operator: Operator) -> None:
    call = operator.carrier.place(Order(to=NUMBER, from_=CALLER, patience_s=0.3))
    await until(call, State.OVER)
    assert call.report().ending == "impatient"
    await asyncio.wait_for(operator.switch.calls[0].over.wait(), 1)


async def test_impatience_before_the_answer_cancels(operator: Operator) -> None:
    operator.switch.answers = False
    call = operator.carrier.place(Order(to=NUMBER, from_=CALLER, patience_s=0.3))
    await until(call, State.OVER)
    report = call.report()
    assert (report.ended_by, report.ending, report.sip_code) == (EndedBy.US, "impatient", 487)


async def test_the_far_end_hangs_up(operator: Operator) -> None:
    call = operator.carrier.place(Order(to=NUMBER, from_=CALLER, patience_s=30))
    await until(call, State.WAITING)
    operator.switch.calls[0].leg.hang_up()
    await until(call, State.OVER)
    report = call.report()
    assert (report.ended_by, report.ending, report.sip_code) == (EndedBy.FAR_END, None, 200)


@pytest.mark.parametrize("code", [404, 486, 503])
async def test_a_refusal(operator: Operator, code: int) -> None:
    operator.switch.refusal = code
    call = operator.carrier.place(Order(to=NUMBER, from_=CALLER))
    await until(call, State.OVER)
    report = call.report()
    assert (report.ended_by, report.sip_code) == (EndedBy.FAR_END, code)
    assert str(code) in report.changes[-1].detail


@pytest.mark.parametrize("hidden", [True, False])
async def test_a_hidden_number_is_nowhere_but_in_the_asserted_identity(
    operator: Operator, hidden: bool
) -> None:
    operator.carrier.place(Order(to=NUMBER, from_=CALLER, hidden=hidden))
    await eventually(lambda: operator.switch.invitations, within_s=2)
    invite = operator.switch.invitations[0].invite
    assert (invite.get_header("Privacy") == "id") is hidden
    assert ("anonymous@anonymous.invalid" in (invite.get_header("From") or "")) is hidden
    assert (CALLER in (invite.get_header("P-Asserted-Identity") or "")) is hidden
    invite.headers.set_single("P-Asserted-Identity", "")
    assert (CALLER.encode() in bytes(invite)) is not hidden


async def test_a_subscriber_is_called(operator: Operator) -> None:
    """By the platform: rings, answers, and speaks as soon as somebody is there."""
    heard: list[int] = []

    class Listener:
        def ringing(self, code: int) -> None:
            heard.append(code)

        def media(self, far: object) -> None: ...

        def answered(self) -> None:
            heard.append(200)

        def ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
            heard.append(code)

    def ring(number: str) -> None:
        operator.switch.agent.call(
            operator.carrier.local,
            caller_uri=f"sip:{NUMBER}@127.0.0.1",
            called_uri=f"sip:{number}@127.0.0.1",
            contact_user="platform",
            session=own_session("127.0.0.1", 4000),
            headers={},
            listener=Listener(),
        )

    ring("nobody")
    await eventually(lambda: heard == [404], within_s=2)
    heard.clear()
    ring(CALLER)
    await eventually(lambda: heard == [180, 200], within_s=7)
    call = operator.carrier.active()[0]
    assert (call.direction, call.to, call.from_) == ("in", CALLER, NUMBER)


async def test_lost_rtp(operator: Operator) -> None:
    operator.carrier.faults = Faults(rtp_loss=1)
    call = operator.carrier.place(Order(to=NUMBER, from_=CALLER, patience_s=1))
    await until(call, State.OVER)
    assert operator.switch.calls[0].packets == []


async def test_calls_at_once_and_calls_remembered_are_limited(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CALLS", 2)
    monkeypatch.setattr(module, "REMEMBERED", 3)
    order = Order(to=NUMBER, from_=CALLER, patience_s=30)
    for _ in range(3):
        calls = [operator.carrier.place(order) for _ in range(2)]
        with pytest.raises(TooManyCalls):
            operator.carrier.place(order)
        for call in calls:
            await until(call, State.WAITING)
            call.hang_up()
    assert list(operator.carrier.calls) == ["call-4", "call-5", "call-6"]


async def test_demand_calls_until_the_queue_is_full_and_each_subscriber_once(operator: Operator) -> None:
    operator.demand.calls_per_minute = 600
    work = asyncio.create_task(operator.demand.run())
    await eventually(operator.carrier.active, within_s=3)
    await asyncio.sleep(0.6)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert [call.from_ for call in operator.carrier.active()] == [CALLER]
    assert operator.carrier.waiting_for([NUMBER]) == 1
    assert operator.carrier.waiting_for(["+992446000200"]) == 0


class Member:
    """Counts; fails when told to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.sent = self.lost = self.failed = 0
        self._fails = fails

    def tick(self) -> None:
        self.sent += 1
        if self._fails:
            raise RuntimeError("a call's mistake")

    def skip(self) -> None:
        self.lost += 1

    def fail(self) -> None:
        self.failed += 1


async def test_one_clock_that_makes_up_for_short_stalls_only() -> None:
    pacer, broken, member = Pacer(), Member(fails=True), Member()
    pacer.add(broken)
    pacer.add(member)
    work = asyncio.create_task(pacer.run())
    began = time.monotonic()
    await asyncio.sleep(0.3)
    time.sleep(10 * alaw.FRAME_S)  # noqa: ASYNC251
    await asyncio.sleep(0.3)
    elapsed = time.monotonic() - began
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert member.sent + member.lost == pytest.approx(elapsed / alaw.FRAME_S, abs=3)
    assert member.lost >= 10 - LATE_FRAMES - 1
    assert (broken.sent, broken.failed) == (1, 1)


def test_rtp_has_an_even_port_and_keeps_the_next_one_for_rtcp() -> None:
    ports = [MediaPort() for _ in range(20)]
    try:
        numbers = [port.address[1] for port in ports]
        assert all(number % 2 == 0 for number in numbers)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
            pytest.raises(OSError, match="in use"),
        ):
            stranger.bind(("127.0.0.1", numbers[0] + 1))
    finally:
        for port in ports:
            port.close()
