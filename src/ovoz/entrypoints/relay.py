"""`ovoz relay`: carries events from the outbox to RabbitMQ; any number may run, one leads."""

import asyncio
import contextlib
import json
import os
import signal

import structlog
import uvloop

from ovoz.integrations.rabbitmq.publisher import RabbitPublisher
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.logging import configure_logging
from ovoz.lib.outbox import Relay
from ovoz.lib.settings import Settings

log = structlog.get_logger(__name__)


def main() -> None:
    """Runs until SIGTERM."""
    configure_logging("relay")
    settings = Settings.from_environment()
    uvloop.run(_serve(settings, Endpoints.load(settings)))


async def _serve(settings: Settings, endpoints: Endpoints) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    publisher = RabbitPublisher(endpoints.amqp_url)
    work: asyncio.Task[None] | None = None
    if endpoints.amqp_url:
        work = asyncio.create_task(Relay(endpoints.database_relay_url, publisher).run())
        work.add_done_callback(lambda _: stop.set())
    else:
        log.warning("relay.without_broker")
    ready = settings.home / "run" / "relay.ready"
    ready.write_text(json.dumps({"pid": os.getpid()}))
    try:
        await stop.wait()
    finally:
        ready.unlink(missing_ok=True)
        if work is not None:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
        await publisher.close()
