"""Making and checking one seal."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ovoz.platform.audit.contracts import Entry, Leaf, Seal, SealRow
from ovoz.platform.audit.rules.canonical import canonical, canonical_entry
from ovoz.platform.audit.rules.merkle import leaf_hash, merkle_root

RECORD = 8 + 16 + 32
"""Bytes of one leaf in `audit_seal.leaves`: position (big-endian), id, hash."""


def leaf_of(entry: Entry) -> Leaf:
    return Leaf(entry.position, entry.id, leaf_hash(canonical_entry(entry)))


def first_previous_root(tenant_id: str) -> bytes:
    """What a tenant's first seal follows: so no chain passes for another tenant's."""
    return sha256(b"ovoz audit\x00" + tenant_id.encode()).digest()


def make_seal(
    number: int,
    leaves: Sequence[Leaf],
    previous_root: bytes,
    sealed_at: datetime,
    key_id: str,
    sign: Callable[[bytes], bytes],
) -> Seal:
    """A signed seal over leaves in the order of their positions."""
    root = merkle_root([leaf.hash for leaf in leaves])
    seal = Seal(number, tuple(leaves), root, previous_root, sealed_at, key_id)
    return Seal(number, seal.leaves, root, previous_root, sealed_at, key_id, sign(signed_bytes(seal)))


def signed_bytes(seal: Seal) -> bytes:
    """Canonical JSON of everything in a seal; the leaves by the digest of their records."""
    return canonical(
        {
            "format": "ovoz audit seal 1",
            "number": seal.number,
            "entries": len(seal.leaves),
            "first_position": seal.first_position,
            "last_position": seal.last_position,
            "leaves_sha256": sha256(encode_leaves(seal.leaves)).hexdigest(),
            "root": seal.root.hex(),
            "previous_root": seal.previous_root.hex(),
            "sealed_at": seal.sealed_at,
            "key_id": seal.key_id,
        }
    )


def what_is_wrong(seal: Seal, keys: Mapping[str, bytes]) -> str | None:
    """Why a seal does not hold by itself; None when it does. Its key must be among `keys`."""
    positions = [leaf.position for leaf in seal.leaves]
    if any(later <= earlier for earlier, later in pairwise(positions)):
        return "its leaves are out of order"
    if merkle_root([leaf.hash for leaf in seal.leaves]) != seal.root:
        return "its root is not that of its leaves"
    try:
        Ed25519PublicKey.from_public_bytes(keys[seal.key_id]).verify(seal.signature, signed_bytes(seal))
    except InvalidSignature:
        return "its signature does not hold"
    return None


def row_of(seal: Seal) -> SealRow:
    return SealRow(
        seal.number,
        seal.first_position,
        seal.last_position,
        len(seal.leaves),
        encode_leaves(seal.leaves),
        seal.root,
        seal.previous_root,
        seal.sealed_at,
        seal.key_id,
        seal.signature,
    )


def seal_of(row: SealRow) -> Seal:
    """Raises ValueError where the row contradicts itself."""
    leaves = decode_leaves(row.leaves)
    seal = Seal(row.number, leaves, row.root, row.previous_root, row.sealed_at, row.key_id, row.signature)
    said = (row.first_position, row.last_position, row.entries)
    if said != (seal.first_position, seal.last_position, len(leaves)):
        raise ValueError("its range is not that of its leaves")
    return seal


def encode_leaves(leaves: Sequence[Leaf]) -> bytes:
    return b"".join(leaf.position.to_bytes(8) + leaf.id.bytes + leaf.hash for leaf in leaves)


def decode_leaves(raw: bytes) -> tuple[Leaf, ...]:
    """Raises ValueError where these are no records."""
    if not raw or len(raw) % RECORD:
        raise ValueError(f"{len(raw)} bytes are no records of {RECORD}")
    return tuple(
        Leaf(int.from_bytes(raw[at : at + 8]), UUID(bytes=raw[at + 8 : at + 24]), raw[at + 24 : at + RECORD])
        for at in range(0, len(raw), RECORD)
    )
