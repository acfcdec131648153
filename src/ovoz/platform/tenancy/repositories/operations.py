"""Rows of `ovoz.tenant_operation`: asked for by the application's login, carried out by the owner's."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Text, Uuid, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.paging import Keyset, cut
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.tenancy.contracts import Operation, OperationKind, OperationSort, OperationState

_COLUMNS = (
    "id, kind, tenant_id, slug, parameters, doer, state, progress, step, error, result, attempts, requested_at,"
    " started_at, finished_at"
)
_OPERATION = table(
    "tenant_operation",
    column("id", Uuid),
    *(column(name, Text) for name in ("kind", "tenant_id", "slug", "state")),
    column("requested_at", DateTime(timezone=True)),
    schema="ovoz",
)


class OperationRepository:
    """One session, of either login; the application's may only add and read."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        id_: UUID,
        kind: OperationKind,
        tenant_id: str,
        slug: str,
        parameters: Mapping[str, Any],
        doer: Doer,
    ) -> None:
        await self._session.execute(
            text(
                "INSERT INTO ovoz.tenant_operation (id, kind, tenant_id, slug, parameters, doer)"
                " VALUES (:id, :kind, :tenant, :slug, CAST(:parameters AS jsonb), CAST(:doer AS jsonb))"
            ),
            {
                "id": id_,
                "kind": kind,
                "tenant": tenant_id,
                "slug": slug,
                "parameters": msgspec.json.encode(parameters).decode(),
                "doer": msgspec.json.encode(doer).decode(),
            },
        )

    async def get(self, id_: UUID) -> Operation | None:
        row = (
            await self._session.execute(
                text(f"SELECT {_COLUMNS} FROM ovoz.tenant_operation WHERE id = :id"), {"id": id_}
            )
        ).one_or_none()
        return _operation(row) if row else None

    async def page(
        self,
        *,
        sort: OperationSort,
        cursor: str | None,
        limit: int,
        state: OperationState | None,
        kind: OperationKind | None,
        slug: str | None,
    ) -> tuple[list[Operation], str | None]:
        """Operations, a page at a time. Raises CursorInvalid."""
        keyset = Keyset(sort, {"requested_at": _OPERATION.c.requested_at}, _OPERATION.c.id)
        wanted = [
            column_ == value
            for column_, value in (
                (_OPERATION.c.state, state),
                (_OPERATION.c.kind, kind),
                (_OPERATION.c.slug, slug),
            )
            if value is not None
        ]
        if cursor is not None:
            wanted.append(keyset.after(cursor))
        query = (
            select(text(_COLUMNS))
            .select_from(_OPERATION)
            .where(*wanted)
            .order_by(*keyset.order())
            .limit(limit + 1)
        )
        rows, more = cut((await self._session.execute(query)).all(), limit)
        found = [_operation(row) for row in rows]
        return found, keyset.cursor(found[-1].requested_at, found[-1].id) if more else None

    async def latest_of(self, tenant_ids: Sequence[str]) -> dict[str, Operation]:
        """The latest one of each of these tenants."""
        rows = await self._session.execute(
            text(
                f"SELECT DISTINCT ON (tenant_id) {_COLUMNS} FROM ovoz.tenant_operation"
                " WHERE tenant_id = ANY(:tenants) ORDER BY tenant_id, requested_at DESC, id DESC"
            ),
            {"tenants": list(tenant_ids)},
        )
        return {found.tenant_id: found for found in map(_operation, rows)}

    async def due(self) -> list[UUID]:
        """What is owed now, and what somebody began: whether he lives the lock tells."""
        rows = await self._session.scalars(
            text(
                "SELECT id FROM ovoz.tenant_operation WHERE state IN ('owed', 'running') AND not_before <= now()"
                " ORDER BY requested_at, id LIMIT 100"
            )
        )
        return list(rows)

    async def begin(self, id_: UUID) -> int | None:
        """Counts an attempt before it starts; its number, or None where nothing is to be done now."""
        number: int | None = await self._session.scalar(
            text(
                "UPDATE ovoz.tenant_operation SET state = 'running', attempts = attempts + 1, error = NULL,"
                " started_at = coalesce(started_at, now())"
                " WHERE id = :id AND state IN ('owed', 'running') AND not_before <= now() RETURNING attempts"
            ),
            {"id": id_},
        )
        return number

    async def say(self, id_: UUID, progress: float, step: str) -> None:
        await self._session.execute(
            text("UPDATE ovoz.tenant_operation SET progress = :progress, step = :step WHERE id = :id"),
            {"id": id_, "progress": progress, "step": step},
        )

    async def done(self, id_: UUID, result: Mapping[str, Any]) -> None:
        await self._session.execute(
            text(
                "UPDATE ovoz.tenant_operation SET state = 'done', progress = 1, step = '', error = NULL,"
                " result = CAST(:result AS jsonb), finished_at = now() WHERE id = :id"
            ),
            {"id": id_, "result": msgspec.json.encode(result).decode()},
        )

    async def failed(self, id_: UUID, error: str) -> None:
        await self._session.execute(
            text(
                "UPDATE ovoz.tenant_operation SET state = 'failed', error = :error, finished_at = now()"
                " WHERE id = :id"
            ),
            {"id": id_, "error": error},
        )

    async def put_off(self, id_: UUID, why: str, *, wait_s: float) -> None:
        """Tried again later; an attempt that ended by itself does not count."""
        await self._session.execute(
            text(
                "UPDATE ovoz.tenant_operation SET state = 'owed', attempts = attempts - 1, error = :why,"
                " not_before = now() + :wait * interval '1 second' WHERE id = :id"
            ),
            {"id": id_, "why": why, "wait": wait_s},
        )

    async def purges_owed(self) -> list[tuple[str, str]]:
        """Id and slug of tenants whose time is over, or who rose with a backup, and whom nobody is removing yet."""
        rows = await self._session.execute(
            text(
                "SELECT t.id, t.slug FROM ovoz.tenant t WHERE (t.delete_after <= now()"
                " OR EXISTS (SELECT FROM ovoz.tombstone d WHERE d.tenant_id = t.id))"
                " AND NOT EXISTS (SELECT FROM ovoz.tenant_operation o WHERE o.tenant_id = t.id AND o.kind = 'purge'"
                " AND o.state IN ('owed', 'running'))"
            )
        )
        return [(row.id, row.slug) for row in rows]


def _operation(row: Any) -> Operation:
    return msgspec.convert(dict(row._mapping), Operation)
