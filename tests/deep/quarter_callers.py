"""Callers of the busy quarter in a process of their own, and what the carrier heard of each call.

`python -m tests.deep.quarter_callers HOST PORT KEY SEED FIRST END NUMBER…`: subscribers FIRST to END call the numbers
until `over` is read; each call that has ended is said as a line of JSON (`Record`).
"""

import asyncio
import contextlib
import functools
import random
import sys
import time
from collections import Counter
from typing import Any

import msgspec
import numpy as np
from tests.support.callers import FRAME, RATE, Call, Callers

from ovoz.lib.endpoints import Trunk

PAUSE_S, PATIENCE_S = 45.0, 25.0
"""Means of exponential times."""
MOST_TALK_S, MOST_CALL_S = 56.0, 240.0
TONES = [400 + 110 * number for number in range(12)]
"""What the agents say, in hertz, by number."""
CALLER_TONE = 2900
WINDOW_S = 0.25
VOICE_SHARE, VOICE_DB = 0.5, -45.0
"""An agent's tone is nearly all that is heard, at -8 to -35 dB (Opus thinks little of a steady tone, and may leave it
out for a moment); of no prompt and of no music is more than an eighth at one of these frequencies."""


class Record(msgspec.Struct, frozen=True):
    """One call as the carrier saw it."""

    sip_call_id: str
    number: str
    answered: bool
    hung_up_by_us: bool
    heard_s: dict[int, float]
    """Seconds by agent (number) whose tone was there."""
    conversation_s: float
    """From the first sound of an agent to the last, with what was held in between."""
    begun_s: float
    """By the machine's monotonic clock, as `ended_s`."""
    ended_s: float


class Street:
    """Some subscribers who call, wait, talk, hang up and call again."""

    def __init__(self, carrier: Callers, seed: str, numbers: list[str]) -> None:
        self._carrier = carrier
        self._seed = seed
        self._numbers = numbers
        self._over = asyncio.Event()

    async def run(self, first: int, end: int) -> None:
        told = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
        calling = [asyncio.create_task(self._calls(number)) for number in range(first, end)]
        await told.readline()
        self._over.set()
        await asyncio.gather(*calling)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _calls(self, number: int) -> None:
        dice = random.Random(f"{self._seed} caller {number}")
        await self._pause(dice.uniform(0, PAUSE_S))
        while not self._over.is_set():
            await self._one_call(f"+9929000{number:05}", dice)
            await self._pause(dice.expovariate(1 / PAUSE_S))

    async def _one_call(self, from_: str, dice: random.Random) -> None:
        begun = time.monotonic()
        call = await self._carrier.call(dice.choice(self._numbers), from_, tone_hz=CALLER_TONE)
        assert call.leg is not None
        give_up_at = begun + 4 + dice.expovariate(1 / PATIENCE_S)
        talk_s = dice.uniform(2, MOST_TALK_S)
        talking_since: float | None = None
        ours = False
        while not call.is_over:
            await asyncio.sleep(WINDOW_S)
            now = time.monotonic()
            if talking_since is None and _voice_in(call.latest(WINDOW_S)) is not None:
                talking_since = now
            tired = talking_since is None and now > give_up_at
            said_all = talking_since is not None and now > talking_since + talk_s
            if tired or said_all or now > begun + MOST_CALL_S:
                ours = True
                await call.hang_up()
                break
        await asyncio.sleep(0.5)
        heard_s, conversation_s = await asyncio.to_thread(_heard, call)
        record = Record(
            *(call.leg.call_id, from_, call.is_answered, ours, heard_s, conversation_s),
            begun_s=begun,
            ended_s=time.monotonic(),
        )
        print(msgspec.json.encode(record).decode(), flush=True)
        self._carrier.forget(call)


def _voice_in(sound: np.ndarray[Any, Any]) -> int | None:
    """Which agent's tone is there, and hardly anything else."""
    if len(sound) == 0:
        return None
    samples = sound.astype(float) / 32767
    amplitudes = np.abs(_waves(len(samples)) @ samples) * 2 / len(samples)
    best = int(np.argmax(amplitudes))
    share = amplitudes[best] ** 2 / 2 / (np.mean(samples**2) + 1e-12)
    loud = 20 * np.log10(amplitudes[best] + 1e-6) > VOICE_DB
    return best if share > VOICE_SHARE and loud else None


@functools.cache
def _waves(samples: int) -> np.ndarray[Any, Any]:
    return np.exp(-2j * np.pi * np.outer(TONES, np.arange(samples) / RATE))


def _heard(call: Call) -> tuple[dict[int, float], float]:
    """Seconds of each agent's tone in everything that was heard, and from the first to the last of it."""
    heard = call.heard()
    window = int(RATE * WINDOW_S)
    found: Counter[int] = Counter()
    moments = []
    for at in range(0, len(heard.pcm) - window + 1, window):
        agent = _voice_in(heard.pcm[at : at + window])
        if agent is not None:
            found[agent] += 1
            moments.append(heard.arrived_s[at // FRAME])
    # A window at a seam may show what nobody said.
    seconds = {agent: count * WINDOW_S for agent, count in found.items() if count > 1}
    return seconds, float(moments[-1] - moments[0]) + WINDOW_S if seconds else 0.0


async def main(host: str, port: str, key: str, seed: str, first: str, end: str, *numbers: str) -> None:
    async with Callers(0, Trunk(host, int(port), key)) as carrier:
        await Street(carrier, seed, list(numbers)).run(int(first), int(end))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
