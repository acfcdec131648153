"""SAQ jobs: triggers only; what is owed stands in the rows."""

from typing import TypedDict
from uuid import UUID

import structlog

from ovoz.contact_center.recordings.api import RecordingStore
from ovoz.platform.access.guards import by_system

log = structlog.get_logger(__name__)


class RecordingsContext(TypedDict):
    """What the worker puts into the context of every job."""

    recording_store: RecordingStore


@by_system
async def store(context: RecordingsContext, *, tenant_id: str, recording_id: str) -> str:
    """`recordings.store`: returns what came of it; raises (and is tried again) when Postgres is away."""
    try:
        return await context["recording_store"].store(tenant_id, UUID(recording_id))
    except Exception as error:
        log.warning("recording.attempt_broken", tenant=tenant_id, recording=recording_id, error=repr(error))
        raise
