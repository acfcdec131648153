"""All SQL of identity; a session is handed in, opened for the tenant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import CursorResult, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.identity.models import SessionRow, SignInFailure, UserAccount
from ovoz.platform.identity.rules import counted_as


class UserRepository(SQLAlchemyAsyncRepository[UserAccount]):
    model_type = UserAccount

    async def active_by_email(self, email: str) -> UserAccount | None:
        return await self.get_one_or_none(UserAccount.email == email, UserAccount.disabled_at.is_(None))


class SessionRepository(SQLAlchemyAsyncRepository[SessionRow]):
    model_type = SessionRow

    async def by_token_hash(self, token_hash: bytes) -> SessionRow | None:
        """The session of a token, or of the token before its last rotation."""
        for column in (SessionRow.token_hash, SessionRow.previous_token_hash):
            found = await self.session.execute(select(SessionRow).where(column == token_hash))
            row = found.scalars().first()
            if row is not None:
                return row
        return None

    async def rotate(self, row: SessionRow, presented: bytes, fresh: bytes, now: datetime) -> bool:
        """Puts a fresh token in the place of the present one; False when another request did so first."""
        done = await self.session.execute(
            update(SessionRow)
            .where(SessionRow.id == row.id, SessionRow.token_hash == row.token_hash)
            .values(token_hash=fresh, previous_token_hash=presented, rotated_at=now, last_seen_at=now)
            .execution_options(synchronize_session=False)
        )
        return isinstance(done, CursorResult) and done.rowcount == 1

    async def seen(self, session_id: UUID, now: datetime) -> None:
        await self.session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id)
            .values(last_seen_at=now)
            .execution_options(synchronize_session=False)
        )

    async def end(self, session_id: UUID) -> None:
        await self.session.execute(delete(SessionRow).where(SessionRow.id == session_id))

    async def others(
        self, user_id: UUID, besides: UUID, *, seen_since: datetime, now: datetime
    ) -> Sequence[SessionRow]:
        """Sessions of a person that still admit, the one used last first."""
        found = await self.session.execute(
            select(SessionRow)
            .where(
                SessionRow.user_id == user_id,
                SessionRow.id != besides,
                SessionRow.expires_at > now,
                SessionRow.last_seen_at > seen_since,
            )
            .order_by(SessionRow.last_seen_at.desc())
        )
        return found.scalars().all()

    async def end_others(self, user_id: UUID, besides: UUID, only: UUID | None = None) -> Sequence[UUID]:
        """Ends a person's other sessions, or one of them; returns which there were."""
        which = [SessionRow.user_id == user_id, SessionRow.id != besides]
        if only is not None:
            which.append(SessionRow.id == only)
        ended = await self.session.execute(delete(SessionRow).where(*which).returning(SessionRow.id))
        return ended.scalars().all()

    async def replace_token(self, session_id: UUID, fresh: bytes, now: datetime) -> None:
        """Another token from now on; those before it admit nobody."""
        await self.session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id)
            .values(token_hash=fresh, previous_token_hash=None, rotated_at=now, last_seen_at=now)
            .execution_options(synchronize_session=False)
        )

    async def end_expired(self, now: datetime) -> None:
        """Removes sessions that nobody can use any more."""
        await self.session.execute(delete(SessionRow).where(SessionRow.expires_at < now))

    async def alive(self, session_id: UUID, *, seen_since: datetime, now: datetime) -> bool:
        """Whether the session still admits."""
        found = await self.session.execute(
            select(SessionRow.id)
            .join(UserAccount, UserAccount.id == SessionRow.user_id)
            .where(
                SessionRow.id == session_id,
                SessionRow.expires_at > now,
                SessionRow.last_seen_at > seen_since,
                UserAccount.disabled_at.is_(None),
            )
        )
        return found.first() is not None

    async def count_of(self, user_id: UUID, *, seen_since: datetime, now: datetime) -> int:
        """Sessions of a person that still admit."""
        counted = await self.session.execute(
            select(func.count())
            .select_from(SessionRow)
            .where(
                SessionRow.user_id == user_id,
                SessionRow.expires_at > now,
                SessionRow.last_seen_at > seen_since,
            )
        )
        return counted.scalar_one()


class FailureRepository:
    """Attempts to sign in, by account and by address; the table knows both by a keyed digest only."""

    def __init__(self, session: AsyncSession, key: bytes) -> None:
        self._session = session
        self._key = key

    async def count(self, key: str, now: datetime, since: datetime) -> tuple[int, datetime | None]:
        """Counts one attempt and holds the row: attempts that come at once stand in line.

        Returns how many there are since then, this one included, and until when a lock from before lasts.
        """
        counted = await self._session.execute(
            insert(SignInFailure)
            .values(key=counted_as(self._key, key), failures=1, last_at=now, locked_until=None)
            .on_conflict_do_update(
                index_elements=[SignInFailure.key],
                set_={
                    "failures": case((SignInFailure.last_at < since, 1), else_=SignInFailure.failures + 1),
                    "last_at": now,
                },
            )
            .returning(SignInFailure.failures, SignInFailure.locked_until)
        )
        failures, locked_until = counted.one()
        return failures, locked_until

    async def lock(self, key: str, until: datetime) -> None:
        await self._session.execute(
            update(SignInFailure)
            .where(SignInFailure.key == counted_as(self._key, key))
            .values(locked_until=until)
            .execution_options(synchronize_session=False)
        )

    async def forgive(self, account: str, address: str) -> None:
        """After a success: the account begins anew, the address gets this one attempt back."""
        row = SignInFailure.key == counted_as(self._key, account)
        await self._session.execute(delete(SignInFailure).where(row))
        await self.give_back(address)

    async def give_back(self, key: str) -> None:
        """One attempt does not count; a lock ends."""
        await self._session.execute(
            update(SignInFailure)
            .where(SignInFailure.key == counted_as(self._key, key))
            .values(failures=func.greatest(SignInFailure.failures - 1, 0), locked_until=None)
            .execution_options(synchronize_session=False)
        )
