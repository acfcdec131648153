"""Reading the audit: pages, one entry with its proof, an export."""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.paging import CursorInvalid
from ovoz.lib.sealing import InstallationKey
from ovoz.platform.audit.contracts import Act, Doer, Entry, Filters, Seal
from ovoz.platform.audit.errors import AuditEntryNotFound
from ovoz.platform.audit.repositories import AuditRepository
from ovoz.platform.audit.rules.canonical import canonical_entry
from ovoz.platform.audit.rules.merkle import inclusion_path
from ovoz.platform.audit.rules.seals import leaf_of, seal_of, signed_bytes, what_is_wrong
from ovoz.platform.audit.schemas import (
    AuditActor,
    AuditEntry,
    AuditEntryDetail,
    AuditPage,
    AuditProof,
    AuditSubject,
    Integrity,
)
from ovoz.platform.audit.services.telling import tell
from ovoz.platform.audit.services.verifying import Verification

_EXPORTED_AT_ONCE = 500


class AuditTrail:
    """What a tenant's auditor reads."""

    def __init__(self, database: Database, installation_key: InstallationKey, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._verification = Verification(database, installation_key)

    async def page(self, tenant_id: str, filters: Filters, *, cursor: str | None, limit: int) -> AuditPage:
        """Raises CursorInvalid."""
        before = _decode(cursor) if cursor else None
        async with self._database.tenant(tenant_id) as session:
            found = await AuditRepository(session).page(filters, before=before, limit=limit + 1)
        items = [_shown(entry, seal) for entry, seal in found[:limit]]
        return AuditPage(items, _encode(items[-1]) if len(found) > limit else None)

    async def show(self, tenant_id: str, id_: UUID) -> AuditEntryDetail:
        """Raises AuditEntryNotFound."""
        async with self._database.tenant(tenant_id) as session:
            repository = AuditRepository(session)
            found = await repository.one(id_)
            if found is None:
                raise AuditEntryNotFound(str(id_))
            entry, number = found
            row = await repository.seal(number) if number is not None else None
        proof = None
        if row is not None:
            try:
                keys = await self._verification.keys_for(tenant_id, row.number)
                proof = _proof(entry, seal_of(row), keys)
            except ValueError:
                proof = None
        integrity: Integrity = "waiting" if row is None else "damaged" if proof is None else "sealed"
        shown = _shown(entry, number)
        return AuditEntryDetail(
            **{name: getattr(shown, name) for name in AuditEntry.__struct_fields__},
            integrity=integrity,
            proof=proof,
        )

    async def export(self, tenant_id: str, filters: Filters, doer: Doer) -> AsyncIterator[list[AuditEntry]]:
        """Entries, newest first, in parts. That they are exported is on record before this returns."""
        chosen = {name: value for name, value in msgspec.structs.asdict(filters).items() if value is not None}
        act = Act("audit.exported", doer, "audit", tenant_id, after={"filters": msgspec.to_builtins(chosen)})
        now = self._clock()
        async with self._database.tenant(tenant_id) as session:
            await tell(session, now, act)
        return self._exported(tenant_id, filters)

    async def anchors(self, tenant_id: str, *, after: int, doer: Doer) -> AsyncIterator[bytes]:
        """Lines of a file of anchors; they hold no personal data, and that they were taken is on record."""
        act = Act("audit.exported", doer, "audit", tenant_id, after={"anchors_after": after})
        async with self._database.tenant(tenant_id) as session:
            await tell(session, self._clock(), act)
        return self._verification.anchors(tenant_id, after=after)

    async def _exported(self, tenant_id: str, filters: Filters) -> AsyncIterator[list[AuditEntry]]:
        before: tuple[datetime, UUID] | None = None
        while True:
            # A transaction for each part: none is held while a slow reader takes its time.
            async with self._database.tenant(tenant_id) as session:
                page = await AuditRepository(session).page(filters, before=before, limit=_EXPORTED_AT_ONCE)
            if page:
                yield [_shown(entry, seal) for entry, seal in page]
            if len(page) < _EXPORTED_AT_ONCE:
                return
            before = page[-1][0].at, page[-1][0].id


def _proof(entry: Entry, seal: Seal, keys: Mapping[str, bytes]) -> AuditProof | None:
    """None where the seal says something else of this entry, or does not hold."""
    leaf = leaf_of(entry)
    if leaf not in seal.leaves or (seal.key_id in keys and what_is_wrong(seal, keys) is not None):
        return None
    index = seal.leaves.index(leaf)
    public = keys.get(seal.key_id)
    return AuditProof(
        canonical=canonical_entry(entry).decode(),
        leaf=leaf.hash.hex(),
        index=index,
        size=len(seal.leaves),
        path=[step.hex() for step in inclusion_path([each.hash for each in seal.leaves], index)],
        root=seal.root.hex(),
        seal=seal.number,
        sealed_at=seal.sealed_at,
        signed=signed_bytes(seal).decode(),
        signature=seal.signature.hex(),
        key_id=seal.key_id,
        public_key=public.hex() if public else None,
    )


def _shown(entry: Entry, seal: int | None) -> AuditEntry:
    return AuditEntry(
        id=entry.id,
        position=entry.position,
        at=entry.at,
        act=entry.act,
        actor=AuditActor(entry.actor_kind, entry.actor_id, entry.actor_name),
        session_id=entry.session_id,
        address=entry.address,
        subject=AuditSubject(entry.subject_kind, entry.subject_id),
        reason=entry.reason,
        before=_plain(entry.before),
        after=_plain(entry.after),
        seal=seal,
    )


def _plain(value: Any) -> Any:
    """Numbers as JSON's own; the canonical form keeps their digits."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _encode(last: AuditEntry) -> str:
    return base64.urlsafe_b64encode(f"{last.at.isoformat()} {last.id}".encode()).decode()


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, _, id_ = base64.urlsafe_b64decode(cursor.encode()).decode().rpartition(" ")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError(moment)
        return at.astimezone(UTC), UUID(id_)
    except (ValueError, OverflowError, binascii.Error):
        raise CursorInvalid(errors=[{"pointer": "/cursor", "detail": "take it from `next_cursor`"}]) from None
