"""The API as a process, and browsers without a screen that keep cookies and name their Origin as real ones do."""

import dataclasses
import json
from http.cookies import Morsel, SimpleCookie
from typing import Any

import aiohttp
from redis.asyncio import from_url
from tests.support.journal import leave_a_conversation
from tests.support.stack import Stack, eventually

from ovoz.engines.layout import Layout
from ovoz.entrypoints.processes import our_units

DEMO_PASSWORD = "ovoz-demo-2026"
PROCESSES = ("switchboard", "api")


@dataclasses.dataclass
class Answer:
    """What came back; `cookies` are the ones it sets."""

    status: int
    headers: dict[str, str]
    body: Any
    cookies: dict[str, "Morsel[str]"]

    @property
    def problem(self) -> str:
        """The problem's slug; empty for what is none."""
        kind = self.body.get("type", "") if isinstance(self.body, dict) else ""
        return str(kind).removeprefix("/problems/")


class Web:
    """API and switchboard on the engines. There is no media node, and HTTP needs none."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.address = f"http://127.0.0.1:{stack.settings.ports.http}"
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    @classmethod
    async def start(cls, stack: Stack) -> "Web":
        """Starts what does not run yet; the stack stops it."""
        missing = [name for name in PROCESSES if name not in stack.supervisor.status()]
        if missing:
            await leave_a_conversation(stack, "somon")
        for unit in our_units(stack.settings, Layout(stack.settings), demo=False):
            if unit.name in missing:
                await stack.supervisor.add(dataclasses.replace(unit, requires=("postgres", "valkey")))
        await stack.supervisor.wait_ready(*PROCESSES)
        return cls(stack)

    async def close(self) -> None:
        await self.session.close()

    async def until_listening(self) -> None:
        """Returns when the API hears the fan-out: after an absence of Valkey it takes up to two seconds."""
        redis = from_url(self.stack.endpoints.redis_url)
        await eventually(redis.pubsub_numpat, within_s=10, what="a subscriber")
        await redis.aclose()

    def browser(self, slug: str) -> "Browser":
        return Browser(self, f"{slug}.localhost:{self.stack.settings.ports.http}")

    async def signed_in(self, slug: str, email: str, password: str = DEMO_PASSWORD) -> "Browser":
        browser = self.browser(slug)
        answer = await browser.sign_in(email, password)
        assert answer.status == 201, answer.body
        return browser


class Browser:
    """One browser at one operator's address."""

    def __init__(self, web: Web, host: str) -> None:
        self.web = web
        self.host = host
        self.cookies: dict[str, str] = {}

    @property
    def token(self) -> str:
        return self.cookies["ovoz_session"]

    def headers(self, **changes: str | None) -> dict[str, str]:
        """What a page of this address sends; `None` leaves a header out, underscores are hyphens."""
        headers: dict[str, str | None] = {
            "host": self.host,
            "origin": f"http://{self.host}",
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()) or None,
            "x-csrf-token": self.cookies.get("ovoz_csrf"),
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        return {name: value for name, value in headers.items() if value is not None}

    async def ask(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        sent = self.headers(**headers)
        async with self.web.session.request(method, self.web.address + path, json=body, headers=sent) as got:
            content = await got.read()
            cookies: dict[str, Morsel[str]] = {}
            for line in got.headers.getall("set-cookie", []):
                cookies.update(SimpleCookie(line))
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        kind = got.headers.get("content-type", "").partition(";")[0]
        parsed = json.loads(content) if kind.endswith(("/json", "+json")) else content
        return Answer(
            got.status, {name.lower(): value for name, value in got.headers.items()}, parsed, cookies
        )

    async def sign_in(self, email: str, password: str, **headers: str | None) -> Answer:
        return await self.ask("POST", "/api/sessions", {"email": email, "password": password}, **headers)

    async def signed_in(self) -> bool:
        answer = await self.ask("GET", "/api/session")
        assert answer.status == 200 or answer.problem == "not-signed-in", answer.body
        return answer.status == 200

    async def close_code(self, path: str, **headers: str | None) -> int | None:
        """The code that a socket is closed with before anything else is said on it."""
        socket = await self.open_socket(path, **headers)
        message = await socket.receive(timeout=10)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED), message
        await socket.close()
        return socket.close_code

    async def open_socket(self, path: str, **headers: str | None) -> aiohttp.ClientWebSocketResponse:
        protocols = ("sip",) if path == "/sip" else ()
        return await self.web.session.ws_connect(
            self.web.address + path, headers=self.headers(**headers), protocols=protocols
        )
