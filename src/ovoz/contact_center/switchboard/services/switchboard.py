"""The process: takes the cell, runs its parts side by side, and ends when any of them says so."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ovoz.contact_center.switchboard.repositories import CellLease, LeaseLost, TenantChanges
from ovoz.contact_center.switchboard.services.cell import Cell
from ovoz.contact_center.switchboard.services.inputs import NodeInputs
from ovoz.lib.db import DatabaseUnavailable

log = structlog.get_logger(__name__)


class Fenced(Exception):
    """Another switchboard owns the cell now; this process must stop at once and touch nothing."""


async def run_cell(
    cell: Cell, lease: CellLease, changes: TenantChanges, on_ready: Callable[[], None]
) -> None:
    """Runs until cancelled; raises Fenced when the cell has another owner."""
    await cell.take_over()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(cell.journal.run())
        tasks.create_task(cell.desks.run())
        tasks.create_task(cell.keep_time())
        tasks.create_task(_hear_of_tenants(cell, changes))
        tasks.create_task(_fence(lease.keep(), "lease"))
        tasks.create_task(_fence(cell.journal.fenced(), "journal"))
        tasks.create_task(_fence(NodeInputs(cell).run(), "media node"))
        on_ready()


async def _hear_of_tenants(cell: Cell, changes: TenantChanges) -> None:
    async for changed in changes.heard():
        for tenant_id in list(cell.floors) if changed is None else [changed]:
            try:
                await cell.refresh(tenant_id)
            except DatabaseUnavailable as error:
                log.warning("tenant.not_read_again", tenant=tenant_id, error=str(error))
                break
            except Exception:
                # One operator that cannot be read must not stop the calls of everybody else.
                log.exception("tenant.refresh_broken", tenant=tenant_id)


async def _fence(watch: Coroutine[Any, Any, None], where: str) -> None:
    try:
        await watch
    except LeaseLost as error:
        log.error("switchboard.lease_lost", error=str(error))
    raise Fenced(where)
