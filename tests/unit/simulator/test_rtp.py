"""RTP as RFC 3550 and RFC 4733 want it."""

import itertools
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.simulator.alaw import FRAME, SILENCE
from ovoz.simulator.rtp import DIGITS, RtpStream, digit_payloads, is_quiet, payload_of

EVENTS = 97


def fields(packet: bytes) -> tuple[int, bool, int, int, int, bytes]:
    first, second, sequence, timestamp, source = struct.unpack("!BBHII", packet[:12])
    assert first == 0x80
    return second & 0x7F, bool(second & 0x80), sequence, timestamp, source, packet[12:]


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(0, 2**32))
def test_sequence_counts_packets_and_timestamp_counts_time(sends: list[bool], seed: int) -> None:
    """Whatever pauses there are; the marker begins each stretch of sound, also across the wrap of both counters."""
    stream = RtpStream(random.Random(seed))
    packets: list[tuple[int, bool, tuple[int, bool, int, int, int, bytes]]] = []
    rested = True
    for tick, sends_now in enumerate(sends):
        if sends_now:
            packets.append((tick, rested, fields(stream.frame(SILENCE, EVENTS))))
        else:
            stream.rest()
        rested = not sends_now
    for (tick, rested, now), (tick_before, _, before) in zip(packets[1:], packets, strict=False):
        assert (now[2] - before[2]) % 65536 == 1
        assert (now[3] - before[3]) % 2**32 == (tick - tick_before) * FRAME
        assert now[4] == before[4]
        assert now[1] is rested
    assert all(packet[2][1] for packet in packets[:1])


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit(digit: str) -> None:
    """One timestamp, growing duration, the marker at the beginning, the end three times."""
    stream = RtpStream(random.Random(1))
    before = fields(stream.frame(SILENCE, EVENTS))
    stream.press(digit)
    packets = []
    while stream.presses:
        packets.append(fields(stream.frame(SILENCE, EVENTS)))
    events = [packet for packet in packets if packet[0] == EVENTS]
    assert [packet[0] for packet in packets[len(events) :]] == [8] * 5
    assert len({packet[3] for packet in events}) == 1
    assert (events[0][3] - before[3]) % 2**32 == FRAME
    assert [packet[1] for packet in events] == [True] + [False] * (len(events) - 1)
    said = [struct.unpack("!BBH", packet[5]) for packet in events]
    assert {code for code, _, _ in said} == {DIGITS.index(digit)}
    assert [duration for _, _, duration in said] == [160, 320, 480, 640, 800, 960, 1120, 1280, 1280, 1280]
    assert [bool(flags & 0x80) for _, flags, _ in said] == [False] * 7 + [True] * 3
    after = packets[len(events)]
    assert (after[3] - events[0][3]) % 2**32 == len(events) * FRAME
    sequences = [packet[2] for packet in packets]
    assert all((b - a) % 65536 == 1 for a, b in itertools.pairwise(sequences))


def test_two_equal_digits_are_two_events() -> None:
    stream = RtpStream(random.Random(1))
    stream.press("55")
    began = set()
    while stream.presses:
        packet = fields(stream.frame(SILENCE, EVENTS))
        if packet[0] == EVENTS:
            began.add(packet[3])
    assert len(began) == 2


def test_the_shortest_digit_has_an_end() -> None:
    assert [payload[1] & 0x80 for payload in digit_payloads("1", 20)] == [0x80] * 3


def test_what_is_received() -> None:
    head = struct.pack("!BBHII", 0x80, 8, 1, 2, 3)
    assert payload_of(head + b"abc") == b"abc"
    assert payload_of(struct.pack("!BBHII", 0x81, 0x88, 1, 2, 3) + b"csrc" + b"abc") == b"abc"
    assert payload_of(struct.pack("!BBHII", 0x90, 8, 1, 2, 3) + b"\0\0\0\1" + b"extn" + b"abc") == b"abc"
    assert payload_of(struct.pack("!BBHII", 0xA0, 8, 1, 2, 3) + b"abc\0\2") == b"abc"
    assert payload_of(struct.pack("!BBHII", 0x80, 101, 1, 2, 3) + b"abc") is None


@given(st.binary(max_size=40))
def test_no_packet_is_too_strange(packet: bytes) -> None:
    audio = payload_of(packet)
    assert audio is None or len(audio) <= len(packet) - 12


def test_quiet() -> None:
    assert is_quiet(SILENCE)
    assert is_quiet(b"\x55\xd5" * 80)
    assert not is_quiet(b"\x55\xd5" * 79 + b"\x10\xd5")
