"""The policy by role (`tenants/privacy.yaml`; its schema is generated from these structs), and reveals on the wire."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.privacy.contracts import Kind, Level, PersonalText, Subject

Degree = Literal["clear", "masked", "hidden"]
FieldPath = Annotated[str, Meta(pattern=r"^[A-Z]\w*\.[a-z_]+$", description="<Struct>.<field>")]
RoleCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ByOwner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`own`: of a call that is or was the person's, of the person themselves; `others`: everything else."""

    own: Degree
    others: Degree


class NumbersByOwner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As ByOwner; `pseudonym` is the masked number and a keyed digest of it, to count by."""

    own: Level
    others: Level


class RolePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a role sees of each kind; what is not named is hidden. `fields` has a level of its own for one field."""

    phone: Level | NumbersByOwner = "hidden"
    name: Degree | ByOwner = "hidden"
    email: Degree | ByOwner = "hidden"
    text: Degree | ByOwner = "hidden"
    staff_name: Degree | ByOwner = "hidden"
    staff_email: Degree | ByOwner = "hidden"
    fields: dict[FieldPath, Level | NumbersByOwner] = {}


class PrivacyPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`roles` by code; `other_roles` for those that a tenant makes."""

    roles: dict[RoleCode, RolePolicy]
    other_roles: RolePolicy


SHORTEST_REASON: Final = 5
SubjectKind = Literal["interaction", "person"]


class RevealCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose data, which kinds, and why (5 characters or more: the auditor and the supervisor read it)."""

    subject_kind: SubjectKind
    subject_id: UUID
    kinds: Annotated[list[Kind], Meta(min_length=1, max_length=6)]
    reason: Annotated[
        str,
        # A shorter one has a problem of its own, which says what a reason is: the document alone states the limit.
        Meta(
            max_length=500,
            pattern=r"^[^\x00\ud800-\udfff]*$",
            extra_json_schema={"minLength": SHORTEST_REASON},
        ),
    ]


class Reveal(msgspec.Struct, frozen=True):
    """Kinds of a subject that are clear to this person until then, wherever they stand."""

    id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    kinds: list[Kind]
    reason: PersonalText
    at: datetime
    until: datetime
    by: UUID

    def personal_subject(self) -> Subject:
        return Subject("reveal", str(self.id), self.by)
