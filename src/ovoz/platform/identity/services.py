"""Signing in and out, and knowing again who comes back."""

import asyncio
import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.ids import new_id
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.errors import SignInFailed, TooManyAttempts
from ovoz.platform.identity.models import SessionRow, UserAccount
from ovoz.platform.identity.repositories import FailureRepository, SessionRepository, UserRepository
from ovoz.platform.identity.rules import (
    FORGET_FAILURES,
    PREVIOUS_TOKEN_GRACE,
    ROTATE_EVERY,
    SEEN_EVERY,
    SESSION_ABSOLUTE,
    expired,
    lock_after,
)
from ovoz.platform.identity.schemas import PreferencesUpdate
from ovoz.platform.tenancy.contracts import Tenant

_HASHER = PasswordHasher()
_NOBODYS_HASH = _HASHER.hash(secrets.token_hex(16))
"""Verified for unknown accounts, so that they take as long as known ones."""


class Admission(msgspec.Struct, frozen=True):
    """A session together with the token that the browser must hold from now on (None: keep the present one)."""

    actor: Actor
    new_token: str | None


def hash_password(password: str) -> str:
    """Argon2id with the library's present parameters."""
    return _HASHER.hash(password)


class Identity:
    """Use cases of identity; each is one transaction in the tenant's schema."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def sign_in(
        self, tenant: Tenant, email: str, password: str, *, address: str, user_agent: str
    ) -> Admission:
        """A new session; raises SignInFailed, TooManyAttempts."""
        email = email.strip().lower()
        keys = [f"account:{email}", f"address:{address}"]
        now = self._clock()
        async with self._database.tenant(tenant.id) as session:
            locked_until = await FailureRepository(session).locked_until(keys)
            user = await UserRepository(session=session).active_by_email(email)
        if locked_until is not None and locked_until > now:
            wait = (locked_until - now).total_seconds()
            raise TooManyAttempts("Wait before the next attempt.", retry_after_s=round(wait + 0.5))
        stored = user.password_hash if user is not None else _NOBODYS_HASH
        right = await asyncio.to_thread(_verify, stored, password)
        if user is None or not right:
            await self._count_failure(tenant, keys, now)
            raise SignInFailed()
        token, row = _new_session(user, now, address, user_agent)
        async with self._database.tenant(tenant.id) as session:
            await FailureRepository(session).forget(keys)
            await SessionRepository(session=session).add(row)
            if _HASHER.check_needs_rehash(stored):
                account = await UserRepository(session=session).get(user.id)
                account.password_hash = await asyncio.to_thread(hash_password, password)
        return Admission(_actor(tenant, user, row), token)

    async def admit(self, tenant: Tenant, token: str) -> Admission | None:
        """Who holds this token; None when nobody does (any more). The token changes every quarter of an hour."""
        now = self._clock()
        presented = _digest(token)
        async with self._database.tenant(tenant.id) as session:
            row = await SessionRepository(session=session).by_token_hash(presented)
            if row is None or row.user.disabled_at is not None:
                return None
            if expired(now, created_at=row.created_at, last_seen_at=row.last_seen_at):
                await SessionRepository(session=session).end(row.id)
                return None
            if row.token_hash != presented and now > row.rotated_at + PREVIOUS_TOKEN_GRACE:
                return None
            new_token = None
            if row.token_hash == presented and now >= row.rotated_at + ROTATE_EVERY:
                new_token = secrets.token_urlsafe(32)
                row.previous_token_hash, row.token_hash = row.token_hash, _digest(new_token)
                row.rotated_at = now
            if now >= row.last_seen_at + SEEN_EVERY:
                row.last_seen_at = now
            return Admission(_actor(tenant, row.user, row), new_token)

    async def sign_out(self, actor: Actor) -> None:
        async with self._database.tenant(actor.tenant_id) as session:
            await SessionRepository(session=session).end(actor.session_id)

    async def prefer(self, actor: Actor, wish: PreferencesUpdate) -> None:
        """Stores what the person chose."""
        async with self._database.tenant(actor.tenant_id) as session:
            user = await UserRepository(session=session).get(actor.user_id)
            for name, value in msgspec.structs.asdict(wish).items():
                if value is not None:
                    setattr(user, name, value)

    async def _count_failure(self, tenant: Tenant, keys: list[str], now: datetime) -> None:
        async with self._database.tenant(tenant.id) as session:
            repository = FailureRepository(session)
            for key in keys:
                failures = 1 + await repository.failures(key, since=now - FORGET_FAILURES)
                # Many people share an address; only an account locks early.
                lock = lock_after(failures if key.startswith("account:") else failures - 20)
                await repository.store(key, failures, now, now + lock if lock > timedelta() else None)


async def end_old_sessions(session: AsyncSession, before: datetime) -> None:
    """Removes sessions that nobody can use any more."""
    await SessionRepository(session=session).delete_where(SessionRow.expires_at < before)


def _new_session(user: UserAccount, now: datetime, address: str, user_agent: str) -> tuple[str, SessionRow]:
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        id=new_id(),
        token_hash=_digest(token),
        csrf_token=secrets.token_urlsafe(24),
        user_id=user.id,
        created_at=now,
        rotated_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_ABSOLUTE,
        address=address[:100],
        user_agent=user_agent[:300],
    )
    return token, row


def _actor(tenant: Tenant, user: UserAccount, row: SessionRow) -> Actor:
    session_id: UUID = row.id
    return Actor(
        tenant_id=tenant.id,
        tenant_slug=tenant.slug,
        tenant_name=tenant.name,
        user_id=user.id,
        name=user.name,
        email=user.email,
        is_agent=user.is_agent,
        roles=frozenset(assignment.role for assignment in user.roles),
        session_id=session_id,
        csrf_token=row.csrf_token,
        locale=user.locale or tenant.locale,
        theme=user.theme,
        auto_answer=user.auto_answer,
    )


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
