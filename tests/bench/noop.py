"""The least that an ARI program can do with a call: answer, music. The floor that the switchboard is held against."""

import asyncio
import contextlib
import sys

import uvloop

from ovoz.contact_center.switchboard.ports import MediaUnavailable
from ovoz.integrations.asterisk.ari import Ari, AriRefused, Connected

APP = "bench-noop"


async def serve(url: str) -> None:
    """Answers every call of the application `bench-noop` until it is killed; prints a line when it listens."""
    ari = Ari(url, APP)
    running: set[asyncio.Task[None]] = set()
    async for event in ari.events():
        if isinstance(event, Connected):
            print("listening", flush=True)
        elif isinstance(event, dict) and event["type"] == "StasisStart":
            task = asyncio.create_task(_answer(ari, event["channel"]["id"]))
            running.add(task)
            task.add_done_callback(running.discard)


async def _answer(ari: Ari, channel: str) -> None:
    with contextlib.suppress(AriRefused, MediaUnavailable):
        await ari.request("POST", f"channels/{channel}/answer")
        await ari.request("POST", f"channels/{channel}/moh")


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
