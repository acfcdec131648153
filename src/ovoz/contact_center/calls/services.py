"""Reading the history, within what a person may see."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.agents.contracts import Caller, Colleague, Reference
from ovoz.contact_center.calls.errors import InteractionNotFound
from ovoz.contact_center.calls.models import EventRow, HandlingRow, RecordingSummaryRow
from ovoz.contact_center.calls.repositories import HistoryRepository
from ovoz.contact_center.calls.schemas import (
    Interaction,
    InteractionFilter,
    InteractionHandling,
    InteractionRecording,
    InteractionSegment,
    InteractionSummary,
    RecordingGap,
    RecordingState,
    Sort,
    TimelineEvent,
)
from ovoz.contact_center.switchboard.contracts import CALLER_NAME, CALLER_NUMBER, NOTE, SHARE_NOTE, fact_place
from ovoz.contact_center.switchboard.events import KEPT_KEYS
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.paging import Page, moment
from ovoz.lib.sealed_fields import FieldKeys, FieldUnreadable
from ovoz.platform.access.api import Access, Right
from ovoz.platform.audit.api import Act, Doer, tell_reading
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Fields

log = structlog.get_logger(__name__)

_STATES: dict[str, RecordingState] = {
    "capturing": "pending",
    "captured": "pending",
    "stored": "stored",
    "failed": "failed",
}


class History:
    """Lists and shows interactions of the actor's tenant."""

    def __init__(self, database: Database, access: Access, fields: Fields, clock: Clock) -> None:
        self._database = database
        self._fields = fields
        self._access = access
        self._clock = clock

    async def page(
        self, actor: Actor, wanted: InteractionFilter, *, sort: Sort, cursor: str | None, limit: int
    ) -> Page[InteractionSummary]:
        """What `interactions.read` reaches, and with a number what `interactions.find` does.

        Raises CursorInvalid, InputInvalid for a moment without a zone, KeyUnavailable.
        """
        finding: tuple[Right, ...] = ("interactions.find",) if wanted.number is not None else ()
        reach = await self._access.reach(actor, "interactions.read", *finding)
        wanted = msgspec.structs.replace(
            wanted, since=moment("from", wanted.since), until=moment("to", wanted.until)
        )
        keys = await self._fields.of(actor.tenant_id)
        async with self._database.tenant(actor.tenant_id) as session:
            rows, following = await HistoryRepository(session).page(
                wanted,
                only_of=actor.user_id if wanted.mine else None,
                caller_pseudonym=keys.pseudonym(wanted.number) if wanted.number is not None else None,
                reach=reach,
                sort=sort,
                cursor=cursor,
                limit=limit,
            )
        return Page([_summary(row, keys) for row in rows], following)

    async def show(self, actor: Actor, doer: Doer, interaction_id: UUID) -> Interaction:
        """One interaction with everything that is known of it; raises InteractionNotFound, KeyUnavailable.

        Opening one in which somebody else spoke is on record in the transaction that reads it.
        """
        reach = await self._access.reach(actor, "interactions.read")
        keys = await self._fields.of(actor.tenant_id)
        async with self._database.tenant(actor.tenant_id) as session:
            repository = HistoryRepository(session)
            row = await repository.one(interaction_id, reach)
            if row is None:
                raise InteractionNotFound(str(interaction_id))
            if str(actor.user_id) not in (str(row[0].agent_id), *(agent["id"] for agent in row.agents)):
                act = Act("interactions.opened", doer, "interaction", str(interaction_id))
                await tell_reading(session, self._clock(), act)
            handlings = await repository.handlings(interaction_id)
            segments = await repository.segments(interaction_id)
            events = await repository.events(interaction_id)
        recording: RecordingSummaryRow | None = row[3]
        return Interaction(
            **msgspec.structs.asdict(_summary(row, keys)),
            note=_opened(row[0].note, NOTE, row[0].id, keys),
            handlings=[_handling(share, name, keys) for share, name in handlings],
            segments=[
                InteractionSegment(
                    segment.kind,
                    segment.started_at,
                    segment.ended_at,
                    _colleague(segment.agent_id, name),
                    segment.outcome,
                    segment.observed_late,
                )
                for segment, name in segments
            ],
            timeline=[
                TimelineEvent(
                    event.at,
                    event.type,
                    _colleague(event.agent_id, name),
                    event.observed_late,
                    _opened_data(event, keys),
                )
                for event, name in events
            ],
            audio=InteractionRecording(
                recording.id,
                _STATES[recording.state],
                recording.duration_ms / 1000 if recording.duration_ms is not None else None,
                recording.size_bytes,
                _gaps(row[0], [(event.type, event.at) for event, _ in events]),
            )
            if recording is not None
            else None,
        )

    async def may_see(self, actor: Actor, interaction_id: UUID) -> bool:
        """Whether there is such an interaction and the person may open it."""
        reach = await self._access.reach(actor, "interactions.read")
        async with self._database.tenant(actor.tenant_id) as session:
            return await HistoryRepository(session).one(interaction_id, reach) is not None


def _gaps(interaction: Any, events: list[tuple[str, datetime]]) -> list[RecordingGap]:
    """The recording begins with the first answer; a pause that nobody ended lasts to the end of the call."""
    began, gaps, since = interaction.answered_at, [], None
    if began is None:
        return []
    ends = [*events, ("calls.call_ended.v1", interaction.ended_at)] if interaction.ended_at else events
    for type_, at in ends:
        if type_ == "calls.recording_paused.v1":
            since = at
        elif type_ in ("calls.recording_resumed.v1", "calls.call_ended.v1") and since is not None:
            gaps.append(
                RecordingGap(
                    round((since - began).total_seconds(), 3), round((at - began).total_seconds(), 3)
                )
            )
            since = None
    return gaps


def _summary(row: Any, keys: FieldKeys) -> InteractionSummary:
    interaction, agent_name, queue_name, recording, agents = row
    return InteractionSummary(
        id=interaction.id,
        channel=interaction.channel,
        direction=interaction.direction,
        state=interaction.state,
        caller=Caller(
            _opened(interaction.caller_number, CALLER_NUMBER, interaction.id, keys),
            interaction.caller_hidden,
            _opened(interaction.caller_name, CALLER_NAME, interaction.id, keys)
            if interaction.caller_name is not None
            else None,
        ),
        entry_number=interaction.entry_number,
        queue=_reference(interaction.queue_id, queue_name),
        agent=_colleague(interaction.agent_id, agent_name),
        agents=msgspec.convert(agents, list[Colleague]),
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


def _handling(share: HandlingRow, agent_name: str | None, keys: FieldKeys) -> InteractionHandling:
    return InteractionHandling(
        agent=_colleague(share.agent_id, agent_name),
        offered_at=share.offered_at,
        answered_at=share.answered_at,
        ended_at=share.ended_at,
        outcome=share.outcome,
        talk_s=share.talk_ms / 1000,
        hold_s=share.hold_ms / 1000,
        wrap_up_s=share.wrap_up_ms / 1000,
        disposition=share.disposition,
        note=_opened(share.note, SHARE_NOTE, share.id, keys) if share.note else "",
    )


def _opened(sealed: bytes, place: str, row: UUID, keys: FieldKeys) -> str:
    """One damaged value is not there; it takes nothing else of the history with it."""
    try:
        return keys.open(sealed, place, row)
    except FieldUnreadable:
        log.error("history.field_unreadable", place=place, row=str(row))
        return ""


def _opened_data(event: EventRow, keys: FieldKeys) -> dict[str, Any]:
    opened: dict[str, Any] = {}
    for key, value in event.data.items():
        if key in KEPT_KEYS:
            continue
        try:
            opened[key] = keys.open_json(value, fact_place(key), event.id)
        except FieldUnreadable:
            log.error("history.field_unreadable", place=fact_place(key), row=str(event.id))
    return opened


def _reference(id_: UUID | None, name: str | None) -> Reference | None:
    return Reference(id_, name or "") if id_ is not None else None


def _colleague(id_: UUID | None, name: str | None) -> Colleague | None:
    return Colleague(id_, name or "") if id_ is not None else None
