"""What tests of breaks, presence and an agent's day share: an operator with teams, and the processes that serve it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.api_process import Answer, Browser, Web
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack

TITLES = {"ru": "Перерыв", "tg": "Танаффус", "en": "Break"}


@pytest.fixture(scope="session")
async def web(engines: Stack) -> AsyncIterator[Web]:
    running = await Web.start(engines)
    yield running
    await running.close()


@pytest.fixture
async def operator(engines: Stack) -> Operator:
    """Of one test alone."""
    return await make_operator(engines, agents=3, others=["admin", "supervisor"])


class Shift:
    """The operator's people at their browsers, by the name before the @."""

    def __init__(self, web: Web, operator: Operator) -> None:
        self.web = web
        self.operator = operator
        self._browsers: dict[str, Browser] = {}

    async def who(self, name: str) -> Browser:
        if name not in self._browsers:
            email = f"{name}@{self.operator.slug}.test"
            self._browsers[name] = await self.web.signed_in(self.operator.slug, email, PASSWORD)
        return self._browsers[name]

    async def ask(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return await (await self.who(name)).ask(method, path, body, **headers)

    async def must(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = await self.ask(name, method, path, body, **headers)
        assert answer.status < 300, (path, answer.status, answer.body)
        return answer.body

    async def makes_reason(self, code: str, **rules: Any) -> Any:
        body = {"code": code, "names": TITLES, **rules}
        return await self.must("admin", "POST", "/api/settings/break-reasons", body)

    async def goes(self, name: str, state: str, reason: str | None = None) -> Answer:
        body = {"state": state} | ({"reason": reason} if reason else {})
        return await self.ask(name, "PUT", "/api/desk/state", body)

    async def id_of(self, name: str) -> str:
        return str((await self.must(name, "GET", "/api/session"))["user"]["id"])


@pytest.fixture
async def shift(web: Web, operator: Operator) -> Shift:
    return Shift(web, operator)
