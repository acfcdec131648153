"""Recordings over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter
from litestar.response import Stream

from ovoz.contact_center.recordings.api import RecordingAudio
from ovoz.contact_center.recordings.contracts import StoredRecording
from ovoz.contact_center.recordings.errors import (
    RangeNotSatisfiable,
    RecordingDamaged,
    RecordingNotFound,
    RecordingNotStored,
    StorageUnavailable,
)
from ovoz.contact_center.recordings.rules.byte_ranges import (
    Span,
    Unsatisfiable,
    range_applies,
    requested_span,
)
from ovoz.platform.access.api import Access
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA
from ovoz.platform.requests.contracts import PROBLEMS
from ovoz.platform.tenancy.errors import KeyUnavailable

RangeHeader = Annotated[str | None, HeaderParameter(name="Range")]
IfRange = Annotated[str | None, HeaderParameter(name="If-Range")]
_SOUND = {
    WITHOUT_PERSONAL_DATA: "sound: who may hear it is a right of its own",
    PROBLEMS: (
        RecordingNotFound,
        RecordingNotStored,
        RecordingDamaged,
        RangeNotSatisfiable,
        StorageUnavailable,
        KeyUnavailable,
    ),
}
_PARTIAL = {
    206: ResponseSpec(
        bytes, generate_examples=False, description="The part that was asked for", media_type="audio/ogg"
    )
}


class RecordingController(Controller):
    """What was said."""

    path = "/api/recordings/{recording_id:uuid}"
    tags = ("Recordings",)

    @get(
        "/audio",
        operation_id="GetRecordingAudio",
        guards=[requires("recordings.listen")],
        media_type="audio/ogg",
        responses=_PARTIAL,
        opt=_SOUND,
    )
    async def get_audio(
        self,
        recording_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        access: NamedDependency[Access],
        recording_audio: NamedDependency[RecordingAudio],
        range_header: RangeHeader = None,
        if_range: IfRange = None,
    ) -> Stream | Response[dict[str, object]]:
        """The sound of a recording: Opus in Ogg, the caller on the left, the agent on the right.

        One byte range is honoured (RFC 9110, section 14), with `If-Range` for the same `ETag`. Only recordings that
        `recordings.listen` reaches are there. That somebody listens goes on record before the first byte is sent,
        once for a session within ten minutes.
        """
        reach = await access.reach(actor, "recordings.listen")
        recording = await recording_audio.find(actor.tenant_id, recording_id, reach)
        return await _sound(recording_audio, actor.tenant_id, recording, doer, range_header, if_range)

    @get(
        "/download",
        operation_id="DownloadRecording",
        guards=[requires("recordings.download")],
        media_type="audio/ogg",
        responses=_PARTIAL,
        opt=_SOUND,
    )
    async def download(
        self,
        recording_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        access: NamedDependency[Access],
        recording_audio: NamedDependency[RecordingAudio],
        range_header: RangeHeader = None,
        if_range: IfRange = None,
    ) -> Stream | Response[dict[str, object]]:
        """The same sound as a file to keep. Only recordings that `recordings.download` reaches are there."""
        reach = await access.reach(actor, "recordings.download")
        recording = await recording_audio.find(actor.tenant_id, recording_id, reach)
        name = f"{recording_id}.ogg"
        return await _sound(recording_audio, actor.tenant_id, recording, doer, range_header, if_range, name)


async def _sound(
    recording_audio: RecordingAudio,
    tenant_id: str,
    recording: StoredRecording,
    doer: Doer,
    range_header: str | None,
    if_range: str | None,
    name: str | None = None,
) -> Stream | Response[dict[str, object]]:
    """The recording, or the part of it that is wanted; with a name as a file."""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "ETag": _etag(recording),
        "X-Content-Type-Options": "nosniff",
    }
    if name is not None:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    size = recording.size_bytes
    try:
        span = requested_span(range_header, size) if range_applies(if_range, _etag(recording)) else None
    except Unsatisfiable:
        return _not_satisfiable(size)
    if span is not None:
        headers["Content-Range"] = span.content_range
    part = span or Span(0, size, size)
    headers["Content-Length"] = str(part.length)
    sound = await recording_audio.part(tenant_id, recording, part.start, part.stop, doer)
    return Stream(
        sound, status_code=206 if span is not None else 200, headers=headers, media_type="audio/ogg"
    )


def _etag(recording: StoredRecording) -> str:
    return f'"{recording.sha256.hex()}"'


def _not_satisfiable(size: int) -> Response[dict[str, object]]:
    """A problem with the header that section 15.5.17 asks for, which a raised problem would not carry."""
    problem = RangeNotSatisfiable(size_bytes=size)
    return Response(
        problem.document(),
        status_code=problem.status,
        media_type="application/problem+json",
        headers={"Content-Range": f"bytes */{size}", "Cache-Control": "private, no-store"},
    )
