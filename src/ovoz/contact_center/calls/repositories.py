"""All SQL of the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, select, table, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.calls.models import EventRow, InteractionRow, RecordingSummaryRow, SegmentRow

_user = table("user_account", column("id"), column("name"))
_queue = table("queue", column("id"), column("name"))


class HistoryRepository:
    """Reads interactions; a session is handed in, opened for the tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self,
        *,
        limit: int,
        before: tuple[datetime, UUID] | None,
        number: str | None,
        agent_id: UUID | None,
    ) -> Sequence[Any]:
        """Interactions from the newest on: (interaction, agent's name, queue's name, recording's state)."""
        wanted: list[ColumnElement[bool]] = []
        if before is not None:
            wanted.append(tuple_(InteractionRow.started_at, InteractionRow.id) < tuple_(*before))
        if number is not None:
            wanted.append(InteractionRow.caller_number == number)
        if agent_id is not None:
            wanted.append(InteractionRow.agent_id == agent_id)
        query = (
            self._summaries()
            .where(*wanted)
            .order_by(InteractionRow.started_at.desc(), InteractionRow.id.desc())
            .limit(limit)
        )
        rows: Sequence[Any] = (await self._session.execute(query)).all()
        return rows

    async def one(self, interaction_id: UUID) -> Any:
        query = self._summaries().where(InteractionRow.id == interaction_id)
        return (await self._session.execute(query)).first()

    async def segments(self, interaction_id: UUID) -> Sequence[Any]:
        query = (
            select(SegmentRow, _user.c.name)
            .outerjoin(_user, _user.c.id == SegmentRow.agent_id)
            .where(SegmentRow.interaction_id == interaction_id)
            .order_by(SegmentRow.ordinal)
        )
        return (await self._session.execute(query)).all()

    async def events(self, interaction_id: UUID) -> Sequence[Any]:
        query = (
            select(EventRow, _user.c.name)
            .outerjoin(_user, _user.c.id == EventRow.agent_id)
            .where(EventRow.interaction_id == interaction_id)
            .order_by(EventRow.seq, EventRow.at)
        )
        return (await self._session.execute(query)).all()

    def _summaries(self) -> Select[Any]:
        return (
            select(
                InteractionRow,
                _user.c.name.label("agent_name"),
                _queue.c.name.label("queue_name"),
                RecordingSummaryRow,
            )
            .outerjoin(_user, _user.c.id == InteractionRow.agent_id)
            .outerjoin(_queue, _queue.c.id == InteractionRow.queue_id)
            .outerjoin(RecordingSummaryRow, RecordingSummaryRow.interaction_id == InteractionRow.id)
        )


async def settle_moved(session: AsyncSession, at: datetime) -> None:
    """In an installation that took the tenant over: what was live when the archive was written is over (`moved`)."""
    for statement in (
        "UPDATE segment SET ended_at = :at, outcome = coalesce(outcome, 'moved'), observed_late = true"
        " WHERE ended_at IS NULL",
        "UPDATE leg SET ended_at = :at, observed_late = true WHERE ended_at IS NULL",
        "UPDATE interaction SET state = 'closed', ended_at = coalesce(ended_at, :at), closed_at = :at,"
        " end_reason = coalesce(end_reason, 'moved') WHERE state <> 'closed'",
        "UPDATE agent_state SET state = 'offline', reason = NULL, interaction_id = NULL, since = :at"
        " WHERE state <> 'offline'",
    ):
        await session.execute(text(statement), {"at": at})
