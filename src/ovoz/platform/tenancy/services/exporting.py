"""Writing a tenant's archive, as a stream, from one snapshot of the database."""

import hashlib
import os
import secrets
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ovoz.lib.clock import Clock
from ovoz.lib.db import OwnerDatabase
from ovoz.platform.tenancy.errors import ArchiveKeyWrong, OperatorUnknown
from ovoz.platform.tenancy.ports import AuditProof, TenantObjects
from ovoz.platform.tenancy.repositories.archives import ArchiveRepository
from ovoz.platform.tenancy.rules.archive_format import (
    END,
    FORMAT,
    HEADER_NAME,
    KEYS_NAME,
    MANIFEST_NAME,
    PROOF_NAME,
    SALT_BYTES,
    VERSION,
    ArchivedTable,
    Header,
    KeyMaking,
    Manifest,
    Member,
    MemberSealer,
    key_check,
    padding,
    passphrase_key,
    sealed_size,
    sender_key,
)
from ovoz.platform.tenancy.services.keys import TenantKeys
from ovoz.platform.tenancy.services.progress import Progress

PART_BYTES = 4 << 20
"""Plain bytes of a table in one member: what is in memory at once."""


def new_key(*, passphrase: str = "", recipient: str = "") -> tuple[bytes, KeyMaking]:
    """A new archive's key and how it is made again; `recipient` is a public key in hexadecimal digits.

    Raises ArchiveKeyWrong for a recipient that is no such key, or a passphrase that is too short.
    """
    if recipient:
        ephemeral = X25519PrivateKey.generate()
        try:
            key = sender_key(bytes.fromhex(recipient), ephemeral)
        except ValueError:
            raise ArchiveKeyWrong("The recipient's key must have 64 hexadecimal digits.") from None
        public = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return key, KeyMaking("x25519", ephemeral=public.hex(), check=key_check(key))
    if len(passphrase) < 12:
        raise ArchiveKeyWrong("A passphrase needs at least 12 characters.")
    making = KeyMaking("scrypt", salt=secrets.token_hex(16))
    key = passphrase_key(passphrase, making)
    return key, msgspec.structs.replace(making, check=key_check(key))


class TenantExporter:
    """Writes archives; the tenant goes on working meanwhile."""

    def __init__(
        self,
        owner: OwnerDatabase,
        keys: TenantKeys,
        objects: TenantObjects,
        proof: AuditProof,
        clock: Clock,
    ) -> None:
        self._owner = owner
        self._keys = keys
        self._objects = objects
        self._proof = proof
        self._clock = clock

    async def export(
        self,
        tenant_id: str,
        target: Path,
        key: bytes,
        making: KeyMaking,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """The whole archive at `target`, or no file there; what is in it."""
        say = progress or Progress()
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = _unfinished(target)
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                writer = _Writer(file, key)
                tables = await self._tables(writer, tenant_id, making, say)
                await self._sealed_with(writer, tenant_id)
                objects = await self._attachments(writer, tenant_id, say)
                manifest = Manifest(writer.members, tables, objects).sealed_with(key)
                writer.plain(MANIFEST_NAME, msgspec.json.format(msgspec.json.encode(manifest)))
                file.write(END)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return {
            "archive": str(target),
            "bytes": target.stat().st_size,
            "tables": len(tables),
            "objects": len(objects),
        }

    async def _tables(
        self, writer: "_Writer", tenant_id: str, making: KeyMaking, say: Progress
    ) -> list[ArchivedTable]:
        written: list[ArchivedTable] = []
        async with self._owner.transaction(isolation="REPEATABLE READ") as session:
            source = ArchiveRepository(session, tenant_id)
            tenant = await source.tenant()
            if tenant is None:
                raise OperatorUnknown(f"There is no operator with the id {tenant_id}.")
            header = Header(FORMAT, VERSION, self._clock(), await source.revision(), tenant, making)
            writer.plain(HEADER_NAME, msgspec.json.format(msgspec.json.encode(header)))
            writer.plain(PROOF_NAME, await self._proof.carried(session, tenant_id))
            tables = await source.tables()
            for index, (name, columns) in enumerate(tables):
                await say(0.5 * index / len(tables), f"table {name}")
                parts = _Parts(writer, name)
                await source.copy_out(name, columns, parts.take)
                written.append(ArchivedTable(name, columns, parts.finish()))
        return written

    async def _sealed_with(self, writer: "_Writer", tenant_id: str) -> None:
        """Every version of the tenant's key, read after the rows: whatever is sealed in them is sealed with these."""
        _, versions = (await self._keys.versions([tenant_id], settled_for_s=0))[tenant_id]
        writer.sealed(KEYS_NAME, msgspec.json.encode(versions))

    async def _attachments(self, writer: "_Writer", tenant_id: str, say: Progress) -> list[dict[str, Any]]:
        attachments = await self._objects.attachments(tenant_id)
        for index, attachment in enumerate(attachments):
            await say(0.5 + 0.5 * index / len(attachments), f"recording {index + 1} of {len(attachments)}")
            plain = self._objects.read(tenant_id, attachment)
            await writer.stream(f"objects/{attachment.name}", attachment.size_bytes, plain)
        return [msgspec.to_builtins(attachment) for attachment in attachments]


def discard_unfinished(target: Path) -> None:
    """Removes what an export that was cut off left beside its target."""
    _unfinished(target).unlink(missing_ok=True)


def _unfinished(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


class _Parts:
    """Cuts a table's COPY stream into members of bounded size."""

    def __init__(self, writer: "_Writer", table: str) -> None:
        self._writer = writer
        self._table = table
        self._waiting = bytearray()
        self._count = 0

    async def take(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) >= PART_BYTES:
            self._write()

    def finish(self) -> int:
        """How many members the table has; none where it is empty."""
        if self._waiting:
            self._write()
        return self._count

    def _write(self) -> None:
        self._count += 1
        self._writer.sealed(f"tables/{self._table}/{self._count:06}", bytes(self._waiting))
        self._waiting.clear()


class _Writer:
    """A tar file that is only ever appended to."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._key = key
        self.members: list[Member] = []

    def plain(self, name: str, content: bytes) -> None:
        self._begin(name, len(content))
        self._file.write(content + padding(len(content)))
        self.members.append(Member(name, len(content), hashlib.sha256(content).hexdigest()))

    def sealed(self, name: str, content: bytes) -> None:
        sealer = MemberSealer(self._key, name, secrets.token_bytes(SALT_BYTES))
        self.plain(name, sealer.feed(content) + sealer.finish())

    async def stream(self, name: str, plain_size: int, parts: AsyncIterator[bytes]) -> None:
        size = sealed_size(plain_size)
        sealer = MemberSealer(self._key, name, secrets.token_bytes(SALT_BYTES))
        digest, written = hashlib.sha256(), 0
        self._begin(name, size)
        async for part in parts:
            sealed = sealer.feed(part)
            digest.update(sealed)
            written += self._file.write(sealed)
        last = sealer.finish()
        digest.update(last)
        written += self._file.write(last)
        if written != size:
            raise OSError(f"{name} has another size than its row says")
        self._file.write(padding(size))
        self.members.append(Member(name, size, digest.hexdigest()))

    def _begin(self, name: str, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._file.write(info.tobuf(format=tarfile.PAX_FORMAT))
