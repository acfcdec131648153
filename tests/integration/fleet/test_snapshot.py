"""A tenant made from the snapshot is the tenant that the migrations make."""

import secrets

import asyncpg
from tests.support.fleets import TestFleet, tenant_maker

from ovoz.lib.db import catalogue
from ovoz.lib.db.migrations import head, path_sql, snapshot_path, snapshot_sql
from ovoz.lib.ids import new_tenant_id
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.tenancy.api import schema_statements


async def test_the_snapshot_is_what_the_migrations_make(fleet: TestFleet) -> None:
    made = new_tenant_id()
    await tenant_maker(fleet.url, fleet.data_dir).create(
        f"s{secrets.token_hex(4)}", "mobile-operator", tenant_id=made
    )
    fleet.tenants.append(made)
    driver = await asyncpg.connect(fleet.url)
    transaction = driver.transaction()
    await transaction.start()
    try:
        migrated = f"t_{new_tenant_id()}"
        for statement in schema_statements(migrated):
            await driver.execute(statement)
        newest = head(REPOSITORY, "tenant")
        await driver.execute(
            f"SET LOCAL search_path TO {migrated};" + path_sql(REPOSITORY, "tenant", None, newest)
        )
        expected = await catalogue.facts(driver, migrated)
        found = await catalogue.facts(driver, f"t_{made}")
        assert catalogue.differences(expected, found) == []
        assert catalogue.digest(expected) == catalogue.digest(found)
        assert len(expected) > 300, "an empty comparison proves nothing"
        for table in ("alembic_version", "access_state"):
            rows = [
                await driver.fetch(f"SELECT * FROM {schema}.{table}") for schema in (migrated, f"t_{made}")
            ]
            assert rows[0] == rows[1]
            assert len(rows[0]) == 1
    finally:
        await transaction.rollback()
        await driver.close()


async def test_a_change_in_any_aspect_is_seen(fleet: TestFleet) -> None:
    """The comparison above can fail: each of these is one difference, named."""
    (tenant_id,) = await fleet.make(1)
    schema = f"t_{tenant_id}"
    changes = {
        f"ALTER TABLE {schema}.queue ALTER COLUMN max_length TYPE bigint": ("queue", "column", "max_length"),
        f"ALTER TABLE {schema}.queue ALTER COLUMN priority SET DEFAULT 5": ("queue", "column", "priority"),
        f"ALTER TABLE {schema}.queue DROP CONSTRAINT queue_max_wait_s_check": (
            "queue", "constraint", "queue_max_wait_s_check",
        ),
        f"DROP INDEX {schema}.leg_by_interaction": ("leg", "index", "leg_by_interaction"),
        f"GRANT DELETE ON {schema}.event_log TO {schema}": ("event_log", "privileges", "<tenant>"),
        f"GRANT UPDATE (note) ON {schema}.interaction TO PUBLIC": ("interaction", "column privileges", None),
        f"ALTER TABLE {schema}.team ENABLE ROW LEVEL SECURITY": ("team", "relation", ""),
        f"GRANT CREATE ON SCHEMA {schema} TO {schema}": ("", "schema privileges", "<tenant>"),
        f"ALTER ROLE {schema} BYPASSRLS": ("", "role", ""),
        f"GRANT pg_read_all_data TO {schema}": ("", "member of", "pg_read_all_data"),
    }  # fmt: skip
    driver = await asyncpg.connect(fleet.url)
    try:
        async with driver.transaction():
            before = await catalogue.facts(driver, schema)
        for statement, (table, aspect, name) in changes.items():
            transaction = driver.transaction()
            await transaction.start()
            await driver.execute(statement)
            after = await catalogue.facts(driver, schema)
            await transaction.rollback()
            assert catalogue.digest(before) != catalogue.digest(after), statement
            differing = catalogue.differences(before, after)
            assert any(
                (found.table, found.aspect) == (table, aspect) and name in (None, found.name)
                for found in differing
            ), (statement, differing)
    finally:
        await driver.close()


def test_the_snapshot_is_of_head() -> None:
    stamp = snapshot_path(REPOSITORY).read_text().partition("\n")[0]
    assert stamp == f"-- revision {head(REPOSITORY, 'tenant')}", "run `make snapshot`"
    assert snapshot_sql(REPOSITORY) is not None


async def test_many_are_made_at_once(fleet: TestFleet) -> None:
    """No list in the control schema grows with each tenant, so nothing is "concurrently updated"."""
    import asyncio

    made = [new_tenant_id() for _ in range(8)]
    fleet.tenants.extend(made)
    await asyncio.gather(
        *(
            tenant_maker(fleet.url, fleet.data_dir).create(
                f"m{secrets.token_hex(4)}", "mobile-operator", tenant_id=id_
            )
            for id_ in made
        )
    )
    check = await fleet.fleet().verify()
    assert (check.checked, check.drift, check.behind) == (8, [], [])
