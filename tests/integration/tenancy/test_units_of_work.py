"""A unit of work is stored whole or not at all, and a COMMIT that stores nothing is an error that everybody sees."""

import asyncio
import contextlib

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.support.api_process import Web
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack, eventually

from ovoz.lib.db import CommitFailed, Database, DatabaseUnavailable, schema_of

LATE_CHECK = """
CREATE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'refused at COMMIT' USING ERRCODE = 'check_violation'; END $$;
CREATE CONSTRAINT TRIGGER late_check AFTER INSERT OR UPDATE ON {schema}.user_account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {schema}.refuse();
"""
TEAM = "INSERT INTO team (id, name) VALUES (gen_random_uuid(), 'Nobody')"


@pytest.fixture(scope="module")
async def operator(engines: Stack) -> Operator:
    """One whose `user_account` refuses every change, but only at COMMIT."""
    operator = await make_operator(engines, agents=1)
    connection = await asyncpg.connect(engines.endpoints.database_admin_url)
    await connection.execute(LATE_CHECK.format(schema=schema_of(operator.tenant_id)))
    await connection.close()
    return operator


async def themes(engines: Stack, operator: Operator) -> set[str]:
    return {row["theme"] for row in await engines.rows(operator.slug, "SELECT theme FROM user_account")}


async def run(
    database: Database, operator: Operator, *statements: str, then: BaseException | None = None
) -> None:
    """One unit of work; statements that fail are passed over, as careless code would."""
    async with database.tenant(operator.tenant_id) as session:
        for statement in statements:
            with contextlib.suppress(DBAPIError):
                await session.execute(text(statement))
        if then is not None:
            raise then


async def test_what_fails_at_commit_reaches_the_caller_and_nothing_is_stored(
    engines: Stack, operator: Operator
) -> None:
    change = "UPDATE user_account SET theme = 'dark'"
    emit = "SELECT ovoz.emit(gen_random_uuid(), 'tests.never.v1', 'x', now(), '{}')"
    with pytest.raises((asyncpg.CheckViolationError, DBAPIError), match="refused at COMMIT"):
        await run(engines.database, operator, change, emit)
    assert await themes(engines, operator) == {"system"}
    told = "SELECT count(*) FROM ovoz.outbox WHERE tenant_id = $1"
    assert await engines.as_owner(told, operator.tenant_id) == [(0,)]


async def test_what_fails_at_commit_is_no_success_for_the_browser(web: Web, operator: Operator) -> None:
    browser = await web.signed_in(operator.slug, operator.emails[0], PASSWORD)
    answer = await browser.ask("PATCH", "/api/session/preferences", {"theme": "dark"})
    assert answer.status == 500
    assert "refused" not in str(answer.body), "nothing of the inside is told"
    assert await themes(web.stack, operator) == {"system"}


async def test_a_commit_that_became_a_rollback_is_an_error(engines: Stack, operator: Operator) -> None:
    """Postgres answers COMMIT with ROLLBACK, without an error, when a statement before had failed."""
    with pytest.raises(CommitFailed):
        await run(engines.database, operator, TEAM, "SELECT nonsense")
    assert await engines.rows(operator.slug, "SELECT 1 FROM team WHERE name = 'Nobody'") == []


@pytest.mark.parametrize(
    "error", [RuntimeError("ours"), asyncio.CancelledError()], ids=["error", "cancelled"]
)
async def test_an_error_of_ours_stores_nothing(
    engines: Stack, operator: Operator, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        await run(engines.database, operator, TEAM, then=error)
    assert await engines.rows(operator.slug, "SELECT 1 FROM team WHERE name = 'Nobody'") == []


async def test_errors_leave_no_connection_in_a_transaction(engines: Stack, operator: Operator) -> None:
    name = "ovoz test of rollback"
    database = Database(engines.endpoints.database_url, pool_size=1, application_name=name)
    with pytest.raises(CommitFailed):
        await run(database, operator, "SELECT nonsense")
    with pytest.raises(RuntimeError):
        await run(database, operator, TEAM, then=RuntimeError())
    connection = await asyncpg.connect(engines.endpoints.database_admin_url)
    states = await connection.fetch("SELECT state FROM pg_stat_activity WHERE application_name = $1", name)
    await connection.close()
    await database.close()
    assert [row["state"] for row in states] == ["idle"]


async def test_a_postgres_that_is_away_is_said_in_one_way(operator: Operator) -> None:
    nowhere = Database("postgresql://ovoz_app@127.0.0.1:1/ovoz", pool_size=1)
    with pytest.raises(DatabaseUnavailable):
        await run(nowhere, operator)
    await nowhere.close()


async def test_a_connection_that_dies_amid_the_work_is_said_in_the_same_way(
    engines: Stack, operator: Operator
) -> None:
    name = "ovoz test of death"
    database = Database(engines.endpoints.database_url, pool_size=1, application_name=name)
    long = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
    working = asyncio.create_task(run(database, operator, long))
    connection = await asyncpg.connect(engines.endpoints.database_admin_url)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query ~ 'series'"
    await eventually(lambda: connection.fetchval(end, name), within_s=10)
    await connection.close()
    with pytest.raises(DatabaseUnavailable):
        await working
    await run(database, operator, "SELECT 1")
    await database.close()
