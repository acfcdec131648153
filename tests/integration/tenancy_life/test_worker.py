"""The worker carries out what the provider asked for, also after a worker was killed in the middle."""

import asyncio
import os
import signal
import sys
from uuid import UUID

from sqlalchemy import text
from tests.integration.tenancy_life.test_life import DOER, make, owner_query
from tests.support.recordings import Installation
from tests.support.stack import eventually

from ovoz.entrypoints.provisioning import TenantDesk


async def start_worker(place: Installation) -> asyncio.subprocess.Process:
    place.endpoints.save(place.settings)
    environment = {
        **os.environ,
        "OVOZ_HOME": str(place.settings.home),
        "OVOZ_PORT_BASE": str(place.settings.ports.base),
    }
    with (place.settings.home / "worker.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ovoz", "worker"), env=environment, stdout=log, stderr=log
        )


async def test_it_does_what_is_owed_and_what_a_dead_one_left(desk: TenantDesk, place: Installation) -> None:
    slug, tenant_id = await make(desk)
    # Somebody holds the tenant's row, so that the first worker is killed with its hands on the operation.
    asked = await desk.operations.ask("suspend", slug, DOER, {"reason": "killed in the middle"})
    async with desk.owner.transaction() as holder:
        await holder.execute(text("SELECT 1 FROM ovoz.tenant WHERE id = :id FOR UPDATE"), {"id": tenant_id})
        first = await start_worker(place)
        await eventually(lambda: in_state(desk, asked.id, "running"), within_s=60)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    assert (await desk.operations.get(asked.id)).state == "running"
    second = await start_worker(place)
    try:
        await eventually(lambda: in_state(desk, asked.id, "done"), within_s=60)
        # A deletion whose time is over is found without anybody asking.
        deletion = await desk.operations.ask("delete", slug, DOER, {"grace_s": 0})

        async def gone() -> bool:
            return not await owner_query(place, "SELECT 1 FROM pg_roles WHERE rolname = $1", f"t_{tenant_id}")

        await eventually(gone, within_s=60)
        assert await in_state(desk, deletion.id, "done")
    finally:
        second.terminate()
        await second.wait()
    assert (await desk.operations.get(asked.id)).attempts == 2


async def in_state(desk: TenantDesk, operation_id: UUID, state: str) -> bool:
    return (await desk.operations.get(operation_id)).state == state
