"""Reading the history, within what a person may see."""

import base64
import binascii
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.agents.contracts import Caller, Reference
from ovoz.contact_center.calls.errors import CursorInvalid, InteractionNotFound
from ovoz.contact_center.calls.models import RecordingSummaryRow
from ovoz.contact_center.calls.repositories import HistoryRepository
from ovoz.contact_center.calls.schemas import (
    Interaction,
    InteractionPage,
    InteractionRecording,
    InteractionSegment,
    InteractionSummary,
    RecordingState,
    TimelineEvent,
)
from ovoz.lib.db import Database
from ovoz.platform.access.api import Access, Right
from ovoz.platform.identity.contracts import Actor

_STATES: dict[str, RecordingState] = {
    "capturing": "pending",
    "captured": "pending",
    "stored": "stored",
    "failed": "failed",
}


class History:
    """Lists and shows interactions of the actor's tenant."""

    def __init__(self, database: Database, access: Access) -> None:
        self._database = database
        self._access = access

    async def page(
        self, actor: Actor, *, cursor: str | None, limit: int, number: str | None, mine: bool
    ) -> InteractionPage:
        """What `interactions.read` reaches, and with a number what `interactions.find` does."""
        finding: tuple[Right, ...] = ("interactions.find",) if number is not None else ()
        reach = await self._access.reach(actor, "interactions.read", *finding)
        async with self._database.tenant(actor.tenant_id) as session:
            rows = await HistoryRepository(session).page(
                limit=limit + 1,
                before=_decode(cursor) if cursor else None,
                number=number,
                agent_id=actor.user_id if mine else None,
                reach=reach,
            )
        items = [_summary(row) for row in rows[:limit]]
        more = len(rows) > limit
        return InteractionPage(items, _encode(items[-1]) if more and items else None)

    async def show(self, actor: Actor, interaction_id: UUID) -> Interaction:
        """One interaction with everything that is known of it; raises InteractionNotFound."""
        reach = await self._access.reach(actor, "interactions.read")
        async with self._database.tenant(actor.tenant_id) as session:
            repository = HistoryRepository(session)
            row = await repository.one(interaction_id, reach)
            if row is None:
                raise InteractionNotFound(str(interaction_id))
            segments = await repository.segments(interaction_id)
            events = await repository.events(interaction_id)
        recording: RecordingSummaryRow | None = row[3]
        return Interaction(
            **msgspec.structs.asdict(_summary(row)),
            note=row[0].note,
            segments=[
                InteractionSegment(
                    segment.kind,
                    segment.started_at,
                    segment.ended_at,
                    _reference(segment.agent_id, name),
                    segment.outcome,
                    segment.observed_late,
                )
                for segment, name in segments
            ],
            timeline=[
                TimelineEvent(
                    event.at, event.type, _reference(event.agent_id, name), event.observed_late, event.data
                )
                for event, name in events
            ],
            audio=InteractionRecording(
                recording.id,
                _STATES[recording.state],
                recording.duration_ms / 1000 if recording.duration_ms is not None else None,
                recording.size_bytes,
            )
            if recording is not None
            else None,
        )


def _summary(row: Any) -> InteractionSummary:
    interaction, agent_name, queue_name, recording = row
    return InteractionSummary(
        id=interaction.id,
        channel=interaction.channel,
        direction=interaction.direction,
        state=interaction.state,
        caller=Caller(interaction.caller_number, interaction.caller_hidden, interaction.caller_name),
        entry_number=interaction.entry_number,
        queue=_reference(interaction.queue_id, queue_name),
        agent=_reference(interaction.agent_id, agent_name),
        started_at=interaction.started_at,
        answered_at=interaction.answered_at,
        ended_at=interaction.ended_at,
        end_reason=interaction.end_reason,
        wait_s=interaction.wait_ms / 1000,
        talk_s=interaction.talk_ms / 1000,
        hold_s=interaction.hold_ms / 1000,
        wrap_up_s=interaction.wrap_up_ms / 1000,
        disposition=interaction.disposition,
        recording=_STATES[recording.state] if recording is not None else "none",
    )


def _reference(id_: UUID | None, name: str | None) -> Reference | None:
    return Reference(id_, name or "") if id_ is not None else None


def _encode(last: InteractionSummary) -> str:
    return base64.urlsafe_b64encode(f"{last.started_at.isoformat()} {last.id}".encode()).decode()


def _decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, _, id_ = base64.urlsafe_b64decode(cursor.encode()).decode().rpartition(" ")
        return datetime.fromisoformat(moment), UUID(id_)
    except (ValueError, binascii.Error):
        raise CursorInvalid(errors=[{"pointer": "/cursor", "detail": "take it from `next_cursor`"}]) from None
