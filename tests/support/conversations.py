"""Steps of tests about callers who are passed on, and who hears whom."""

import asyncio

import numpy as np
from tests.support.agents import AgentAtWork
from tests.support.callers import Call, Callers, is_silent, tone_level_db

CALLER = "+992900000778"
OUTSIDE = "+992900000555"
CALLER_HZ, FIRST_HZ, SECOND_HZ, OUTSIDE_HZ = 440, 1000, 1700, 650
HEARD_DB = -30.0


async def talking(callers: Callers, agent: AgentAtWork, number: str) -> Call:
    call = await callers.call(number, CALLER, tone_hz=CALLER_HZ)
    await agent.until_state("talking")
    return call


async def hear_each_other(call: Call, agent: AgentAtWork, hertz: float) -> None:
    await asyncio.sleep(1.2)
    assert tone_level_db(call.sound(0.8), hertz) > HEARD_DB
    assert tone_level_db(agent.call.sound(0.8), CALLER_HZ) > HEARD_DB


async def hears_music(call: Call, *voices: float) -> None:
    await asyncio.sleep(1.2)
    music = call.sound(0.8)
    assert not is_silent(music)
    for hertz in voices:
        assert tone_level_db(music, hertz) < HEARD_DB - 10, f"{hertz} Hz is still heard"


VOICES = (CALLER_HZ, FIRST_HZ, SECOND_HZ, OUTSIDE_HZ)


async def everybody_hears(
    expected: dict[Call | AgentAtWork, set[int] | str], *, settle_s: float = 0.4, within_s: float = 6
) -> None:
    """Each line hears exactly these voices, or `music` (or ringing): something, and nobody."""
    await asyncio.sleep(settle_s)
    until = asyncio.get_running_loop().time() + within_s
    while True:
        await asyncio.sleep(0.7)
        wrong = [fault for line, voices in expected.items() if (fault := _not_heard(line, voices))]
        if not wrong:
            return
        assert asyncio.get_running_loop().time() < until, "; ".join(wrong)


def _not_heard(line: Call | AgentAtWork, voices: set[int] | str) -> str:
    who = line.email if isinstance(line, AgentAtWork) else f"line {id(line) % 1000}"
    if isinstance(line, AgentAtWork) and (line.phone is None or not line.phone.calls):
        return f"{who} is not called yet"
    sound = (line.call if isinstance(line, AgentAtWork) else line).sound(0.6)
    levels = {hertz: round(tone_level_db(sound, hertz)) for hertz in VOICES}
    if isinstance(voices, str):
        right = not is_silent(sound) and not _one_voice(sound, levels)
        return "" if right else f"{who} should hear {voices}: {levels}"
    # Of several voices each comes at -9 dB, and one's own, taken out of the mixture again, at -34 dB.
    right = all((levels[hertz] > HEARD_DB + 10) == (hertz in voices) for hertz in VOICES)
    right = right and all(levels[hertz] < HEARD_DB for hertz in VOICES if hertz not in voices)
    return "" if right else f"{who} should hear {voices}: {levels}"


def _one_voice(sound: np.ndarray, levels: dict[int, int]) -> bool:
    """Whether most of what is heard is one of the voices."""
    power = 20 * np.log10(float(np.sqrt(np.mean(sound.astype(float) ** 2))) * np.sqrt(2) / 32767 + 1e-6)
    return bool(max(levels.values()) > power - 3)
