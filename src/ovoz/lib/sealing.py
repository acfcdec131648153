"""The installation's key, and what is sealed or derived with it.

`<home>/installation.key` (32 bytes, 0600) is made once. It wraps the tenants' keys (AES-256-GCM) and gives, by
HKDF, the secrets that our own processes share; it never leaves the machine.
"""

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyRefused(Exception):
    """A wrapped key does not belong to this installation, this tenant or this version."""


def installation_key(home: Path) -> bytes:
    """The key of this installation, made at the first use; two processes that make it at once agree."""
    path = home / "installation.key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.touch(mode=0o600)
        part.write_bytes(secrets.token_bytes(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
        part.unlink()
        return path.read_bytes()


def wrap(key: bytes, installation: bytes, tenant_id: str, version: int) -> bytes:
    """Nonce and ciphertext of a tenant's key, bound to the tenant and the version."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(installation).encrypt(nonce, key, _bound_to(tenant_id, version))


def unwrap(wrapped: bytes, installation: bytes, tenant_id: str, version: int) -> bytes:
    """The tenant's key again; raises KeyRefused."""
    try:
        return AESGCM(installation).decrypt(
            wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound_to(tenant_id, version)
        )
    except InvalidTag:
        raise KeyRefused(f"the key of tenant {tenant_id}, version {version}, cannot be opened here") from None


def internal_token(home: Path) -> str:
    """What the API shows the switchboard."""
    return _derive(home, b"ovoz internal http").hex()


def phone_key(home: Path) -> bytes:
    """From it the passwords of softphones are made."""
    return _derive(home, b"ovoz softphone passwords")


def _derive(home: Path, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(installation_key(home))


def _bound_to(tenant_id: str, version: int) -> bytes:
    return f"ovoz tenant key {tenant_id} {version}".encode()
