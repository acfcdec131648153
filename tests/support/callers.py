"""Subscribers of the carrier for tests: SIP by the simulated operator's user agent, audio that can be measured."""

import asyncio
import random
import socket
import struct
import time
from collections.abc import Callable

import numpy as np
from tests.support.stack import eventually

from ovoz.lib.endpoints import Trunk
from ovoz.simulator.sip import messages
from ovoz.simulator.sip.legs import EndedBy, OutgoingLeg
from ovoz.simulator.sip.messages import MediaAddress
from ovoz.simulator.sip.user_agent import UserAgent

RATE = 8000
FRAME = 160
FRAME_S = FRAME / RATE
SILENT_DB = -60.0


def _alaw_table() -> tuple[np.ndarray, np.ndarray]:
    """ITU-T G.711: the code of each 16-bit sample (by its upper 13 bits), and the sample of each code."""
    codes = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (codes >> 4) & 7, (codes & 15).astype(np.int32)
    size = np.where(exponent == 0, mantissa * 16 + 8, (mantissa * 16 + 264) << np.maximum(exponent, 1) - 1)
    samples = np.where(codes & 0x80, size, -size).astype(np.int16)
    order = np.argsort(samples, kind="stable")
    sorted_samples = samples[order].astype(np.int32)
    edges = (sorted_samples[:-1] + sorted_samples[1:]) // 2
    every = np.arange(-32768, 32768)
    return order[np.searchsorted(edges, every, side="left")].astype(np.uint8), samples


ENCODED, DECODED = _alaw_table()


class Call:
    """One call of a subscriber: sends its tone, keeps what it hears."""

    def __init__(self, callers: "Callers", tone_hz: float) -> None:
        self._callers = callers
        at = np.arange(RATE) / RATE
        tone = (np.sin(2 * np.pi * tone_hz * at) * 0.4 * 32767).astype(np.int32)
        self._second = ENCODED[tone + 32768].tobytes()
        self.leg: OutgoingLeg | None = None
        self.far: MediaAddress | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended_by: EndedBy | None = None
        self.code = 0
        self.cause: int | None = None
        self.heard: list[tuple[float, np.ndarray]] = []
        """Arrival (monotonic seconds) and samples of each packet."""
        self.muted = False
        self._digits: list[bytes] = []
        self._ssrc = random.getrandbits(32)
        self._sequence = random.getrandbits(15)
        self._place = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    async def answered(self, within_s: float = 5) -> None:
        await eventually(lambda: self.is_answered, within_s=within_s, every_s=0.005, what="an answer")

    async def ended(self, within_s: float = 5) -> None:
        await eventually(lambda: self.is_over, within_s=within_s, every_s=0.005, what="the far end's BYE")

    async def hang_up(self) -> None:
        """BYE, or CANCEL."""
        assert self.leg is not None
        self.leg.hang_up()

    async def press(self, digit: str, ms: int = 160) -> None:
        """A digit as telephone events (RFC 4733)."""
        code = "0123456789*#ABCD".index(digit)
        count = ms // 20
        for index in range(count + 2):
            ended = index >= count - 1
            duration = min(index + 1, count) * FRAME
            self._digits.append(struct.pack("!BBH", code, (0x80 if ended else 0) | 10, duration))
        await asyncio.sleep(ms / 1000 + 0.1)

    def sound(self, last_s: float) -> np.ndarray:
        """What was heard in the last seconds, with silence where nothing came."""
        return self.sound_between(time.monotonic() - last_s, time.monotonic())

    def sound_between(self, since: float, until: float) -> np.ndarray:
        """What was heard between two moments (monotonic seconds), laid out by arrival; a gap is silence."""
        samples = np.zeros(max(0, int((until - since) * RATE)), np.int16)
        place = 0
        for at, frame in self.heard:
            if since <= at < until:
                expected = int((at - since) * RATE)
                # Packets come with jitter: only a real hole moves the place.
                if expected - place > 2 * FRAME or place == 0:
                    place = expected
                part = samples[place : place + len(frame)]
                part[:] = frame[: len(part)]
                place += len(frame)
        return samples

    # The leg's listener

    def ringing(self, code: int) -> None: ...

    def media(self, far: MediaAddress) -> None:
        self.far = far

    def answered_(self) -> None:
        self.answered_at = time.monotonic()

    def over(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
        self.ended_at = time.monotonic()
        self.ended_by, self.code, self.cause = by, code, cause

    # Media, by the clock of `Callers`

    def tick(self) -> None:
        self._receive()
        if self.far is None or self.is_over:
            return
        if self._digits:
            first = self._place
            payload = self._digits.pop(0)
            self._send(self.far.digits_payload_type, payload, first, marker=payload[2:] == b"\x00\xa0")
            if not self._digits:
                self._place += 10 * FRAME
            return
        start = self._place % RATE
        if not self.muted:
            self._send(self.far.payload_type, self._second[start : start + FRAME], self._place)
        self._place += FRAME

    def _send(self, payload_type: int, payload: bytes, timestamp: int, *, marker: bool = False) -> None:
        assert self.far is not None
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = struct.pack(
            "!BBHII",
            0x80,
            payload_type | (0x80 if marker else 0),
            self._sequence,
            timestamp & 0xFFFFFFFF,
            self._ssrc,
        )
        try:
            self.socket.sendto(head + payload, self.far.address)
        except OSError:
            return

    def _receive(self) -> None:
        while True:
            try:
                packet = self.socket.recv(2048)
            except OSError:
                return
            if len(packet) > 12 and packet[1] & 0x7F == messages.PCMA:
                self.heard.append((time.monotonic(), DECODED[np.frombuffer(packet[12:], np.uint8)]))


class _Listener:
    """What a leg tells, handed to the call."""

    def __init__(self, call: Call) -> None:
        self.ringing: Callable[[int], None] = call.ringing
        self.media: Callable[[MediaAddress], None] = call.media
        self.answered: Callable[[], None] = call.answered_
        self.ended: Callable[[EndedBy, int, str, int | None], None] = call.over


class Callers:
    """The carrier's side of the trunk; leaving the block hangs everybody up."""

    def __init__(self, local_port: int, trunk: Trunk) -> None:
        self._trunk = trunk
        self._agent = UserAgent(("127.0.0.1", local_port))
        self.calls: list[Call] = []
        self._pacing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Callers":
        await self._agent.start()
        self._pacing = asyncio.create_task(self._pace())
        return self

    async def __aexit__(self, *_: object) -> None:
        for call in self.calls:
            if not call.is_over:
                await call.hang_up()
        await asyncio.sleep(0.3)
        assert self._pacing is not None
        self._pacing.cancel()
        await asyncio.gather(self._pacing, return_exceptions=True)
        self._agent.close()
        for call in self.calls:
            call.socket.close()

    async def call(
        self,
        to: str,
        from_: str,
        *,
        tone_hz: float = 440,
        headers: dict[str, str] | None = None,
        key: str | None = None,
        caller_uri: str = "",
    ) -> Call:
        """Sends an INVITE; `await call.answered()` for what follows."""
        call = Call(self, tone_hz)
        self.calls.append(call)
        host, port = self._trunk.host, self._trunk.port
        local = self._agent.local
        call.leg = self._agent.call(
            (host, port),
            caller_uri=caller_uri or f"sip:{from_}@{local[0]}:{local[1]}",
            called_uri=f"sip:{to}@{host}:{port}",
            contact_user="subscriber",
            session=messages.own_session("127.0.0.1", call.socket.getsockname()[1]),
            headers={"X-Ovoz-Trunk": self._trunk.key if key is None else key, **(headers or {})},
            listener=_Listener(call),
        )
        return call

    async def _pace(self) -> None:
        began, tick = time.monotonic(), 0
        while True:
            for call in self.calls:
                call.tick()
            tick += 1
            await asyncio.sleep(max(0.0, began + tick * FRAME_S - time.monotonic()))


def tone_level_db(sound: np.ndarray, hertz: float) -> float:
    """Level of a tone in dB of full scale."""
    if len(sound) < FRAME:
        return -120.0
    at = np.arange(len(sound)) / RATE
    amplitude = abs(np.sum(sound.astype(float) * np.exp(-2j * np.pi * hertz * at))) * 2 / len(sound)
    return float(20 * np.log10(amplitude / 32767 + 1e-6))


def is_silent(sound: np.ndarray) -> bool:
    """Whether nothing can be heard in it."""
    if len(sound) == 0:
        return True
    power = float(np.sqrt(np.mean(sound.astype(float) ** 2)))
    return 20 * np.log10(power / 32767 + 1e-6) < SILENT_DB


def longest_gap_ms(sound: np.ndarray, hertz: float) -> int:
    """The longest stretch in which a tone that is heard elsewhere is missing."""
    frames = [
        tone_level_db(sound[start : start + FRAME], hertz)
        for start in range(0, len(sound) - FRAME + 1, FRAME)
    ]
    if not frames:
        return 0
    threshold = max(frames) - 20
    longest = run = 0
    for level in frames:
        run = run + 1 if level < threshold else 0
        longest = max(longest, run)
    return longest * 20
