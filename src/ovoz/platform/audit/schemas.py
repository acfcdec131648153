"""The audit on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.platform.audit.contracts import ActorKind
from ovoz.platform.privacy.contracts import PublicText, StaffName

Integrity = Literal["sealed", "waiting", "damaged"]
"""Proven by a seal; not sealed yet; not what its seal says."""

_ID = "0199c1a0-7a2e-7cc3-98c4-dc0c0c07398f"
_HASH = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
Hex = Annotated[PublicText, Meta(pattern="^[0-9a-f]*$", examples=[_HASH])]
Changed = Annotated[dict[str, Any], Meta(extra={"public": True})]
"""What an act changed: whoever told it has masked what is personal in it."""


class AuditActor(msgspec.Struct, frozen=True):
    """Who did it."""

    kind: Annotated[
        ActorKind,
        Meta(
            description="`person` of this operator, `provider` (vendor staff), `service`, or `system` (Ovoz by itself)",
            examples=["person"],
        ),
    ]
    id: Annotated[
        UUID | None,
        Meta(
            description="The person; null for the system and for somebody who did not get in", examples=[_ID]
        ),
    ]
    name: Annotated[
        StaffName,
        Meta(description="Name at that time; empty for somebody unknown", examples=["Мадина Раҳимова"]),
    ]


class AuditSubject(msgspec.Struct, frozen=True):
    """On whom or what."""

    kind: Annotated[
        PublicText,
        Meta(description="`person`, `recording`, `interaction`, `audit` …", examples=["recording"]),
    ]
    id: Annotated[PublicText, Meta(description="Its identifier within that kind", examples=[_ID])]


class AuditEntry(msgspec.Struct, frozen=True):
    """One line of the audit; it never changes."""

    id: Annotated[
        UUID, Meta(description="Opens the entry with its proof at `/api/audit/{id}`", examples=[_ID])
    ]
    position: Annotated[
        int, Meta(description="Place in the order of the audit; numbers may be left out", examples=[1024])
    ]
    at: Annotated[datetime, Meta(description="When, in UTC", examples=["2026-11-25T08:15:30.123456Z"])]
    act: Annotated[
        PublicText,
        Meta(
            description="What was done, `<module>.<verb in the past>`; the list is in docs/developer/audit.md",
            examples=["recordings.listened"],
        ),
    ]
    actor: Annotated[AuditActor, Meta(description="Who")]
    session_id: Annotated[
        UUID | None, Meta(description="The session it was done in, where there was one", examples=[_ID])
    ]
    address: Annotated[
        PublicText, Meta(description="IP address it came from; empty where none", examples=["10.20.30.40"])
    ]
    subject: Annotated[AuditSubject, Meta(description="On whom or what")]
    reason: Annotated[
        PublicText | None,
        Meta(
            description="Why, in the person's own words, where a reason is asked for",
            examples=["Complaint 4711"],
        ),
    ]
    before: Annotated[
        Changed | None,
        Meta(description="What it was, personal values masked", examples=[{"role": "agent"}]),
    ]
    after: Annotated[
        Changed | None,
        Meta(description="What it became, personal values masked", examples=[{"role": "supervisor"}]),
    ]
    seal: Annotated[
        int | None,
        Meta(
            description="Number of the seal over this position; null while it waits (up to a minute)",
            examples=[17],
        ),
    ]


class AuditPage(msgspec.Struct, frozen=True):
    """Newest first; ask with `next_cursor` for what is older, until it is null."""

    items: Annotated[list[AuditEntry], Meta(description="Entries from the newest on")]
    next_cursor: Annotated[
        PublicText | None,
        Meta(
            description="For the parameter `cursor`; null on the last page", examples=["MjAyNi0xMS0yNVQwOA=="]
        ),
    ]


class AuditProof(msgspec.Struct, frozen=True):
    """That the entry is under a signed root: RFC 6962 (section 2.1.1), SHA-256, Ed25519.

    SHA-256 of a zero byte and `canonical` is `leaf`; `path` leads from it to `root`; `signature` is over
    `signed`, which names the root.
    """

    canonical: Annotated[
        PublicText,
        Meta(
            description="The entry's canonical JSON, byte for byte",
            examples=['{"act":"recordings.listened",…}'],
        ),
    ]
    leaf: Annotated[Hex, Meta(description="Hash of the leaf, hexadecimal")]
    index: Annotated[int, Meta(description="The leaf's place among `size`, from 0", examples=[5])]
    size: Annotated[int, Meta(description="Leaves under the root", examples=[42])]
    path: Annotated[list[Hex], Meta(description="Hashes from the leaf up to the root", examples=[[_HASH]])]
    root: Annotated[Hex, Meta(description="Root of the tree")]
    seal: Annotated[int, Meta(description="Number of the seal", examples=[17])]
    sealed_at: Annotated[datetime, Meta(description="When it was sealed", examples=["2026-11-25T08:16:00Z"])]
    signed: Annotated[
        PublicText,
        Meta(description="Canonical JSON that the signature is over", examples=['{"entries":42,…}']),
    ]
    signature: Annotated[Hex, Meta(description="Ed25519 signature, hexadecimal")]
    key_id: Annotated[
        PublicText,
        Meta(description="First 16 digits of the public key's SHA-256", examples=["9f86d081884c7d65"]),
    ]
    public_key: Annotated[
        Hex | None, Meta(description="Ed25519 public key; null where this installation does not know the key")
    ]


class AuditEntryDetail(AuditEntry, frozen=True):
    """An entry with its proof."""

    integrity: Annotated[
        Integrity,
        Meta(
            description="`sealed`: the proof holds; `waiting`: not sealed yet; `damaged`: it is not what was sealed",
            examples=["sealed"],
        ),
    ]
    proof: Annotated[AuditProof | None, Meta(description="There when `integrity` is `sealed`")]
