"""The simulated operator against a switch that answers, plays music and lets an agent speak."""

import asyncio
import math
import random
import struct
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ovoz.lib.endpoints import Trunk
from ovoz.simulator import alaw
from ovoz.simulator.behaviour import COMPLAINTS
from ovoz.simulator.carrier import Carrier
from ovoz.simulator.control import application
from ovoz.simulator.demand import Demand
from ovoz.simulator.media import MediaPort, Pacer
from ovoz.simulator.rtp import RtpStream
from ovoz.simulator.sip.legs import EndedBy, IncomingLeg
from ovoz.simulator.sip.messages import MediaAddress, own_session
from ovoz.simulator.sip.user_agent import UserAgent
from ovoz.simulator.voices import Voice, read_frames, recordings

NUMBER, CALLER = "+992446000100", "+992900000101"
PHRASES = (
    *COMPLAINTS,
    *("hello", "hello-world", "im-sorry", "goodbye", "vm-goodbye", "auth-thankyou", "telephone-number"),
    *(f"digits/{digit}" for digit in range(10)),
)


def write_tone(path: Path, hertz: float, seconds: float = 0.2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = [
        round(9000 * math.sin(2 * math.pi * hertz * index / alaw.RATE))
        for index in range(int(seconds * alaw.RATE))
    ]
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(alaw.RATE)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))


class SwitchCall:
    """One caller on the switch: music until `agent` is set; `packets` is what the caller sent."""

    def __init__(self, leg: IncomingLeg, music: list[bytes]) -> None:
        self.leg = leg
        self.agent = False
        self.over = asyncio.Event()
        self.packets: list[bytes] = []
        self._music = music
        self._far: MediaAddress | None = None
        self._stream = RtpStream(random.Random(7))
        self._place = 0
        self.port = MediaPort()

    def tick(self) -> None:
        self.packets += [packet for _, packet in self.port.received()]
        if self._far is not None:
            self._place = (self._place + 1) % len(self._music)
            audio = b"\x12" * alaw.FRAME if self.agent else self._music[self._place]
            self.port.send(self._stream.frame(audio, 101), self._far.address)

    def skip(self) -> None:
        self._stream.rest()

    def fail(self) -> None:
        self.leg.hang_up()

    def ringing(self, code: int) -> None: ...

    def media(self, far: MediaAddress) -> None:
        self._far = far

    def answered(self) -> None: ...

    def ended(self, by: EndedBy, code: int, reason: str, cause: int | None) -> None:
        self._far = None
        self.over.set()


class Switch:
    """Answers every call at once, or refuses with `refusal`."""

    def __init__(self, music: list[bytes]) -> None:
        self.refusal = 0
        self.answers = True
        self.calls: list[SwitchCall] = []
        self.invitations: list[IncomingLeg] = []
        self.agent = UserAgent(("127.0.0.1", 0))
        self.agent.on_incoming = self._take
        self._music = music
        self._pacer = Pacer()
        self._pacing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.agent.start()
        self._pacing = asyncio.create_task(self._pacer.run())

    async def close(self) -> None:
        assert self._pacing is not None
        self._pacing.cancel()
        await asyncio.gather(self._pacing, return_exceptions=True)
        self.agent.close()
        for call in self.calls:
            call.port.close()

    def _take(self, leg: IncomingLeg) -> None:
        self.invitations.append(leg)
        if self.refusal:
            leg.refuse(self.refusal)
            return
        call = SwitchCall(leg, self._music)
        self.calls.append(call)
        leg.attach(call)
        leg.ring()
        if self.answers:
            leg.answer(own_session(*call.port.address))
            self._pacer.add(call)


class Operator:
    """The simulated operator with its control address."""

    def __init__(self, carrier: Carrier, demand: Demand, switch: Switch, port: int) -> None:
        self.carrier = carrier
        self.demand = demand
        self.switch = switch
        self.port = port
        self.address = f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    for index, name in enumerate(PHRASES):
        write_tone(folder / f"{name}.wav", 300 + 37 * index)
    write_tone(folder / "music" / "calm.wav", 251, seconds=1)
    return folder


@pytest.fixture
async def operator(sounds: Path) -> AsyncIterator[Operator]:
    music = sounds / "music" / "calm.wav"
    switch = Switch(read_frames(music))
    await switch.open()
    carrier = Carrier(
        ("127.0.0.1", 0),
        Trunk(*switch.agent.local, key="secret"),
        voice=Voice(sounds),
        recordings=recordings([music]),
        rng=random.Random(3),
    )
    await carrier.start()
    demand = Demand("somon", [NUMBER], [CALLER], carrier=carrier, calls_per_minute=2, rng=random.Random(4))
    runner = web.AppRunner(application(carrier, [demand]), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield Operator(carrier, demand, switch, runner.addresses[0][1])
    await carrier.close()
    await runner.cleanup()
    await switch.close()


@pytest.fixture
async def control(operator: Operator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(operator.address) as session:
        yield session
