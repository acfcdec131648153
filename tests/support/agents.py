"""An agent at work in tests: signed in, phone registered, orders by REST, the live view kept up to date."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import aiohttp
from tests.support.stack import Stack, eventually
from tests.support.webphone import PhoneCall, WebPhone

PASSWORD = "ovoz-demo-2026"


class Refused(AssertionError):
    """An order was answered with a problem."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(f"{status}: {document}")
        self.status = status
        self.document = document


class AgentAtWork:
    """Everything a browser does for an agent but draw."""

    def __init__(self, port: int, slug: str, email: str) -> None:
        self.slug = slug
        self.email = email
        self.desk: dict[str, Any] = {}
        self.seen: list[str] = []
        """The agent's states, each as it began."""
        self.phone: WebPhone | None = None
        self.phones: list[WebPhone] = []
        """Every phone so far, the present one last."""
        self._session = aiohttp.ClientSession()
        self._address = f"http://127.0.0.1:{port}"
        host = f"{slug}.localhost:{port}"
        self.headers = {"Host": host, "Origin": f"http://{host}"}
        self.live_closed: list[int | None] = []
        """With what codes the live view was closed."""
        self._live: asyncio.Task[None] | None = None

    @classmethod
    async def sign_in(
        cls, at: Stack | int, slug: str, email: str, *, tone_hz: float = 0, password: str = PASSWORD
    ) -> "AgentAtWork":
        """Signed in at an installation or a port; with a tone also with a registered phone that sends it."""
        agent = cls(at if isinstance(at, int) else at.settings.ports.http, slug, email)
        try:
            await agent._begin(password)
            if tone_hz:
                await agent.take_phone(tone_hz)
        except BaseException:
            await agent.close()
            raise
        return agent

    async def _begin(self, password: str) -> None:
        async with self._session.post(
            f"{self._address}/api/sessions",
            json={"email": self.email, "password": password},
            headers=self.headers,
        ) as answer:
            assert answer.status == 201, await answer.text()
            self._keep_cookies(answer)
        self._live = asyncio.create_task(self._follow())
        await eventually(lambda: self.desk, within_s=10, what="a desk")

    async def close(self) -> None:
        for phone in self.phones:
            await phone.close()
        if self._live is not None:
            self._live.cancel()
            await asyncio.gather(self._live, return_exceptions=True)
        await self._session.close()

    async def take_phone(self, tone_hz: float, *, answers: bool = True) -> WebPhone:
        """A new browser's phone."""
        account = await self.ask("POST", "/api/desk/phone")
        self.phone = WebPhone(account, tone_hz=tone_hz, answers=answers)
        self.phones.append(self.phone)
        await self.phone.open(self._session, f"{self._address}/sip", self.headers)
        await self.until(lambda desk: desk["phone"]["registered"])
        return self.phone

    # State

    @property
    def state(self) -> str:
        return str(self.desk["agent"]["state"])

    @property
    def interaction(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.desk["interaction"]
        return found

    @property
    def call(self) -> PhoneCall:
        assert self.phone is not None
        return self.phone.call

    @property
    def conversations(self) -> list[PhoneCall]:
        """Every call that was answered, by whichever phone."""
        return [call for phone in self.phones for call in phone.calls if call.tone is not None]

    async def until(self, check: Callable[[dict[str, Any]], Any], within_s: float = 10) -> Any:
        """Waits for the live view to be so; asks nothing."""
        return await eventually(
            lambda: check(self.desk), within_s=within_s, what=f"{self.email}: {self.desk.get('agent')}"
        )

    async def until_state(self, state: str, within_s: float = 10) -> None:
        await eventually(
            lambda: self.state == state,
            within_s=within_s,
            what=f"{self.email} {state}, is {self.desk['agent']}",
        )

    # Orders

    async def choose(self, state: str, reason: str | None = None) -> None:
        await self.ask("PUT", "/api/desk/state", {"state": state, "reason": reason})

    async def order(self, verb: str) -> dict[str, Any]:
        """`hang-up`, `hold`, `resume`, `reject` for the present call."""
        assert self.interaction is not None
        return await self.ask("POST", f"/api/desk/interactions/{self.interaction['id']}/{verb}")

    async def transfer(self, to: str, target: str) -> None:
        """To an `agent`, `queue`, `entry_point` by id, or a `number`."""
        assert self.interaction is not None
        body = {"to": to, "number" if to == "number" else "id": target}
        await self.ask("POST", f"/api/desk/interactions/{self.interaction['id']}/transfer", body)

    @property
    def id(self) -> str:
        return str(self.desk["agent"]["id"])

    async def wrap_up(self, disposition: str = "resolved", note: str = "", next_: str = "ready") -> None:
        assert self.interaction is not None
        await self.ask(
            "POST",
            f"/api/desk/interactions/{self.interaction['id']}/wrap-up",
            {"disposition": disposition, "note": note, "next": next_},
        )

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """JSON of a REST call; raises Refused."""
        headers = self.headers | ({"Idempotency-Key": str(uuid4())} if method != "GET" else {})
        async with self._session.request(method, self._address + path, json=body, headers=headers) as answer:
            content = await answer.json(content_type=None) if answer.content_length else None
            if answer.status >= 400:
                raise Refused(answer.status, content)
            return content

    async def read(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and bytes of a GET."""
        async with self._session.get(self._address + path, headers=self.headers | headers) as answer:
            return answer.status, await answer.read()

    async def close_code(self, path: str) -> int | None:
        """With what code a new socket is closed."""
        async with self._session.ws_connect(self._address + path, headers=self.headers) as socket:
            await socket.receive(timeout=5)
            return socket.close_code

    def _keep_cookies(self, answer: aiohttp.ClientResponse) -> None:
        cookies = {cookie.key: cookie.value for cookie in answer.cookies.values()}
        self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.headers["X-CSRF-Token"] = cookies["ovoz_csrf"]

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with self._session.ws_connect(
                    f"{self._address}/api/live", headers=self.headers
                ) as live:
                    async for message in live:
                        await self._hear(message.json())
                    self.live_closed.append(live.close_code)
            await asyncio.sleep(0.2)

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "desk":
            self._adopt(message["data"])
        elif message["type"] == "queues" and self.desk:
            self.desk = self.desk | {"queues": message["data"]}
        elif message["type"] == "number" and (message["epoch"], message["seq"]) != (
            self.desk.get("epoch"),
            self.desk.get("seq"),
        ):
            with contextlib.suppress(Refused):
                self._adopt(await self.ask("GET", "/api/desk"))

    def _adopt(self, desk: dict[str, Any]) -> None:
        if not self.desk or (desk["epoch"], desk["seq"]) >= (self.desk["epoch"], self.desk["seq"]):
            self.desk = desk
            if not self.seen or self.seen[-1] != desk["agent"]["state"]:
                self.seen.append(desk["agent"]["state"])
