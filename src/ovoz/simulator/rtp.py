"""RTP as a phone sends it (RFC 3550), with digits as telephone events (RFC 4733)."""

import collections
import random
import struct

from ovoz.simulator.alaw import FRAME, SILENCE
from ovoz.simulator.sip.messages import PCMA

DIGITS = "0123456789*#ABCD"
DIGIT_MS = 160
DIGIT_VOLUME = 10
"""Below full scale, in dB."""
PAUSE_FRAMES = 5
"""Between two digits: 100 ms."""
END_PACKETS = 3
"""The end of a digit is said three times (RFC 4733 §2.5.1.4)."""
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


def digit_payloads(digit: str, length_ms: int = DIGIT_MS) -> list[bytes]:
    """The payloads of one key, one each 20 ms: the duration grows, then the end three times."""
    event, total = DIGITS.index(digit), max(1, length_ms // 20)
    growing = [_EVENT.pack(event, DIGIT_VOLUME, count * FRAME) for count in range(1, total)]
    return growing + [_EVENT.pack(event, 0x80 | DIGIT_VOLUME, total * FRAME)] * END_PACKETS


class RtpStream:
    """One direction of one call. Each call of `frame` or `rest` is 20 ms of its clock."""

    def __init__(self, rng: random.Random) -> None:
        self._ssrc = rng.getrandbits(32)
        self._sequence = rng.getrandbits(16)
        self._clock = rng.getrandbits(32)
        self._event_began = 0
        self._rested = True
        self._keys: collections.deque[tuple[bytes | None, bool]] = collections.deque()
        """Payload of a telephone event and whether it is the key's first; None is a pause between keys."""

    @property
    def presses(self) -> bool:
        """Whether digits are still being sent."""
        return bool(self._keys)

    def press(self, digits: str, length_ms: int = DIGIT_MS) -> None:
        """Sends these keys instead of the audio, from the next frame on."""
        for digit in digits:
            payloads = digit_payloads(digit, length_ms)
            self._keys.extend((payload, index == 0) for index, payload in enumerate(payloads))
            self._keys.extend([(None, False)] * PAUSE_FRAMES)

    def frame(self, audio: bytes, digits_payload_type: int) -> bytes:
        """The packet of the next 20 ms: a key's, or the audio."""
        payload, first = self._keys.popleft() if self._keys else (None, False)
        if payload is None:
            packet = self._packet(PCMA, self._clock, audio, marker=self._rested)
        else:
            if first:
                self._event_began = self._clock
            packet = self._packet(digits_payload_type, self._event_began, payload, marker=first)
        self._rested = False
        self._pass()
        return packet

    def rest(self) -> None:
        """Nothing is sent for 20 ms; the next packet has the marker (RFC 3551 §4.1)."""
        self._rested = True
        self._pass()

    def _pass(self) -> None:
        self._clock = (self._clock + FRAME) & 0xFFFFFFFF

    def _packet(self, payload_type: int, timestamp: int, payload: bytes, *, marker: bool) -> bytes:
        self._sequence = (self._sequence + 1) & 0xFFFF
        second = payload_type | (0x80 if marker else 0)
        return _HEADER.pack(0x80, second, self._sequence, timestamp, self._ssrc) + payload


def payload_of(packet: bytes) -> bytes | None:
    """The A-law audio of a packet; None for anything else (RFC 3550 §5.1)."""
    if len(packet) < 12 or packet[0] >> 6 != 2 or packet[1] & 0x7F != PCMA:
        return None
    start = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10:
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    return packet[start:end] or None


def is_quiet(audio: bytes) -> bool:
    """Whether a payload is digital silence."""
    return audio == SILENCE or not audio.strip(b"\xd5\x55")
