"""The facade of tenancy."""

from typing import Final, Protocol
from uuid import UUID

from ovoz.platform.tenancy.contracts import Operation, Tenant, TenantOverview
from ovoz.platform.tenancy.ports import Attachment
from ovoz.platform.tenancy.repositories import TenantRepository, schema_statements
from ovoz.platform.tenancy.schemas import Blueprint
from ovoz.platform.tenancy.services.blueprints import blueprint_schema, parse_blueprint, read_blueprint
from ovoz.platform.tenancy.services.downloads import Archives, FoundArchive
from ovoz.platform.tenancy.services.exporting import TenantExporter
from ovoz.platform.tenancy.services.finding import TenantFinder, refuse_suspended
from ovoz.platform.tenancy.services.fleet import Fleet, FleetCheck, FleetResult, FleetStatus
from ovoz.platform.tenancy.services.keys import KeyRotation, TenantKeys
from ovoz.platform.tenancy.services.life import TenantLife
from ovoz.platform.tenancy.services.making import TenantMaker
from ovoz.platform.tenancy.services.operations import OperationRunner, Operations, Secret
from ovoz.platform.tenancy.services.restoring import TenantRestorer

OPERATE_JOB: Final = "tenancy.operate"
_TIME_LIMIT_S = 6 * 3600


class OperationQueue(Protocol):
    """The part of a job queue that asking for work needs (a `saq.Queue` is one)."""

    async def enqueue(self, job_or_func: str, **kwargs: object) -> object: ...


async def request_operation(queue: OperationQueue, operation_id: UUID, *, asked_by: str) -> None:
    """Asks a worker to carry an operation out; a request that is lost is made again by the reconciler."""
    await queue.enqueue(
        OPERATE_JOB,
        key=f"{OPERATE_JOB}:{operation_id.hex}:{asked_by}",
        timeout=_TIME_LIMIT_S,
        retries=1,
        ttl=1,
        operation_id=str(operation_id),
    )


__all__ = [
    "OPERATE_JOB",
    "Archives",
    "Attachment",
    "Blueprint",
    "Fleet",
    "FleetCheck",
    "FleetResult",
    "FleetStatus",
    "FoundArchive",
    "KeyRotation",
    "Operation",
    "OperationRunner",
    "Operations",
    "Secret",
    "Tenant",
    "TenantExporter",
    "TenantFinder",
    "TenantKeys",
    "TenantLife",
    "TenantMaker",
    "TenantOverview",
    "TenantRepository",
    "TenantRestorer",
    "blueprint_schema",
    "parse_blueprint",
    "read_blueprint",
    "refuse_suspended",
    "request_operation",
    "schema_statements",
]
