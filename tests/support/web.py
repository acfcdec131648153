"""The API in this process on a port of its own, and people who speak to it; two of them are two processes to Access."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import uvicorn
from tests.support.operators import PASSWORD
from tests.support.stack import Stack, eventually

from ovoz.entrypoints.api import ClosingWithReason, application
from ovoz.lib.settings import Ports


class _Server(uvicorn.Server):
    """Signals are the test run's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def serving(stack: Stack) -> AsyncIterator[int]:
    """The port of an API that runs meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = msgspec.structs.replace(stack.settings, ports=Ports(http=port, base=stack.settings.ports.base))
    server = _Server(
        uvicorn.Config(
            ClosingWithReason(application(settings, stack.endpoints)),
            host="127.0.0.1",
            port=port,
            ws="websockets-sansio",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    task = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started, within_s=20)
        yield port
    finally:
        server.should_exit = True
        await task


class Someone:
    """A browser at one of the servers."""

    def __init__(self, port: int, slug: str) -> None:
        self.session = aiohttp.ClientSession()
        self.host = f"{slug}.localhost"
        self.slug = slug
        self.port = port
        self.headers = {"Host": self.host, "Origin": f"http://{self.host}"}

    async def close(self) -> None:
        await self.session.close()

    def at(self, port: int) -> "Someone":
        """The same session at another server."""
        other = Someone(port, self.slug)
        other.headers = dict(self.headers)
        return other

    async def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        status, body, answer = await self.ask("POST", "/api/sessions", {"email": email, "password": password})
        assert status == 201, body
        cookies = {cookie.key: cookie.value for cookie in answer.cookies.values()}
        self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.headers["X-CSRF-Token"] = cookies["ovoz_csrf"]
        found: dict[str, Any] = body
        return found

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, aiohttp.ClientResponse]:
        """Status, JSON (None without a body) and the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, json=body, headers=self.headers | named) as answer:
            content = await answer.read()
            is_json = "json" in answer.headers.get("content-type", "")
            return answer.status, msgspec.json.decode(content) if content and is_json else None, answer

    async def get(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        status, body, _ = await self.ask("GET", path)
        assert status == 200, (path, body)
        return body

    async def must(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a request that must succeed."""
        status, answer, _ = await self.ask(method, path, body, **headers)
        assert status < 300, (path, status, answer)
        return answer

    async def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and problem of a request that must not succeed."""
        status, answer, _ = await self.ask(method, path, body, **headers)
        assert status >= 400, (path, answer)
        return status, answer

    async def socket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        return await self.session.ws_connect(
            f"ws://127.0.0.1:{self.port}{path}",
            headers=self.headers,
            protocols=("sip",) if path == "/sip" else (),
        )
