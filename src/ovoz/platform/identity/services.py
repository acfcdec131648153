"""Signing in and out, and knowing again who comes back."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database, DatabaseUnavailable, TenantGone
from ovoz.lib.ids import new_id
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.errors import (
    PasswordWeak,
    PasswordWrong,
    SessionNotFound,
    SignInFailed,
    TooManyAttempts,
)
from ovoz.platform.identity.models import SessionRow, UserAccount
from ovoz.platform.identity.ports import SessionListener
from ovoz.platform.identity.repositories import FailureRepository, SessionRepository, UserRepository
from ovoz.platform.identity.rules import (
    FORGET_FAILURES,
    FREE_FAILURES,
    FREE_FAILURES_OF_ADDRESS,
    ROTATE_EVERY,
    SEEN_EVERY,
    SESSION_ABSOLUTE,
    SESSION_IDLE,
    csrf_token,
    expired,
    lock_after,
    name_in_logs,
    previous_token_counts,
    weakness,
)
from ovoz.platform.identity.schemas import OtherSession, PreferencesUpdate
from ovoz.platform.identity.state import RecentAdmissions
from ovoz.platform.tenancy.contracts import Tenant

_HASHER = PasswordHasher()


class Admission(msgspec.Struct, frozen=True):
    """A session together with the token that the browser must hold from now on (None: keep the present one)."""

    actor: Actor
    new_token: str | None


def hash_password(password: str) -> str:
    """Argon2id with the library's present parameters."""
    return _HASHER.hash(password)


class Identity:
    """Use cases of identity; each transaction is in the tenant's schema."""

    def __init__(self, database: Database, clock: Clock, listener: SessionListener, key: bytes) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._listener = listener
        self._recent = RecentAdmissions()
        # Verified for unknown accounts, so that they take as long as known ones.
        self._nobodys_hash = hash_password(secrets.token_hex(16))

    def pseudonym(self, tenant: Tenant, email: str) -> str:
        """What stands for an account in logs: whatever was typed, which may be a stranger's address or a password."""
        return name_in_logs(self._key, tenant.id, email.strip().lower())

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
            failures = FailureRepository(session, self._key)
            locks = {
                "account": await _count(failures, account_key, now, free=FREE_FAILURES),
                "address": await _count(failures, address_key, now, free=FREE_FAILURES_OF_ADDRESS),
            }
            user = await UserRepository(session=session).active_by_email(email)
        stored = user.password_hash if user is not None else self._nobodys_hash
        right = await asyncio.to_thread(_verify, stored, password)
        if user is None or not right:
            await self._tell_failure(tenant, user, address, locks)
            raise SignInFailed()
        better = (
            await asyncio.to_thread(hash_password, password) if _HASHER.check_needs_rehash(stored) else None
        )
        token, row = _new_session(user, now, address, user_agent)
        async with self._database.tenant(tenant.id) as session:
            await FailureRepository(session, self._key).forgive(account_key, address_key)
            sessions = SessionRepository(session=session)
            await sessions.add(row)
            if better is not None:
                account = await UserRepository(session=session).get(user.id)
                account.password_hash = better
            await tell(session, now, _signed_in(user, row.id, address))
        return Admission(self._actor(tenant, user, row), token)

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
            return Admission(self._actor(tenant, row.user, row), new_token)

    async def alive(self, actor: Actor) -> bool:
        """Whether the session that opened a socket still admits."""
        now = self._clock()
        try:
            async with self._database.tenant(actor.tenant_id) as session:
                return await SessionRepository(session=session).alive(
                    actor.session_id, seen_since=now - SESSION_IDLE, now=now
                )
        except TenantGone:
            return False

    async def _tell_failure(
        self, tenant: Tenant, user: UserAccount | None, address: str, locks: dict[str, timedelta]
    ) -> None:
        """Also for an account that is not there, without its name: so both take as long."""
        doer, id_ = Doer("person", address=address), str(user.id) if user is not None else "unknown"
        async with self._database.tenant(tenant.id) as session:
            await tell(session, self._clock(), Act("identity.sign_in_failed", doer, "person", id_))
            for kind, subject_kind, subject_id in (
                ("account", "person", id_),
                ("address", "address", address),
            ):
                if locks[kind] > timedelta():
                    after = {"locked_for_s": int(locks[kind].total_seconds())}
                    locked = Act("identity.sign_in_locked", doer, subject_kind, subject_id, after=after)
                    await tell(session, self._clock(), locked)

    async def knows(self, actor: Actor, user_id: UUID) -> bool:
        """Whether there is such a person in the actor's tenant."""
        async with self._database.tenant(actor.tenant_id) as session:
            return await UserRepository(session=session).exists(UserAccount.id == user_id)

    async def sign_out(self, actor: Actor, doer: Doer) -> None:
        """Ends the session everywhere, its sockets too."""
        now = self._clock()
        async with self._database.tenant(actor.tenant_id) as session:
            sessions = SessionRepository(session=session)
            await sessions.end(actor.session_id)
            act = Act("identity.signed_out", doer, "session", str(actor.session_id))
            await tell(session, self._clock(), act)
            left = await sessions.count_of(actor.user_id, seen_since=now - SESSION_IDLE, now=now)
        self._recent.forget(actor.session_id)
        await self._listener.signed_out(actor, sessions_left=left)

    async def change_password(self, actor: Actor, current: str, new: str, *, address: str) -> str:
        """Puts a new password in the place of the present one, and returns the session's new token.

        Every other session of the person ends. Raises PasswordWeak, PasswordWrong, TooManyAttempts: a guess here counts
        like one at signing in.
        """
        check_new_password(new, (actor.name, actor.email, actor.tenant_name), pointer="/new")
        if new == current:
            detail = "it is the present one"
            raise PasswordWeak(detail, errors=[{"pointer": "/new", "detail": detail}])
        now = self._clock()
        account_key, address_key = f"account:{actor.email}", f"address:{address}"
        async with self._database.tenant(actor.tenant_id) as session:
            failures = FailureRepository(session, self._key)
            await _count(failures, account_key, now, free=FREE_FAILURES)
            await _count(failures, address_key, now, free=FREE_FAILURES_OF_ADDRESS)
            stored = (await UserRepository(session=session).get(actor.user_id)).password_hash
        if not await asyncio.to_thread(_verify, stored, current):
            raise PasswordWrong(errors=[{"pointer": "/current", "detail": "not the present password"}])
        fresh, token = await asyncio.to_thread(hash_password, new), secrets.token_urlsafe(32)
        async with self._database.tenant(actor.tenant_id) as session:
            await FailureRepository(session, self._key).forgive(account_key, address_key)
            account = await UserRepository(session=session).get(actor.user_id)
            account.password_hash = fresh
            sessions = SessionRepository(session=session)
            ended = await sessions.end_others(actor.user_id, actor.session_id)
            await sessions.replace_token(actor.session_id, _digest(token), now)
            person = ("person", str(actor.user_id))
            await tell(session, now, Act("identity.password_changed", _doer(actor, address), *person))
        self._recent.forget(actor.session_id)
        await self._have_ended(actor, ended)
        return token

    async def other_sessions(self, actor: Actor) -> list[OtherSession]:
        """Where else the person is signed in."""
        now = self._clock()
        async with self._database.tenant(actor.tenant_id) as session:
            rows = await SessionRepository(session=session).others(
                actor.user_id, actor.session_id, seen_since=now - SESSION_IDLE, now=now
            )
        return [
            OtherSession(row.id, row.created_at, row.last_seen_at, row.address, row.user_agent)
            for row in rows
        ]

    async def end_other(self, actor: Actor, session_id: UUID, *, address: str) -> None:
        """Signs the person out elsewhere; raises SessionNotFound."""
        async with self._database.tenant(actor.tenant_id) as session:
            ended = await SessionRepository(session=session).end_others(
                actor.user_id, actor.session_id, session_id
            )
            if not ended:
                raise SessionNotFound(str(session_id))
            act = Act("identity.session_ended", _doer(actor, address), "session", str(session_id))
            await tell(session, self._clock(), act)
        await self._have_ended(actor, ended)

    async def _have_ended(self, actor: Actor, session_ids: Sequence[UUID]) -> None:
        for session_id in session_ids:
            self._recent.forget(session_id)
            other = msgspec.structs.replace(actor, session_id=session_id)
            await self._listener.signed_out(other, sessions_left=1)

    async def prefer(self, actor: Actor, wish: PreferencesUpdate) -> None:
        """Stores what the person chose."""
        async with self._database.tenant(actor.tenant_id) as session:
            user = await UserRepository(session=session).get(actor.user_id)
            for name, value in msgspec.structs.asdict(wish).items():
                if value is not None:
                    setattr(user, name, value)

    async def _rotate(
        self, sessions: SessionRepository, row: SessionRow, presented: bytes, now: datetime
    ) -> str | None:
        token = secrets.token_urlsafe(32)
        return token if await sessions.rotate(row, presented, _digest(token), now) else None

    def _actor(self, tenant: Tenant, user: UserAccount, row: SessionRow) -> Actor:
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
            csrf_token=csrf_token(self._key, session_id),
            locale=user.locale or tenant.locale,
            theme=user.theme,
            auto_answer=user.auto_answer,
            team_id=user.team_id,
            time_zone=tenant.time_zone,
            tenant_kind=tenant.kind,
        )


class Attempts:
    """Counts attempts at something that is guarded by a secret, as sign-in does."""

    def __init__(self, database: Database, clock: Clock, key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    async def count(self, tenant_id: str, what: str, address: str) -> None:
        """Counts one of this address before the secret is looked at; raises TooManyAttempts."""
        async with self._database.tenant(tenant_id) as session:
            await _count(
                FailureRepository(session, self._key),
                f"{what}:{address}",
                self._clock(),
                free=FREE_FAILURES_OF_ADDRESS,
            )

    async def forgive(self, tenant_id: str, what: str, address: str) -> None:
        """The secret was right: the attempt does not count."""
        async with self._database.tenant(tenant_id) as session:
            await FailureRepository(session, self._key).give_back(f"{what}:{address}")


async def end_old_sessions(session: AsyncSession, before: datetime) -> None:
    """Removes sessions that nobody can use any more."""
    await SessionRepository(session=session).end_expired(before)


async def _count(failures: FailureRepository, key: str, now: datetime, *, free: int) -> timedelta:
    """Counts an attempt; how long the key is locked from now on. Raises TooManyAttempts."""
    count, locked_until = await failures.count(key, now, since=now - FORGET_FAILURES)
    if locked_until is not None and locked_until > now:
        wait_s = int((locked_until - now).total_seconds()) + 1
        raise TooManyAttempts(f"Try again in {wait_s} s.", retry_after_s=wait_s)
    lock = lock_after(count, free=free)
    if lock > timedelta():
        await failures.lock(key, now + lock)
    return lock


def _new_session(user: UserAccount, now: datetime, address: str, user_agent: str) -> tuple[str, SessionRow]:
    token = secrets.token_urlsafe(32)
    row = SessionRow(
        id=new_id(),
        token_hash=_digest(token),
        user_id=user.id,
        created_at=now,
        rotated_at=now,
        last_seen_at=now,
        expires_at=now + SESSION_ABSOLUTE,
        address=address[:100],
        user_agent=user_agent[:300],
    )
    return token, row


def _signed_in(user: UserAccount, session_id: UUID, address: str) -> Act:
    doer = Doer("person", user.id, user.name, session_id, address)
    return Act("identity.signed_in", doer, "session", str(session_id))


def _doer(actor: Actor, address: str) -> Doer:
    return Doer("person", actor.user_id, actor.name, actor.session_id, address)


def check_new_password(password: str, own_words: Iterable[str], *, pointer: str) -> None:
    """Raises PasswordWeak; `own_words` are what anybody would try for this person, `pointer` the field's place."""
    why = weakness(password, common=_common_passwords(), own_words=("Ovoz", *own_words))
    if why is not None:
        raise PasswordWeak(why, errors=[{"pointer": pointer, "detail": why}])


@cache
def _common_passwords() -> frozenset[str]:
    """Leaked ones in lower case: the most used (zxcvbn 4.5, MIT), and of those that are long enough (SecLists, MIT)."""
    folder = Path(__file__).parent
    return frozenset(
        word
        for name in ("common_passwords.txt", "leaked_passwords.txt")
        for word in (folder / name).read_text().split()
    )


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
