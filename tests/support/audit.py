"""Entries for tests of the proof."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ovoz.lib.sealing import signer_id
from ovoz.platform.audit.contracts import Entry, Seal
from ovoz.platform.audit.rules.seals import first_previous_root, leaf_of, make_seal


def entry(position: int, **change: Any) -> Entry:
    """An entry whose id follows from its position."""
    fields: dict[str, Any] = {
        "position": position,
        "id": UUID(int=1000 + position),
        "at": datetime(2026, 11, 25, tzinfo=UTC),
        "act": "people.role_given",
        "actor_kind": "person",
        "actor_id": UUID(int=1),
        "actor_name": "Мадина",
        "session_id": UUID(int=2),
        "address": "10.0.0.1",
        "subject_kind": "person",
        "subject_id": str(UUID(int=3)),
        "reason": None,
        "before": None,
        "after": {"role": "agent"},
    }
    return Entry(**(fields | change))


def sign_with(key: Ed25519PrivateKey) -> tuple[str, dict[str, bytes]]:
    """The key's id, and what verifies its signatures."""
    public = key.public_key().public_bytes_raw()
    return signer_id(public), {signer_id(public): public}


def seals_over(tenant_id: str, batches: list[list[Entry]], key: Ed25519PrivateKey) -> list[Seal]:
    """A chain of seals, one for each batch."""
    seals: list[Seal] = []
    root = first_previous_root(tenant_id)
    for number, batch in enumerate(batches, 1):
        leaves = [leaf_of(entry) for entry in batch]
        seals.append(make_seal(number, leaves, root, batch[-1].at, sign_with(key)[0], key.sign))
        root = seals[-1].root
    return seals
