"""Units of work: `Database.tenant(id)` and `Database.control()` are the only ways to a session.

The engine runs in AUTOCOMMIT and the unit of work speaks BEGIN and COMMIT itself, so that BEGIN, the role and
the search path travel in one simple-protocol round trip and a COMMIT that Postgres turned into a ROLLBACK is
seen (its command tag says so) before anybody is told that something was stored.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

_TENANT_ID = re.compile(r"[a-z][a-z0-9]{11}")

CONNECTION_LOST = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)

_KEEPALIVE = {"tcp_keepalives_idle": "1", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "2"}

_DIED_IN_THE_POOL = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # A connection whose last question never got its answer.
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


BEFORE_COMMIT: ContextVar[Callable[[AsyncSession], Awaitable[None]] | None] = ContextVar(
    "before_commit", default=None
)
"""What the present request adds to each of its tenant's transactions, as its last statement."""


class DatabaseUnavailable(Exception):
    """Postgres cannot be reached, or went away during the unit of work; trying again later can help."""


class TenantGone(Exception):
    """There is no such tenant's role: it was deleted for good."""


class CommitFailed(Exception):
    """Postgres answered COMMIT with something else: nothing of this unit of work was stored."""


def schema_of(tenant_id: str) -> str:
    """Name of the tenant's schema and of its role; refuses anything that is not a tenant id."""
    if not _TENANT_ID.fullmatch(tenant_id):
        raise ValueError(f"{tenant_id!r} is not a tenant id")
    return f"t_{tenant_id}"


class Database:
    """The application's login on one Postgres database.

    Outside a unit of work of its own tenant the login may touch nothing of any tenant: code that forgets the
    tenant gets *permission denied*.
    """

    def __init__(self, url: str, *, pool_size: int = 10, application_name: str = "ovoz") -> None:
        self._engine: AsyncEngine = create_async_engine(
            re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", url),
            isolation_level="AUTOCOMMIT",
            # Values stand in the message of a failed statement otherwise, and so in logs.
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            # A backend that visited many schemas grows by 28-60 KB a table: let it go after half an hour.
            pool_recycle=1800,
            connect_args={
                "timeout": 5,
                "command_timeout": 30,
                "server_settings": {
                    "application_name": application_name,
                    "jit": "off",
                    # Also where nobody is left to give up waiting.
                    "statement_timeout": "35000",
                },
            },
        )

        event.listen(self._engine.sync_engine, "connect", let_jit_alone)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def tenant(self, tenant_id: str) -> AsyncIterator[AsyncSession]:
        """A transaction as the tenant's role, in its schema; committed when the block ends well. Raises TenantGone."""
        schema = schema_of(tenant_id)
        begin = f"BEGIN; SET LOCAL ROLE {schema}; SET LOCAL search_path TO {schema}"
        async with self._unit_of_work(begin) as session:
            yield session
            add = BEFORE_COMMIT.get()
            if add is not None:
                await session.flush()
                await add(session)

    @asynccontextmanager
    async def control(self) -> AsyncIterator[AsyncSession]:
        """A transaction on the control schema `ovoz`; no tenant's rows can be seen."""
        async with self._unit_of_work("BEGIN; SET LOCAL search_path TO ovoz") as session:
            yield session

    @asynccontextmanager
    async def _unit_of_work(self, begin: str) -> AsyncIterator[AsyncSession]:
        try:
            connection, driver = await self._begin(begin)
            try:
                session = AsyncSession(bind=connection, expire_on_commit=False, autoflush=False)
                try:
                    yield session
                    await session.flush()
                    tag = await driver.execute("COMMIT")
                    if tag != "COMMIT":
                        raise CommitFailed(f"COMMIT was answered {tag}")
                except BaseException:
                    await _roll_back(connection, driver)
                    raise
                finally:
                    session.expunge_all()
            finally:
                await connection.close()
        except CONNECTION_LOST as error:
            raise DatabaseUnavailable(str(error)) from error
        except (OperationalError, InterfaceError, DBAPIError) as error:
            if error.connection_invalidated or isinstance(
                error.orig.__cause__ if error.orig else None, CONNECTION_LOST
            ):
                raise DatabaseUnavailable(str(error.orig)) from error
            raise

    async def _begin(self, begin: str) -> tuple[AsyncConnection, Any]:
        """A connection with an open transaction. One that died in the pool is replaced, and with it all others."""
        try:
            return await self._try_to_begin(begin)
        except _DIED_IN_THE_POOL:
            await self._engine.dispose(close=False)
            return await self._try_to_begin(begin)

    async def _try_to_begin(self, begin: str) -> tuple[AsyncConnection, Any]:
        connection = await self._engine.connect()
        try:
            driver = await _driver(connection)
            await driver.execute(begin)
        except asyncpg.InvalidParameterValueError as error:
            # SET ROLE has nobody to become.
            await connection.invalidate()
            await connection.close()
            raise TenantGone(str(error)) from error
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        return connection, driver


async def connect(url: str, application_name: str) -> "asyncpg.Connection[Any]":
    """A connection of one's own, for locks and notifications; a vanished machine is noticed after 3 s."""
    connection = await asyncpg.connect(
        url, timeout=5, server_settings={"application_name": application_name, "jit": "off", **_KEEPALIVE}
    )
    _leave_jit_alone(connection)
    return connection


def _leave_jit_alone(driver: Any) -> None:
    """asyncpg switches JIT off by `set_config` before it looks types up; ours is off, and `set_config` is revoked."""
    driver._server_caps = driver._server_caps._replace(jit=False)


def let_jit_alone(connection: Any, _: Any) -> None:
    """For the engine's `connect` event."""
    _leave_jit_alone(connection.driver_connection)


async def _driver(connection: AsyncConnection) -> Any:
    raw = await connection.get_raw_connection()
    return raw.driver_connection


async def _roll_back(connection: AsyncConnection, driver: Any) -> None:
    """Ends the transaction whatever happened; a connection that cannot be cleaned is thrown away."""
    try:
        await asyncio.shield(asyncio.wait_for(driver.execute("ROLLBACK"), 5))
    except Exception:
        await connection.invalidate()
