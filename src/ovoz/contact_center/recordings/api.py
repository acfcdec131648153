"""The facade of recordings: what the switchboard, the API and the worker use."""

from typing import Final
from uuid import UUID

from ovoz.contact_center.recordings.ports import StoringQueue
from ovoz.contact_center.recordings.repositories import RecordingRows, give_up_unstored
from ovoz.contact_center.recordings.services.carrying import CarriedRecording, RecordingCarrier
from ovoz.contact_center.recordings.services.disk import disk_state, may_record
from ovoz.contact_center.recordings.services.listening import RecordingAudio
from ovoz.contact_center.recordings.services.raw_files import RawFiles
from ovoz.contact_center.recordings.services.storing import RecordingStore
from ovoz.contact_center.recordings.services.upkeep import DiskWatch, Reconciler, Sweeper

__all__ = [
    "QUEUE",
    "STORE_JOB",
    "CarriedRecording",
    "DiskWatch",
    "RawFiles",
    "Reconciler",
    "RecordingAudio",
    "RecordingCarrier",
    "RecordingRows",
    "RecordingStore",
    "Sweeper",
    "disk_state",
    "give_up_unstored",
    "may_record",
    "request_storing",
]

QUEUE: Final = "ovoz"
"""Name of the SAQ queue that the worker serves."""
STORE_JOB: Final = "recordings.store"
_TIME_LIMIT_S = 900


async def request_storing(queue: StoringQueue, tenant_id: str, recording_id: UUID, *, asked_by: str) -> None:
    """Asks a worker to store a recording soon; a request that is lost is made again by the reconciler.

    One asker's requests for one recording do not pile up; another asker's are not held back by one that a dead
    worker took with it. Storing twice is harmless.
    """
    await queue.enqueue(
        STORE_JOB,
        key=f"{STORE_JOB}:{tenant_id}:{recording_id.hex}:{asked_by}",
        timeout=_TIME_LIMIT_S,
        retries=3,
        retry_delay=2.0,
        retry_backoff=30.0,
        ttl=60,
        tenant_id=tenant_id,
        recording_id=str(recording_id),
    )
