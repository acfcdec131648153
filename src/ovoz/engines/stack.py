"""The engines of one installation, gathered side by side; addresses of those that are outside come from settings."""

import asyncio
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from ovoz.engines import asterisk, postgres, rabbitmq, supervisor, valkey
from ovoz.engines.host import EngineMissing, main_address, need_program
from ovoz.engines.layout import Layout
from ovoz.engines.unit import Unit
from ovoz.lib.endpoints import Endpoints, Manager, Trunk
from ovoz.lib.settings import Settings

ENGINES = ("postgres", "valkey", "rabbitmq", "asterisk")
ENCODING = "without ffmpeg recordings stay in the raw format and cannot be played"


async def gather(
    settings: Settings, layout: Layout, wanted: Collection[str] = ENGINES, *, durable: bool = True
) -> list[Unit]:
    """Gets what is not there and describes each wanted engine; what cannot be had says why."""
    layout.create()
    layout.secrets()
    makers: dict[str, tuple[str, Callable[[], Unit]]] = {
        "postgres": (settings.database_url, lambda: postgres.unit(layout, settings, durable=durable)),
        "valkey": (settings.redis_url, lambda: valkey.unit(layout, settings)),
        "rabbitmq": (settings.amqp_url, lambda: rabbitmq.unit(layout, settings)),
        "asterisk": (settings.ari_url, lambda: asterisk.unit(layout, settings)),
    }
    return list(
        await asyncio.gather(
            *(
                asyncio.to_thread(make) if not outside else _outside(name, outside)
                for name, (outside, make) in makers.items()
                if name in wanted
            )
        )
    )


async def _outside(name: str, url: str) -> Unit:
    parts = urlsplit(url)
    return Unit(name=name, port=parts.port, external=f"at {parts.hostname}, by setting")


def ensure_ffmpeg() -> str:
    """Empty when recordings can be encoded, else why not."""
    try:
        need_program("ffmpeg", "ffmpeg", ENCODING)
    except EngineMissing as error:
        return str(error)
    return ""


def end_leftovers(settings: Settings, layout: Layout) -> list[str]:
    """Ends what a killed supervisor has left; the names are returned."""
    had_rabbitmq = (layout.run / "rabbitmq.pid").exists()
    ended = supervisor.end_leftovers(layout.run)
    if had_rabbitmq:
        rabbitmq.end_epmd(settings)
    return ended


def endpoints(settings: Settings, layout: Layout) -> Endpoints:
    """Where everything is, for our processes."""
    secrets = layout.secrets()
    ports = settings.ports
    media = main_address() if settings.media_address == "auto" else settings.media_address
    return Endpoints(
        database_url=settings.database_url or postgres.login_url(layout, settings, postgres.APPLICATION),
        database_relay_url=settings.database_relay_url
        or postgres.login_url(layout, settings, postgres.RELAY),
        database_switchboard_url=settings.database_switchboard_url
        or postgres.login_url(layout, settings, postgres.SWITCHBOARD),
        database_admin_url=settings.database_admin_url or postgres.admin_url(layout, settings),
        redis_url=settings.redis_url or valkey.url(layout, settings),
        amqp_url=settings.amqp_url or rabbitmq.url(layout, settings),
        ari_url=settings.ari_url or asterisk.ari_url(layout, settings),
        ami=Manager("127.0.0.1", ports.ami, asterisk.MANAGER_USER, secrets.ami),
        sip_ws_url=f"ws://127.0.0.1:{ports.asterisk_http}/ws",
        sip_trunk=Trunk("127.0.0.1", ports.sip, secrets.trunk),
        media_recordings_dir=str(layout.recordings),
        sounds_dir=str(layout.data / "asterisk" / "data" / "sounds" / "ru"),
        media_address=media,
        sounds=asterisk.sounds(layout),
    )


def ports_of(settings: Settings, wanted: Collection[str]) -> dict[str, int]:
    """TCP and UDP ports that these units will open."""
    ports = settings.ports
    every = {
        "api": ports.http,
        "postgres": ports.postgres,
        "valkey": ports.valkey,
        "rabbitmq": ports.amqp,
        "rabbitmq distribution": ports.amqp_dist,
        "epmd": ports.epmd,
        "asterisk": ports.asterisk_http,
        "asterisk manager": ports.ami,
        "asterisk SIP": ports.sip,
        "switchboard": ports.switchboard,
        "simulator SIP": ports.simulator_sip,
        "simulator": ports.simulator_http,
    }
    owners = {"rabbitmq distribution": "rabbitmq", "epmd": "rabbitmq", "simulator SIP": "simulator"}
    return {
        name: port
        for name, port in every.items()
        if owners.get(name, name.split(" ", maxsplit=1)[0]) in wanted
    }
