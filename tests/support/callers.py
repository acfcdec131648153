"""Subscribers of the carrier for tests: SIP by the simulated operator's user agent, audio that can be measured."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from tests.support.stack import eventually

from ovoz.lib.endpoints import Trunk
from ovoz.simulator import alaw
from ovoz.simulator.media import MediaPort, Pacer
from ovoz.simulator.rtp import RtpStream, payload_of
from ovoz.simulator.sip import messages
from ovoz.simulator.sip.legs import EndedBy, IncomingLeg, OutgoingLeg
from ovoz.simulator.sip.messages import TELEPHONE_EVENT, MediaAddress
from ovoz.simulator.sip.user_agent import UserAgent

RATE = alaw.RATE
FRAME = alaw.FRAME
SILENT_DB = -60.0
DECODED = np.array(alaw.DECODED, np.int16)

PRESENT_DB = -35.0
"""A tone below this is not there."""


class Heard(NamedTuple):
    """Everything that a call has received."""

    pcm: np.ndarray
    """int16, 8000 samples a second, packets one after the other."""
    arrived_s: np.ndarray
    """When each packet came: seconds of `time.monotonic`, by the kernel's clock."""


class Call:
    """One call of a subscriber: sends its tone, keeps what it hears."""

    def __init__(self, tone_hz: float) -> None:
        at = np.arange(RATE) / RATE
        tone = (np.sin(2 * np.pi * tone_hz * at) * 0.4 * 32767).astype("<i2")
        self._second = alaw.frames(alaw.encode(tone.tobytes()))
        self._place = 0
        self.leg: OutgoingLeg | IncomingLeg | None = None
        self.far: MediaAddress | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended_by: EndedBy | None = None
        self.code = 0
        self.cause: int | None = None
        self.digits = ""
        """Keys of the far end, each as it ended."""
        self._last_digit = b""
        self.muted = False
        """Sends nothing at all: as a line that has gone dead."""
        self.port = MediaPort()
        self._packets: list[tuple[float, np.ndarray]] = []
        self._stream = RtpStream(random.Random())

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
        """BYE, or CANCEL while it is not answered."""
        assert self.leg is not None
        self.leg.hang_up()

    async def press(self, digits: str, ms: int = 160) -> None:
        """Keys as telephone events (RFC 4733); returns when they are sent."""
        self._stream.press(digits, ms)
        await eventually(lambda: not self._stream.presses, within_s=60, every_s=0.01, what="sent digits")

    def heard(self) -> Heard:
        """Everything since the beginning."""
        frames = [frame for _, frame in self._packets]
        return Heard(
            np.concatenate(frames) if frames else np.zeros(0, np.int16),
            np.array([at for at, _ in self._packets]),
        )

    def sound(self, last_s: float) -> np.ndarray:
        """What was heard in the last seconds, with silence where nothing came."""
        return self.sound_between(time.monotonic() - last_s, time.monotonic())

    def latest(self, seconds: float) -> np.ndarray:
        """The newest packets, without their places in time: costs the same however long the call is."""
        frames = [frame for _, frame in self._packets[-max(1, round(seconds * RATE / FRAME)) :]]
        return np.concatenate(frames) if frames else np.zeros(0, np.int16)

    def sound_between(self, since: float, until: float) -> np.ndarray:
        """What was heard between two moments (monotonic seconds), laid out by arrival; a gap is silence."""
        samples = np.zeros(max(0, int((until - since) * RATE)), np.int16)
        place = 0
        for at, frame in self._packets:
            if since <= at < until:
                expected = int((at - since) * RATE)
                # Packets come with jitter: only a real hole moves the place.
                if expected - place > 2 * FRAME or place == 0:
                    place = expected
                part = samples[place : place + len(frame)]
                part[:] = frame[: len(part)]
                place += len(frame)
        return samples

    # What the leg tells

    def has_media(self, far: MediaAddress) -> None:
        self.far = far

    def was_answered(self) -> None:
        self.answered_at = time.monotonic()

    def is_ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
        self.ended_at = time.monotonic()
        self.ended_by, self.code, self.cause = by, code, cause

    # Media, by the clock of `Callers`

    def tick(self) -> None:
        for at, packet in self.port.received():
            audio = payload_of(packet)
            if audio is not None:
                self._packets.append((at, DECODED[np.frombuffer(audio, np.uint8)]))
            elif packet[1] & 0x7F == TELEPHONE_EVENT and packet[13] & 0x80:
                self._hear_digit(packet)
        if self.far is None or self.is_over or self.muted or not self.far.wants_audio:
            self.skip()
            return
        audio = self._second[self._place]
        self._place = (self._place + 1) % len(self._second)
        self.port.send(self._stream.frame(audio, self.far.digits_payload_type), self.far.address)

    def _hear_digit(self, packet: bytes) -> None:
        # The end of an event is sent three times with one timestamp.
        if packet[4:8] != self._last_digit:
            self._last_digit = packet[4:8]
            self.digits += "0123456789*#ABCD"[packet[12]]

    def skip(self) -> None:
        self._place = (self._place + 1) % len(self._second)
        self._stream.rest()

    def fail(self) -> None:
        assert self.leg is not None
        self.leg.hang_up()


class _Listener:
    """What a leg tells, handed to the call (whose `answered` is for tests)."""

    def __init__(self, call: Call) -> None:
        self.media: Callable[[MediaAddress], None] = call.has_media
        self.answered: Callable[[], None] = call.was_answered
        self.ended: Callable[[EndedBy, int, str, int | None], None] = call.is_ended

    def ringing(self, code: int) -> None: ...


class _Damaging(UserAgent):
    """Sends what `damage` makes of each message."""

    damage: Callable[[bytes], bytes] | None = None

    def send_raw(self, data: bytes, far: tuple[str, int]) -> None:
        super().send_raw(self.damage(data) if self.damage else data, far)


class Callers:
    """The carrier's side of the trunk; leaving the block hangs everybody up."""

    def __init__(self, local_port: int, trunk: Trunk) -> None:
        self._trunk = trunk
        self.agent = _Damaging(("127.0.0.1", local_port))
        self.calls: list[Call] = []
        self._pacer = Pacer()
        self._pacing: asyncio.Task[None] | None = None
        self.taken: dict[str, Call] = {}
        """Calls to subscribers, by the number that was called (the last one each)."""
        self.presented: dict[str, str] = {}
        """What number each of them saw."""
        self.behaviour: dict[str, int | str] = {}
        """By number: `answer` (as everybody does), `ring` and never answer, or the SIP code to refuse with."""
        self.tones: dict[str, float] = {}
        self.agent.on_incoming = self._take

    def _take(self, leg: IncomingLeg) -> None:
        call = Call(self.tones.get(leg.called, 650))
        self.calls.append(call)
        self.taken[leg.called], self.presented[leg.called] = call, leg.caller
        call.leg = leg
        leg.attach(_Listener(call))
        what = self.behaviour.get(leg.called, "answer")
        if isinstance(what, int):
            leg.refuse(what)
            return
        self._pacer.add(call)
        leg.ring()
        if what == "answer":
            asyncio.get_running_loop().call_later(
                0.5, lambda: leg.answer(messages.own_session(*call.port.address))
            )

    def answer(self, number: str) -> None:
        """Who was to ring only answers after all."""
        call = self.taken[number]
        assert isinstance(call.leg, IncomingLeg)
        call.leg.answer(messages.own_session(*call.port.address))

    async def __aenter__(self) -> "Callers":
        await self.agent.start()
        self._pacing = asyncio.create_task(self._pacer.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        for call in self.calls:
            if not call.is_over:
                await call.hang_up()
        # BYE and CANCEL are answered within a round trip; a dead switch is not waited for.
        await asyncio.sleep(0.3)
        assert self._pacing is not None
        self._pacing.cancel()
        await asyncio.gather(self._pacing, return_exceptions=True)
        self.agent.close()
        for call in self.calls:
            call.port.close()

    def forget(self, call: Call) -> None:
        """A call that is over: it is paced no more, its line is closed."""
        self.calls.remove(call)
        self._pacer.remove(call)
        call.port.close()

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
        call = Call(tone_hz)
        self.calls.append(call)
        self._pacer.add(call)
        host, port = self._trunk.host, self._trunk.port
        local = self.agent.local
        call.leg = self.agent.call(
            (host, port),
            caller_uri=caller_uri or f"sip:{from_}@{local[0]}:{local[1]}",
            called_uri=f"sip:{to}@{host}:{port}",
            contact_user="subscriber",
            session=messages.own_session(*call.port.address),
            headers={"X-Ovoz-Trunk": self._trunk.key if key is None else key, **(headers or {})},
            listener=_Listener(call),
        )
        return call

    async def call_raw(self, to: str, from_: str, damage: Callable[[bytes], bytes]) -> Call:
        """Sends an INVITE that was damaged on its way out."""
        self.agent.damage = damage
        try:
            return await self.call(to, from_)
        finally:
            self.agent.damage = None


def tone_level_db(sound: np.ndarray, hertz: float) -> float:
    """Level of a tone in dB of full scale."""
    if len(sound) < FRAME:
        return -120.0
    at = np.arange(len(sound)) / RATE
    amplitude = abs(np.sum(sound.astype(float) * np.exp(-2j * np.pi * hertz * at))) * 2 / len(sound)
    return float(20 * np.log10(amplitude / 32767 + 1e-6))


def usual_level_db(sound: np.ndarray, hertz: float) -> float:
    """The median level of a tone in windows of 100 ms: a long sound whose clock drifts is still one tone."""
    window = RATE // 10
    return float(
        np.median(
            [
                tone_level_db(sound[at : at + window], hertz)
                for at in range(0, len(sound) - window + 1, window)
            ]
        )
    )


def is_silent(sound: np.ndarray) -> bool:
    """Whether nothing can be heard in it."""
    if len(sound) == 0:
        return True
    power = float(np.sqrt(np.mean(sound.astype(float) ** 2)))
    return bool(20 * np.log10(power / 32767 + 1e-6) < SILENT_DB)


def longest_gap_ms(sound: np.ndarray, hertz: float) -> int:
    """The longest stretch in which a tone is missing; all of it where the tone is not there at all."""
    levels = [
        tone_level_db(sound[start : start + FRAME], hertz)
        for start in range(0, len(sound) - FRAME + 1, FRAME)
    ]
    assert levels, "no sound to look at"
    threshold = max(*levels, PRESENT_DB) - 20
    longest = run = 0
    for level in levels:
        run = run + 1 if level < threshold else 0
        longest = max(longest, run)
    return longest * 20
