"""The node's side of a browser's SIP WebSocket. SIP bodies are never logged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from ovoz.contact_center.agents.errors import MediaNotReady

LARGEST_MESSAGE = 65_536
CONNECT_PATIENCE_S = 2.0


class NodeLine:
    """An open line to Asterisk."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, message: str) -> None:
        await self._socket.send_str(message)

    async def receive(self) -> str | None:
        message = await self._socket.receive()
        return message.data if message.type is aiohttp.WSMsgType.TEXT else None


class SipProxy:
    """Opens lines to one Asterisk."""

    def __init__(self, sip_ws_url: str, ari_url: str) -> None:
        self._url = sip_ws_url
        self._ping = f"{ari_url}/asterisk/ping"
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[NodeLine]:
        """A line; raises MediaNotReady. Before Asterisk is fully booted a REGISTER would get no answer for 32 s."""
        if not self._url:
            raise MediaNotReady("there is no media node")
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with asyncio.timeout(CONNECT_PATIENCE_S):
                async with self._session.get(self._ping) as answer:
                    if answer.status != 200:
                        raise MediaNotReady(f"ARI answered {answer.status}")
                socket = await self._session.ws_connect(
                    self._url, protocols=("sip",), max_msg_size=LARGEST_MESSAGE, heartbeat=20
                )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MediaNotReady(str(error)) from error
        try:
            yield NodeLine(socket)
        finally:
            await socket.close()
