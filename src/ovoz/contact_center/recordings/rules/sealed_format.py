"""A sealed object: a header, then chunks of 64 KiB, each encrypted and authenticated on its own.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015): AES-256-GCM whose nonce is a random prefix of 7 bytes, the number of the
chunk (4 bytes) and a flag that is 1 in the last chunk only. So chunks cannot be moved, left out or added, and any
part can be read alone. The key belongs to one object: HKDF-SHA-256 of the tenant's key with the header's random
salt, the tenant and the object's id. Header, tenant and object id are the associated data of every chunk.
"""

import struct
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ovoz.contact_center.recordings.errors import RecordingDamaged

CHUNK = 1 << 16
"""Plaintext bytes in every chunk but the last."""
TAG = 16
SALT = 16
PREFIX = 7
_MAGIC = b"OVZR"
_VERSION = 1
_CHUNK_SHIFT = 16
_HEADER = struct.Struct(f">4sBBHI{SALT}s{PREFIX}sx")
HEADER_SIZE = _HEADER.size
_MAX_CHUNKS = 1 << 32


class Header(msgspec.Struct, frozen=True):
    """What an object says about itself; `salt` and `prefix` are random for each sealing."""

    key_version: int
    salt: bytes
    prefix: bytes

    def encoded(self) -> bytes:
        """The first HEADER_SIZE bytes of the object."""
        return _HEADER.pack(_MAGIC, _VERSION, _CHUNK_SHIFT, 0, self.key_version, self.salt, self.prefix)

    @classmethod
    def decoded(cls, data: bytes) -> "Header":
        """Raises RecordingDamaged for anything that is not such a header."""
        if len(data) != HEADER_SIZE:
            raise RecordingDamaged("The object ends within its header.")
        magic, version, shift, reserved, key_version, salt, prefix = _HEADER.unpack(data)
        if (magic, version, shift, reserved, data[-1]) != (_MAGIC, _VERSION, _CHUNK_SHIFT, 0, 0):
            raise RecordingDamaged("The object does not begin as a sealed object of version 1 does.")
        return cls(key_version, salt, prefix)


def sealed_size(plain_size: int) -> int:
    """Size of the object that holds so many bytes."""
    return HEADER_SIZE + plain_size + TAG * chunk_count(plain_size)


def chunk_count(plain_size: int) -> int:
    """Chunks of an object; an empty one has one, which proves that it is meant to be empty."""
    return max(1, -(-plain_size // CHUNK))


def chunk_place(index: int, plain_size: int) -> tuple[int, int]:
    """Offset and length of a sealed chunk in the object."""
    length = min(CHUNK, plain_size - index * CHUNK)
    return HEADER_SIZE + index * (CHUNK + TAG), length + TAG


class ChunkCipher:
    """Seals and opens the chunks of one object."""

    def __init__(self, tenant_key: bytes, tenant_id: str, object_id: UUID, header: Header) -> None:
        if len(tenant_key) != 32:
            raise ValueError("a tenant's key has 32 bytes")
        context = tenant_id.encode() + b"\0" + object_id.bytes
        derivation = HKDF(SHA256(), 32, salt=header.salt, info=b"ovoz sealed object v1\0" + context)
        self._aead = AESGCM(derivation.derive(tenant_key))
        self._prefix = header.prefix
        self._associated = header.encoded() + context

    def seal(self, index: int, last: bool, plain: bytes) -> bytes:
        return self._aead.encrypt(self._nonce(index, last), plain, self._associated)

    def open(self, index: int, last: bool, sealed: bytes) -> bytes:
        """Raises RecordingDamaged unless this very chunk was sealed at this place of this object."""
        try:
            return self._aead.decrypt(self._nonce(index, last), sealed, self._associated)
        except InvalidTag:
            raise RecordingDamaged(f"Chunk {index} is not what was stored.") from None

    def _nonce(self, index: int, last: bool) -> bytes:
        if not 0 <= index < _MAX_CHUNKS:
            raise ValueError("a sealed object has at most 2^32 chunks")
        return self._prefix + index.to_bytes(4, "big") + (b"\1" if last else b"\0")


class Sealer:
    """Turns a stream of any parts into the bytes of a sealed object; the header comes with the first part."""

    def __init__(self, cipher: ChunkCipher, header: Header) -> None:
        self._cipher = cipher
        self._header = header.encoded()
        self._waiting = bytearray()
        self._index = 0

    def feed(self, plain: bytes) -> bytes:
        """What can be written now; a full chunk waits until it is known not to be the last."""
        self._waiting += plain
        out = bytearray(self._take_header())
        while len(self._waiting) > CHUNK:
            out += self._cipher.seal(self._index, False, bytes(self._waiting[:CHUNK]))
            del self._waiting[:CHUNK]
            self._index += 1
        return bytes(out)

    def finish(self) -> bytes:
        """The last chunk; nothing may be fed afterwards."""
        return self._take_header() + self._cipher.seal(self._index, True, bytes(self._waiting))

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header
