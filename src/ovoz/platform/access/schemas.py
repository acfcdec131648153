"""Roles on the wire, and the file of shipped roles (`tenants/roles.schema.json` is generated from it)."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.access.contracts import (
    ConditionName,
    Grant,
    ProviderRole,
    Right,
    ShippedRole,
    Whose,
)
from ovoz.platform.privacy.contracts import PublicText, StaffName

RoleCode = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$", description="lower case, digits, underscore")
]
RoleName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00\ud800-\udfff]*[^\s\x00\ud800-\udfff][^\x00\ud800-\udfff]*$",
    ),
]
Text = Annotated[PublicText, Meta(min_length=1, max_length=300)]
Grants = Annotated[list[Grant], Meta(max_length=200)]


class RoleNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing in the three languages of the interface."""

    ru: Text
    tg: Text
    en: Text


class RoleSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shipped role: `purpose` says in a sentence what it is for."""

    code: ShippedRole | ProviderRole
    names: RoleNames
    purpose: RoleNames
    grants: Annotated[list[Grant], Meta(min_length=1)]


class RolesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles` are every tenant's, `provider_roles` those of the provider's own staff."""

    roles: list[RoleSpec]
    provider_roles: list[RoleSpec]


class RightInfo(msgspec.Struct, frozen=True):
    """A right, the conditions it can be given with, and for whose things (empty: it has no scope)."""

    name: Right
    conditions: list[ConditionName]
    whose: list[Whose]


class Role(msgspec.Struct, frozen=True):
    """A role; `purpose` only for shipped ones, `people` counts who has it and is not disabled."""

    code: PublicText
    names: RoleNames
    purpose: RoleNames | None
    shipped: bool
    version: int
    grants: list[Grant]
    people: int


class RoleCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new role with these grants, or with those of another one."""

    code: RoleCode
    name: RoleName
    grants: Grants | None = None
    copy_of: RoleCode | None = None


class RoleUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of a role: what is not in `grants` is taken away."""

    name: RoleName
    grants: Grants


class RolePreview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change that is not made: the role would have these grants (null: it would be gone)."""

    code: RoleCode
    grants: Grants | None


class PersonDifference(msgspec.Struct, frozen=True):
    """What one person would gain and lose; grants that another one of theirs covers do not count."""

    id: UUID
    name: StaffName
    gained: list[Grant]
    lost: list[Grant]


class RoleDifference(msgspec.Struct, frozen=True):
    """Everybody for whom something would change; `unchanged` counts the others who have the role."""

    people: list[PersonDifference]
    unchanged: int
