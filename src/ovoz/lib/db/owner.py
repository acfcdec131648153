"""The owner's login: makes, changes and removes schemas. Only commands and the worker have it; the API never does."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from ovoz.lib.db.database import let_jit_alone


class OwnerDatabase:
    """Transactions as the owner. Each opens a connection of its own, but for a process that stays: `kept` are then
    kept open for a few minutes (not longer, as they touch many schemas)."""

    def __init__(self, admin_url: str, application_name: str = "ovoz owner", *, kept: int = 0) -> None:
        self.url = admin_url
        pool: dict[str, Any] = (
            {"pool_size": kept, "max_overflow": 10, "pool_recycle": 300, "pool_pre_ping": True}
            if kept
            else {"poolclass": NullPool}
        )
        self._engine = create_async_engine(
            re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", admin_url),
            # Values stand in the message of a failed statement otherwise, and so in logs.
            hide_parameters=True,
            **pool,
            connect_args={
                "timeout": 10,
                "server_settings": {"application_name": application_name, "jit": "off"},
            },
        )
        event.listen(self._engine.sync_engine, "connect", let_jit_alone)

    @asynccontextmanager
    async def transaction(
        self, schema: str = "ovoz", *, isolation: str = "READ COMMITTED"
    ) -> AsyncIterator[AsyncSession]:
        """A transaction with this schema first in the search path; committed when the block ends well."""
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level=isolation)
            async with connection.begin():
                session = AsyncSession(bind=connection, expire_on_commit=False, autoflush=False)
                await session.execute(text(f"SET LOCAL search_path TO {schema}"))
                yield session
                await session.flush()

    async def close(self) -> None:
        await self._engine.dispose()


async def driver_of(session: AsyncSession) -> Any:
    """The asyncpg connection under an open transaction: for scripts of many statements and for COPY."""
    raw = await (await session.connection()).get_raw_connection()
    return raw.driver_connection
