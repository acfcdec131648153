"""The installation's key, and what is sealed, signed or derived with it.

`<home>/installation.key` (0600) is made once and never leaves the machine. It holds the keys that wrap the tenants'
keys (AES-256-GCM; the newest first, older ones only while a rotation is under way) and, apart from them, the secret
that our own processes derive theirs from: that one stays the same when the wrapping key changes. Whoever holds an
`InstallationKey` sees the file as it is at each use, so that no process is restarted for a rotation.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ovoz.lib.clock import utc_now

KEY_BYTES = 32
_FORMAT = "ovoz installation key 2"
_NONCE_BYTES = 12


class KeyRefused(Exception):
    """A wrapped key does not belong to this installation, this tenant or this version."""


class InstallationKeyUnreadable(Exception):
    """`installation.key` is not what we write; restore it from its backup."""


class RotationUnderWay(Exception):
    """Another process changes the file now."""


class WrappingKey(msgspec.Struct, frozen=True):
    """One key of the file."""

    key: bytes
    made_at: datetime | None = None
    """Unknown for a key of the first format."""

    @property
    def id(self) -> str:
        """A name that says nothing of the key."""
        return _derive(self.key, b"ovoz key id")[:8].hex()

    def signer(self) -> Ed25519PrivateKey:
        """What signs the audit's seals."""
        return Ed25519PrivateKey.from_private_bytes(_derive(self.key, b"ovoz audit seals"))


class _Content(msgspec.Struct, frozen=True):
    format: str
    wrapping: list[WrappingKey]
    secret: bytes
    former_signers: list[bytes] = []
    """Public keys of what signed seals before the present key did."""


class InstallationKey:
    """The file as it is now; safe to keep for as long as a process lives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[tuple[int, int, int], _Content] | None = None

    def wrapping_keys(self) -> list[WrappingKey]:
        """The present key, then those that may still wrap something."""
        return self._content().wrapping

    def secret(self) -> bytes:
        """What our processes derive their shared secrets from; a rotation of the wrapping key leaves it alone."""
        return self._content().secret

    def signer(self) -> tuple[str, Ed25519PrivateKey]:
        """Id and key that sign the audit's seals now."""
        key = self._content().wrapping[0].signer()
        return signer_id(key.public_key().public_bytes_raw()), key

    def signers(self) -> dict[str, bytes]:
        """Public keys (Ed25519, 32 bytes) that sign or signed seals here, by their ids."""
        content = self._content()
        public = [key.signer().public_key().public_bytes_raw() for key in content.wrapping]
        return {signer_id(key): key for key in (*public, *content.former_signers)}

    def begin_rotation(self) -> bool:
        """Puts a new key before the present one; False where an earlier rotation has not come to its end."""
        content = self._content()
        if len(content.wrapping) > 1:
            return False
        former = content.wrapping[0].signer().public_key().public_bytes_raw()
        self._write(
            msgspec.structs.replace(
                content,
                wrapping=[WrappingKey(secrets.token_bytes(KEY_BYTES), utc_now()), *content.wrapping],
                former_signers=[*content.former_signers, former],
            )
        )
        return True

    def end_rotation(self) -> None:
        """Drops every key but the present one: only when nothing is wrapped by them any more."""
        content = self._content()
        self._write(msgspec.structs.replace(content, wrapping=content.wrapping[:1]))

    @contextlib.contextmanager
    def rotating(self) -> Iterator[None]:
        """One rotation at a time on this machine; a process that dies lets go. Raises RotationUnderWay."""
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RotationUnderWay("another process rotates the installation's key now") from None
            for left_behind in self._path.parent.glob(f".{self._path.name}.*"):
                left_behind.unlink(missing_ok=True)
            yield
        finally:
            os.close(lock)

    def _content(self) -> _Content:
        try:
            stat = self._path.stat()
            mark = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if self._seen is None or self._seen[0] != mark:
                self._seen = mark, _read(self._path.read_bytes())
        except OSError as error:
            # Somebody moves the file: who has read it once can go on.
            if self._seen is None:
                raise InstallationKeyUnreadable(f"{self._path}: {error.strerror}") from error
        return self._seen[1]

    def _write(self, content: _Content) -> None:
        part = _written_beside(self._path, _encoded(content))
        part.replace(self._path)
        _sync_folder(self._path.parent)


def installation_key(home: Path) -> InstallationKey:
    """The key of this installation, made at the first use; two processes that make it at once agree."""
    path = home / "installation.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        first = WrappingKey(secrets.token_bytes(KEY_BYTES), utc_now())
        part = _written_beside(path, _encoded(_Content(_FORMAT, [first], secrets.token_bytes(KEY_BYTES))))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
        part.unlink()
        _sync_folder(path.parent)
    return InstallationKey(path)


def wrap(key: bytes, installation: InstallationKey, tenant_id: str, version: int) -> bytes:
    """Nonce and ciphertext of a tenant's key under the present key, bound to the tenant and the version.

    Store it in the transaction that holds `tenant_key` (`hold_keys` of tenancy's repositories), or a rotation that ends
    meanwhile leaves it behind.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    present = installation.wrapping_keys()[0].key
    return nonce + AESGCM(present).encrypt(nonce, key, _bound_to(tenant_id, version))


def unwrap(wrapped: bytes, installation: InstallationKey, tenant_id: str, version: int) -> bytes:
    """The tenant's key again; raises KeyRefused."""
    return unwrap_by(wrapped, installation.wrapping_keys(), tenant_id, version)[1]


def unwrap_by(
    wrapped: bytes, keys: list[WrappingKey], tenant_id: str, version: int
) -> tuple[WrappingKey, bytes]:
    """Which of these keys opens it, and the tenant's key; raises KeyRefused."""
    for candidate in keys:
        with contextlib.suppress(InvalidTag):
            return candidate, AESGCM(candidate.key).decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound_to(tenant_id, version)
            )
    raise KeyRefused(f"the key of tenant {tenant_id}, version {version}, cannot be opened here")


def signer_id(public_key: bytes) -> str:
    """Name of a key that signs seals: it is the key's own digest, so that no other key can bear it."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def internal_token(home: Path) -> str:
    """What the API shows the switchboard."""
    return _derive(installation_key(home).secret(), b"ovoz internal http").hex()


def phone_key(home: Path) -> bytes:
    """From it the passwords of softphones are made."""
    return _derive(installation_key(home).secret(), b"ovoz softphone passwords")


def spool_key(home: Path) -> bytes:
    """What the switchboard's spool is sealed with."""
    return _derive(installation_key(home).secret(), b"ovoz spool")


def identity_key(home: Path) -> bytes:
    """Of it are made: CSRF tokens, what attempts at signing in are counted under, names of accounts in logs."""
    return _derive(installation_key(home).secret(), b"ovoz identity")


def _read(raw: bytes) -> _Content:
    if len(raw) == KEY_BYTES:
        # The first format: one key for everything. It stays the secret when another takes over the wrapping.
        return _Content(_FORMAT, [WrappingKey(raw)], raw)
    try:
        content = msgspec.json.decode(raw, type=_Content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InstallationKeyUnreadable(f"installation.key cannot be read: {error}") from None
    lengths = {len(content.secret), *(len(key.key) for key in content.wrapping)}
    if content.format != _FORMAT or not content.wrapping or lengths != {KEY_BYTES}:
        raise InstallationKeyUnreadable("installation.key is not of a format that this release knows")
    return content


def _encoded(content: _Content) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"


def _written_beside(path: Path, content: bytes) -> Path:
    """A new file next to `path`, on disk when this returns; only its owner may read it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return part


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)


def _bound_to(tenant_id: str, version: int) -> bytes:
    return f"ovoz tenant key {tenant_id} {version}".encode()
