"""What the application's login may touch: nothing of any tenant, and inside a unit of work its own tenant's only."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack

from ovoz.lib.db import schema_of

DENIED = asyncpg.InsufficientPrivilegeError
CONTROL_TABLES = (
    "audit_origin",
    "cell",
    "media_node",
    "tenant",
    "tenant_key",
    "number",
    "live",
    "outbox",
    "tenant_migration",
    "tenant_operation",
    "tombstone",
)


@pytest.fixture(scope="module")
async def ours(engines: Stack) -> Operator:
    return await make_operator(engines, agents=1)


@pytest.fixture(scope="module")
async def theirs(engines: Stack) -> Operator:
    return await make_operator(engines, agents=1)


@pytest.fixture
async def login(engines: Stack) -> "AsyncIterator[asyncpg.Connection[Any]]":
    """The application's login as such: code that forgot the unit of work."""
    connection = await asyncpg.connect(engines.endpoints.database_url)
    yield connection
    await connection.close()


async def tables_of(engines: Stack, schema: str) -> list[str]:
    connection = await asyncpg.connect(engines.endpoints.database_admin_url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
    await connection.close()
    return sorted(row["tablename"] for row in rows)


async def refused_as(engines: Stack, tenant_id: str, statement: str, **values: Any) -> str | None:
    """SQLSTATE of what Postgres answers inside the tenant's unit of work; None when it does it."""
    try:
        async with engines.database.tenant(tenant_id) as session:
            await session.execute(text(statement), values)
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))
    return None


INSUFFICIENT_PRIVILEGE = "42501"


async def test_without_a_unit_of_work_every_tenant_table_is_denied(
    engines: Stack, ours: Operator, login: "asyncpg.Connection[Any]"
) -> None:
    schema = schema_of(ours.tenant_id)
    tables = await tables_of(engines, schema)
    assert {"user_account", "session", "interaction", "event_log", "recording"} <= set(tables)
    for table in tables:
        for statement in (
            f"SELECT 1 FROM {schema}.{table}",
            f"DELETE FROM {schema}.{table}",
            f"INSERT INTO {schema}.{table} DEFAULT VALUES",
        ):
            with pytest.raises(DENIED):
                await login.execute(statement)


async def test_without_a_unit_of_work_no_event_and_no_live_state_is_written(
    login: "asyncpg.Connection[Any]",
) -> None:
    for statement in (
        "INSERT INTO ovoz.outbox (id, tenant_id, routing_key, envelope)"
        " VALUES (gen_random_uuid(), 'x', 'x', '{}')",
        "SELECT ovoz.emit(gen_random_uuid(), 'x', 'x', now(), '{}')",
        "SELECT ovoz.journal('cell-1', 0, '[]')",
        "DELETE FROM ovoz.live",
        "UPDATE ovoz.live SET seq = 0",
        "UPDATE ovoz.outbox SET tenant_id = 'x'",
        "UPDATE ovoz.tenant SET state = 'suspended'",
        "INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES ('x', 1, '')",
        "DELETE FROM ovoz.number",
        "CREATE TABLE ovoz.mine (id int)",
        "CREATE TABLE public.mine (id int)",
    ):
        with pytest.raises(DENIED):
            await login.execute(statement)


async def test_inside_its_unit_of_work_a_tenant_has_its_own_tables(engines: Stack, ours: Operator) -> None:
    for table in await tables_of(engines, schema_of(ours.tenant_id)):
        assert await refused_as(engines, ours.tenant_id, f"SELECT count(*) FROM {table}") is None
    rows = await engines.rows(ours.slug, "SELECT email FROM user_account")
    assert [row["email"] for row in rows] == ours.emails


async def test_the_other_tenants_tables_are_denied(engines: Stack, ours: Operator, theirs: Operator) -> None:
    schema = schema_of(theirs.tenant_id)
    for table in await tables_of(engines, schema):
        for statement in (
            f"SELECT 1 FROM {schema}.{table}",
            f"DELETE FROM {schema}.{table}",
            f"INSERT INTO {schema}.{table} DEFAULT VALUES",
        ):
            assert await refused_as(engines, ours.tenant_id, statement) == INSUFFICIENT_PRIVILEGE, statement


@pytest.mark.parametrize("table", CONTROL_TABLES)
async def test_the_control_schema_is_denied_to_tenants(engines: Stack, ours: Operator, table: str) -> None:
    assert table in await tables_of(engines, "ovoz")
    for statement in (f"SELECT 1 FROM ovoz.{table}", f"DELETE FROM ovoz.{table}"):
        assert await refused_as(engines, ours.tenant_id, statement) == INSUFFICIENT_PRIVILEGE


async def test_these_are_all_control_tables(engines: Stack) -> None:
    assert set(await tables_of(engines, "ovoz")) == {*CONTROL_TABLES, "alembic_version"}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT set_config('role', '{other}', true)",
        "SELECT pg_catalog.set_config('role', '{other}', false)",
        "SELECT set_config('role', 'none', true)",
        "SELECT set_config('session_authorization', 'ovoz_owner', true)",
        "SELECT set_config('search_path', '{other}', true)",
        "SELECT query_to_xml('SELECT set_config(''role'', ''{other}'', true)', true, true, '')",
        "SELECT query_to_xml('SELECT * FROM {other}.user_account', true, true, '')",
        "UPDATE pg_settings SET setting = '{other}' WHERE name = 'role'",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE user_account ADD COLUMN mine int",
        "DROP TABLE user_account",
        "TRUNCATE event_log",
        "SET LOCAL SESSION AUTHORIZATION ovoz_owner",
    ],
)
async def test_no_statement_leads_out_of_the_tenant(
    engines: Stack, ours: Operator, theirs: Operator, statement: str
) -> None:
    tried = statement.format(other=schema_of(theirs.tenant_id))
    assert await refused_as(engines, ours.tenant_id, tried) == INSUFFICIENT_PRIVILEGE


async def test_a_select_that_would_set_the_role_by_a_side_door_is_refused(
    engines: Stack, ours: Operator, theirs: Operator
) -> None:
    role = schema_of(theirs.tenant_id)
    tried = f"SELECT query_to_xml('SET LOCAL ROLE {role}', true, true, ''), query_to_xml('RESET ROLE', true, true, '')"
    assert await refused_as(engines, ours.tenant_id, tried) is not None


async def test_the_event_log_only_grows(engines: Stack, ours: Operator) -> None:
    for statement in ("UPDATE event_log SET type = 'x'", "DELETE FROM event_log"):
        assert await refused_as(engines, ours.tenant_id, statement) == INSUFFICIENT_PRIVILEGE


async def test_an_event_carries_the_tenant_of_the_transaction(engines: Stack, ours: Operator) -> None:
    emit = (
        "SELECT ovoz.emit(gen_random_uuid(), 'tests.told.v1', 'subject', now(), '{\"tenant\": \"forged\"}')"
    )
    assert await refused_as(engines, ours.tenant_id, emit) is None
    [(tenant_id, key, written)] = await engines.as_owner(
        "SELECT tenant_id, routing_key, envelope FROM ovoz.outbox WHERE tenant_id = $1", ours.tenant_id
    )
    envelope = json.loads(written)
    assert (tenant_id, key) == (ours.tenant_id, f"{ours.tenant_id}.tests.told.v1")
    assert envelope["tenant"] == ours.tenant_id
    assert envelope["source"] == f"/tenants/{ours.tenant_id}"


async def test_live_states_of_the_other_tenant_are_left_alone(
    engines: Stack, ours: Operator, theirs: Operator
) -> None:
    """The same key from another tenant neither changes nor removes the row."""
    write = "SELECT ovoz.journal('cell-tenancy', 0, CAST(:rows AS jsonb))"
    connection = await asyncpg.connect(engines.endpoints.database_admin_url)
    await connection.execute("INSERT INTO ovoz.cell (id) VALUES ('cell-tenancy') ON CONFLICT DO NOTHING")
    for tenant_id, rows in (
        (theirs.tenant_id, '[{"key": "i:1", "seq": 1, "state": {"of": "theirs"}}]'),
        (ours.tenant_id, '[{"key": "i:1", "seq": 2, "state": {"of": "ours"}}]'),
        (ours.tenant_id, '[{"key": "i:1", "seq": 3, "state": null}]'),
    ):
        async with engines.switchboard_database.tenant(tenant_id) as session:
            await session.execute(text(write), {"rows": rows})
    found = await connection.fetch(
        "DELETE FROM ovoz.live WHERE cell_id = 'cell-tenancy' RETURNING tenant_id, seq"
    )
    await connection.close()
    assert [tuple(row) for row in found] == [(theirs.tenant_id, 1)]


async def test_a_connection_forgets_the_tenant_it_worked_for(
    engines: Stack, ours: Operator, theirs: Operator
) -> None:
    """Units of work share connections; each begins as nobody and ends as nobody, also after an error."""
    for _ in range(6):
        for operator in (ours, theirs):
            assert [
                row["email"] for row in await engines.rows(operator.slug, "SELECT email FROM user_account")
            ] == (operator.emails)
            assert await refused_as(engines, operator.tenant_id, "SELECT nonsense") is not None
    async with engines.database.control() as session:
        acting = (await session.execute(text("SELECT current_user, current_setting('role')"))).one()
    assert tuple(acting) == ("ovoz_app", "none")


async def test_only_the_switchboards_login_writes_what_is_live(engines: Stack, ours: Operator) -> None:
    """A state that cannot be read would stop a take-over for every operator of the cell."""
    [(epoch,)] = await engines.as_owner("SELECT epoch FROM ovoz.cell WHERE id = 'cell-1'")
    write = 'SELECT ovoz.journal(\'cell-1\', :epoch, \'[{"key": "i:x", "seq": 1, "state": {}}]\')'
    assert await refused_as(engines, ours.tenant_id, write, epoch=epoch) == INSUFFICIENT_PRIVILEGE


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 FROM ovoz.outbox",
        "DELETE FROM ovoz.outbox",
        "SELECT 1 FROM ovoz.live",
        "UPDATE ovoz.cell SET epoch = epoch + 1",
        "UPDATE ovoz.media_node SET boot = ''",
    ],
)
async def test_what_is_the_relays_and_the_switchboards_is_not_the_applications(
    login: "asyncpg.Connection[Any]", statement: str
) -> None:
    with pytest.raises(DENIED):
        await login.execute(statement)


async def test_the_relay_has_the_outbox_and_nothing_else(engines: Stack, ours: Operator) -> None:
    connection = await asyncpg.connect(engines.endpoints.database_relay_url)
    await connection.fetch("SELECT 1 FROM ovoz.outbox FOR UPDATE SKIP LOCKED")
    denied = [f"SELECT 1 FROM ovoz.{table}" for table in {*CONTROL_TABLES} - {"outbox"}]
    denied += [
        f"SET ROLE {schema_of(ours.tenant_id)}",
        "SET ROLE ovoz_app",
        "INSERT INTO ovoz.outbox DEFAULT VALUES",
    ]
    for statement in denied:
        with pytest.raises(DENIED):
            await connection.execute(statement)
    await connection.close()


DOORS = [
    # Others are held up, or ended.
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock(1)",
    "SELECT pg_try_advisory_lock_shared(1, 2)",
    "SELECT pg_sleep(0)",
    "SELECT pg_sleep_for('0 s')",
    "SELECT pg_terminate_backend(0)",
    "SELECT pg_cancel_backend(0)",
    # Others are told what is not so.
    "SELECT pg_notify('ovoz_access', 'x')",
    # The disk fills.
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_get(1)",
    "SELECT pg_logical_emit_message(true, 'x', 'x')",
    "CREATE TEMP TABLE mine (id int)",
    # SQL as text, and many statements as one.
    "SELECT query_to_xml('SELECT 1', true, true, '')",
    "SELECT table_to_xml('user_account', true, true, '')",
    "SELECT ts_stat('SELECT to_tsvector(email) FROM user_account')",
    "DO $$ BEGIN EXECUTE 'RESET ROLE'; END $$",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    # Files, programs, secrets of the server.
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY user_account TO '/tmp/x'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT current_setting('data_directory')",
    # What other tenants do.
    "SELECT 1 FROM pg_stat_activity",
    "SELECT 1 FROM pg_locks",
    "SELECT n_tup_ins FROM pg_stat_all_tables",
    "SELECT pg_export_snapshot()",
    "SELECT pg_database_size(current_database())",
]


@pytest.mark.parametrize("statement", DOORS)
async def test_what_no_route_needs_is_closed(engines: Stack, ours: Operator, statement: str) -> None:
    """To an injected statement: docs/decisions/0022-what-an-injected-statement-can-do.md."""
    assert await refused_as(engines, ours.tenant_id, statement) == INSUFFICIENT_PRIVILEGE
    with pytest.raises(DBAPIError) as refused:
        async with engines.database.control() as session:
            await session.execute(text(statement))
    # Some name a table that the control schema does not have.
    assert getattr(refused.value.orig, "sqlstate", None) in (INSUFFICIENT_PRIVILEGE, "42P01")


@pytest.mark.parametrize(
    ("statement", "as_role"),
    [
        ("RESET ROLE", "ovoz_app"),
        ("SET ROLE {other}", "{other}"),
        ("SET LOCAL search_path TO {other}", "{own}"),
        ("SET LOCAL statement_timeout = 0", "{own}"),
        ("NOTIFY ovoz_access, 'x'", "{own}"),
        ("LOCK TABLE user_account", "{own}"),
    ],
)
async def test_what_remains_is_what_the_decision_says(
    engines: Stack, ours: Operator, theirs: Operator, statement: str, as_role: str
) -> None:
    """Who could write a whole statement, and not only a value in one, could do this: so nothing may (test_sql.py)."""
    names = {"own": schema_of(ours.tenant_id), "other": schema_of(theirs.tenant_id)}
    with contextlib.suppress(DBAPIError):
        async with engines.database.tenant(ours.tenant_id) as session:
            await session.execute(text(statement.format(**names)))
            acting = (await session.execute(text("SELECT current_user"))).scalar_one()
            assert acting == as_role.format(**names)
            # The next statements of the unit of work, which mean the first tenant's tables, find none.
            if acting != names["own"]:
                await session.execute(text("SELECT 1 FROM user_account"))
                raise AssertionError


@pytest.mark.parametrize("second", ["RESET ROLE", "SET ROLE {other}", "COMMIT", "SELECT 1"])
async def test_a_statement_carries_no_second_one(
    engines: Stack, ours: Operator, theirs: Operator, second: str
) -> None:
    """The extended protocol, which every statement of a session takes, knows one statement only."""
    tried = f"SELECT 1; {second.format(other=schema_of(theirs.tenant_id))}"
    assert await refused_as(engines, ours.tenant_id, tried) == "42601"


@pytest.mark.parametrize(
    "tenant_id", ["", "ovoz", "a" * 11, "a" * 13, "Aaaaaaaaaaaa", "aaaaaaaaaaa;", "1aaaaaaaaaaa"]
)
async def test_what_is_no_tenant_id_never_reaches_postgres(engines: Stack, tenant_id: str) -> None:
    with pytest.raises(ValueError, match="is not a tenant id"):
        async with engines.database.tenant(tenant_id):
            raise AssertionError
