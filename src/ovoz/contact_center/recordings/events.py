"""What this module tells the world."""

from uuid import UUID

import msgspec

RECORDING_STORED = "recordings.recording_stored.v1"


class RecordingStored(msgspec.Struct, frozen=True):
    """Data of `recordings.recording_stored.v1`: the recording is encrypted, kept, and can be listened to."""

    recording_id: UUID
    interaction_id: UUID
    duration_ms: int
    size_bytes: int
