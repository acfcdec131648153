"""What Asterisk itself says of its channels, by an ARI application of the tests' own."""

import asyncio
import contextlib
from datetime import datetime
from types import TracebackType
from urllib.parse import urlsplit

import aiohttp


class AsteriskRecord:
    """Creation, answer and destruction of every channel while the block runs, as epoch seconds by channel id."""

    def __init__(self, ari_url: str) -> None:
        self._url = ari_url
        self.created: dict[str, float] = {}
        self.destroyed: dict[str, float] = {}
        self.handed_over: dict[str, float] = {}
        """When the dialplan came to Stasis."""
        self.up: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def __aenter__(self) -> "AsteriskRecord":
        self._task = asyncio.create_task(self._listen())
        await asyncio.wait_for(self._listening.wait(), 5)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _listen(self) -> None:
        parts = urlsplit(self._url)
        url = f"http://{parts.hostname}:{parts.port}{parts.path}/events"
        asked = {"app": "tests", "subscribeAll": "true", "api_key": f"{parts.username}:{parts.password}"}
        async with aiohttp.ClientSession() as session, session.ws_connect(url, params=asked) as socket:
            self._listening.set()
            async for message in socket:
                event = message.json()
                if event["type"] == "ChannelCreated":
                    self.created[event["channel"]["id"]] = _epoch(event["timestamp"])
                elif event["type"] == "ChannelDestroyed":
                    self.destroyed[event["channel"]["id"]] = _epoch(event["timestamp"])
                elif event["type"] == "ChannelDialplan" and event["dialplan_app"] == "Stasis":
                    self.handed_over.setdefault(event["channel"]["id"], _epoch(event["timestamp"]))
                elif event["type"] == "ChannelStateChange" and event["channel"]["state"] == "Up":
                    self.up.setdefault(event["channel"]["id"], _epoch(event["timestamp"]))


def _epoch(moment: str) -> float:
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
