"""A whole installation: engines, switchboard, API, worker, relay; callers and agents are the tests' own."""

from collections.abc import AsyncIterator

import pytest
from tests.support.agents import AgentAtWork
from tests.support.callers import Callers
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    running = await Stack.start("test")
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture
async def callers(stack: Stack) -> AsyncIterator[Callers]:
    """Subscribers of the carrier; whoever still calls at the end of a test hangs up."""
    async with Callers(0, stack.endpoints.sip_trunk) as callers:
        yield callers


@pytest.fixture
async def carrier(stack: Stack) -> AsyncIterator[Callers]:
    """The same at the address that the trunk calls: whoever is called there answers."""
    async with Callers(stack.settings.ports.simulator_sip, stack.endpoints.sip_trunk) as carrier:
        yield carrier


class Team:
    """Agents of one operator, signed in with registered phones."""

    def __init__(self, stack: Stack, operator: Operator) -> None:
        self.stack = stack
        self.operator = operator
        self.agents: list[AgentAtWork] = []

    async def agent(self, index: int = 0, *, tone_hz: float = 1000, ready: bool = True) -> AgentAtWork:
        agent = await AgentAtWork.sign_in(
            self.stack, self.operator.slug, self.operator.emails[index], tone_hz=tone_hz, password=PASSWORD
        )
        self.agents.append(agent)
        if ready:
            await agent.choose("ready")
            await agent.until(lambda desk: desk["agent"]["state"] != "offline")
        return agent

    async def close(self) -> None:
        for agent in self.agents:
            await agent.close()


@pytest.fixture
async def team(stack: Stack) -> AsyncIterator[Team]:
    """An operator of the test's own, with three agents to sign in."""
    team = Team(stack, await make_operator(stack))
    try:
        yield team
    finally:
        await team.close()
