"""An operator is exported, restored beside itself, deleted and restored again, while it and another one talk."""

import asyncio
import os
import re
import secrets
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from redis.asyncio import from_url
from tests.support.agents import AgentAtWork
from tests.support.callers import Call, Callers, is_silent, longest_gap_ms, tone_level_db
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack, eventually
from tests.telephony.conftest import Team

from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.audit.api import Sealer, Verification

CALLER_HZ, AGENT_HZ, OTHER_HZ = 440, 1000, 1700
HEARD_DB = -30.0


@pytest.mark.timeout(300)
async def test_a_life_during_calls(stack: Stack, callers: Callers, tmp_path: Path) -> None:
    leaving = Team(stack, await make_operator(stack, agents=1))
    staying = Team(stack, await make_operator(stack, agents=1))
    slug, number, tenant_id = leaving.operator.slug, leaving.operator.number, leaving.operator.tenant_id
    archive = tmp_path / "out.tar"
    sealer = Sealer(stack.database, installation_key(stack.settings.home), utc_now)
    try:
        agent = await leaving.agent(0, tone_hz=AGENT_HZ)
        other = await staying.agent(0, tone_hz=OTHER_HZ)
        before = await _talk(callers, leaving.operator, agent)
        heard = await _finish(stack, agent, before)
        call, other_call = (
            await _talk(callers, leaving.operator, agent),
            await _talk(callers, staying.operator, other),
        )
        talking_id = str((agent.interaction or {})["id"])
        await asyncio.sleep(0.5)
        began = asyncio.get_running_loop().time()
        # The worker may have done it a moment ago.
        await sealer.seal(tenant_id)
        assert await stack.rows(slug, "SELECT 1 FROM audit_seal")

        # Out and in beside itself, while both talk.
        await _ovoz("export", slug, "--to", str(archive))
        copy_slug = f"copy-{secrets.token_hex(4)}"
        assert f"numbers that are others' here: {number}" in await _ovoz("restore", str(archive), copy_slug)
        assert await _history(stack, copy_slug) == [
            (talking_id, "closed", "moved"),
            (str(heard), "closed", "caller_hung_up"),
        ]
        reader = await AgentAtWork.sign_in(stack, copy_slug, leaving.operator.emails[0], password=PASSWORD)
        assert (reader.state, reader.interaction) == ("offline", None)
        await reader.close()
        assert (agent.state, other.state) == ("talking", "talking")
        await _is_heard(call, AGENT_HZ)
        await agent.order("hold")
        await agent.order("resume")

        # Deleted while it talks: nobody new is served, the conversation is left to its end.
        waiting = await callers.call(number, "+992900000903", tone_hz=CALLER_HZ)
        await waiting.answered()
        await _ovoz("delete", slug, "--grace-days", "0", "--yes")
        await waiting.ended(20)
        late = await callers.call(number, "+992900000904", tone_hz=CALLER_HZ)
        await late.answered()
        await asyncio.sleep(1.5)
        assert not is_silent(late.sound(1)), "the announcement"
        await late.ended(20)

        async def put_off() -> bool:
            return await _purge_state(stack, tenant_id) == ("owed", f"{slug} has conversations")

        await eventually(put_off, within_s=15, what="the worker has tried")
        await _is_heard(call, AGENT_HZ)
        raw = [row["raw_name"] for row in await stack.rows(slug, "SELECT raw_name FROM recording")]
        assert len(raw) == 2
        await agent.order("hang-up")
        await call.ended(5)
        await agent.until_state("wrap_up")
        await agent.wrap_up()

        async def purged() -> bool:
            return (await _purge_state(stack, tenant_id))[0] == "done"

        await eventually(purged, within_s=30, every_s=0.5, what="the operator gone")
        left = await _left(stack, tenant_id, raw)
        for _ in range(45):
            if left:
                await asyncio.sleep(1)
                left = await _left(stack, tenant_id, raw)
        assert left == {}
        health = await stack.internal_health()
        assert health["entries_refused"] == 0
        await eventually(
            lambda: agent.phone is not None and agent.phone.lost and agent.live_closed[-1:] == [4404],
            within_s=45,
            what="the sockets of who is gone",
        )

        # Back under the old address: from the archive, with its number.
        await _ovoz("delete", copy_slug, "--grace-days", "0", "--yes")
        assert "others' here" not in await _ovoz("restore", str(archive), slug)
        assert not other_call.is_over
        _has_no_gap(other_call, other, began)
        again = Team(stack, leaving.operator)
        try:
            await eventually(lambda: _is_served(stack, slug), within_s=8, what="hosts are known for 5 s")
            revived = await again.agent(0, tone_hz=AGENT_HZ)
            new_call = await _talk(callers, leaving.operator, revived)
            await asyncio.sleep(0.5)
            await _is_heard(new_call, AGENT_HZ)
            assert await _history(stack, slug) == [
                (str((revived.interaction or {})["id"]), "talking", None),
                (talking_id, "closed", "moved"),
                (str(heard), "closed", "caller_hung_up"),
            ]
            status, ogg = await revived.read(await _audio_path(revived, heard))
            assert (status, ogg[:4]) == (200, b"OggS")
        finally:
            await again.close()
        back = await stack.tenant_id(slug)
        await sealer.seal(back)
        found = await Verification(stack.database, installation_key(stack.settings.home)).verify(back)
        assert found.findings == ()
        assert [origin.origin_tenant for origin in found.origins] == [tenant_id]
    finally:
        await leaving.close()
        await staying.close()


async def _is_served(stack: Stack, slug: str) -> bool:
    address = f"http://127.0.0.1:{stack.settings.ports.http}/api/session"
    host = {"Host": f"{slug}.localhost"}
    async with aiohttp.ClientSession() as session, session.get(address, headers=host) as answer:
        return answer.status == 401


async def _talk(callers: Callers, operator: Operator, agent: AgentAtWork) -> Call:
    call = await callers.call(operator.number, "+992900000902", tone_hz=CALLER_HZ)
    await agent.until_state("talking")
    return call


async def _finish(stack: Stack, agent: AgentAtWork, call: Call) -> str:
    """Ends the call and waits for its recording; the interaction's id."""
    assert agent.interaction is not None
    id_ = str(agent.interaction["id"])
    await asyncio.sleep(1)
    await call.hang_up()
    await agent.until_state("wrap_up")
    await agent.wrap_up()

    async def stored() -> bool:
        audio = (await agent.ask("GET", f"/api/interactions/{id_}"))["audio"]
        return bool(audio) and audio["state"] == "stored"

    await eventually(stored, within_s=15, every_s=0.2, what="a stored recording")
    return id_


async def _audio_path(agent: AgentAtWork, interaction_id: str) -> str:
    audio = (await agent.ask("GET", f"/api/interactions/{interaction_id}"))["audio"]
    return f"/api/recordings/{audio['id']}/audio"


async def _is_heard(call: Call, hertz: float) -> None:
    assert not call.is_over
    await eventually(lambda: tone_level_db(call.sound(0.3), hertz) > HEARD_DB, within_s=2, what=f"{hertz} Hz")


def _has_no_gap(call: Call, agent: AgentAtWork, since: float) -> None:
    """The caller heard the agent all the time, but for what the test's own clock was late with."""
    until = asyncio.get_running_loop().time()
    assert agent.call.tone is not None
    sent = [at for at in agent.call.tone.sent_at if since <= at <= until]
    late_ms = max(after - before for before, after in pairwise(sent)) * 1000
    assert longest_gap_ms(call.sound_between(since, until), OTHER_HZ) < 200 + late_ms


async def _ovoz(*words: str) -> str:
    """What the command says, as a person types it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ovoz", "tenant", *words),
        cwd=REPOSITORY,
        env={**os.environ, "OVOZ_ARCHIVE_PASSPHRASE": "correct horse battery"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    return said.decode()


async def _history(stack: Stack, slug: str) -> list[tuple[str, str, str | None]]:
    """The calls that reached an agent, newest first."""
    rows = await stack.rows(
        slug,
        "SELECT id, state, end_reason FROM interaction WHERE answered_at IS NOT NULL ORDER BY started_at DESC",
    )
    return [(str(row["id"]), row["state"], row["end_reason"]) for row in rows]


async def _purge_state(stack: Stack, tenant_id: str) -> tuple[str, str | None]:
    owner = await asyncpg.connect(stack.endpoints.database_admin_url)
    try:
        row = await owner.fetchrow(
            "SELECT state, error FROM ovoz.tenant_operation WHERE tenant_id = $1 AND kind = 'purge'",
            tenant_id,
        )
    finally:
        await owner.close()
    return (row["state"], row["error"]) if row else ("", None)


async def _left(stack: Stack, tenant_id: str, raw: list[str]) -> dict[str, Any]:
    """What there still is of an operator, by place."""
    found: dict[str, Any] = {}
    owner = await asyncpg.connect(stack.endpoints.database_admin_url)
    try:
        found["schema"] = await owner.fetch("SELECT 1 FROM pg_namespace WHERE nspname = $1", f"t_{tenant_id}")
        found["role"] = await owner.fetch("SELECT 1 FROM pg_roles WHERE rolname = $1", f"t_{tenant_id}")
        tables = await owner.fetch(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'ovoz'"
            " AND column_name = 'tenant_id' AND table_name NOT IN ('tombstone', 'tenant_operation')"
        )
        for (table,) in tables:
            found[f"ovoz.{table}"] = await owner.fetch(
                f"SELECT 1 FROM ovoz.{table} WHERE tenant_id = $1", tenant_id
            )
    finally:
        await owner.close()
    redis = from_url(stack.endpoints.redis_url)
    found["redis"] = [key async for key in redis.scan_iter(match=f"*{tenant_id}*")]
    await redis.aclose()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{stack.endpoints.ari_url}/endpoints/PJSIP") as answer:
            found["phones"] = [each for each in await answer.json() if tenant_id in each["resource"]]
        async with session.get(f"{stack.endpoints.ari_url}/applications") as answer:
            found["watched"] = [
                each for each in await answer.json() if tenant_id in str(each["endpoint_ids"])
            ]
    home = stack.settings.home
    found["objects"] = [
        path for path in (home / "objects").rglob("*") if tenant_id in str(path) and path.is_file()
    ]
    folder = Path(stack.endpoints.media_recordings_dir)
    found["raw"] = [name for name in raw if (folder / name).exists()]
    found["spool"] = [path for path in (home / "spool").glob("*.jsonl") if tenant_id in path.read_text()]
    said = "".join((home / "log" / f"{name}.log").read_text() for name in ("switchboard", "standby"))
    found["floor"] = (
        [] if re.search(f"{tenant_id}.*tenant.gone|tenant.gone.*{tenant_id}", said) else ["not forgotten"]
    )
    return {place: what for place, what in found.items() if what}
