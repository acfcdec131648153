"""RabbitMQ: Debian's package, with a node name, ports, folders and an epmd of its own."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from ovoz.engines.host import EngineMissing, apt_install, engine_user, own, run
from ovoz.engines.layout import Layout
from ovoz.engines.unit import Unit, ask
from ovoz.lib.settings import Settings

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
WITHOUT = "without RabbitMQ events wait in the outbox and reach no one"
NODE = "ovoz@localhost"


def url(layout: Layout, settings: Settings) -> str:
    return f"amqp://ovoz:{layout.secrets().amqp}@127.0.0.1:{settings.ports.amqp}/%2Fovoz"


def unit(layout: Layout, settings: Settings) -> Unit:
    try:
        if not SERVER.exists():
            apt_install(["rabbitmq-server"], WITHOUT)
    except EngineMissing as error:
        return Unit(name="rabbitmq", missing=str(error), hard_requirement=False)
    folder = own(layout.data / "rabbitmq")
    config = _configure(layout, settings, folder)
    environment = _environment(settings, folder, config)

    async def ready() -> bool:
        # An AMQP header is answered with a method frame when the broker accepts clients.
        return await ask(settings.ports.amqp, b"AMQP\x00\x00\x09\x01", b"\x01")

    async def stop_epmd() -> None:
        await asyncio.to_thread(end_epmd, settings)

    return Unit(
        name="rabbitmq",
        version=_version(),
        argv=(str(SERVER),),
        environment=environment,
        folder=folder,
        user=engine_user(),
        port=settings.ports.amqp,
        ready=ready,
        after_stop=stop_epmd,
        stop_timeout_s=20,
        hard_requirement=False,
    )


def end_epmd(settings: Settings) -> None:
    """Erlang starts its port mapper as a daemon, which outlives the broker; one that still has nodes refuses."""
    port = str(settings.ports.epmd)
    with contextlib.suppress(FileNotFoundError):
        subprocess.run(  # noqa: S603
            ["epmd", "-port", port, "-kill"],  # noqa: S607
            env={**os.environ, "ERL_EPMD_PORT": port},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )


def _configure(layout: Layout, settings: Settings, folder: Path) -> Path:
    config = folder / "rabbitmq.conf"
    config.write_text(
        f"""listeners.tcp.1 = 127.0.0.1:{settings.ports.amqp}
default_user = ovoz
default_pass = {layout.secrets().amqp}
default_vhost = /ovoz
loopback_users = none
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 200MB
log.console = true
log.file = false
"""
    )
    plugins = folder / "enabled_plugins"
    plugins.write_text("[].\n")
    cookie = folder / ".erlang.cookie"
    if not cookie.exists():
        cookie.write_text(layout.secrets().erlang_cookie)
    cookie.chmod(0o400)
    user = engine_user()
    if user is not None:
        for path in (config, plugins, cookie):
            shutil.chown(path, user.pw_uid, user.pw_gid)
    config.chmod(0o600)
    return config


def _environment(settings: Settings, folder: Path, config: Path) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_CONFIG_FILE": str(config),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_SCHEMA_DIR": str(folder / "schema"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "config"),
        "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        "RABBITMQ_DIST_PORT": str(settings.ports.amqp_dist),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +S 2:2",
        "ERL_EPMD_PORT": str(settings.ports.epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_CRASH_DUMP": "/dev/null",
    }


def _version() -> str:
    status = run(["dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server"])
    return re.sub(r"-.*", "", status)
