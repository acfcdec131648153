"""What must be there before our processes start: the schemas at their newest, the cell, the demo operators."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import structlog

from ovoz.entrypoints.provisioning import CELL, NODE, tenant_desk, tenant_maker
from ovoz.lib.db.migrations import head, migrate, revision_of
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import Settings
from ovoz.platform.tenancy.api import Blueprint, Fleet, read_blueprint
from ovoz.platform.tenancy.contracts import PROVIDER_SLUG

log = structlog.get_logger(__name__)

DEMO_OPERATORS = ("somon", "pamir")
_LOCK = "SELECT pg_advisory_lock(hashtextextended('ovoz setup', 0))"


class DemoSubscriber(msgspec.Struct, frozen=True):
    number: str
    name: str


class DemoOperator(msgspec.Struct, frozen=True):
    """What the simulated mobile operator must know to call."""

    slug: str
    entry_numbers: list[str]
    subscribers: list[DemoSubscriber]


class Demo(msgspec.Struct, frozen=True):
    """`<home>/run/demo.json`."""

    operators: list[DemoOperator]


class Welcome(msgspec.Struct, frozen=True):
    """`<home>/run/welcome.json`: what `ovoz up` prints at the end."""

    lines: list[str]


async def prepare(settings: Settings) -> None:
    """Migrates, provisions and says where everything is; quick when there is nothing to do."""
    endpoints = Endpoints.load(settings)
    installation_key(settings.home)
    connection = await asyncpg.connect(endpoints.database_admin_url, timeout=10)
    try:
        # Two that prepare at once would make the same things.
        await connection.execute(_LOCK)
        await _migrate(connection, settings, endpoints)
        await _make_cell(connection)
        blueprints = {
            slug: read_blueprint(settings.data_dir, slug) for slug in DEMO_OPERATORS if settings.demo
        }
        await _honour_tombstones(settings, endpoints)
        await _make_provider(connection, settings, endpoints)
        # By blueprint: a demo operator may have another address by now, or have been deleted.
        known = {
            row["blueprint"]
            for row in await connection.fetch(
                "SELECT blueprint FROM ovoz.tenant WHERE demo UNION SELECT blueprint FROM ovoz.tombstone"
            )
        }
        for slug in blueprints:
            if slug not in known:
                log.info("setup.demo_operator", slug=slug)
                await tenant_maker(settings, endpoints).create(slug, slug, demo=True)
    finally:
        await connection.close()
    _write(
        settings.home / "run" / "demo.json", Demo([_demo(slug, found) for slug, found in blueprints.items()])
    )
    _write(settings.home / "run" / "welcome.json", Welcome(_welcome(settings, blueprints)))


async def _migrate(connection: "asyncpg.Connection[Any]", settings: Settings, endpoints: Endpoints) -> None:
    """Brings the control schema and every tenant's to the newest revision, where they are not there yet."""
    await connection.execute("CREATE SCHEMA IF NOT EXISTS ovoz")
    if await revision_of(connection, "ovoz") != head(settings.data_dir, "control"):
        log.info("setup.migrate", schema="ovoz")
        await migrate(endpoints.database_admin_url, settings.data_dir, "control", "ovoz")
    result = await Fleet(endpoints.database_admin_url, settings.data_dir).migrate()
    if result.done:
        log.info("setup.migrated", tenants=result.done, revision=result.target)
    if result.failed:
        # The others are served; who is not at head is named here and by `ovoz fleet status`.
        log.error("setup.not_migrated", tenants=[tenant.slug for tenant in result.failed])


async def _honour_tombstones(settings: Settings, endpoints: Endpoints) -> None:
    """Whoever is buried stays so, also where the database was put back to an older backup."""
    desk = tenant_desk(settings, endpoints)
    try:
        if risen := await desk.life.honour_tombstones():
            log.warning("setup.buried_tenants_in_the_database", tenants=risen)
    finally:
        await desk.close()


async def _make_provider(
    connection: "asyncpg.Connection[Any]", settings: Settings, endpoints: Endpoints
) -> None:
    """The provider's own tenant; in a demo with somebody who can sign in."""
    if await connection.fetchval("SELECT 1 FROM ovoz.tenant WHERE kind = 'provider'") is None:
        await tenant_maker(settings, endpoints).create(
            PROVIDER_SLUG, PROVIDER_SLUG, demo=settings.demo, kind="provider"
        )


async def _make_cell(connection: "asyncpg.Connection[Any]") -> None:
    await connection.execute("INSERT INTO ovoz.cell (id) VALUES ($1) ON CONFLICT DO NOTHING", CELL)
    await connection.execute(
        "INSERT INTO ovoz.media_node (id, cell_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", NODE, CELL
    )


def _demo(slug: str, blueprint: Blueprint) -> DemoOperator:
    return DemoOperator(
        slug,
        [entry.number for entry in blueprint.entry_points],
        [DemoSubscriber(subscriber.number, subscriber.name) for subscriber in blueprint.subscribers],
    )


def _welcome(settings: Settings, blueprints: dict[str, Blueprint]) -> list[str]:
    if not blueprints:
        return [
            f"Ovoz listens on http://127.0.0.1:{settings.ports.http}.",
            "Make an operator with: ovoz tenant create SLUG --blueprint mobile-operator",
            "and its first administrator with: ovoz tenant invite SLUG EMAIL",
        ]
    lines: list[str] = []
    for slug, blueprint in blueprints.items():
        lines.append(f"{blueprint.name}: http://{slug}.{settings.base_domain}:{settings.ports.http}")
        lines += _sign_ins(blueprint)
    lines.append(f"Provider: http://{PROVIDER_SLUG}.{settings.base_domain}:{settings.ports.http}")
    lines += _sign_ins(read_blueprint(settings.data_dir, PROVIDER_SLUG))
    return lines


def _sign_ins(blueprint: Blueprint) -> Sequence[str]:
    return [f"  {', '.join(user.roles):<11} {user.email:<24} {user.password}" for user in blueprint.users]


def _write(path: Path, content: msgspec.Struct) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(content)))
    part.replace(path)
