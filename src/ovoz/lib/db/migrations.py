"""Alembic, run from code: the control tree once, the tenant tree for each tenant's schema."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

Tree = Literal["control", "tenant"]

LOCK_TIMEOUT_MS = 5_000
"""A migration never queues behind a long transaction for longer than this (and others never behind it)."""


def head(data_dir: Path, tree: Tree) -> str:
    """Newest revision of a tree."""
    revision = ScriptDirectory.from_config(_config(data_dir, tree)).get_current_head()
    assert revision is not None
    return revision


async def migrate(admin_url: str, data_dir: Path, tree: Tree, schema: str) -> None:
    """Brings one schema to head in one transaction, as the owner's login."""

    def upgrade(connection: Connection) -> None:
        config = _config(data_dir, tree)
        config.attributes["connection"] = connection
        config.attributes["schema"] = schema
        command.upgrade(config, "head")

    await run_as_owner(admin_url, lambda connection: _in_schema(connection, schema, upgrade))


async def run_as_owner(admin_url: str, work: Callable[[Connection], Any]) -> Any:
    """Runs `work` on a synchronous connection of the owner's login, in one transaction."""
    engine = create_async_engine(admin_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


@asynccontextmanager
async def as_the_only_one(admin_url: str, lock: str) -> AsyncIterator[None]:
    """Whoever else asks for this lock of the database waits, in whatever process."""
    engine = create_async_engine(admin_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            await connection.execute(
                text("SELECT pg_advisory_lock(hashtextextended(:lock, 0))"), {"lock": lock}
            )
            yield
    finally:
        await engine.dispose()


def _in_schema(connection: Connection, schema: str, work: Callable[[Connection], None]) -> None:
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
    connection.execute(text(f"SET LOCAL search_path TO {schema}"))
    work(connection)


def _config(data_dir: Path, tree: Tree) -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_dir / "migrations" / tree))
    config.set_main_option("path_separator", "os")
    return config
