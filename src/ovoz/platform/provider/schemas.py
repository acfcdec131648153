"""What the provider's API takes and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.privacy.contracts import PublicText, StaffName

Slug = Annotated[
    PublicText, Meta(pattern=r"^[a-z][a-z0-9-]{1,30}$", description="first part of the host name")
]
Reason = Annotated[
    PublicText, Meta(min_length=3, max_length=500, description="what the operator's people are told")
]
BlueprintName = Annotated[PublicText, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
PublicKey = Annotated[
    PublicText,
    Meta(
        pattern=r"^[0-9a-f]{64}$",
        examples=["8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"],
        description="X25519, hexadecimal digits",
    ),
]
Result = Annotated[dict[str, Any], Meta(extra={"public": True})]
"""By kind: address, id, path and size of an archive, numbers that were left out."""


class ProviderOperation(msgspec.Struct, frozen=True):
    """Something that is done with an operator; `progress` goes from 0 to 1."""

    id: UUID
    kind: PublicText
    slug: PublicText
    tenant_id: PublicText
    state: Literal["owed", "running", "done", "failed"]
    progress: float
    step: PublicText
    error: PublicText | None
    result: Result | None
    asked_by: StaffName
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ProviderTenant(msgspec.Struct, frozen=True):
    """An operator as the provider sees it: nothing of its data."""

    id: PublicText
    slug: PublicText
    name: PublicText
    state: Literal["active", "suspended", "deleting"]
    suspended_reason: PublicText | None
    delete_after: datetime | None
    blueprint: PublicText
    demo: bool
    ring: int
    revision: PublicText | None
    created_at: datetime
    operation: ProviderOperation | None
    """The latest one."""


class TenantCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: Slug
    blueprint: BlueprintName
    name: Annotated[str, Meta(max_length=200)] = ""


class TenantSuspend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class TenantRename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: Slug


class TenantExport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The archive can be opened by the holder of the private key only; no secret goes over the API."""

    recipient: PublicKey


class TenantDelete(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`slug` again, so that nobody deletes another operator by a slip."""

    slug: Slug
    grace_days: Annotated[int, Meta(ge=1, le=365)] = 30
