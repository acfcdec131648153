"""People, teams and invitations on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ovoz.platform.access.contracts import Conditions, Region
from ovoz.platform.privacy.contracts import PublicText, StaffEmail, StaffName

PersonState = Literal["invited", "active", "disabled"]

Email = Annotated[
    str, Meta(min_length=3, max_length=200, pattern=r"^[^@\s\x00\ud800-\udfff]+@[^@\s\x00\ud800-\udfff]+$")
]
PersonName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=120,
        pattern=r"^[^\x00\ud800-\udfff]*[^\s\x00\ud800-\udfff][^\x00\ud800-\udfff]*$",
    ),
]
RoleCode = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\x00\ud800-\udfff]*$")]
RoleCodes = Annotated[list[RoleCode], Meta(min_length=1, max_length=20)]


class TeamReference(msgspec.Struct, frozen=True):
    id: UUID
    name: PublicText


class Person(msgspec.Struct, frozen=True):
    """A person of the tenant; `invitation_expires_at` while a link is open."""

    id: UUID
    name: StaffName
    email: StaffEmail
    state: PersonState
    roles: list[PublicText]
    team: TeamReference | None
    region: PublicText | None
    outsourced: bool
    is_agent: bool
    created_at: datetime
    invitation_expires_at: datetime | None
    version: int


class PersonInvite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody new; without `is_agent`, who gets a role with a desk is one."""

    email: Email
    name: PersonName
    roles: RoleCodes
    team_id: UUID | None = None
    region: Region | None = None
    outsourced: bool = False
    is_agent: bool | None = None


class PersonUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Only what stands in it is changed; null takes team or region away."""

    name: PersonName | UnsetType = UNSET
    roles: RoleCodes | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET
    region: Region | UnsetType | None = UNSET
    outsourced: bool | UnsetType = UNSET
    is_agent: bool | UnsetType = UNSET


class Invited(msgspec.Struct, frozen=True):
    """`link` opens once, on this address; nobody can read it again."""

    person: Person
    link: PublicText
    expires_at: datetime


class GrantOfPerson(msgspec.Struct, frozen=True):
    """One grant of a right: by which role, under which conditions."""

    role: PublicText
    conditions: Conditions


class RightOfPerson(msgspec.Struct, frozen=True):
    """A right with every grant of it; one suffices. `now`: whether the hours of one of them hold now."""

    right: PublicText
    now: bool
    grants: list[GrantOfPerson]


class PersonRights(msgspec.Struct, frozen=True):
    """What a person may do, and why; `missing` are the rights that no role of theirs gives.

    A person who is disabled or has not accepted the invitation may do nothing until that changes: `state` says so.
    """

    state: PersonState
    rights: list[RightOfPerson]
    missing: list[PublicText]


class Team(msgspec.Struct, frozen=True):
    """`people` counts who is in it and not disabled."""

    id: UUID
    name: PublicText
    people: int


class TeamWrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=80,
            pattern=r"^[^\x00\ud800-\udfff]*[^\s\x00\ud800-\udfff][^\x00\ud800-\udfff]*$",
        ),
    ]


class Invitation(msgspec.Struct, frozen=True):
    """Whom an open invitation is for; shown to who holds its secret link."""

    name: PublicText
    email: PublicText
    operator: PublicText
    expires_at: datetime


class InvitationAccept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password that the person chose: 12 characters or more."""

    password: Annotated[str, Meta(min_length=1, max_length=200)]


class InvitationAccepted(msgspec.Struct, frozen=True):
    """With this address and the new password one signs in."""

    email: PublicText
