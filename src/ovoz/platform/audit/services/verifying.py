"""Verifying: the whole audit of a tenant against its seals and against anchors that were kept apart."""

import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime

import msgspec

from ovoz.lib.db import Database
from ovoz.lib.sealing import InstallationKey
from ovoz.platform.audit.contracts import Anchors, Examination, Origin, SealRow
from ovoz.platform.audit.errors import AnchorsInvalid
from ovoz.platform.audit.repositories import AuditRepository, origins_of
from ovoz.platform.audit.rules.examination import EntryExaminer, check_anchors, examine_seals
from ovoz.platform.audit.rules.origins import believe, check_keys, keys_for, keys_of
from ovoz.platform.audit.rules.seals import seal_of

ANCHORS_FORMAT = "ovoz audit anchors 1"
_ENTRIES_AT_ONCE = 2000
_SEALS_AT_ONCE = 100
_BEFORE_ALL = -(2**63)
"""Positions that we give begin at 1; a forger may have others."""


class _Header(msgspec.Struct, frozen=True):
    """First line of a file of anchors."""

    format: str
    tenant: str
    keys: dict[str, str]
    """Ed25519 public keys in hexadecimal, by their ids."""


class _Line(msgspec.Struct, frozen=True):
    """One seal; digests and the signature in hexadecimal, the leaves' records in base64."""

    number: int
    first_position: int
    last_position: int
    entries: int
    root: str
    previous_root: str
    sealed_at: datetime
    key_id: str
    signature: str
    leaves: str


class Verification:
    """Proves a tenant's audit, or says what is wrong with it."""

    def __init__(self, database: Database, installation_key: InstallationKey) -> None:
        self._database = database
        self._installation_key = installation_key

    async def verify(self, tenant_id: str, anchors: Anchors | None = None) -> Examination:
        """Reads everything; what is written meanwhile is not looked at."""
        rows = [row async for row in self._seals(tenant_id)]
        async with self._database.control() as session:
            moves = await origins_of(session, tenant_id)
        keys = self._installation_key.signers()
        seals, origins, findings = examine_seals(tenant_id, rows, keys, anchors, moves)
        examiner = EntryExaminer(seals)
        position = _BEFORE_ALL
        while True:
            async with self._database.tenant(tenant_id) as session:
                page = await AuditRepository(session).in_order(after=position, limit=_ENTRIES_AT_ONCE)
            if not page:
                break
            for entry in page:
                examiner.feed(entry)
            position = page[-1].position
        findings += examiner.finish()
        return Examination(
            tenant_id=tenant_id,
            entries=examiner.entries,
            sealed=examiner.sealed,
            waiting=examiner.waiting,
            waiting_since=examiner.waiting_since,
            seals=len(rows),
            anchored=len(anchors.seals) if anchors else 0,
            origins=tuple(origins),
            findings=tuple(findings),
        )

    async def anchors(self, tenant_id: str, *, after: int = 0) -> AsyncIterator[bytes]:
        """Lines of a file of anchors: a header, then every seal whose number is above `after`."""
        ours = self._installation_key.signers()
        there = [keys_of(origin) for origin in await self._origins(tenant_id, ours)]
        keys = {key_id: key.hex() for each in (*there, ours) for key_id, key in each.items()}
        yield msgspec.json.encode(_Header(ANCHORS_FORMAT, tenant_id, keys)) + b"\n"
        async for row in self._seals(tenant_id, after=after):
            yield msgspec.json.encode(_line(row)) + b"\n"

    async def keys_for(self, tenant_id: str, number: int) -> Mapping[str, bytes]:
        """Public keys by their ids, one of which must have signed this seal."""
        ours = self._installation_key.signers()
        return keys_for(number, await self._origins(tenant_id, ours), ours)

    async def _origins(self, tenant_id: str, ours: Mapping[str, bytes]) -> list[Origin]:
        async with self._database.control() as session:
            moves = await origins_of(session, tenant_id)
        return believe(tenant_id, moves, ours)[0]

    async def _seals(self, tenant_id: str, *, after: int = 0) -> AsyncIterator[SealRow]:
        while True:
            async with self._database.tenant(tenant_id) as session:
                page = await AuditRepository(session).seals(after=after, limit=_SEALS_AT_ONCE)
            if not page:
                return
            for row in page:
                yield row
            after = page[-1].number


def parse_anchors(lines: Iterable[bytes]) -> Anchors:
    """A file of anchors; raises AnchorsInvalid where it does not hold by itself."""
    number = 0
    try:
        given = iter(lines)
        header = msgspec.json.decode(next(given, b""), type=_Header)
        if header.format != ANCHORS_FORMAT:
            raise ValueError(f"the format {header.format!r} is not known here")
        check_keys(header.keys)
        keys = {key_id: bytes.fromhex(key) for key_id, key in header.keys.items()}
        seals = []
        for line in given:
            number += 1
            seals.append(seal_of(_row(msgspec.json.decode(line, type=_Line))))
        anchors = Anchors(header.tenant, keys, tuple(seals))
        check_anchors(anchors)
    except (ValueError, msgspec.MsgspecError) as error:
        raise AnchorsInvalid(f"Line {number + 1}: {error}.") from None
    return anchors


def _line(row: SealRow) -> _Line:
    return _Line(
        row.number,
        row.first_position,
        row.last_position,
        row.entries,
        row.root.hex(),
        row.previous_root.hex(),
        row.sealed_at,
        row.key_id,
        row.signature.hex(),
        base64.b64encode(row.leaves).decode(),
    )


def _row(line: _Line) -> SealRow:
    return SealRow(
        line.number,
        line.first_position,
        line.last_position,
        line.entries,
        base64.b64decode(line.leaves, validate=True),
        bytes.fromhex(line.root),
        bytes.fromhex(line.previous_root),
        line.sealed_at,
        line.key_id,
        bytes.fromhex(line.signature),
    )
