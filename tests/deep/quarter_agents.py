"""Agents of the busy quarter in a process of their own, so that what they say does not wait for what callers hear.

`python -m tests.deep.quarter_agents PORT SLUG SEED EMAIL=HERTZ…`; says its agents' ids, then does what it reads:
`reload EMAIL`, `over` (nobody gets ready any more), `leave`.
"""

import asyncio
import contextlib
import json
import random
import sys
from typing import Any

import aiohttp
from tests.support.agents import AgentAtWork, Refused
from tests.support.operators import PASSWORD
from tests.support.stack import eventually

TALK_S, WRAP_UP_S = 14.0, 3.0
"""Means of exponential times."""


async def patiently(doing: Any) -> None:
    """Orders during faults: refused, or nobody answers; the next round tries again."""
    with contextlib.suppress(Refused, aiohttp.ClientError, OSError, AssertionError, TimeoutError):
        await doing


class Agents:
    """Some agents at work."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._over = False
        self._tones: dict[str, float] = {}
        self._agents: dict[str, AgentAtWork] = {}
        self._reloading: set[str] = set()

    async def run(self, port: int, slug: str, tones: dict[str, float]) -> None:
        self._tones = tones
        for email, tone in tones.items():
            self._agents[email] = await AgentAtWork.sign_in(
                port, slug, email, tone_hz=tone, password=PASSWORD
            )
        print(json.dumps({email: agent.id for email, agent in self._agents.items()}), flush=True)
        working = [asyncio.create_task(self._works(agent)) for agent in self._agents.values()]
        told = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
        while line := (await told.readline()).decode().split():
            if line == ["over"]:
                self._over = True
            elif line == ["leave"]:
                break
            else:
                working.append(asyncio.create_task(patiently(self._reload(self._agents[line[1]]))))
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for agent in self._agents.values():
            await patiently(agent.choose("offline"))
            await agent.close()

    async def _reload(self, agent: AgentAtWork) -> None:
        """The browser is gone, also in the middle of a call, and comes back."""
        assert agent.phone is not None
        self._reloading.add(agent.email)
        try:
            await agent.phone.close()
            await asyncio.sleep(1)
            await agent.take_phone(self._tones[agent.email])
        finally:
            self._reloading.discard(agent.email)

    async def _works(self, agent: AgentAtWork) -> None:
        dice = random.Random(f"{self._seed} {agent.email.partition('@')[0]}")
        while True:
            await asyncio.sleep(0.2)
            state = agent.state
            if agent.phone is not None and agent.phone.lost and agent.email not in self._reloading:
                # The browser's phone connects again by itself.
                await patiently(agent.take_phone(self._tones[agent.email]))
            elif state in ("offline", "break", "not_answering") and not self._over:
                await patiently(agent.choose("ready"))
            elif state == "talking":
                await self._conversation(agent, dice)
            elif state == "wrap_up":
                await asyncio.sleep(min(dice.expovariate(1 / WRAP_UP_S), 10))
                next_ = dice.choices(["ready", "break"], [9, 1])[0]
                await patiently(self._wrap_up(agent, next_))

    async def _conversation(self, agent: AgentAtWork, dice: random.Random) -> None:
        talk_s = dice.expovariate(1 / TALK_S)
        if dice.random() < 0.3:
            await asyncio.sleep(1)
            await patiently(agent.order("hold"))
            await asyncio.sleep(dice.uniform(1, 4))
            await patiently(agent.order("resume"))
        await patiently(eventually(lambda: agent.state != "talking", within_s=talk_s))
        if agent.state == "talking" and agent.interaction is not None:
            await patiently(agent.order("hang-up"))

    @staticmethod
    async def _wrap_up(agent: AgentAtWork, next_: str) -> None:
        assert agent.interaction is not None
        body = {
            "disposition": "resolved",
            "note": "",
            "next": next_,
            "reason": "lunch" if next_ == "break" else None,
        }
        await agent.ask("POST", f"/api/desk/interactions/{agent.interaction['id']}/wrap-up", body)


if __name__ == "__main__":
    port, slug, seed, *agents = sys.argv[1:]
    tones = {email: float(hertz) for email, _, hertz in (one.partition("=") for one in agents)}
    asyncio.run(Agents(seed).run(int(port), slug, tones))
