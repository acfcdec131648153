"""All SQL of the audit; a session is handed in, opened for the tenant."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.audit.contracts import Act

_ADD = """
INSERT INTO audit_entry (id, at, act, actor_kind, actor_id, actor_name, session_id, address, subject_kind, subject_id,
                         reason, before, after)
VALUES (:id, :at, :act, :actor_kind, :actor_id, :actor_name, :session_id, :address, :subject_kind, :subject_id,
        :reason, CAST(:before AS jsonb), CAST(:after AS jsonb))
"""


class AuditRepository:
    """Appends; nothing of the application may change or remove an entry."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, id_: UUID, at: datetime, act: Act) -> None:
        await self._session.execute(
            text(_ADD),
            {
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
            },
        )


def _json(value: dict[str, object] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value, order="deterministic").decode()
