"""A whole installation with the built front end, and browsers."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Playwright, async_playwright
from tests.support.callers import Callers
from tests.support.stack import Stack

from ovoz.engines import frontend
from ovoz.lib.settings import REPOSITORY


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    await asyncio.to_thread(frontend.build, REPOSITORY / "frontend")
    running = await Stack.start("test")
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as running:
        yield running


@pytest.fixture
async def callers(stack: Stack) -> AsyncIterator[Callers]:
    async with Callers(0, stack.endpoints.sip_trunk) as callers:
        yield callers
