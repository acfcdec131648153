"""Alembic's two trees: the control schema's, and the one of every tenant's schema.

A path between two revisions is compiled to SQL once (Alembic's offline mode) and sent to each schema as one message
inside one transaction. So a thousand schemas cost a thousand round trips, several can migrate at once in one
process (Alembic's `op` is a global), and what runs is what can be read. Revisions are therefore SQL only.
"""

import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from ovoz.lib.db.database import schema_of

Tree = Literal["control", "tenant"]
LOCK_TIMEOUT_MS = 5_000
"""A migration never queues behind a long transaction for longer than this (and others never behind it)."""
SNAPSHOT_SCHEMA = "tenant_schema"
"""Stands for the tenant's schema and role in the snapshot."""


class RevisionUnknown(Exception):
    """A schema is at a revision that this release does not have: it was migrated by a newer one."""


def head(data_dir: Path, tree: Tree) -> str:
    """Newest revision of a tree."""
    return revisions(data_dir, tree)[-1]


@functools.lru_cache(maxsize=16)
def revisions(data_dir: Path, tree: Tree) -> tuple[str, ...]:
    """Every revision of a tree, oldest first; the trees have no branches."""
    script = ScriptDirectory.from_config(_config(data_dir, tree))
    return tuple(reversed([revision.revision for revision in script.walk_revisions("base", "heads")]))


@functools.lru_cache(maxsize=64)
def path_sql(data_dir: Path, tree: Tree, start: str | None, end: str) -> str:
    """The SQL from one revision (None: an empty schema) to another; raises RevisionUnknown."""
    known = revisions(data_dir, tree)
    if (start is not None and start not in known) or end not in known:
        raise RevisionUnknown(f"{start if start not in known else end} is no revision of {tree} here")
    config = _config(data_dir, tree)
    config.output_buffer = buffer = io.StringIO()
    command.upgrade(config, f"{start or 'base'}:{end}", sql=True)
    return buffer.getvalue()


def snapshot_path(data_dir: Path) -> Path:
    """Where the generated snapshot of the tenant tree is."""
    return data_dir / "migrations" / "tenant" / "snapshot.sql"


@functools.lru_cache(maxsize=16)
def snapshot_sql(data_dir: Path) -> str | None:
    """The snapshot, when it is one of this tree's head."""
    try:
        content = snapshot_path(data_dir).read_text()
    except FileNotFoundError:
        return None
    first, _, sql = content.partition("\n")
    return sql if first == f"-- revision {head(data_dir, 'tenant')}" else None


def newest_schema_sql(data_dir: Path, tenant_id: str) -> str:
    """What fills an empty tenant schema and stamps it: the snapshot, or the whole path where there is none of head.

    The schema must be first in the search path.
    """
    snapshot = snapshot_sql(data_dir)
    if snapshot is None:
        return path_sql(data_dir, "tenant", None, head(data_dir, "tenant"))
    return snapshot.replace(SNAPSHOT_SCHEMA, schema_of(tenant_id))


async def revision_of(driver: "asyncpg.Connection[Any]", schema: str) -> str | None:
    """Where a schema stands; None when it was never migrated."""
    if await driver.fetchval("SELECT to_regclass($1)", f"{schema}.alembic_version") is None:
        return None
    revision: str | None = await driver.fetchval(f"SELECT version_num FROM {schema}.alembic_version")
    return revision


async def upgrade(
    driver: "asyncpg.Connection[Any]", data_dir: Path, tree: Tree, schema: str, end: str | None = None
) -> bool:
    """Brings a schema to head (or to `end`) inside the caller's transaction; False when it is there already."""
    end = end or head(data_dir, tree)
    start = await revision_of(driver, schema)
    if start == end:
        return False
    sql = path_sql(data_dir, tree, start, end)
    await driver.execute(
        f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}; SET LOCAL search_path TO {schema};\n{sql}"
    )
    reached = await revision_of(driver, schema)
    if reached != end:
        raise RuntimeError(f"{schema} is at {reached} after the way to {end}")
    return True


async def migrate(admin_url: str, data_dir: Path, tree: Tree, schema: str, end: str | None = None) -> None:
    """`upgrade` in a transaction of its own, as the owner's login."""
    driver = await asyncpg.connect(admin_url, timeout=10)
    try:
        async with driver.transaction():
            await upgrade(driver, data_dir, tree, schema, end)
    finally:
        await driver.close()


async def run_as_owner(admin_url: str, work: Callable[[Connection], Any]) -> Any:
    """Runs `work` on a synchronous connection of the owner's login, in one transaction."""
    engine = create_async_engine(admin_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _config(data_dir: Path, tree: Tree) -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_dir / "migrations" / tree))
    config.set_main_option("path_separator", "os")
    return config
