"""All SQL of identity; a session is handed in, opened for the tenant."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.identity.models import SessionRow, SignInFailure, UserAccount


class UserRepository(SQLAlchemyAsyncRepository[UserAccount]):
    model_type = UserAccount

    async def active_by_email(self, email: str) -> UserAccount | None:
        return await self.get_one_or_none(UserAccount.email == email, UserAccount.disabled_at.is_(None))


class SessionRepository(SQLAlchemyAsyncRepository[SessionRow]):
    model_type = SessionRow

    async def by_token_hash(self, token_hash: bytes) -> SessionRow | None:
        """The session of a token, or of the token before its last rotation."""
        found = await self.session.execute(
            select(SessionRow).where(
                or_(SessionRow.token_hash == token_hash, SessionRow.previous_token_hash == token_hash)
            )
        )
        return found.scalars().first()

    async def end(self, session_id: UUID) -> None:
        await self.session.execute(delete(SessionRow).where(SessionRow.id == session_id))


class FailureRepository:
    """Failed attempts by account and by address."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def locked_until(self, keys: list[str]) -> datetime | None:
        """The latest end of a lock on any of the keys."""
        rows = await self._session.execute(
            select(SignInFailure.locked_until).where(
                SignInFailure.key.in_(keys), SignInFailure.locked_until.is_not(None)
            )
        )
        return max((until for (until,) in rows if until is not None), default=None)

    async def failures(self, key: str, *, since: datetime) -> int:
        row = await self._session.execute(
            select(SignInFailure.failures).where(SignInFailure.key == key, SignInFailure.last_at >= since)
        )
        return row.scalar_one_or_none() or 0

    async def store(self, key: str, failures: int, now: datetime, locked_until: datetime | None) -> None:
        values = {"failures": failures, "last_at": now, "locked_until": locked_until}
        await self._session.execute(
            insert(SignInFailure)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=[SignInFailure.key], set_=values)
        )

    async def forget(self, keys: list[str]) -> None:
        await self._session.execute(delete(SignInFailure).where(SignInFailure.key.in_(keys)))
