"""A thin ARI client: REST over one HTTP session, events over one supervised WebSocket whose reader only enqueues."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import structlog
from yarl import URL

from ovoz.contact_center.switchboard.ports import MediaUnavailable

log = structlog.get_logger(__name__)

REQUEST_TIMEOUT_S = 5.0
RECONNECT_PAUSE_S = (0.1, 0.2, 0.5, 1.0)


class AriRefused(Exception):
    """Asterisk answered with an error; `status` tells which (404: gone, 409: exists, or in the wrong state)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status


class Connected:
    """Put among the events when the socket is up."""


class Disconnected:
    """Put among the events when the socket is down; `reason` is for people."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Ari:
    """`url` is `http://user:password@host:port/ari`; `app` the Stasis application that calls are in.

    Phones are watched by a second application on the same socket: an endpoint's subscription brings every event
    of its channels too, which `app` has already.
    """

    def __init__(self, url: str, app: str) -> None:
        parsed = URL(url)
        self.app = app
        self.phones_app = f"{app}-phones"
        self._base = parsed.with_user(None)
        self._auth = aiohttp.BasicAuth(parsed.user or "", parsed.password or "")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                auth=self._auth,
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=10),
                timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
            )
        return self._session

    async def request(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One REST call; raises AriRefused for an answer that is an error, MediaUnavailable without one."""
        parameters = {key: str(value) for key, value in query.items() if value is not None}
        headers = {"Content-Type": "application/json"} if body is not None else None
        try:
            async with self._http().request(
                method,
                self._base / path,
                params=parameters,
                data=msgspec.json.encode(body) if body is not None else None,
                headers=headers,
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise MediaUnavailable(f"{type(error).__name__}: {error}") from error
        if response.status >= 400:
            raise AriRefused(response.status, content[:200].decode(errors="replace"))
        return msgspec.json.decode(content) if content else None

    async def events(self) -> AsyncIterator[dict[str, Any] | Connected | Disconnected]:
        """Events in order, for ever; connects again by itself and says so in between."""
        queue: asyncio.Queue[dict[str, Any] | Connected | Disconnected] = asyncio.Queue()
        reader = asyncio.create_task(self._read(queue))
        try:
            while True:
                yield await queue.get()
        finally:
            reader.cancel()

    async def _read(self, queue: "asyncio.Queue[dict[str, Any] | Connected | Disconnected]") -> None:
        failures = 0
        while True:
            try:
                async with self._http().ws_connect(
                    self._base / "events",
                    params={"app": f"{self.app},{self.phones_app}"},
                    heartbeat=10,
                    max_msg_size=0,
                ) as socket:
                    failures = 0
                    queue.put_nowait(Connected())
                    async for message in socket:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            queue.put_nowait(msgspec.json.decode(message.data))
                    reason = f"the event socket was closed ({socket.close_code})"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                reason = f"{type(error).__name__}: {error}"
            if failures == 0:
                queue.put_nowait(Disconnected(reason))
            pause = RECONNECT_PAUSE_S[min(failures, len(RECONNECT_PAUSE_S) - 1)]
            failures += 1
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311
