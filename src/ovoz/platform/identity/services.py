"""Signing in and out, and knowing again who comes back."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.ids import new_id
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.errors import SignInFailed, TooManyAttempts
from ovoz.platform.identity.models import SessionRow, UserAccount
from ovoz.platform.identity.ports import SessionListener
from ovoz.platform.identity.repositories import FailureRepository, SessionRepository, UserRepository
from ovoz.platform.identity.rules import (
    FORGET_FAILURES,
    FREE_FAILURES,
    FREE_FAILURES_OF_ADDRESS,
    REMEMBERED_FOR,
    ROTATE_EVERY,
    SEEN_EVERY,
    SESSION_ABSOLUTE,
    SESSION_IDLE,
    expired,
    lock_after,
    previous_token_counts,
)
from ovoz.platform.identity.schemas import PreferencesUpdate
from ovoz.platform.tenancy.contracts import Tenant

_HASHER = PasswordHasher()
REMEMBERED_ADMISSIONS = 10_000


class Admission(msgspec.Struct, frozen=True):
    """A session together with the token that the browser must hold from now on (None: keep the present one)."""

    actor: Actor
    new_token: str | None


def hash_password(password: str) -> str:
    """Argon2id with the library's present parameters."""
    return _HASHER.hash(password)


class Identity:
    """Use cases of identity; each transaction is in the tenant's schema."""

    def __init__(self, database: Database, clock: Clock, listener: SessionListener) -> None:
        self._database = database
        self._clock = clock
        self._listener = listener
        self._recent = _RecentAdmissions()
        # Verified for unknown accounts, so that they take as long as known ones.
        self._nobodys_hash = hash_password(secrets.token_hex(16))

    async def sign_in(
        self, tenant: Tenant, email: str, password: str, *, address: str, user_agent: str
    ) -> Admission:
        """A new session; raises SignInFailed, TooManyAttempts.

        Every attempt counts as a failure before the password is looked at, so that many at once gain nothing.
        """
        email = email.strip().lower()
        now = self._clock()
        account_key, address_key = f"account:{email}", f"address:{address}"
        async with self._database.tenant(tenant.id) as session:
            failures = FailureRepository(session)
            await self._count(failures, account_key, now, free=FREE_FAILURES)
            await self._count(failures, address_key, now, free=FREE_FAILURES_OF_ADDRESS)
            user = await UserRepository(session=session).active_by_email(email)
        stored = user.password_hash if user is not None else self._nobodys_hash
        right = await asyncio.to_thread(_verify, stored, password)
        if user is None or not right:
            raise SignInFailed()
        better = (
            await asyncio.to_thread(hash_password, password) if _HASHER.check_needs_rehash(stored) else None
        )
        token, row = _new_session(user, now, address, user_agent)
        async with self._database.tenant(tenant.id) as session:
            await FailureRepository(session).forgive(account_key, address_key)
            sessions = SessionRepository(session=session)
            await sessions.add(row)
            if better is not None:
                account = await UserRepository(session=session).get(user.id)
                account.password_hash = better
        return Admission(_actor(tenant, user, row), token)

    async def admit(self, tenant: Tenant, token: str) -> Admission | None:
        """Who holds this token; None when nobody does (any more). The token changes every quarter of an hour.

        While Postgres is away, whoever was admitted a short time ago still is: conversations go on, and their agents
        must be able to hold and to hang up.
        """
        presented = _digest(token)
        try:
            admission = await self._admit(tenant, presented)
        except DatabaseUnavailable:
            actor = self._recent.get((tenant.id, presented), now=self._clock())
            if actor is None:
                raise
            return Admission(actor, None)
        if admission is not None:
            self._recent.put((tenant.id, presented), admission.actor, now=self._clock())
            if admission.new_token is not None:
                key = (tenant.id, _digest(admission.new_token))
                self._recent.put(key, admission.actor, now=self._clock())
        return admission

    async def _admit(self, tenant: Tenant, presented: bytes) -> Admission | None:
        now = self._clock()
        async with self._database.tenant(tenant.id) as session:
            sessions = SessionRepository(session=session)
            row = await sessions.by_token_hash(presented)
            if row is None or row.user.disabled_at is not None:
                return None
            if expired(now, created_at=row.created_at, last_seen_at=row.last_seen_at):
                await sessions.end(row.id)
                return None
            unused = row.last_seen_at <= row.rotated_at
            new_token = None
            if row.token_hash == presented:
                if now >= row.rotated_at + ROTATE_EVERY:
                    new_token = await self._rotate(sessions, row, presented, now)
                elif unused or now >= row.last_seen_at + SEEN_EVERY:
                    await sessions.seen(row.id, now)
            elif not previous_token_counts(now, rotated_at=row.rotated_at, last_seen_at=row.last_seen_at):
                return None
            elif unused and now >= row.rotated_at + SEEN_EVERY:
                new_token = await self._rotate(sessions, row, presented, now)
            return Admission(_actor(tenant, row.user, row), new_token)

    async def alive(self, actor: Actor) -> bool:
        """Whether the session that opened a socket still admits."""
        now = self._clock()
        async with self._database.tenant(actor.tenant_id) as session:
            return await SessionRepository(session=session).alive(
                actor.session_id, seen_since=now - SESSION_IDLE, now=now
            )

    async def sign_out(self, actor: Actor) -> None:
        """Ends the session everywhere, its sockets too."""
        now = self._clock()
        async with self._database.tenant(actor.tenant_id) as session:
            sessions = SessionRepository(session=session)
            await sessions.end(actor.session_id)
            left = await sessions.count_of(actor.user_id, seen_since=now - SESSION_IDLE, now=now)
        self._recent.forget(actor.session_id)
        await self._listener.signed_out(actor, sessions_left=left)

    async def prefer(self, actor: Actor, wish: PreferencesUpdate) -> None:
        """Stores what the person chose."""
        async with self._database.tenant(actor.tenant_id) as session:
            user = await UserRepository(session=session).get(actor.user_id)
            for name, value in msgspec.structs.asdict(wish).items():
                if value is not None:
                    setattr(user, name, value)

    async def _count(self, failures: FailureRepository, key: str, now: datetime, *, free: int) -> None:
        count, locked_until = await failures.count(key, now, since=now - FORGET_FAILURES)
        if locked_until is not None and locked_until > now:
            wait_s = int((locked_until - now).total_seconds()) + 1
            raise TooManyAttempts(f"Try again in {wait_s} s.", retry_after_s=wait_s)
        lock = lock_after(count, free=free)
        if lock > timedelta():
            await failures.lock(key, now + lock)

    async def _rotate(
        self, sessions: SessionRepository, row: SessionRow, presented: bytes, now: datetime
    ) -> str | None:
        token = secrets.token_urlsafe(32)
        return token if await sessions.rotate(row, presented, _digest(token), now) else None


class _RecentAdmissions:
    """Who was admitted by this process, and when: asked only while Postgres is away."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, bytes], tuple[Actor, datetime]] = OrderedDict()

    def put(self, key: tuple[str, bytes], actor: Actor, *, now: datetime) -> None:
        self._known[key] = (actor, now)
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED_ADMISSIONS:
            self._known.popitem(last=False)

    def get(self, key: tuple[str, bytes], *, now: datetime) -> Actor | None:
        actor, at = self._known.get(key, (None, now))
        return actor if now - at <= REMEMBERED_FOR else None

    def forget(self, session_id: UUID) -> None:
        for key in [key for key, (actor, _) in self._known.items() if actor.session_id == session_id]:
            del self._known[key]


async def end_old_sessions(session: AsyncSession, before: datetime) -> None:
    """Removes sessions that nobody can use any more."""
    await SessionRepository(session=session).end_expired(before)


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
