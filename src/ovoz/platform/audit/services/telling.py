"""Writing acts down."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.ids import new_id
from ovoz.platform.audit.contracts import Act
from ovoz.platform.audit.repositories import AuditRepository, add_as_owner
from ovoz.platform.audit.rules.canonical import reserved_member

ONE_LISTENING = timedelta(minutes=10)
"""What a session does again within this time is the same reading still."""


async def tell(session: AsyncSession, now: datetime, act: Act) -> None:
    """Puts an act on record in the caller's own transaction: neither is there without the other."""
    await AuditRepository(session).add(new_id(), now, _checked(act))


async def tell_reading(session: AsyncSession, now: datetime, act: Act) -> None:
    """Puts a reading on record once for a session and subject: a player asks for many parts of one recording.

    Requests that come at once name the entry alike, so that one of them adds it; at the turn of a period two may.
    """
    since = now - ONE_LISTENING
    period = int(now.timestamp() // ONE_LISTENING.total_seconds())
    name = f"{act.name} {act.doer.id} {act.doer.session_id} {act.subject_kind} {act.subject_id} {period}"
    id_ = _named_id(name)
    repository = AuditRepository(session)
    if not await repository.told_since(act, since):
        await repository.add(id_, now, _checked(act), once=True)


def tell_as_owner(connection: Connection, tenant_id: str, now: datetime, act: Act) -> None:
    """The same from the owner's login, for what is done to a tenant from outside of it."""
    add_as_owner(connection, tenant_id, new_id(), now, _checked(act))


def _named_id(name: str) -> UUID:
    """A UUIDv8 (RFC 9562, section 5.8) that follows from a name."""
    bits = int.from_bytes(sha256(name.encode()).digest()[:16])
    return UUID(int=bits & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x8000 << 64 | 0x8000 << 48)


def _checked(act: Act) -> Act:
    for values in (act.before, act.after):
        if (name := reserved_member(values)) is not None:
            raise ValueError(f"{name!r} is a reserved name, and stands in {act.name}")
    return act
