"""Behind the routes: orders to the switchboard, live topics, jobs, archives, each with the other operator's names."""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.integration.tenancy.test_isolation import told
from tests.integration.tenancy.tries import Try
from tests.support.api_process import Answer, Web
from tests.support.route_inputs import inputs_of
from tests.support.routes import internal_application, routes_of
from tests.support.sides import Side, changed

from ovoz.contact_center.agents.services.live import SESSION_GONE, TOPICS, topic
from ovoz.contact_center.recordings.api import RawFiles, RecordingRows, RecordingStore
from ovoz.contact_center.switchboard.contracts import Verb
from ovoz.entrypoints.audit_commands import audit
from ovoz.entrypoints.provisioning import TenantDesk, tenant_desk
from ovoz.entrypoints.tenant_commands import tenant
from ovoz.entrypoints.worker import JOBS
from ovoz.integrations.encoding.ffmpeg import FfmpegEncoder
from ovoz.integrations.redis.fanout import RedisFanout
from ovoz.integrations.storage.file_system import FileSystemStorage
from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key, internal_token
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.tenancy.api import TenantKeys, TenantRepository
from ovoz.platform.tenancy.services.restoring import _Archive

ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"state": "ready"},
    "phone": {},
    "hang_up": {},
    "hold": {},
    "resume": {},
    "reject": {},
    "wrap_up": {"disposition": "resolved", "note": "Перезвонить"},
    "sign_out": {},
    "transfer": {"kind": "queue", "id": "00000000-0000-0000-0000-000000000001"},
    "transfer_outside": {"number": "+992900000001"},
    "swap": {},
    "join": {},
    "complete": {},
    "come_back": {},
    "pause_recording": {},
    "resume_recording": {},
    "consult": {"kind": "queue", "id": "00000000-0000-0000-0000-000000000001"},
    "consult_outside": {"number": "+992900000001"},
    "remove": {"id": "00000000-0000-0000-0000-000000000001"},
    "call_colleague": {"id": "00000000-0000-0000-0000-000000000001"},
    "call_number": {"number": "+992900000001"},
    "withdraw_break": {},
    "decide_break": {"wish_id": str(uuid4()), "approved": True, "by": str(uuid4()), "by_name": "Кто-то"},
}
OF_CALLS = {"hang_up", "hold", "resume", "reject", "wrap_up", "transfer", "transfer_outside"} | {
    *("swap", "join", "complete", "come_back", "pause_recording", "resume_recording"),
    *("consult", "consult_outside", "remove"),
}
INTERNAL = {
    "POST /internal/commands",
    "GET /internal/desk/{tenant_id:str}/{agent_id:uuid}",
    "GET /internal/targets/{tenant_id:str}/{agent_id:uuid}",
    "GET /internal/team/{tenant_id:str}",
    "GET /internal/colleagues/{tenant_id:str}",
    "GET /health",
}


async def internal(web: Web, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
    address = f"http://127.0.0.1:{web.stack.settings.ports.switchboard}{path}"
    token = internal_token(web.stack.settings.home) if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with web.session.request(method, address, json=body, headers=headers) as got:
        return Answer(got.status, dict(got.headers), await got.json(content_type=None), {})


def order(tenant: str, agent: str, verb: str, interaction: str | None) -> dict[str, Any]:
    return {
        "command_id": str(uuid4()),
        "tenant_id": tenant,
        "agent_id": agent,
        "verb": verb,
        "interaction_id": interaction,
        "arguments": ARGUMENTS[verb],
    }


def test_every_internal_route_and_order_is_tried() -> None:
    routes = {route.name: route for route in routes_of(internal_application())}
    assert set(routes) == INTERNAL
    assert set(get_args(Verb)) == set(ARGUMENTS)
    assert {given.name for name in INTERNAL for given in inputs_of(routes[name]) if given.identifies} == {
        "command_id",
        "tenant_id",
        "agent_id",
        "interaction_id",
    }


@pytest.mark.parametrize("verb", ARGUMENTS)
async def test_no_order_reaches_the_other_operators_agents_or_calls(
    web: Web, ours: Side, theirs: Side, verb: str
) -> None:
    before = await theirs.settle()
    tenant_id, agent, call = (ours.names[name] for name in ("tenant", "agent", "interaction"))
    their_tenant, their_agent, their_call = (
        theirs.names[name] for name in ("tenant", "agent", "interaction")
    )
    orders = [
        (order(tenant_id, their_agent, verb, their_call), "agent-unknown"),
        (order(tenant_id, their_agent, verb, call), "agent-unknown"),
        (order(their_tenant, agent, verb, call), "agent-unknown"),
        (order(their_tenant, agent, verb, their_call), "agent-unknown"),
        (order(secrets.token_hex(6), their_agent, verb, their_call), "agent-unknown"),
    ]
    if verb in OF_CALLS:
        orders.append((order(tenant_id, agent, verb, their_call), "interaction-unknown"))
    for body, problem in orders:
        answer = await internal(web, "POST", "/internal/commands", body)
        assert (answer.status, answer.problem) == (404, problem), body
    for token in ("", "guessed", theirs.browsers["everyone"].token):
        body = order(their_tenant, their_agent, verb, their_call)
        assert (await internal(web, "POST", "/internal/commands", body, token)).status == 401
    assert changed(before, await theirs.fingerprint()) == set()


async def test_no_order_is_taken_for_one_that_the_other_operator_gave(
    web: Web, ours: Side, theirs: Side
) -> None:
    """The id that makes an order safe to repeat does not give its answer to others."""
    own = order(theirs.names["tenant"], theirs.names["agent"], "sign_out", None)
    answer = await internal(web, "POST", "/internal/commands", own)
    assert answer.status == 200
    for agent in (ours.names["agent"], theirs.names["agent"]):
        other = own | {"tenant_id": ours.names["tenant"], "agent_id": agent}
        again = await internal(web, "POST", "/internal/commands", other)
        assert not told(again, _call(other), theirs)
        assert again.body != answer.body


async def test_the_internal_desk_is_the_tenants(web: Web, ours: Side, theirs: Side) -> None:
    for side, other, problem in (
        (theirs, theirs, ""),
        (ours, theirs, "agent-unknown"),
        (theirs, ours, "agent-unknown"),
    ):
        answer = await internal(web, "GET", f"/internal/desk/{side.names['tenant']}/{other.names['agent']}")
        assert answer.problem == problem
    for path in ("team", "colleagues"):
        answer = await internal(web, "GET", f"/internal/{path}/{ours.names['tenant']}")
        assert answer.status == 200
        assert answer.body["agents"]
        assert not told(answer, _call(None), theirs)
        for token in ("", "guessed"):
            refused = await internal(web, "GET", f"/internal/{path}/{theirs.names['tenant']}", token=token)
            assert refused.status == 401
        nobody = await internal(web, "GET", f"/internal/{path}/{secrets.token_hex(6)}")
        assert nobody.problem == "agent-unknown"
    assert not told(await internal(web, "GET", "/health"), _call(None), theirs)


def _call(body: Any) -> Try:
    return Try(refused=200, body=body)


SHOWN_AT = {"team": ("/api/team/live", "team"), "colleagues": ("/api/desk/colleagues", "colleagues")}
"""Topics with a socket of their own, and what is said there first."""


@pytest.mark.parametrize("name", [name for name in TOPICS if name != "returns"])
async def test_no_topic_is_heard_by_the_other_operator(web: Web, ours: Side, theirs: Side, name: str) -> None:
    """What is published for them comes first, so that who hears ours has not heard it."""
    await web.until_listening()
    sessions = {}
    sockets = {}
    for side in (ours, theirs):
        browser = await web.signed_in(side.operator.slug, side.operator.emails[2], "a-long-test-password")
        sessions[side.operator.slug] = (await browser.ask("GET", "/api/session")).body
        path, first = SHOWN_AT.get(name, ("/api/live", "desk"))
        if name == "team":
            browser = side.who("supervisor")
        sockets[side.operator.slug] = await browser.open_socket(path)
        while (await sockets[side.operator.slug].receive_json(timeout=10))["type"] != first:
            pass
    fanout = RedisFanout(web.stack.endpoints.redis_url)
    mine, other = (sessions[side.operator.slug] for side in (ours, theirs))
    [session_id] = [
        row["id"]
        for row in await web.stack.rows(
            ours.operator.slug,
            "SELECT id FROM session WHERE user_id = :id ORDER BY created_at DESC LIMIT 1",
            id=UUID(mine["user"]["id"]),
        )
    ]
    ids: dict[str, tuple[UUID | None, UUID | None]] = {
        "agent": (UUID(mine["user"]["id"]), UUID(other["user"]["id"])),
        "queues": (None, None),
        "session": (session_id, uuid4()),
        "team": (None, None),
        "colleagues": (None, None),
    }
    own_id, their_id = ids[name]
    our_tenant, their_tenant = ours.names["tenant"], theirs.names["tenant"]
    figures = {
        "waiting": 0,
        "longest_since": None,
        "estimated_wait_s": None,
        "estimate_error_s": None,
        "agents_ready": 0,
        "agents_signed_in": 0,
    }
    marker = secrets.token_hex(5)

    def message(said: str) -> bytes:
        if name in SHOWN_AT:
            # A number that comes later than what was heard has the whole view read again: this one comes before.
            return json.dumps({"type": "number", "epoch": -int(said, 36), "seq": 0}).encode()
        queues = [{"id": str(uuid4()), "name": said, **figures}]
        return json.dumps({"type": "queues", "data": queues}).encode()

    wrong = {topic(their_tenant, name, own_id), topic(their_tenant, name, their_id)}
    if own_id is not None:
        wrong.add(topic(our_tenant, name, their_id))
    for channel in wrong:
        await fanout.publish(channel, message(marker))
    shown = name if name in SHOWN_AT else "queues"
    await fanout.publish(topic(our_tenant, shown), message("ours"))
    socket = sockets[ours.operator.slug]
    heard = ""
    last, sought = (
        ('"ours"', marker) if name not in SHOWN_AT else (str(int("ours", 36)), str(int(marker, 36)))
    )
    while last not in heard:
        heard += await socket.receive_str(timeout=10)
    assert sought not in heard
    await fanout.publish(topic(our_tenant, name, own_id), message(marker))
    if name == "session":
        async with asyncio.timeout(10):
            async for _ in socket:
                pass
        assert socket.close_code == SESSION_GONE
    else:
        while sought not in heard:
            heard += await socket.receive_str(timeout=10)
    for socket in sockets.values():
        await socket.close()
    await fanout.close()


async def test_a_notice_without_words_is_the_tenants_alone(web: Web, ours: Side, theirs: Side) -> None:
    """That calls to return changed is all that is said there: so it must not be said at all."""
    await web.until_listening()
    socket = await ours.who("supervisor").open_socket("/api/returns/live")
    notice = {"type": "returns"}
    assert await socket.receive_json(timeout=10) == notice
    fanout = RedisFanout(web.stack.endpoints.redis_url)
    await fanout.publish(topic(theirs.names["tenant"], "returns"), json.dumps(notice).encode())
    with pytest.raises(TimeoutError):
        await socket.receive(timeout=1.5)
    await fanout.publish(topic(ours.names["tenant"], "returns"), json.dumps(notice).encode())
    assert await socket.receive_json(timeout=10) == notice
    await socket.close()
    await fanout.close()


@pytest.fixture
async def desk(web: Web) -> AsyncIterator[TenantDesk]:
    made = tenant_desk(web.stack.settings, web.stack.endpoints)
    try:
        yield made
    finally:
        await made.close()


async def test_no_job_and_no_archive_holds_or_changes_what_is_the_other_operators(
    web: Web, theirs: Side, desk: TenantDesk, tmp_path: Path
) -> None:
    """Another's id with their recording; another's export (`ovoz tenant export` asks for the same), opened and read.

    Not of ours: our person has sent their names in other tests, and what one has sent is one's own.
    """
    stack, slug = web.stack, "pamir"
    keys = TenantKeys(TenantRepository(stack.database), installation_key(stack.settings.home))
    objects, archive = tmp_path / "objects", tmp_path / "ours.tar"
    store = RecordingStore(
        RecordingRows(stack.database, utc_now),
        FileSystemStorage(objects),
        FfmpegEncoder(),
        keys,
        RawFiles(tmp_path),
    )
    private = X25519PrivateKey.generate()
    asked = await desk.operations.ask(
        "export",
        slug,
        Doer("system", None, "", None, ""),
        {"target": str(archive), "recipient": private.public_key().public_bytes_raw().hex()},
    )
    calls: dict[str, dict[str, str]] = {
        "recordings.store": {
            "tenant_id": await stack.tenant_id(slug),
            "recording_id": theirs.names["recording"],
        },
        "tenancy.operate": {"operation_id": str(asked.id)},
    }
    assert set(calls) == {name for name, _ in JOBS}
    before = await theirs.settle()
    context = {"recording_store": store, "tenant_operations": desk.runner}
    said = {name: await job(context, **calls[name]) for name, job in JOBS}
    assert said == {"recordings.store": "settled", "tenancy.operate": "done"}
    assert changed(before, await theirs.fingerprint()) == set()
    assert not objects.exists()
    with _Archive(archive, "", private.private_bytes_raw()) as opened:
        tables = [await _read(opened.table(table)) for table in opened.manifest.tables]
    content = b"".join(part for parts in tables for part in parts).decode()
    assert "gulnora@pamir.example" in content
    assert {marker for marker in theirs.markers if marker in content} == set()


async def _read(parts: AsyncIterator[bytes]) -> list[bytes]:
    return [part async for part in parts]


async def test_what_commands_print_of_an_operators_audit_is_its_own(
    web: Web, ours: Side, theirs: Side, tmp_path: Path
) -> None:
    assert set(audit.commands) == {"verify", "anchors"}
    assert "export" in tenant.commands, "its archive is opened above"
    for arguments in (("verify", ours.operator.slug), ("anchors", ours.operator.slug)):
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "ovoz"),
            "audit",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"OVOZ_HOME": str(web.stack.settings.home)},
        )
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said
        assert {marker for marker in theirs.markers if marker in said} == set()
