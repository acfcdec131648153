"""Recordings over HTTP: byte ranges, rights, the record of who listened, and nothing of another tenant."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import (
    AbstractAuthenticationMiddleware,
    AuthenticationResult,
    DefineMiddleware,
)
from sqlalchemy import text
from tests.support.recordings import Installation, tones

from ovoz.contact_center.recordings.api import RawFiles, RecordingAudio, RecordingRows, RecordingStore
from ovoz.contact_center.recordings.controllers import RecordingController
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.lib.clock import utc_now
from ovoz.lib.db import schema_of
from ovoz.lib.db.migrations import run_as_owner
from ovoz.lib.problems import DomainError
from ovoz.lib.sealing import installation_key
from ovoz.platform.access.api import Access, read_roles
from ovoz.platform.audit.api import SYSTEM
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import provide_actor, provide_doer
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository

AGENT, OTHER = UUID(int=1), UUID(int=2)
Client = httpx.AsyncClient


class Signed(AbstractAuthenticationMiddleware):
    """Believes a header, `<tenant> <user> <role>`: who somebody is, is tested elsewhere."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        said = connection.headers.get("x-actor", "").split()
        if not said:
            return AuthenticationResult(user=None, auth=None)
        tenant_id, user, role = said
        actor = Actor(
            *(tenant_id, "slug", "name", UUID(user), "n", "e@x", True, frozenset({role})),
            *(UUID(int=9), "csrf", "ru", "system", False),
        )
        return AuthenticationResult(user=actor, auth=None)


def problem(_: Request[Any, Any, Any], error: DomainError) -> Response[dict[str, Any]]:
    return Response(error.document(), status_code=error.status)


@pytest.fixture
async def heard(place: Installation) -> AsyncIterator[tuple[Client, str, UUID, bytes]]:
    """A client, and a stored recording of AGENT with its whole sound."""
    rows = RecordingRows(place.database, utc_now)
    storage = FileSystemStorage(place.settings.home / "objects")
    keys = TenantKeys(TenantRepository(place.database), installation_key(place.settings.home))
    store = RecordingStore(rows, storage, FfmpegEncoder(), keys, RawFiles(place.raw_folder))
    audio = RecordingAudio(rows, storage, keys)
    tenant_id = await place.make_tenant()
    recording_id = await place.make_recording(tenant_id, tones(40, 440, 1010), agent_id=AGENT)
    await store.store(tenant_id, recording_id)
    stored = await audio.find(tenant_id, recording_id)
    whole = b"".join(
        [part async for part in await audio.part(tenant_id, stored, 0, stored.size_bytes, SYSTEM)]
    )
    assert len(whole) > 2 * 65536
    access = Access(read_roles(place.settings.data_dir), place.database, utc_now)
    app = Litestar(
        [RecordingController],
        middleware=[DefineMiddleware(Signed)],
        dependencies={
            "actor": Provide(provide_actor, sync_to_thread=False),
            "doer": Provide(provide_doer, sync_to_thread=False),
            "access": Provide(lambda: access, sync_to_thread=False),
            "recording_audio": Provide(lambda: audio, sync_to_thread=False),
        },
        state=State({"access": access}),
        exception_handlers={DomainError: problem},
    )
    # In this loop, which the database's connections belong to (Litestar's own client would make another).
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://somon.localhost") as client:
        yield client, tenant_id, recording_id, whole


def as_actor(tenant_id: str, user: UUID = AGENT, role: str = "agent", **headers: str) -> dict[str, str]:
    return {"x-actor": f"{tenant_id} {user} {role}", **headers}


async def test_the_whole_is_streamed(heard: tuple[Client, str, UUID, bytes]) -> None:
    client, tenant_id, recording_id, whole = heard
    answer = await client.get(f"/api/recordings/{recording_id}/audio", headers=as_actor(tenant_id))
    assert (answer.status_code, answer.content) == (200, whole)
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.headers["content-length"] == str(len(whole))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-0", 0, 1),
        ("bytes=65530-65545", 65530, 65546),
        ("bytes=-100", -100, None),
    ],
)
async def test_a_range_is_answered_with_206(
    heard: tuple[Client, str, UUID, bytes], wanted: str, start: int, stop: int | None
) -> None:
    client, tenant_id, recording_id, whole = heard
    answer = await client.get(
        f"/api/recordings/{recording_id}/audio", headers=as_actor(tenant_id, range=wanted)
    )
    assert answer.status_code == 206
    assert answer.content == whole[start:stop]
    first = start if start >= 0 else len(whole) + start
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert answer.headers["content-length"] == str(len(answer.content))


async def test_a_range_behind_the_end_is_416(heard: tuple[Client, str, UUID, bytes]) -> None:
    client, tenant_id, recording_id, whole = heard
    answer = await client.get(
        f"/api/recordings/{recording_id}/audio", headers=as_actor(tenant_id, range=f"bytes={len(whole)}-")
    )
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(whole)}"
    assert answer.json()["type"] == "/problems/range-not-satisfiable"


async def test_if_range_protects_against_another_version(heard: tuple[Client, str, UUID, bytes]) -> None:
    client, tenant_id, recording_id, whole = heard
    path = f"/api/recordings/{recording_id}/audio"
    etag = (await client.get(path, headers=as_actor(tenant_id))).headers["etag"]
    same = await client.get(path, headers=as_actor(tenant_id, range="bytes=0-9", **{"if-range": etag}))
    assert (same.status_code, len(same.content)) == (206, 10)
    other = await client.get(path, headers=as_actor(tenant_id, range="bytes=0-9", **{"if-range": '"x"'}))
    assert (other.status_code, other.content) == (200, whole)


async def test_who_may_listen(heard: tuple[Client, str, UUID, bytes], place: Installation) -> None:
    client, tenant_id, recording_id, _ = heard
    path = f"/api/recordings/{recording_id}/audio"
    for headers, status in (
        ({}, 401),
        (as_actor(tenant_id), 200),
        (as_actor(tenant_id, OTHER), 404),
        (as_actor(tenant_id, OTHER, "supervisor"), 200),
        (as_actor(tenant_id, OTHER, "admin"), 403),
        (as_actor(await place.make_tenant(), AGENT, "supervisor"), 404),
    ):
        assert (await client.get(path, headers=headers)).status_code == status
    missing = await client.get(f"/api/recordings/{UUID(int=5)}/audio", headers=as_actor(tenant_id))
    assert missing.status_code == 404


async def test_a_damaged_object_is_an_error_and_no_broken_sound(
    heard: tuple[Client, str, UUID, bytes], place: Installation
) -> None:
    client, tenant_id, recording_id, _ = heard
    path = f"/api/recordings/{recording_id}/audio"
    [kept] = place.objects(tenant_id)
    sealed = kept.read_bytes()
    kept.write_bytes(sealed[:60] + bytes([sealed[60] ^ 1]) + sealed[61:])
    answer = await client.get(path, headers=as_actor(tenant_id))
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/recording-damaged")
    kept.write_bytes(sealed[:-1])
    assert (await client.get(path, headers=as_actor(tenant_id, range="bytes=0-0"))).status_code == 500
    kept.unlink()
    assert (await client.get(path, headers=as_actor(tenant_id))).status_code == 500
    kept.write_bytes(sealed)
    assert (await client.get(path, headers=as_actor(tenant_id))).status_code == 200


async def _told(place: Installation, tenant_id: str) -> list[tuple[str, str, str]]:
    async with place.database.tenant(tenant_id) as session:
        rows = await session.execute(
            text(
                "SELECT actor_id, subject_id, address FROM audit_entry WHERE act = 'recordings.listened' AND"
                " actor_kind = 'person' ORDER BY position"
            )
        )
        return [(str(row.actor_id), row.subject_id, row.address) for row in rows]


async def test_a_listening_is_on_record_once_whatever_its_parts(
    heard: tuple[Client, str, UUID, bytes], place: Installation
) -> None:
    client, tenant_id, recording_id, whole = heard
    path = f"/api/recordings/{recording_id}/audio"
    parts = [f"bytes={start}-{start + 999}" for start in range(0, 8000, 1000)]
    answers = await asyncio.gather(
        *(client.get(path, headers=as_actor(tenant_id, range=part)) for part in parts)
    )
    assert b"".join(answer.content for answer in answers) == whole[:8000]
    assert (await client.get(path, headers=as_actor(tenant_id))).status_code == 200
    told = await _told(place, tenant_id)
    # Two only where the period of ten minutes turned in between.
    assert set(told) == {(str(AGENT), str(recording_id), "127.0.0.1")}
    assert len(told) <= 2
    await client.get(path, headers=as_actor(tenant_id, OTHER))
    await client.get(path, headers=as_actor(tenant_id, range=f"bytes={len(whole)}-"))
    assert len(await _told(place, tenant_id)) == len(told)


async def test_no_record_no_sound(heard: tuple[Client, str, UUID, bytes], place: Installation) -> None:
    client, tenant_id, recording_id, _ = heard
    path = f"/api/recordings/{recording_id}/audio"
    admin = place.endpoints.database_admin_url
    schema = schema_of(tenant_id)
    refuse = f"REVOKE INSERT (act) ON {schema}.audit_entry FROM {schema}"
    allow = f"GRANT INSERT (act) ON {schema}.audit_entry TO {schema}"
    await run_as_owner(admin, lambda connection: connection.execute(text(refuse)))
    answer = await client.get(path, headers=as_actor(tenant_id))
    assert answer.status_code == 500
    assert b"Ogg" not in answer.content
    await run_as_owner(admin, lambda connection: connection.execute(text(allow)))
    assert await _told(place, tenant_id) == []
    assert (await client.get(path, headers=as_actor(tenant_id))).status_code == 200


async def test_a_download_is_the_same_sound_as_a_file(
    heard: tuple[Client, str, UUID, bytes],
) -> None:
    client, tenant_id, recording_id, whole = heard
    path = f"/api/recordings/{recording_id}/download"
    answer = await client.get(path, headers=as_actor(tenant_id, OTHER, "supervisor"))
    assert (answer.status_code, answer.content) == (200, whole)
    assert answer.headers["content-disposition"] == f'attachment; filename="{recording_id}.ogg"'
    assert answer.headers["cache-control"] == "private, no-store"
    listened = await client.get(path.replace("download", "audio"), headers=as_actor(tenant_id))
    assert "content-disposition" not in listened.headers


async def test_who_may_download(heard: tuple[Client, str, UUID, bytes], place: Installation) -> None:
    client, tenant_id, recording_id, _ = heard
    path = f"/api/recordings/{recording_id}/download"
    for headers, status in (
        ({}, 401),
        (as_actor(tenant_id), 403),
        (as_actor(tenant_id, OTHER, "admin"), 403),
        (as_actor(await place.make_tenant(), AGENT, "supervisor"), 404),
    ):
        assert (await client.get(path, headers=headers)).status_code == status
