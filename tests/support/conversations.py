"""Steps of tests about callers who are passed on, and who hears whom."""

import asyncio

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
