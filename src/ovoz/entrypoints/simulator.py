"""`ovoz simulator`: the simulated mobile operator whose subscribers call the demo operators."""

import asyncio
import json
import os
import random
import signal
from pathlib import Path

import click
import msgspec
import structlog
import uvloop
from aiohttp import web

from ovoz.engines.layout import Layout
from ovoz.entrypoints.installation import load_endpoints, load_settings
from ovoz.entrypoints.setup import Demo
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.logging import configure_logging
from ovoz.lib.settings import Settings
from ovoz.simulator.carrier import Carrier
from ovoz.simulator.control import application
from ovoz.simulator.demand import Demand
from ovoz.simulator.voices import PromptMissing, Voice, recordings

log = structlog.get_logger(__name__)


def main() -> None:
    """Runs until SIGTERM; OVOZ_SIMULATOR_SEED makes the subscribers do the same again."""
    configure_logging("simulator")
    settings = load_settings()
    seed = os.environ.get("OVOZ_SIMULATOR_SEED")
    try:
        uvloop.run(_serve(settings, load_endpoints(settings), random.Random(seed)))  # noqa: S311
    except (PromptMissing, OSError, msgspec.DecodeError) as error:
        raise click.ClickException(f"the simulated operator cannot work: {error}") from error


async def _serve(settings: Settings, endpoints: Endpoints, rng: random.Random) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    demo = msgspec.json.decode((settings.home / "run" / "demo.json").read_bytes(), type=Demo)
    sounds = Path(endpoints.sounds_dir)
    carrier = Carrier(
        ("127.0.0.1", settings.ports.simulator_sip),
        endpoints.sip_trunk,
        voice=Voice(sounds),
        recordings=await asyncio.to_thread(_recordings, sounds, Layout(settings).music),
        rng=rng,
    )
    await carrier.start()
    demands = [
        Demand(
            operator.slug,
            operator.entry_numbers,
            [subscriber.number for subscriber in operator.subscribers],
            carrier=carrier,
            calls_per_minute=settings.demo_calls_per_minute,
            rng=random.Random(rng.getrandbits(64)),  # noqa: S311
        )
        for operator in demo.operators
    ]
    runner = web.AppRunner(application(carrier, demands), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.ports.simulator_http).start()
    work = [asyncio.create_task(demand.run()) for demand in demands]
    for task in work:
        # Demand never ends by itself: when it fails, the process ends and is started anew.
        task.add_done_callback(lambda _: stop.set())
    ready = settings.home / "run" / "simulator.ready"
    ready.write_text(json.dumps({"pid": os.getpid()}))
    log.info("simulator.ready", operators=len(demands))
    try:
        await stop.wait()
    finally:
        ready.unlink(missing_ok=True)
        for task in work:
            task.cancel()
        ended = await asyncio.gather(*work, return_exceptions=True)
        await carrier.close()
        await runner.cleanup()
    for failure in ended:
        if isinstance(failure, Exception):
            raise failure


def _recordings(sounds: Path, music: Path) -> frozenset[bytes]:
    """Everything that the switch may play to a waiting caller."""
    return recordings([*music.rglob("*.wav"), *sounds.glob("*.wav"), *(sounds / "digits").glob("*.wav")])
