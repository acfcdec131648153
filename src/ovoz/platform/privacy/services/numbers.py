"""Numbers that are not shown: tokens to dial them by, pseudonyms to count them by."""

import base64
import binascii
import secrets
import struct
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ovoz.lib.clock import Clock
from ovoz.lib.db import DatabaseUnavailable
from ovoz.lib.sealed_fields import PSEUDONYM_KEY_VERSION, pseudonymizer
from ovoz.lib.sealing import KeyRefused
from ovoz.platform.privacy.errors import NumberTokenInvalid
from ovoz.platform.privacy.ports import TenantKeys

log = structlog.get_logger(__name__)

TOKEN_LASTS: Final = timedelta(hours=12)
"""As long as a working day with a page left open."""
KEYS_KNOWN_FOR_S: Final = 60.0
_HEAD = struct.Struct(">BIq")
_FORMAT = 1
_NONCE_BYTES = 12
_ROOM_BYTES = 32
"""Every number fills this much, so that a token does not tell how long it is."""


class NumberKeys:
    """The keys of one tenant, opened."""

    def __init__(self, tenant_id: str, version: int, key: bytes, first_key: bytes, clock: Clock) -> None:
        self._tenant_id = tenant_id
        self._version = version
        self._cipher = AESGCM(_derived(key, b"ovoz number tokens"))
        self.pseudonym = pseudonymizer(first_key)
        self._clock = clock

    def sealing_for(self, viewer: UUID) -> Callable[[str], str | None]:
        """Makes tokens that only this person can use, here, for half a day."""
        until = int((self._clock() + TOKEN_LASTS).timestamp())
        head = _HEAD.pack(_FORMAT, self._version, until)
        bound = _bound(head, self._tenant_id, viewer)

        def seal(number: str) -> str | None:
            plain = number.encode()
            if len(plain) > _ROOM_BYTES:
                return None
            nonce = secrets.token_bytes(_NONCE_BYTES)
            sealed = self._cipher.encrypt(nonce, plain.ljust(_ROOM_BYTES, b"\0"), bound)
            return base64.urlsafe_b64encode(head + nonce + sealed).decode().rstrip("=")

        return seal

    def open(self, head: bytes, nonce: bytes, sealed: bytes, viewer: UUID) -> str:
        """Raises InvalidTag."""
        plain = self._cipher.decrypt(nonce, sealed, _bound(head, self._tenant_id, viewer))
        return plain.rstrip(b"\0").decode()


class Numbers:
    """Tokens and pseudonyms of every tenant's numbers."""

    def __init__(self, keys: TenantKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._known: dict[str, tuple[float, NumberKeys]] = {}

    async def keys_of(self, tenant_id: str) -> NumberKeys | None:
        """The tenant's keys; the last known ones while Postgres is away, None where there are none."""
        known = self._known.get(tenant_id)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        try:
            version, key = await self._keys.current(tenant_id)
            first = await self._keys.version(tenant_id, PSEUDONYM_KEY_VERSION)
        except DatabaseUnavailable:
            return known[1] if known is not None else None
        except (LookupError, KeyRefused) as error:
            log.error("privacy.no_key", tenant=tenant_id, error=str(error))
            return None
        opened = NumberKeys(tenant_id, version, key, first, self._clock)
        self._known[tenant_id] = (time.monotonic() + KEYS_KNOWN_FOR_S, opened)
        return opened

    async def open(self, tenant_id: str, viewer: UUID, token: str) -> str:
        """The number of a token; raises NumberTokenInvalid, which does not say what is wrong with it."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            head, nonce = raw[: _HEAD.size], raw[_HEAD.size : _HEAD.size + _NONCE_BYTES]
            form, version, until = _HEAD.unpack(head)
            if form != _FORMAT or datetime.fromtimestamp(until, tz=self._clock().tzinfo) <= self._clock():
                raise ValueError("another format, or too old")
            key = await self._keys.version(tenant_id, version)
            keys = NumberKeys(tenant_id, version, key, key, self._clock)
            return keys.open(head, nonce, raw[_HEAD.size + _NONCE_BYTES :], viewer)
        except (
            ValueError,
            OverflowError,
            OSError,
            binascii.Error,
            struct.error,
            LookupError,
            KeyRefused,
            InvalidTag,
        ):
            raise NumberTokenInvalid(
                "Take a fresh one from the list.",
                errors=[{"pointer": "/number_token", "detail": "not one that was given to you today"}],
            ) from None


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(key)


def _bound(head: bytes, tenant_id: str, viewer: UUID) -> bytes:
    return head + tenant_id.encode() + viewer.bytes
