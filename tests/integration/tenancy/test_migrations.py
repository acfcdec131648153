"""Migrations: both trees lead from nothing to head, and the tables are what the models say."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.orm import DeclarativeBase
from tests.support.operators import make_operator
from tests.support.stack import Stack

from ovoz.contact_center.calls.models import HistoryTable
from ovoz.entrypoints.setup import DEMO_OPERATORS, prepare
from ovoz.lib.db import Database, schema_of
from ovoz.lib.db.migrations import Tree, head, migrate, run_as_owner
from ovoz.lib.endpoints import Endpoints
from ovoz.lib.settings import REPOSITORY, Settings
from ovoz.platform.identity.models import IdentityTable
from ovoz.platform.tenancy.contracts import PROVIDER_SLUG

TREES: tuple[Tree, ...] = ("control", "tenant")
WRITTEN = [
    mapper.class_ for mapper in IdentityTable.registry.mappers if issubclass(mapper.class_, IdentityTable)
]
READ = [mapper.class_ for mapper in HistoryTable.registry.mappers if issubclass(mapper.class_, HistoryTable)]


class Fresh(msgspec.Struct, frozen=True):
    """An installation whose database had nothing in it before setup ran."""

    settings: Settings
    endpoints: Endpoints
    tenants: dict[str, str]


@pytest.fixture(scope="module")
async def fresh(engines: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fresh]:
    name = f"fresh_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(engines.endpoints.database_admin_url)
    await admin.execute(f"CREATE DATABASE {name}")
    settings = msgspec.structs.replace(engines.settings, home=tmp_path_factory.mktemp("home"))
    endpoints = msgspec.structs.replace(
        engines.endpoints,
        database_url=engines.endpoints.database_url.rsplit("/", 1)[0] + f"/{name}",
        database_admin_url=engines.endpoints.database_admin_url.rsplit("/", 1)[0] + f"/{name}",
    )
    endpoints.save(settings)
    await prepare(settings)
    inside = await asyncpg.connect(endpoints.database_admin_url)
    rows = await inside.fetch("SELECT slug, id FROM ovoz.tenant")
    tenants: dict[str, str] = {row["slug"]: row["id"] for row in rows}
    yield Fresh(settings, endpoints, tenants)
    # Roles are the cluster's, and stay when the database goes.
    for role in map(schema_of, tenants.values()):
        await inside.execute(f"DROP SCHEMA {role} CASCADE; DROP OWNED BY {role}; DROP ROLE {role}")
    await inside.close()
    await admin.execute(f"DROP DATABASE {name}")
    await admin.close()


@pytest.mark.parametrize("tree", TREES)
def test_each_tree_has_one_beginning_and_one_head(tree: Tree) -> None:
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "migrations" / tree))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert scripts.get_heads() == [head(REPOSITORY, tree)]


async def test_setup_leads_from_nothing_to_head_and_then_has_nothing_to_do(fresh: Fresh) -> None:
    assert set(fresh.tenants) == {*DEMO_OPERATORS, PROVIDER_SLUG}
    admin = await asyncpg.connect(fresh.endpoints.database_admin_url)
    schemas: dict[str, Tree] = {"ovoz": "control"}
    schemas |= {schema_of(tenant_id): "tenant" for tenant_id in fresh.tenants.values()}
    for schema, tree in schemas.items():
        revision = await admin.fetchval(f"SELECT version_num FROM {schema}.alembic_version")
        assert revision == head(REPOSITORY, tree)
    before = await admin.fetchrow("SELECT count(*), max(oid) FROM pg_class")
    await prepare(fresh.settings)
    for schema, tree in schemas.items():
        await migrate(fresh.endpoints.database_admin_url, REPOSITORY, tree, schema)
    assert await admin.fetchrow("SELECT count(*), max(oid) FROM pg_class") == before
    await admin.close()


async def test_what_keeps_tenants_apart_is_made_by_the_migrations(fresh: Fresh) -> None:
    database = Database(fresh.endpoints.database_url, pool_size=1)
    somon, pamir = fresh.tenants["somon"], fresh.tenants["pamir"]
    await run(database, somon, "SELECT 1 FROM user_account")
    for statement in (
        f"SELECT 1 FROM {schema_of(pamir)}.user_account",
        f"SELECT set_config('role', '{schema_of(pamir)}', true)",
    ):
        with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
            await run(database, somon, statement)
    await database.close()


async def test_a_priority_below_nothing_becomes_none(engines: Stack) -> None:
    """What stood below 0 counted as 0; the queue's history can still be read, and so brought back."""
    operator = await make_operator(engines, agents=1, queues=[{}, {"priority": 60}, {}])
    schema = schema_of(operator.tenant_id)
    admin = await asyncpg.connect(engines.endpoints.database_admin_url)
    await admin.execute(
        f"""
        SET search_path TO {schema};
        ALTER TABLE queue DROP CONSTRAINT queue_priority_check;
        ALTER TABLE calling_rules DROP COLUMN version;
        UPDATE queue SET priority = -5 WHERE code = 'q0';
        UPDATE queue SET priority = 4000 WHERE code = 'q2';
        INSERT INTO queue_version (queue_id, version, settings, archived)
            SELECT id, 1, jsonb_build_object('name', name, 'priority', priority), false FROM queue;
        UPDATE alembic_version SET version_num = '20261126_0050'
        """
    )
    await migrate(engines.endpoints.database_admin_url, REPOSITORY, "tenant", schema)
    rows = await admin.fetch("SELECT code, priority FROM queue ORDER BY code")
    assert [tuple(row) for row in rows] == [("q0", 0), ("q1", 60), ("q2", 3600)]
    rows = await admin.fetch(
        "SELECT (v.settings ->> 'priority')::int AS priority FROM queue_version v"
        " JOIN queue q ON q.id = v.queue_id ORDER BY q.code"
    )
    assert [row["priority"] for row in rows] == [0, 60, 3600]
    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute("UPDATE queue SET priority = -1")
    await admin.close()


async def run(database: Database, tenant_id: str, statement: str) -> None:
    async with database.tenant(tenant_id) as session:
        await session.execute(sa.text(statement))


async def columns_of(engines: Stack, table: str) -> dict[str, Any]:
    schema = schema_of(await engines.tenant_id("somon"))
    found = await run_as_owner(
        engines.endpoints.database_admin_url,
        lambda connection: sa.inspect(connection).get_columns(table, schema=schema),
    )
    return {column["name"]: column for column in found}


def spelled(column_type: Any) -> str:
    """A type as Postgres writes it; a length that a model does not name is none."""
    return str(column_type.compile(sa.dialects.postgresql.dialect())).replace("VARCHAR", "TEXT")


@pytest.mark.parametrize("model", [*WRITTEN, *READ], ids=lambda model: model.__name__)
async def test_models_agree_with_the_tables(engines: Stack, model: type[DeclarativeBase]) -> None:
    columns = await columns_of(engines, model.__tablename__)
    said = {column.name: (spelled(column.type), bool(column.nullable)) for column in model.__table__.columns}
    real = {
        name: (spelled(columns[name]["type"]), columns[name]["nullable"]) for name in said if name in columns
    }
    # A count that fits into an `integer` may stand in a `bigint`.
    real = {
        name: ("INTEGER", nullable) if kind == "BIGINT" and said[name][0] == "INTEGER" else (kind, nullable)
        for name, (kind, nullable) in real.items()
    }
    assert said == real


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
async def test_what_a_written_model_leaves_out_has_a_default(
    engines: Stack, model: type[DeclarativeBase]
) -> None:
    columns = await columns_of(engines, model.__tablename__)
    left_out = set(columns) - set(model.__table__.columns.keys())
    assert [
        name for name in left_out if not columns[name]["nullable"] and columns[name]["default"] is None
    ] == []


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
async def test_primary_keys_are_the_models(engines: Stack, model: type[DeclarativeBase]) -> None:
    schema = schema_of(await engines.tenant_id("somon"))
    found = await run_as_owner(
        engines.endpoints.database_admin_url,
        lambda connection: sa.inspect(connection).get_pk_constraint(model.__tablename__, schema=schema),
    )
    assert found["constrained_columns"] == [column.name for column in model.__table__.primary_key]


def test_every_model_is_compared() -> None:
    assert len(WRITTEN) >= 4
    assert len(READ) >= 4
