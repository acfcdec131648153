"""Every key changes while two conversations last: they go on, and what was said before, meanwhile and after plays."""

import asyncio
import sys
from typing import Any

from tests.support.agents import AgentAtWork
from tests.support.callers import Call, Callers, longest_gap_ms, tone_level_db
from tests.support.ogg import decode_ogg
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

from ovoz.lib.settings import REPOSITORY

CALLER_HZ, AGENT_HZ, OTHER_HZ = 440, 1000, 1700
HEARD_DB = -30.0


async def test_rotating_during_calls(stack: Stack, callers: Callers, team: Team) -> None:
    first = await team.agent(0, tone_hz=AGENT_HZ)
    before = await _talk(callers, team, first)
    await _end(first, before[0])

    calls = [await _talk(callers, team, first)]
    second = await team.agent(1, tone_hz=OTHER_HZ)
    calls.append(await _talk(callers, team, second))
    await asyncio.sleep(0.5)
    began = asyncio.get_running_loop().time()
    for words in (("rotate-installation",), ("rotate-tenant", team.operator.slug), ("rotate-installation",)):
        assert await _keys(*words) == 0
    lasted = asyncio.get_running_loop().time() - began
    # Buttons work, and somebody else's phone registers.
    await first.order("hold")
    await first.order("resume")
    await team.agent(2, ready=False)
    await asyncio.sleep(0.5)
    for (call, _), hertz in zip(calls, (AGENT_HZ, OTHER_HZ), strict=True):
        assert not call.is_over
        sound = call.sound(0.3)
        assert tone_level_db(sound, hertz) > HEARD_DB
    assert longest_gap_ms(calls[1][0].sound_between(began, began + lasted), OTHER_HZ) < 200
    await _end(second, calls[1][0], next_="offline")
    await _end(first, calls[0][0])
    after = await _talk(callers, team, first)
    await _end(first, after[0])

    versions = []
    for id_ in (before[1], calls[0][1], calls[1][1], after[1]):
        listener = second if id_ == calls[1][1] else first
        audio = await _stored(listener, id_)
        status, ogg = await listener.read(f"/api/recordings/{audio['id']}/audio")
        assert status == 200
        left, _ = decode_ogg(ogg)
        assert tone_level_db(left, CALLER_HZ) > HEARD_DB
        [row] = await stack.rows(
            team.operator.slug, "SELECT key_version FROM recording WHERE id = :id", id=audio["id"]
        )
        versions.append(row["key_version"])
    assert versions[0] == 1
    assert versions[3] == 2, "the worker has noticed the new version"
    assert set(versions[1:3]) == {2}


async def _talk(callers: Callers, team: Team, agent: AgentAtWork) -> tuple[Call, str]:
    call = await callers.call(team.operator.number, "+992900000778", tone_hz=CALLER_HZ)
    await agent.until_state("talking")
    assert agent.interaction is not None
    return call, str(agent.interaction["id"])


async def _end(agent: AgentAtWork, call: Call, next_: str = "ready") -> None:
    await asyncio.sleep(1)
    await call.hang_up()
    await agent.until_state("wrap_up")
    await agent.wrap_up(next_=next_)


async def _stored(agent: AgentAtWork, interaction_id: str) -> dict[str, Any]:
    async def stored() -> dict[str, Any] | None:
        audio = (await agent.ask("GET", f"/api/interactions/{interaction_id}"))["audio"]
        return dict(audio) if audio and audio["state"] == "stored" else None

    found: dict[str, Any] = await eventually(stored, within_s=15, every_s=0.2, what="a stored recording")
    return found


async def _keys(*words: str) -> int:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ovoz", "keys", *words), cwd=REPOSITORY
    )
    return await asyncio.wait_for(process.wait(), 30)
