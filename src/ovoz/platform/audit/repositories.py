"""All SQL of the audit; a session is handed in, opened for the tenant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.db import schema_of
from ovoz.platform.audit.contracts import Act, Entry, Filters, OriginRow, SealRow
from ovoz.platform.audit.rules.canonical import parse_values

_COLUMNS = (
    "position, id, at, act, actor_kind, actor_id, actor_name, session_id, address, subject_kind, subject_id,"
    " reason, CAST(before AS text) AS before, CAST(after AS text) AS after"
)
_ADD = """
INSERT INTO {schema}audit_entry (id, at, act, actor_kind, actor_id, actor_name, session_id, address, subject_kind,
                                 subject_id, reason, before, after)
VALUES (:id, :at, :act, :actor_kind, :actor_id, :actor_name, :session_id, :address, :subject_kind, :subject_id,
        :reason, CAST(:before AS jsonb), CAST(:after AS jsonb))
"""
_TOLD = """
SELECT EXISTS (SELECT 1 FROM audit_entry
               WHERE subject_kind = :subject_kind AND subject_id = :subject_id AND at > :since AND act = :act
                 AND actor_id IS NOT DISTINCT FROM CAST(:actor_id AS uuid)
                 AND session_id IS NOT DISTINCT FROM CAST(:session_id AS uuid))
"""
_SEAL_OF = "(SELECT min(s.number) FROM audit_seal s WHERE s.last_position >= e.position) AS seal"
_SEAL_COLUMNS = ", ".join(SealRow.__struct_fields__)


class AuditRepository:
    """Appends and reads; nothing of the application may change or remove an entry."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, id_: UUID, at: datetime, act: Act, *, once: bool = False) -> None:
        """With `once`, an entry of this id that is there already stays alone."""
        statement = _ADD.format(schema="") + (" ON CONFLICT (id) DO NOTHING" if once else "")
        await self._session.execute(text(statement), _row(id_, at, act))

    async def told_since(self, act: Act, since: datetime) -> bool:
        """Whether the session has done this to the subject after that moment."""
        found = await self._session.execute(
            text(_TOLD),
            {
                "act": act.name,
                "actor_id": act.doer.id,
                "session_id": act.doer.session_id,
                "subject_kind": act.subject_kind,
                "subject_id": act.subject_id,
                "since": since,
            },
        )
        return bool(found.scalar_one())

    async def page(
        self, filters: Filters, *, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[tuple[Entry, int | None]]:
        """Entries from the newest on, each with the number of its seal."""
        conditions, values = _conditions(filters)
        if before is not None:
            conditions.append("(e.at, e.id) < (CAST(:before_at AS timestamptz), CAST(:before_id AS uuid))")
            values |= {"before_at": before[0], "before_id": before[1]}
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = await self._session.execute(
            text(
                f"SELECT {_COLUMNS}, {_SEAL_OF} FROM audit_entry e {where}"
                " ORDER BY e.at DESC, e.id DESC LIMIT :limit"
            ),
            values | {"limit": limit},
        )
        return [(_entry(row), row.seal) for row in rows]

    async def one(self, id_: UUID) -> tuple[Entry, int | None] | None:
        """An entry and the number of the seal that covers its position."""
        rows = await self._session.execute(
            text(f"SELECT {_COLUMNS}, {_SEAL_OF} FROM audit_entry e WHERE id = :id"), {"id": id_}
        )
        row = rows.one_or_none()
        return (_entry(row), row.seal) if row is not None else None

    async def in_order(self, *, after: int, up_to: int | None = None, limit: int) -> list[Entry]:
        """Entries by position."""
        rows = await self._session.execute(
            text(
                f"SELECT {_COLUMNS} FROM audit_entry WHERE position > :after"
                " AND (CAST(:up_to AS bigint) IS NULL OR position <= :up_to) ORDER BY position LIMIT :limit"
            ),
            {"after": after, "up_to": up_to, "limit": limit},
        )
        return [_entry(row) for row in rows]

    async def last_position(self) -> int:
        """Position of the last entry that can be seen; 0 where there is none."""
        found = await self._session.execute(text("SELECT coalesce(max(position), 0) FROM audit_entry"))
        return int(found.scalar_one())

    async def settled_position(self) -> int:
        """Up to here nothing will appear any more that is not there now. Raises DBAPIError when writers hold on."""
        return int((await self._session.execute(text("SELECT ovoz.settle_audit()"))).scalar_one())

    async def last_seal(self) -> tuple[int, int, bytes] | None:
        """Number, last position and root of the newest seal."""
        rows = await self._session.execute(
            text("SELECT number, last_position, root FROM audit_seal ORDER BY number DESC LIMIT 1")
        )
        row = rows.one_or_none()
        return (row.number, row.last_position, row.root) if row is not None else None

    async def signers(self) -> list[str]:
        """Ids of the keys that seals say they are signed by."""
        return list(
            await self._session.scalars(text("SELECT DISTINCT key_id FROM audit_seal ORDER BY key_id"))
        )

    async def add_seal(self, seal: SealRow) -> bool:
        """False when another sealer was first."""
        added = await self._session.execute(
            text(
                f"INSERT INTO audit_seal ({_SEAL_COLUMNS}) VALUES (:number, :first_position, :last_position, :entries,"
                " :leaves, :root, :previous_root, :sealed_at, :key_id, :signature)"
                " ON CONFLICT (number) DO NOTHING RETURNING number"
            ),
            msgspec.structs.asdict(seal),
        )
        return added.first() is not None

    async def seal(self, number: int) -> SealRow | None:
        rows = await self._session.execute(
            text(f"SELECT {_SEAL_COLUMNS} FROM audit_seal WHERE number = :number"), {"number": number}
        )
        row = rows.one_or_none()
        return SealRow(**row._mapping) if row is not None else None

    async def seals(self, *, after: int, limit: int) -> list[SealRow]:
        """Seals by number."""
        rows = await self._session.execute(
            text(
                f"SELECT {_SEAL_COLUMNS} FROM audit_seal WHERE number > :after ORDER BY number LIMIT :limit"
            ),
            {"after": after, "limit": limit},
        )
        return [SealRow(**row._mapping) for row in rows]


async def origins_of(session: AsyncSession, tenant_id: str) -> list[OriginRow]:
    """The tenant's moves, the oldest first; in a session on the control schema."""
    rows = await session.execute(
        text(
            "SELECT number, statement, signature FROM ovoz.audit_origin WHERE tenant_id = :tenant ORDER BY number"
        ),
        {"tenant": tenant_id},
    )
    return [OriginRow(**row._mapping) for row in rows]


async def add_origin(session: AsyncSession, tenant_id: str, row: OriginRow) -> None:
    """Keeps a move; in a session of the owner's login."""
    await session.execute(
        text("INSERT INTO ovoz.audit_origin VALUES (:tenant, :number, :statement, :signature)"),
        {"tenant": tenant_id, **msgspec.structs.asdict(row)},
    )


def add_as_owner(connection: Connection, tenant_id: str, id_: UUID, at: datetime, act: Act) -> None:
    """Appends to a tenant's audit from the owner's login."""
    connection.execute(text(_ADD.format(schema=f"{schema_of(tenant_id)}.")), _row(id_, at, act))


def _conditions(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    wanted: Sequence[tuple[str, str, Any]] = (
        ("act", "starts_with(e.act, :act)", filters.act),
        ("actor_id", "e.actor_id = :actor_id", filters.actor_id),
        ("subject_kind", "e.subject_kind = :subject_kind", filters.subject_kind),
        ("subject_id", "e.subject_id = :subject_id", filters.subject_id),
        ("since", "e.at >= :since", filters.since),
        ("until", "e.at < :until", filters.until),
    )
    given = [(name, condition, value) for name, condition, value in wanted if value is not None]
    return [condition for _, condition, _ in given], {name: value for name, _, value in given}


def _row(id_: UUID, at: datetime, act: Act) -> dict[str, Any]:
    return {
        "id": id_,
        "at": at,
        "act": act.name,
        "actor_kind": act.doer.kind,
        "actor_id": act.doer.id,
        "actor_name": act.doer.name,
        "session_id": act.doer.session_id,
        "address": act.doer.address,
        "subject_kind": act.subject_kind,
        "subject_id": act.subject_id,
        "reason": act.reason,
        "before": _json(act.before),
        "after": _json(act.after),
    }


def _entry(row: Any) -> Entry:
    fields = {name: getattr(row, name) for name in Entry.__struct_fields__}
    return Entry(**fields | {"before": parse_values(row.before), "after": parse_values(row.after)})


def _json(value: dict[str, object] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value, order="deterministic").decode()
