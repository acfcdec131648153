"""Operators and operations, for the vendor's staff. Every change is an operation: 202, and its progress to follow."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from ovoz.lib.paging import CursorInvalid, Page
from ovoz.lib.problems import InputInvalid
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import PROVIDER_ONLY
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA
from ovoz.platform.provider.schemas import (
    ProviderOperation,
    ProviderTenant,
    TenantCreate,
    TenantDelete,
    TenantExport,
    TenantRename,
    TenantSuspend,
)
from ovoz.platform.requests.contracts import KEEPS_ANSWER, LINKS, PROBLEMS, LinkTo
from ovoz.platform.requests.deps import Cursor, Limit
from ovoz.platform.tenancy.api import Archives, Operation, Operations, TenantOverview
from ovoz.platform.tenancy.contracts import (
    OperationKind,
    OperationSort,
    OperationState,
    TenantSort,
    TenantState,
)
from ovoz.platform.tenancy.errors import (
    ArchiveNotHere,
    BlueprintInvalid,
    OperationUnknown,
    OperatorUnknown,
    SlugInvalid,
    SlugTaken,
)

_NOT_STORED = CacheControlHeader(no_store=True)
_DAY_S = 86_400
_FIRST_TENANT = LinkTo("ShowTenant", {"slug": "$response.body#/items/0/slug"}, "The first one of the page.")
_FIRST_OPERATION = LinkTo(
    "ShowOperation", {"operation_id": "$response.body#/items/0/id"}, "The first one of the page."
)


class ProviderTenantController(Controller):
    """Operators of this installation."""

    path = "/api/provider/tenants"
    tags = ("Provider",)
    opt = {PROVIDER_ONLY: True}  # noqa: RUF012 - as Litestar has it
    cache_control = _NOT_STORED

    @get(
        operation_id="ListTenants",
        opt={PROBLEMS: (CursorInvalid,), LINKS: (_FIRST_TENANT,)},
        guards=[requires("tenants.read")],
    )
    async def list_tenants(
        self,
        operations: NamedDependency[Operations],
        cursor: Cursor = None,
        limit: Limit = 50,
        sort: FromQuery[TenantSort] = "slug",
        tenant_state: Annotated[TenantState | None, QueryParameter(name="state")] = None,
        search: Annotated[
            str | None,
            QueryParameter(
                min_length=1, max_length=100, pattern=r"^[^\x00]*$", description="in slug and name"
            ),
        ] = None,
    ) -> Page[ProviderTenant]:
        """Operators with their state, the revision of their schema and their latest operation."""
        found = await operations.overview(
            sort=sort, cursor=cursor, limit=limit, state=tenant_state, search=search
        )
        return Page([_tenant(each) for each in found.items], found.next_cursor)

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

    @get(
        operation_id="ListOperations",
        opt={PROBLEMS: (CursorInvalid,), LINKS: (_FIRST_OPERATION,)},
        guards=[requires("tenants.read")],
    )
    async def list_operations(
        self,
        operations: NamedDependency[Operations],
        cursor: Cursor = None,
        limit: Limit = 50,
        sort: FromQuery[OperationSort] = "-requested_at",
        operation_state: Annotated[OperationState | None, QueryParameter(name="state")] = None,
        kind: FromQuery[OperationKind | None] = None,
        slug: Annotated[
            str | None, QueryParameter(max_length=31, pattern=r"^[a-z0-9-]*$", description="of one operator")
        ] = None,
    ) -> Page[ProviderOperation]:
        """What was asked for, newest first; under the addresses that the operators had then."""
        found = await operations.page(
            sort=sort, cursor=cursor, limit=limit, state=operation_state, kind=kind, slug=slug
        )
        return Page([_operation(each) for each in found.items], found.next_cursor)

    @get(
        "/{operation_id:uuid}/archive",
        operation_id="DownloadArchive",
        media_type="application/x-tar",
        opt={
            WITHOUT_PERSONAL_DATA: "sealed for the holder of the recipient's private key",
            PROBLEMS: (OperationUnknown, ArchiveNotHere),
        },
        guards=[requires("tenants.manage")],
    )
    async def download_archive(
        self,
        request: Request[Actor, Any, Any],
        actor: NamedDependency[Actor],
        archives: NamedDependency[Archives],
        operation_id: FromPath[UUID],
    ) -> Stream:
        """The archive of an export that has ended well. That it is taken is on record before the first byte."""
        found = await archives.open(operation_id, _doer(request), actor.tenant_id)
        headers = {
            "Content-Disposition": f'attachment; filename="{found.name}"',
            "Content-Length": str(found.size),
            "X-Content-Type-Options": "nosniff",
        }
        return Stream(found.content, headers=headers, media_type="application/x-tar")

    @get(
        "/{operation_id:uuid}",
        operation_id="ShowOperation",
        opt={PROBLEMS: (OperationUnknown,)},
        guards=[requires("tenants.read")],
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
