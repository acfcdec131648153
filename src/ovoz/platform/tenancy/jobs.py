"""SAQ jobs: triggers only; what is owed stands in the rows."""

from typing import TypedDict
from uuid import UUID

from ovoz.platform.access.guards import by_system
from ovoz.platform.tenancy.api import OperationRunner


class TenancyContext(TypedDict):
    """What the worker puts into the context of every job."""

    tenant_operations: OperationRunner


@by_system
async def operate(context: TenancyContext, *, operation_id: str) -> str:
    """`tenancy.operate`: carries an operation out, unless somebody is at this tenant; how it stands afterwards."""
    return (await context["tenant_operations"].run(UUID(operation_id))).state
