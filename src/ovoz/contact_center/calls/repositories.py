"""All SQL of the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, column, literal_column, or_, select, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.calls.models import (
    EventRow,
    HandlingRow,
    InteractionRow,
    RecordingSummaryRow,
    SegmentRow,
)
from ovoz.contact_center.calls.schemas import InteractionFilter, Sort
from ovoz.lib.paging import Keyset, cut
from ovoz.platform.access.api import Columns, Reach, within

_user = table("user_account", column("id"), column("name"))
_queue = table("queue", column("id"), column("name"))

_share = table("handling", column("interaction_id"), column("agent_id"), column("answered_at")).alias("share")
_agents = literal_column(
    "(SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) ORDER BY h.first_at), '[]')"
    " FROM (SELECT agent_id, min(offered_at) AS first_at FROM handling"
    " WHERE interaction_id = interaction.id AND answered_at IS NOT NULL GROUP BY agent_id) h"
    " JOIN user_account u ON u.id = h.agent_id)",
    JSONB,
)
"""Everybody who spoke in an interaction, in order."""

_SORTED_BY = {"started_at": InteractionRow.started_at, "talk_s": InteractionRow.talk_ms}


def _shares() -> Any:
    """Of who spoke in it: being offered a call that somebody else took makes it nobody's own."""
    return select(_share.c.agent_id).where(
        _share.c.interaction_id == InteractionRow.id, _share.c.answered_at.is_not(None)
    )


def _of(agent_id: UUID) -> ColumnElement[bool]:
    spoke = _shares().where(_share.c.agent_id == agent_id).exists()
    return or_(InteractionRow.agent_id == agent_id, spoke)


def _visible(reach: Reach) -> ColumnElement[bool]:
    return within(
        reach,
        Columns(
            owner=InteractionRow.agent_id,
            shares=_shares(),
            queue=InteractionRow.queue_id,
            number_pseudonym=InteractionRow.caller_pseudonym,
        ),
    )


class HistoryRepository:
    """Reads interactions; a session is handed in, opened for the tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self,
        wanted: InteractionFilter,
        *,
        only_of: UUID | None,
        caller_pseudonym: str | None,
        reach: Reach,
        sort: Sort,
        cursor: str | None,
        limit: int,
    ) -> tuple[Sequence[Any], str | None]:
        """(interaction, agent's name, queue's name, recording) each, and the cursor of what follows.

        `only_of` narrows them to one agent's, `caller_pseudonym` to one caller's. Raises CursorInvalid.
        """
        equals = (
            (InteractionRow.queue_id, wanted.queue_id),
            (InteractionRow.end_reason, wanted.end_reason),
            (InteractionRow.caller_pseudonym, caller_pseudonym),
        )
        conditions: list[ColumnElement[bool]] = [
            _visible(reach),
            *(column == value for column, value in equals if value is not None),
            *(_of(agent_id) for agent_id in (wanted.agent_id, only_of) if agent_id is not None),
        ]
        if wanted.since is not None:
            conditions.append(InteractionRow.started_at >= wanted.since)
        if wanted.until is not None:
            conditions.append(InteractionRow.started_at < wanted.until)
        keyset = Keyset(sort, _SORTED_BY, InteractionRow.id)
        if cursor is not None:
            conditions.append(keyset.after(cursor))
        query = self._summaries().where(*conditions).order_by(*keyset.order()).limit(limit + 1)
        rows, more = cut((await self._session.execute(query)).all(), limit)
        if not more:
            return rows, None
        last: InteractionRow = rows[-1][0]
        value = last.talk_ms if sort.endswith("talk_s") else last.started_at
        return rows, keyset.cursor(value, last.id)

    async def one(self, interaction_id: UUID, reach: Reach) -> Any:
        query = self._summaries().where(InteractionRow.id == interaction_id, _visible(reach))
        return (await self._session.execute(query)).first()

    async def handlings(self, interaction_id: UUID) -> Sequence[Any]:
        """(share, agent's name) each, those that were never answered too."""
        query = (
            select(HandlingRow, _user.c.name)
            .outerjoin(_user, _user.c.id == HandlingRow.agent_id)
            .where(HandlingRow.interaction_id == interaction_id)
            .order_by(HandlingRow.offered_at, HandlingRow.id)
        )
        return (await self._session.execute(query)).all()

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
                _agents.label("agents"),
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
        "UPDATE handling SET ended_at = coalesce(ended_at, :at), closed_at = :at, outcome = coalesce(outcome, 'moved')"
        " WHERE closed_at IS NULL",
        "UPDATE interaction SET state = 'closed', ended_at = coalesce(ended_at, :at), closed_at = :at,"
        " end_reason = coalesce(end_reason, 'moved') WHERE state <> 'closed'",
        "UPDATE agent_state SET state = 'offline', reason = NULL, interaction_id = NULL, since = :at"
        " WHERE state <> 'offline'",
    ):
        await session.execute(text(statement), {"at": at})
