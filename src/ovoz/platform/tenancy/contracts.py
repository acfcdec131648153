"""What other modules know of a tenant."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from ovoz.platform.audit.contracts import Doer

TenantState = Literal["active", "suspended", "deleting"]
OperationKind = Literal[
    "create", "suspend", "resume", "rename", "export", "restore", "delete", "undelete", "purge"
]
OperationState = Literal["owed", "running", "done", "failed"]

TenantSort = Literal["slug", "-slug", "created_at", "-created_at"]
OperationSort = Literal["requested_at", "-requested_at"]

PROVIDER_SLUG = "console"
"""The provider's own address; see decision 16."""


class Tenant(msgspec.Struct, frozen=True):
    """An operator; `id` never changes, `slug` is the host name's first part and may."""

    id: str
    slug: str
    name: str
    state: str
    locale: str
    time_zone: str
    demo: bool
    blueprint: str
    kind: Literal["operator", "provider"] = "operator"
    suspended_reason: str | None = None
    delete_after: datetime | None = None

    @property
    def is_served(self) -> bool:
        """False while it is suspended, or on its way out."""
        return self.state == "active"


class Operation(msgspec.Struct, frozen=True):
    """Something that is done with a tenant: what, for whom, and how far it is (`progress` from 0 to 1)."""

    id: UUID
    kind: OperationKind
    tenant_id: str
    slug: str
    parameters: dict[str, Any]
    doer: Doer
    state: OperationState
    progress: float
    step: str
    error: str | None
    result: dict[str, Any] | None
    attempts: int
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def settled(self) -> bool:
        return self.state in ("done", "failed")


class TenantOverview(msgspec.Struct, frozen=True):
    """A tenant as the provider sees it."""

    tenant: Tenant
    ring: int
    revision: str | None
    created_at: datetime
    operation: Operation | None = None


SUBSCRIBER_NUMBER: Final = "subscriber.number"
SUBSCRIBER_NAME: Final = "subscriber.name"
"""Places of sealed fields (`ovoz.lib.sealed_fields`)."""


class WrappedKey(msgspec.Struct, frozen=True):
    """A version of a tenant's key, wrapped by the installation's."""

    tenant_id: str
    slug: str
    version: int
    wrapped: bytes
    created_at: datetime


class KeptKey(msgspec.Struct, frozen=True):
    """A version of a tenant's key as the application reads it."""

    tenant_id: str
    version: int
    wrapped: bytes
    settled: bool
    """Old enough for every process to know it."""


class KeyState(msgspec.Struct, frozen=True):
    """What `ovoz keys status` says of one version of a tenant's key."""

    tenant_id: str
    slug: str
    version: int
    created_at: datetime
    newest: bool
    """Whether what is encrypted now is encrypted with it."""
    wrapped_by: str | None
    """Id of the installation's key that opens it; None where none does."""


class KeyRotated(msgspec.Struct, frozen=True):
    """How a rotation of the installation's key ended."""

    resumed: bool
    """An earlier one had not come to its end; no further key was made."""
    key_id: str
    wrapped_anew: int
