"""Where a tenant's audit was sealed before it came here: statements about its moves, each signed by who restored it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ovoz.platform.audit.contracts import Finding, Origin, OriginRow, SealRow
from ovoz.platform.audit.rules.canonical import canonical

FORMAT = "ovoz audit origin 1"


def statement_of(origin: Origin) -> str:
    """What is signed and kept."""
    return canonical(msgspec.structs.asdict(origin)).decode()


def origin_root(row: OriginRow) -> bytes:
    """What the first seal after a move follows: with it, nobody takes the move or anything before it away unseen."""
    return sha256(b"ovoz audit origin\x00" + row.statement.encode()).digest()


def statement_sha256(row: OriginRow) -> str:
    return sha256(row.statement.encode()).hexdigest()


class SealsDigest:
    """SHA-256 over seals as they stand in their table, fed in order."""

    def __init__(self) -> None:
        self._digest = sha256()

    def feed(self, row: SealRow) -> None:
        said = {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in msgspec.structs.asdict(row).items()
            if name != "leaves"
        }
        said["leaves_sha256"] = sha256(row.leaves).hexdigest()
        self._digest.update(canonical(said) + b"\n")

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def last_move(rows: Sequence[OriginRow], last_seal: int) -> OriginRow | None:
    """The move that the next seal follows, where no seal was made since."""
    if not rows:
        return None
    moved_with = msgspec.json.decode(rows[-1].statement, type=Origin).last_seal
    return rows[-1] if moved_with == last_seal else None


def believe(
    tenant_id: str, rows: Sequence[OriginRow], keys: Mapping[str, bytes]
) -> tuple[list[Origin], list[Finding]]:
    """Moves that this installation vouches for, the oldest first, and what is wrong with the first that it does not.

    `keys` are this installation's own. It signed for the newest move, and with it for the keys that signed for the
    one before; so what stands behind a broken link is nobody's word.
    """
    believed: list[Origin] = []
    holder, previous_sha256 = tenant_id, None
    for number in range(max((row.number for row in rows), default=0), 0, -1):
        row = next((row for row in rows if row.number == number), None)
        try:
            if row is None:
                raise ValueError("it is gone")
            origin = _checked(row, holder, keys)
            if believed and previous_sha256 != statement_sha256(row):
                raise ValueError("it is not the one that the next move follows")
        except ValueError as error:
            return believed, [Finding("origin_broken", f"move {number} is not proven: {error}")]
        believed.insert(0, origin)
        holder, previous_sha256 = origin.origin_tenant, origin.previous_sha256
        keys = keys_of(origin)
    if believed and believed[0].previous_sha256 is not None:
        return believed, [Finding("origin_broken", "the moves before the first one are gone")]
    return believed, []


def keys_of(origin: Origin) -> dict[str, bytes]:
    return {key_id: bytes.fromhex(key) for key_id, key in origin.keys.items()}


def keys_for(number: int, origins: Sequence[Origin], ours: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Whose signature counts for this seal: that of the installation where the tenant was at the time."""
    there = next((origin for origin in origins if number <= origin.last_seal), None)
    return keys_of(there) if there is not None else ours


def make_origin(
    number: int, tenant_id: str, previous: OriginRow | None, at: datetime, key_id: str, **said: object
) -> Origin:
    """A statement about a move that is being made."""
    return msgspec.convert(
        {
            "format": FORMAT,
            "number": number,
            "tenant": tenant_id,
            "previous_sha256": statement_sha256(previous) if previous is not None else None,
            "at": at,
            "key_id": key_id,
            **said,
        },
        Origin,
    )


def check_keys(keys: Mapping[str, str]) -> None:
    """Raises ValueError where a public key does not belong to its id."""
    for key_id, key in keys.items():
        if sha256(bytes.fromhex(key)).hexdigest()[: len(key_id)] != key_id or len(key_id) != 16:
            raise ValueError(f"the public key {key_id} does not belong to its id")


def _checked(row: OriginRow, holder: str, keys: Mapping[str, bytes]) -> Origin:
    try:
        origin = msgspec.json.decode(row.statement, type=Origin)
    except msgspec.MsgspecError as error:
        raise ValueError(f"it cannot be read ({error})") from None
    if (origin.format, origin.number) != (FORMAT, row.number):
        raise ValueError("it is of another format, or another move's")
    if origin.tenant != holder:
        raise ValueError(f"it is that of another operator ({origin.tenant})")
    if origin.key_id not in keys:
        raise ValueError(f"it is signed by {origin.key_id}, a key that is not known here")
    try:
        Ed25519PublicKey.from_public_bytes(keys[origin.key_id]).verify(row.signature, row.statement.encode())
    except InvalidSignature:
        raise ValueError("its signature does not hold") from None
    check_keys(origin.keys)
    return origin
