"""All SQL of the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, select, table, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.calls.models import EventRow, InteractionRow, RecordingSummaryRow, SegmentRow
from ovoz.platform.access.api import Columns, Reach, within

_user = table("user_account", column("id"), column("name"))
_queue = table("queue", column("id"), column("name"))


def _visible(reach: Reach) -> ColumnElement[bool]:
    return within(
        reach,
        Columns(
            owner=InteractionRow.agent_id,
            queue=InteractionRow.queue_id,
            number=InteractionRow.caller_number,
        ),
    )


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
        reach: Reach,
    ) -> Sequence[Any]:
        """Interactions from the newest on: (interaction, agent's name, queue's name, recording's state)."""
        wanted: list[ColumnElement[bool]] = [_visible(reach)]
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

    async def one(self, interaction_id: UUID, reach: Reach) -> Any:
        query = self._summaries().where(InteractionRow.id == interaction_id, _visible(reach))
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
