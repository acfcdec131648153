"""Personal words at rest: sealed under the tenant's key, so that a dump of the database names nobody.

A sealed value is `version of the tenant's key (2 bytes) | nonce (12) | ciphertext | tag (16)`, AES-256-GCM. Each place
(table, column, row) has a key of its own, made from the tenant's: no value can be put in another's place, and random
nonces never come near their limit. Where a value stands in a JSON document it is `{"$enc": "<base64>"}`. What is empty
stays empty: it says nothing.
"""

import base64
import hmac
import secrets
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEALED: Final = "$enc"
PSEUDONYM_KEY_VERSION: Final = 1
"""A rotation of the tenant's key must not make new people of old callers."""
_HEAD = struct.Struct(">H")
_NONCE_BYTES = 12
_PSEUDONYM_BYTES = 15


class FieldUnreadable(Exception):
    """A value was sealed elsewhere: by another tenant's key, for another place, or it was changed."""


class FieldKeys:
    """One tenant's keys for its fields; the newest of `versions` seals, every one opens."""

    def __init__(self, versions: Mapping[int, bytes], *, sealing: int | None = None) -> None:
        self._keys = {version: _derived(key, b"ovoz fields at rest") for version, key in versions.items()}
        self._sealing = max(versions) if sealing is None else sealing
        self.pseudonym = pseudonymizer(versions[PSEUDONYM_KEY_VERSION])

    def seal(self, words: str, place: str, row: UUID | str) -> bytes:
        """`place` is `table.column`; b"" for no words."""
        if not words:
            return b""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher(self._sealing, place, row).encrypt(nonce, words.encode(), None)
        return _HEAD.pack(self._sealing) + nonce + sealed

    def open(self, sealed: bytes, place: str, row: UUID | str) -> str:
        """Raises FieldUnreadable."""
        if not sealed:
            return ""
        try:
            [version] = _HEAD.unpack_from(sealed)
            nonce, rest = sealed[_HEAD.size :][:_NONCE_BYTES], sealed[_HEAD.size + _NONCE_BYTES :]
            return self._cipher(version, place, row).decrypt(nonce, rest, None).decode()
        except (InvalidTag, KeyError, ValueError, struct.error) as error:
            raise FieldUnreadable(f"{place} of {row}") from error

    def seal_json(self, value: Any, place: str, row: UUID | str) -> dict[str, str]:
        """Any JSON value as a member of a document that may be kept."""
        sealed = self.seal(msgspec.json.encode(value).decode(), place, row)
        return {SEALED: base64.b64encode(sealed).decode()}

    def open_json(self, kept: Any, place: str, row: UUID | str) -> Any:
        """What was sealed; any other value as it is. Raises FieldUnreadable."""
        if not (isinstance(kept, dict) and kept.keys() == {SEALED}):
            return kept
        try:
            return msgspec.json.decode(self.open(base64.b64decode(kept[SEALED], validate=True), place, row))
        except (ValueError, TypeError) as error:
            raise FieldUnreadable(f"{place} of {row}") from error

    def _cipher(self, version: int, place: str, row: UUID | str) -> AESGCM:
        return AESGCM(hmac.digest(self._keys[version], f"{place}\0{row}".encode(), "sha256"))


def pseudonymizer(first_key: bytes) -> Callable[[str], str]:
    """Makes pseudonyms by a tenant's first key: the same for the same number, not to be made or undone without it."""
    counting = _derived(first_key, b"ovoz number pseudonyms")

    def pseudonym(number: str) -> str:
        digest = hmac.digest(counting, number.encode(), "sha256")[:_PSEUDONYM_BYTES]
        return base64.b32encode(digest).decode().lower()

    return pseudonym


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(key)
