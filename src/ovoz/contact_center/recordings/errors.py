"""What goes wrong with recordings: refusals a person sees, and failures that the job works round."""

from ovoz.lib.problems import DependencyUnavailable, DomainError, NotFound


class RecordingNotFound(NotFound):
    slug = "recording-not-found"
    title = "There is no such recording here"


class RecordingNotStored(DomainError):
    """`state` says how far it is."""

    status = 409
    slug = "recording-not-stored"
    title = "The recording cannot be listened to yet"


class RecordingDamaged(DomainError):
    """The object is not the one that was stored: shortened, swapped, or sealed with another key."""

    status = 500
    slug = "recording-damaged"
    title = "The recording is damaged and will not be played"


class RangeNotSatisfiable(DomainError):
    """RFC 9110, 15.5.17; `size_bytes` is the length of what there is."""

    status = 416
    slug = "range-not-satisfiable"
    title = "The recording is shorter than the part that was asked for"


class StorageUnavailable(DependencyUnavailable):
    """The storage refused or lost an operation (disk full, no permission, no answer); trying again later can help."""

    slug = "storage-unavailable"
    title = "The storage of recordings does not answer"


class ObjectMissing(Exception):
    """There is no object of this name."""


class EncoderUnavailable(Exception):
    """The encoder cannot be started; trying again helps once it is there."""


class EncodingFailed(Exception):
    """The encoder gave up on this file; a few attempts are enough to know."""


class RawFileMissing(EncodingFailed):
    """What was captured is not in the folder."""
