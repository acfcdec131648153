"""Operators and operations, for the vendor's staff. Every change is an operation: 202, and its progress to follow."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ovoz.lib.problems import InputInvalid
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import PROVIDER_ONLY
from ovoz.platform.provider.schemas import (
    OperationList,
    ProviderOperation,
    ProviderTenant,
    TenantCreate,
    TenantDelete,
    TenantExport,
    TenantList,
    TenantRename,
    TenantSuspend,
)
from ovoz.platform.requests.contracts import KEEPS_ANSWER, PROBLEMS
from ovoz.platform.tenancy.api import Operation, Operations, TenantOverview
from ovoz.platform.tenancy.errors import (
    BlueprintInvalid,
    OperationUnknown,
    OperatorUnknown,
    SlugInvalid,
    SlugTaken,
)

_NOT_STORED = CacheControlHeader(no_store=True)
_DAY_S = 86_400


class ProviderTenantController(Controller):
    """Operators of this installation."""

    path = "/api/provider/tenants"
    tags = ("Provider",)
    opt = {PROVIDER_ONLY: True}  # noqa: RUF012 - as Litestar has it
    cache_control = _NOT_STORED

    @get(operation_id="ListTenants", guards=[requires("tenants.read")])
    async def list_tenants(self, operations: NamedDependency[Operations]) -> TenantList:
        """Every operator with its state, the revision of its schema and its latest operation."""
        return TenantList([_tenant(found) for found in await operations.overview()])

    @get(
        "/{slug:str}",
        operation_id="ShowTenant",
        opt={PROBLEMS: (OperatorUnknown,)},
        guards=[requires("tenants.read")],
    )
    async def show(self, slug: FromPath[str], operations: NamedDependency[Operations]) -> ProviderTenant:
        """One operator."""
        return _tenant(await operations.overview_of(slug))

    @post(
        operation_id="CreateTenant",
        opt={KEEPS_ANSWER: True, PROBLEMS: (SlugInvalid, SlugTaken, BlueprintInvalid)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def create(
        self,
        request: Request[Actor, Any, Any],
        data: JSONBody[TenantCreate],
        operations: NamedDependency[Operations],
    ) -> ProviderOperation:
        """Makes an operator from a blueprint, without people."""
        return _operation(
            await operations.ask_to_create(data.slug, data.blueprint, data.name, _doer(request))
        )

    @post(
        "/{slug:str}/suspend",
        operation_id="SuspendTenant",
        opt={PROBLEMS: (OperatorUnknown,)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def suspend(
        self,
        request: Request[Actor, Any, Any],
        slug: FromPath[str],
        data: JSONBody[TenantSuspend],
        operations: NamedDependency[Operations],
    ) -> ProviderOperation:
        """Nobody signs in, callers hear an announcement, conversations run on, nothing is lost."""
        return _operation(await operations.ask("suspend", slug, _doer(request), {"reason": data.reason}))

    @post(
        "/{slug:str}/resume",
        operation_id="ResumeTenant",
        opt={PROBLEMS: (OperatorUnknown,)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def resume(
        self, request: Request[Actor, Any, Any], slug: FromPath[str], operations: NamedDependency[Operations]
    ) -> ProviderOperation:
        """Everything works again as it was."""
        return _operation(await operations.ask("resume", slug, _doer(request)))

    @post(
        "/{slug:str}/rename",
        operation_id="RenameTenant",
        opt={PROBLEMS: (OperatorUnknown, SlugInvalid, SlugTaken)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def rename(
        self,
        request: Request[Actor, Any, Any],
        slug: FromPath[str],
        data: JSONBody[TenantRename],
        operations: NamedDependency[Operations],
    ) -> ProviderOperation:
        """Another address; the old one leads nowhere."""
        return _operation(await operations.ask("rename", slug, _doer(request), {"slug": data.slug}))

    @post(
        "/{slug:str}/export",
        operation_id="ExportTenant",
        opt={PROBLEMS: (OperatorUnknown,)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def export(
        self,
        request: Request[Actor, Any, Any],
        slug: FromPath[str],
        data: JSONBody[TenantExport],
        operations: NamedDependency[Operations],
    ) -> ProviderOperation:
        """Writes an archive into the installation's folder, for the holder of the recipient's private key."""
        return _operation(await operations.ask("export", slug, _doer(request), {"recipient": data.recipient}))

    @post(
        "/{slug:str}/delete",
        operation_id="DeleteTenant",
        opt={PROBLEMS: (OperatorUnknown,)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def delete(
        self,
        request: Request[Actor, Any, Any],
        slug: FromPath[str],
        data: JSONBody[TenantDelete],
        operations: NamedDependency[Operations],
    ) -> ProviderOperation:
        """Begins a deletion: suspended now, gone for good after the time of grace, which can be taken back."""
        if data.slug != slug:
            raise InputInvalid(errors=[{"pointer": "/slug", "detail": f"must be {slug}"}])
        parameters = {"grace_s": data.grace_days * _DAY_S}
        return _operation(await operations.ask("delete", slug, _doer(request), parameters))

    @post(
        "/{slug:str}/undelete",
        operation_id="UndeleteTenant",
        opt={PROBLEMS: (OperatorUnknown,)},
        status_code=202,
        guards=[requires("tenants.manage")],
    )
    async def undelete(
        self, request: Request[Actor, Any, Any], slug: FromPath[str], operations: NamedDependency[Operations]
    ) -> ProviderOperation:
        """Takes a deletion back while its time of grace runs."""
        return _operation(await operations.ask("undelete", slug, _doer(request)))


class ProviderOperationController(Controller):
    """What was asked for, and how far it is."""

    path = "/api/provider/operations"
    tags = ("Provider",)
    opt = {PROVIDER_ONLY: True}  # noqa: RUF012 - as Litestar has it
    cache_control = _NOT_STORED
    guards = (requires("tenants.read"),)

    @get(operation_id="ListOperations")
    async def list_operations(self, operations: NamedDependency[Operations]) -> OperationList:
        """The latest fifty, newest first."""
        return OperationList([_operation(found) for found in await operations.latest()])

    @get(
        "/{operation_id:uuid}",
        operation_id="ShowOperation",
        opt={PROBLEMS: (OperationUnknown,)},
    )
    async def show(
        self, operation_id: FromPath[UUID], operations: NamedDependency[Operations]
    ) -> ProviderOperation:
        """One operation with its progress."""
        return _operation(await operations.get(operation_id))


def _doer(request: Request[Actor, Any, Any]) -> Doer:
    actor = request.user
    address = request.client.host if request.client else ""
    return Doer("provider", actor.user_id, actor.name, actor.session_id, address)


def _tenant(found: TenantOverview) -> ProviderTenant:
    return msgspec.convert(
        {
            **{name: getattr(found.tenant, name) for name in found.tenant.__struct_fields__},
            "ring": found.ring,
            "revision": found.revision,
            "created_at": found.created_at,
            "operation": _operation(found.operation) if found.operation else None,
        },
        ProviderTenant,
    )


def _operation(operation: Operation) -> ProviderOperation:
    return ProviderOperation(
        id=operation.id,
        kind=operation.kind,
        slug=operation.slug,
        tenant_id=operation.tenant_id,
        state=operation.state,
        progress=operation.progress,
        step=operation.step,
        error=operation.error,
        result=operation.result,
        asked_by=operation.doer.name,
        requested_at=operation.requested_at,
        started_at=operation.started_at,
        finished_at=operation.finished_at,
    )
