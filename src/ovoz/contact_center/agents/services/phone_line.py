"""The phone's line: SIP between a browser and the media node, for the browser's own account only."""

import asyncio
from typing import Final

import structlog

from ovoz.contact_center.agents.ports import SipSocket
from ovoz.contact_center.agents.rules import impersonation

log = structlog.get_logger(__name__)

LINE_OVER: Final = 1000
NODE_GONE: Final = 1012
NOT_YOURSELF: Final = 1008


async def carry(browser: SipSocket, node: SipSocket, endpoint: str) -> int:
    """Carries messages both ways until either side leaves; returns the code to close the browser's socket with."""
    tasks = [
        asyncio.create_task(_from_browser(browser, node, endpoint)),
        asyncio.create_task(_from_node(node, browser)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _from_browser(browser: SipSocket, node: SipSocket, endpoint: str) -> int:
    while (message := await browser.receive()) is not None:
        refused = impersonation(message, endpoint)
        if refused is not None:
            # The reason is ours and names no one; the message itself is never logged.
            log.warning("phone.refused", reason=refused)
            return NOT_YOURSELF
        await node.send(message)
    return LINE_OVER


async def _from_node(node: SipSocket, browser: SipSocket) -> int:
    while (message := await node.receive()) is not None:
        await browser.send(message)
    return NODE_GONE
