"""A tenant's archive: a tar file whose members are sealed under a key that only the archive's recipient can make.

`archive.json` comes first and is plain: whose it is, the revision, how the key is made; then `proof.json`, plain too:
the public keys that the audit's seals are checked with. Then come the sealed members (`tables/<table>/<part>`, `keys`,
`objects/<name>`), and `manifest.json` last, because an archive is written as a stream: size and SHA-256 of every
member, with an HMAC under the archive's key.

A sealed member is a salt of 16 bytes and chunks of 64 KiB in the STREAM construction (Hoang, Reyhanitabar, Rogaway,
Vizár, 2015) over AES-256-GCM. Its key is HKDF-SHA-256 of the archive's key with the salt and the member's name, so
members cannot be exchanged; the nonce is the chunk's number and a flag that is 1 in the last one, so chunks cannot be
moved, left out or added.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ovoz.platform.tenancy.errors import ArchiveDamaged

FORMAT: Literal["ovoz tenant archive"] = "ovoz tenant archive"
VERSION = 2
HEADER_NAME = "archive.json"
MANIFEST_NAME = "manifest.json"
KEYS_NAME = "keys"
PROOF_NAME = "proof.json"
CHUNK = 1 << 16
SALT_BYTES = 16
_TAG = 16
_BLOCK = 512
SCRYPT_N = 1 << 15
SCRYPT_R = 8


class KeyMaking(msgspec.Struct, frozen=True):
    """How the archive's key is made: from a passphrase (`salt`, RFC 7914), or with a recipient's X25519 key."""

    scheme: Literal["scrypt", "x25519"]
    salt: str = ""
    n: int = SCRYPT_N
    r: int = SCRYPT_R
    ephemeral: str = ""
    check: str = ""
    """Tells a wrong key from a damaged archive."""


class ArchivedTenant(msgspec.Struct, frozen=True):
    """The tenant's rows of the control schema, as far as another installation can use them."""

    id: str
    slug: str
    name: str
    blueprint: str
    locale: str
    time_zone: str
    max_calls: int
    demo: bool
    numbers: list[str]


class Header(msgspec.Struct, frozen=True):
    """`archive.json`."""

    format: str
    version: int
    created_at: datetime
    revision: str
    tenant: ArchivedTenant
    key: KeyMaking


class Member(msgspec.Struct, frozen=True):
    """A member as it stands in the tar file."""

    name: str
    size: int
    sha256: str


class ArchivedTable(msgspec.Struct, frozen=True):
    """A table's data: COPY text, these columns, in so many parts."""

    name: str
    columns: list[str]
    parts: int


class Manifest(msgspec.Struct, frozen=True):
    """`manifest.json`; tables stand in the order in which they can be loaded."""

    members: list[Member]
    tables: list[ArchivedTable]
    objects: list[dict[str, Any]]
    mac: str = ""

    def sealed_with(self, key: bytes) -> "Manifest":
        return msgspec.structs.replace(self, mac=self._mac(key))

    def proven_by(self, key: bytes) -> bool:
        return hmac.compare_digest(self.mac, self._mac(key))

    def _mac(self, key: bytes) -> str:
        content = msgspec.json.encode(msgspec.structs.replace(self, mac=""), order="deterministic")
        return hmac.new(_derived(key, b"", b"manifest"), content, hashlib.sha256).hexdigest()


def passphrase_key(passphrase: str, making: KeyMaking) -> bytes:
    """The archive's key; deliberately slow (32 MiB, about 0.1 s)."""
    if making.n > 1 << 20 or making.r > 32:
        raise ArchiveDamaged("The archive asks for more memory to make its key than any of ours does.")
    return Scrypt(salt=bytes.fromhex(making.salt), length=32, n=making.n, r=making.r, p=1).derive(
        passphrase.encode()
    )


def sender_key(recipient: bytes, ephemeral: X25519PrivateKey) -> bytes:
    """The archive's key, as its writer makes it for the holder of the recipient's private key."""
    own = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _agreed(ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)), own, recipient)


def recipient_key(private: bytes, making: KeyMaking) -> bytes:
    """The archive's key, as its recipient makes it."""
    own = X25519PrivateKey.from_private_bytes(private)
    public = own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    other = bytes.fromhex(making.ephemeral)
    return _agreed(own.exchange(X25519PublicKey.from_public_bytes(other)), other, public)


def key_check(key: bytes) -> str:
    return _derived(key, b"", b"check")[:8].hex()


def sealed_size(plain: int) -> int:
    """Size of the sealed member."""
    return SALT_BYTES + plain + _TAG * max(1, -(-plain // CHUNK))


class MemberSealer:
    """Seals one member; `salt` is random."""

    def __init__(self, key: bytes, name: str, salt: bytes) -> None:
        self._aead = AESGCM(_derived(key, salt, b"member\0" + name.encode()))
        self._waiting = bytearray()
        self._start = salt
        self._index = 0

    def feed(self, plain: bytes) -> bytes:
        """What can be written now; a full chunk waits until it is known not to be the last."""
        self._waiting += plain
        out = bytearray(self._begin())
        while len(self._waiting) > CHUNK:
            out += self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return bytes(out)

    def finish(self) -> bytes:
        return self._begin() + self._seal(bytes(self._waiting), last=True)

    def _begin(self) -> bytes:
        start, self._start = self._start, b""
        return start

    def _seal(self, plain: bytes, *, last: bool) -> bytes:
        sealed = self._aead.encrypt(_nonce(self._index, last=last), plain, None)
        self._index += 1
        return sealed


def open_member(key: bytes, name: str, sealed: Iterator[bytes]) -> Iterator[bytes]:
    """The plain content, chunk by chunk; raises ArchiveDamaged at the first one that is not what was written."""
    waiting = bytearray()
    aead, index = None, 0
    for part in sealed:
        waiting += part
        if aead is None and len(waiting) >= SALT_BYTES:
            aead = AESGCM(_derived(key, bytes(waiting[:SALT_BYTES]), b"member\0" + name.encode()))
            del waiting[:SALT_BYTES]
        while aead is not None and len(waiting) > CHUNK + _TAG:
            yield _opened(aead, name, index, bytes(waiting[: CHUNK + _TAG]), last=False)
            del waiting[: CHUNK + _TAG]
            index += 1
    if aead is None:
        raise ArchiveDamaged(f"{name} is cut off.")
    yield _opened(aead, name, index, bytes(waiting), last=True)


def padding(size: int) -> bytes:
    """What a tar member of this size is filled up with."""
    return bytes(-size % _BLOCK)


END = bytes(2 * _BLOCK)
"""The end of a tar file."""


def _opened(aead: AESGCM, name: str, index: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return aead.decrypt(_nonce(index, last=last), sealed, None)
    except InvalidTag:
        raise ArchiveDamaged(f"{name} is not what was written (chunk {index}).") from None


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\1" if last else b"\0")


def _agreed(shared: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=ephemeral + recipient, info=b"ovoz archive recipient v1").derive(shared)


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt or None, info=b"ovoz archive v1\0" + purpose).derive(key)
