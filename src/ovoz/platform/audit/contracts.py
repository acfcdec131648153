"""An act as other modules tell it, and what is put on record and sealed."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

ActorKind = Literal["person", "provider", "service", "system"]

ACTS: Final = frozenset(
    {
        "audit.exported",
        "breaks.reason_changed",
        "breaks.reason_created",
        "breaks.reasons_ordered",
        "calling.changed",
        "identity.password_changed",
        "identity.session_ended",
        "identity.sign_in_failed",
        "identity.sign_in_locked",
        "identity.signed_in",
        "identity.signed_out",
        "holidays.created",
        "holidays.removed",
        "interactions.opened",
        "keys.tenant_key_rotated",
        "people.changed",
        "people.disabled",
        "people.enabled",
        "people.invited",
        "people.invited_again",
        "people.password_chosen",
        "people.sessions_ended",
        "personal.revealed",
        "queues.changed",
        "queues.created",
        "recordings.listened",
        "returns.settled",
        "roles.changed",
        "roles.created",
        "roles.removed",
        "routing.changed",
        "skills.changed",
        "skills.created",
        "skills.given",
        "teams.created",
        "teams.removed",
        "teams.renamed",
        "tenancy.archive_downloaded",
        "tenancy.created",
        "tenancy.deleted",
        "tenancy.deletion_begun",
        "tenancy.deletion_taken_back",
        "tenancy.exported",
        "tenancy.renamed",
        "tenancy.restored",
        "tenancy.resumed",
        "tenancy.suspended",
    }
)
"""Every name that is told; each has its line in docs/developer/audit.md."""

ENCRYPTED: Final = "$enc"
"""Reserved: `{"$enc": {…}}` in `before` and `after` will hold a value under its subject's own key (decision 17)."""


class Doer(msgspec.Struct, frozen=True):
    """Who acts, and from where. `SYSTEM` is nobody: a schedule, a limit that was reached."""

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    session_id: UUID | None = None
    address: str = ""


SYSTEM = Doer("system", name="Ovoz")


class Act(msgspec.Struct, frozen=True):
    """One line of the audit: `name` is `<module>.<verb in the past>` (`people.role_given`), done to the `subject`.

    `before` and `after` hold what changed; personal values in them are masked by whoever tells the act.
    """

    name: str
    doer: Doer
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    reason: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """An act on record. `position` gives entries their order; numbers with a fraction are Decimals."""

    position: int
    id: UUID
    at: datetime
    act: str
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str
    session_id: UUID | None
    address: str
    subject_kind: str
    subject_id: str
    reason: str | None
    before: Any
    after: Any


class Filters(msgspec.Struct, frozen=True):
    """What a list of entries is about; None is everything."""

    act: str | None = None
    """Beginning of the act's name."""
    actor_id: UUID | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that does not count any more."""


class Leaf(msgspec.Struct, frozen=True):
    """What a seal says of one entry."""

    position: int
    id: UUID
    hash: bytes
    """SHA-256 of a zero byte and the canonical form (RFC 6962, section 2.1)."""


class Seal(msgspec.Struct, frozen=True):
    """Proof of the entries behind the seal before it, up to `last_position`; the fields are those that are signed."""

    number: int
    leaves: tuple[Leaf, ...]
    root: bytes
    previous_root: bytes
    sealed_at: datetime
    key_id: str
    signature: bytes = b""

    @property
    def first_position(self) -> int:
        return self.leaves[0].position

    @property
    def last_position(self) -> int:
        return self.leaves[-1].position


class SealRow(msgspec.Struct, frozen=True):
    """A seal as it stands in its table, whatever became of it."""

    number: int
    first_position: int
    last_position: int
    entries: int
    leaves: bytes
    root: bytes
    previous_root: bytes
    sealed_at: datetime
    key_id: str
    signature: bytes


class OriginRow(msgspec.Struct, frozen=True):
    """A move of the tenant as it is kept: the signed text of an `Origin`, byte for byte."""

    number: int
    statement: str
    signature: bytes


class Origin(msgspec.Struct, frozen=True):
    """Who had sealed, as what, until the tenant was restored from an archive; signed by who restored it.

    `keys` are the public keys that came in the archive, and `installation` is the archive's own word for its writer.
    """

    format: str
    number: int
    """1 is the oldest move."""
    tenant: str
    """What it was restored as."""
    installation: str
    origin_tenant: str
    origin_slug: str
    last_seal: int
    last_position: int
    seals_sha256: str
    """Over every seal up to `last_seal`, as they came."""
    keys: dict[str, str]
    previous_sha256: str | None
    """Of the statement about the move before."""
    at: datetime
    key_id: str


class Anchors(msgspec.Struct, frozen=True):
    """Seals that were kept apart, with the keys that signed them: what is here cannot be cut off unseen."""

    tenant_id: str
    keys: dict[str, bytes]
    seals: tuple[Seal, ...]


FindingKind = Literal[
    "entry_changed",
    "entry_removed",
    "entry_inserted",
    "entry_moved",
    "seal_changed",
    "seal_removed",
    "seal_unproven",
    "chain_broken",
    "origin_broken",
]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not as it was sealed."""

    kind: FindingKind
    detail: str
    position: int | None = None
    id: UUID | None = None
    seal: int | None = None


class Examination(msgspec.Struct, frozen=True):
    """What a look at the whole audit of a tenant found."""

    tenant_id: str
    entries: int
    sealed: int
    """Entries that a seal covers."""
    waiting: int
    """Entries that came after the last seal; nothing is proven of them yet."""
    waiting_since: datetime | None
    seals: int
    anchored: int
    """Seals that were compared with anchors."""
    origins: tuple[Origin, ...]
    """Where the tenant was before, the oldest first; only what this installation's key vouches for."""
    findings: tuple[Finding, ...]
