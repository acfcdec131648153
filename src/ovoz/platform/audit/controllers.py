"""The audit over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from ovoz.lib.paging import CursorInvalid
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.api import AuditTrail
from ovoz.platform.audit.contracts import Doer, Filters
from ovoz.platform.audit.deps import provide_filters
from ovoz.platform.audit.errors import AuditEntryNotFound
from ovoz.platform.audit.schemas import AuditEntry, AuditEntryDetail, AuditPage
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA
from ovoz.platform.requests.contracts import LINKS, PROBLEMS, LinkTo

_LINES = "application/x-ndjson"
_NOT_STORED = {"Cache-Control": "private, no-store"}
_DIGESTS = {WITHOUT_PERSONAL_DATA: "digests and signatures"}
_FILTERS = {"filters": Provide(provide_filters, sync_to_thread=False)}


class AuditController(Controller):
    """Who did and saw what, newest first."""

    path = "/api/audit"
    tags = ("Audit",)
    cache_control = CacheControlHeader(no_store=True, private=True)

    @get(
        operation_id="ListAuditEntries",
        guards=[requires("audit.read")],
        dependencies=_FILTERS,
        opt={
            PROBLEMS: (CursorInvalid,),
            LINKS: (
                LinkTo(
                    "ShowAuditEntry", {"entry_id": "$response.body#/items/0/id"}, "The first one of the page."
                ),
            ),
        },
    )
    async def list_entries(
        self,
        actor: NamedDependency[Actor],
        audit_trail: NamedDependency[AuditTrail],
        filters: NamedDependency[Filters],
        cursor: Annotated[
            str | None, QueryParameter(max_length=200, description="`next_cursor` of the page before")
        ] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=200, description="entries on a page")] = 50,
    ) -> AuditPage:
        """The operator's audit. With `actor_id` it is one person's trail, with `subject_…` what befell one thing."""
        return await audit_trail.page(actor.tenant_id, filters, cursor=cursor, limit=limit)

    @get(
        "/export",
        operation_id="ExportAudit",
        guards=[requires("audit.export")],
        dependencies=_FILTERS,
        media_type=_LINES,
        opt={
            WITHOUT_PERSONAL_DATA: "staff and what tellers have masked, for those who hold the right to all of it"
        },
    )
    async def export(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        audit_trail: NamedDependency[AuditTrail],
        filters: NamedDependency[Filters],
    ) -> Stream:
        """What the filters select, newest first: one entry a line (the members of `AuditEntry`).

        The export is itself on record (`audit.exported`) before its first byte. An answer that breaks off is not whole.
        """
        parts = await audit_trail.export(actor.tenant_id, filters, doer)
        headers = {**_NOT_STORED, "Content-Disposition": 'attachment; filename="audit.ndjson"'}
        return Stream(_encoded(parts), headers=headers, media_type=_LINES)

    @get(
        "/anchors",
        operation_id="GetAuditAnchors",
        guards=[requires("audit.export")],
        media_type=_LINES,
        opt=_DIGESTS,
    )
    async def get_anchors(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        audit_trail: NamedDependency[AuditTrail],
        after: Annotated[
            int, QueryParameter(ge=0, le=10**12, description="only seals above this number")
        ] = 0,
    ) -> Stream:
        """Seals to be kept elsewhere: a header line with the public keys, then one seal a line.

        `ovoz audit verify SLUG --anchors FILE` compares them with what is there: a later truncation shows. They hold
        digests, no personal data. A file that is added to needs all seals from the first on.
        """
        lines = await audit_trail.anchors(actor.tenant_id, after=after, doer=doer)
        headers = {**_NOT_STORED, "Content-Disposition": 'attachment; filename="audit-anchors.ndjson"'}
        return Stream(lines, headers=headers, media_type=_LINES)

    @get(
        "/{entry_id:uuid}",
        operation_id="ShowAuditEntry",
        guards=[requires("audit.read")],
        opt={PROBLEMS: (AuditEntryNotFound,)},
    )
    async def show_entry(
        self,
        actor: NamedDependency[Actor],
        audit_trail: NamedDependency[AuditTrail],
        entry_id: FromPath[UUID],
    ) -> AuditEntryDetail:
        """One entry, with the proof that it stands under a signed root."""
        return await audit_trail.show(actor.tenant_id, entry_id)


async def _encoded(parts: AsyncIterator[list[AuditEntry]]) -> AsyncIterator[bytes]:
    async for entries in parts:
        yield b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
