"""Tables of interactions as history reads them; the switchboard writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import AdvancedDeclarativeBase, CommonTableAttributes
from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import Mapped, mapped_column

_MOMENT = DateTime(timezone=True)


class HistoryTable(CommonTableAttributes, AdvancedDeclarativeBase, AsyncAttrs):
    """Base of this module's tables; their definition is the migration's."""

    __abstract__ = True


class InteractionRow(HistoryTable):
    __tablename__ = "interaction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    direction: Mapped[str]
    state: Mapped[str]
    caller_number: Mapped[bytes]
    """Sealed, as the name and the note."""
    caller_pseudonym: Mapped[str]
    caller_hidden: Mapped[bool]
    caller_name: Mapped[bytes | None]
    entry_number: Mapped[str]
    queue_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    started_at: Mapped[datetime] = mapped_column(_MOMENT)
    answered_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    end_reason: Mapped[str | None]
    disposition: Mapped[str | None]
    note: Mapped[bytes]
    wait_ms: Mapped[int]
    talk_ms: Mapped[int]
    hold_ms: Mapped[int]
    wrap_up_ms: Mapped[int]


class HandlingRow(HistoryTable):
    """One agent's share."""

    __tablename__ = "handling"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    interaction_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    offered_at: Mapped[datetime] = mapped_column(_MOMENT)
    answered_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    outcome: Mapped[str | None]
    talk_ms: Mapped[int]
    hold_ms: Mapped[int]
    wrap_up_ms: Mapped[int]
    disposition: Mapped[str | None]
    note: Mapped[bytes]
    """Sealed."""


class SegmentRow(HistoryTable):
    __tablename__ = "segment"

    interaction_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    agent_id: Mapped[UUID | None]
    started_at: Mapped[datetime] = mapped_column(_MOMENT)
    ended_at: Mapped[datetime | None] = mapped_column(_MOMENT)
    outcome: Mapped[str | None]
    observed_late: Mapped[bool]


class EventRow(HistoryTable):
    __tablename__ = "event_log"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(_MOMENT)
    type: Mapped[str]
    interaction_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    seq: Mapped[int]
    observed_late: Mapped[bool]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class RecordingSummaryRow(HistoryTable):
    """The part of a recording that history shows."""

    __tablename__ = "recording"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    interaction_id: Mapped[UUID]
    state: Mapped[str]
    duration_ms: Mapped[int | None]
    size_bytes: Mapped[int | None]
