"""What the provider's API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,30}$", description="first part of the host name")]
Reason = Annotated[str, Meta(min_length=3, max_length=500, description="what the operator's people are told")]
BlueprintName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
PublicKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="X25519, hexadecimal digits")]


class ProviderOperation(msgspec.Struct, frozen=True):
    """Something that is done with an operator; `progress` goes from 0 to 1."""

    id: UUID
    kind: str
    slug: str
    tenant_id: str
    state: Literal["owed", "running", "done", "failed"]
    progress: float
    step: str
    error: str | None
    result: dict[str, str | int | list[str]] | None
    asked_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class ProviderTenant(msgspec.Struct, frozen=True):
    """An operator as the provider sees it: nothing of its data."""

    id: str
    slug: str
    name: str
    state: Literal["active", "suspended", "deleting"]
    suspended_reason: str | None
    delete_after: datetime | None
    blueprint: str
    demo: bool
    ring: int
    revision: str | None
    created_at: datetime
    operation: ProviderOperation | None
    """The latest one."""


class TenantList(msgspec.Struct, frozen=True):
    items: list[ProviderTenant]


class OperationList(msgspec.Struct, frozen=True):
    items: list[ProviderOperation]


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
