"""What other modules know of a tenant."""

from datetime import datetime

import msgspec


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


class WrappedKey(msgspec.Struct, frozen=True):
    """A version of a tenant's key, wrapped by the installation's."""

    tenant_id: str
    slug: str
    version: int
    wrapped: bytes
    created_at: datetime


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
