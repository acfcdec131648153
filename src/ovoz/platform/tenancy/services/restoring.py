"""Restoring an archive as a new tenant: everything is checked before anything is made."""

import hashlib
import secrets
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import OwnerDatabase, driver_of, schema_of
from ovoz.lib.db.migrations import head, revisions, upgrade
from ovoz.lib.ids import new_tenant_id
from ovoz.lib.sealing import KEY_BYTES, InstallationKey, wrap
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.tenancy.errors import ArchiveDamaged, ArchiveKeyWrong, ArchiveTooNew, SlugTaken
from ovoz.platform.tenancy.ports import Attachment, AuditProof, TenantObjects
from ovoz.platform.tenancy.repositories import hold_keys, schema_statements
from ovoz.platform.tenancy.repositories.archives import ArchiveRepository
from ovoz.platform.tenancy.repositories.fleet import stamp_done
from ovoz.platform.tenancy.repositories.life import LifeRepository
from ovoz.platform.tenancy.rules.archive_format import (
    FORMAT,
    HEADER_NAME,
    KEYS_NAME,
    MANIFEST_NAME,
    PROOF_NAME,
    VERSION,
    ArchivedTable,
    Header,
    Manifest,
    key_check,
    open_member,
    passphrase_key,
    recipient_key,
)
from ovoz.platform.tenancy.services.life import TenantLife
from ovoz.platform.tenancy.services.making import check_slug
from ovoz.platform.tenancy.services.progress import Progress

RESTORING = "It is being restored"
_READ = 1 << 20

Settler = Callable[[AsyncSession, datetime], Awaitable[None]]
"""Brings to rest, in the tenant's schema, what was live when the archive was written."""


class TenantRestorer:
    """Makes tenants from archives, as the owner's login."""

    def __init__(
        self,
        owner: OwnerDatabase,
        life: TenantLife,
        objects: TenantObjects,
        settle: Settler,
        proof: AuditProof,
        clock: Clock,
        *,
        data_dir: Path,
        installation_key: InstallationKey,
        cell_id: str,
    ) -> None:
        self._owner = owner
        self._life = life
        self._objects = objects
        self._settle = settle
        self._proof = proof
        self._clock = clock
        self._data_dir = data_dir
        self._installation_key = installation_key
        self._cell_id = cell_id

    async def restore(
        self,
        archive: Path,
        slug: str,
        doer: Doer,
        *,
        tenant_id: str = "",
        passphrase: str = "",
        private_key: bytes = b"",
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """A new tenant with a new id, at head; nothing of it stays where any step fails.

        Until its recordings are there it is suspended. Raises SlugInvalid, SlugTaken, ArchiveDamaged,
        ArchiveKeyWrong, ArchiveTooNew. The answer names the numbers that other operators have here.
        """
        say = progress or Progress()
        check_slug(slug)
        with _Archive(archive, passphrase, private_key) as source:
            known = revisions(self._data_dir, "tenant")
            if source.header.revision not in known:
                raise ArchiveTooNew(
                    f"It is at {source.header.revision}, this installation at {known[-1]}.",
                    revision=source.header.revision,
                )
            await say(0.1, "archive checked")
            tenant_id = tenant_id or new_tenant_id()
            await self.abandon(tenant_id)
            try:
                left_out, origin = await self._load(source, tenant_id, slug, say)
                await self._attach(source, tenant_id, say)
                await self._life.tell_restored(tenant_id, doer, origin)
                await self._life.resume(tenant_id, doer)
            except BaseException:
                await self.abandon(tenant_id)
                raise
        return {"slug": slug, "tenant_id": tenant_id, "numbers_left_out": left_out}

    async def abandon(self, tenant_id: str) -> None:
        """Removes what a restore that did not end well has made; a tenant that is whole is left alone."""
        async with self._owner.transaction() as session:
            life = LifeRepository(session)
            tenant = await life.locked(tenant_id)
            if tenant is None or (tenant.state, tenant.suspended_reason) != ("suspended", RESTORING):
                return
            await life.drop(tenant_id)
        await self._objects.remove_all(tenant_id)

    async def _load(
        self, source: "_Archive", tenant_id: str, slug: str, say: Progress
    ) -> tuple[list[str], Mapping[str, Any]]:
        schema = schema_of(tenant_id)
        async with self._owner.transaction() as session:
            if await LifeRepository(session).slug_taken(slug):
                raise SlugTaken(f"{slug} is taken.")
            driver = await driver_of(session)
            await driver.execute(";".join(schema_statements(schema)))
            await upgrade(driver, self._data_dir, "tenant", schema, source.header.revision)
            target = ArchiveRepository(session, tenant_id)
            await target.empty()
            tables = source.manifest.tables
            for index, table in enumerate(tables):
                await say(0.1 + 0.5 * index / len(tables), f"table {table.name}")
                await target.copy_in(table, source.table(table))
            await target.advance_sequences()
            await upgrade(driver, self._data_dir, "tenant", schema)
            await session.execute(text(f"SET LOCAL search_path TO {schema}"))
            await self._settle(session, self._clock())
            await session.execute(text("SET LOCAL search_path TO ovoz"))
            connection = await session.connection()
            await connection.run_sync(hold_keys)
            left_out = await target.insert_tenant(
                source.header.tenant, slug, self._cell_id, self._keys(source, tenant_id), RESTORING
            )
            await stamp_done(session, tenant_id, head(self._data_dir, "tenant"), worker="restored")
            origin = await self._adopt_proof(session, source, tenant_id)
        return left_out, origin

    async def _adopt_proof(
        self, session: AsyncSession, source: "_Archive", tenant_id: str
    ) -> Mapping[str, Any]:
        was = source.header.tenant
        try:
            return await self._proof.adopt(
                session, tenant_id, source.proof(), origin_tenant=was.id, slug=was.slug
            )
        except ValueError as error:
            raise ArchiveDamaged(f"{PROOF_NAME}: {error}.") from None

    def _keys(self, source: "_Archive", tenant_id: str) -> dict[int, bytes]:
        """What the rows are sealed with, and a newer version of our own for what is written here; wrapped."""
        versions = source.keys()
        versions[max(versions) + 1] = secrets.token_bytes(KEY_BYTES)
        return {
            version: wrap(key, self._installation_key, tenant_id, version)
            for version, key in versions.items()
        }

    async def _attach(self, source: "_Archive", tenant_id: str, say: Progress) -> None:
        attachments = source.manifest.objects
        for index, described in enumerate(attachments):
            attachment = msgspec.convert(described, Attachment)
            await say(0.6 + 0.4 * index / len(attachments), f"recording {index + 1} of {len(attachments)}")
            await self._objects.write(tenant_id, attachment, source.object(attachment.name))


class _Archive:
    """An archive whose every member has been read and compared once."""

    def __init__(self, path: Path, passphrase: str, private_key: bytes) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by __exit__
        except (tarfile.TarError, OSError) as error:
            raise ArchiveDamaged(f"{path.name} cannot be read as an archive: {error}") from None
        try:
            self._members = {info.name: info for info in self._tar.getmembers() if info.isfile()}
            self.header = self._decoded(HEADER_NAME, Header)
            if (self.header.format, self.header.version) != (FORMAT, VERSION):
                raise ArchiveDamaged(f"This is no archive of version {VERSION}.")
            self._key = _key(self.header, passphrase, private_key)
            self.manifest = self._decoded(MANIFEST_NAME, Manifest)
            self._check()
        except tarfile.TarError as error:
            self._tar.close()
            raise ArchiveDamaged(f"It is cut off: {error}") from None
        except BaseException:
            self._tar.close()
            raise

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def keys(self) -> dict[int, bytes]:
        """The versions of the tenant's key."""
        return msgspec.json.decode(b"".join(self._open(KEYS_NAME)), type=dict[int, bytes])

    def proof(self) -> bytes | None:
        """What the audit's seals are checked with; archives of older releases have none."""
        return b"".join(self._sealed(PROOF_NAME)) if PROOF_NAME in self._members else None

    async def table(self, table: ArchivedTable) -> AsyncIterator[bytes]:
        """The table's COPY stream."""
        for part in range(1, table.parts + 1):
            for plain in self._open(f"tables/{table.name}/{part:06}"):
                yield plain

    async def object(self, name: str) -> AsyncIterator[bytes]:
        """The plain content of an object."""
        for plain in self._open(f"objects/{name}"):
            yield plain

    def _check(self) -> None:
        if not self.manifest.proven_by(self._key):
            raise ArchiveDamaged(f"{MANIFEST_NAME} is not what was written.")
        if strangers := self._members.keys() - {m.name for m in self.manifest.members} - {MANIFEST_NAME}:
            raise ArchiveDamaged(f"{min(strangers)} does not belong to it.")
        for member in self.manifest.members:
            digest = hashlib.sha256()
            for part in self._sealed(member.name):
                digest.update(part)
            if digest.hexdigest() != member.sha256:
                raise ArchiveDamaged(f"{member.name} is not what was written.")

    def _open(self, name: str) -> Iterator[bytes]:
        return open_member(self._key, name, self._sealed(name))

    def _sealed(self, name: str) -> Iterator[bytes]:
        info = self._members.get(name)
        file = self._tar.extractfile(info) if info is not None else None
        if file is None:
            raise ArchiveDamaged(f"{name} is missing.")
        with file:
            while part := file.read(_READ):
                yield part

    def _decoded(self, name: str, kind: Any) -> Any:
        try:
            return msgspec.json.decode(b"".join(self._sealed(name)), type=kind)
        except msgspec.DecodeError as error:
            raise ArchiveDamaged(f"{name} cannot be read: {error}") from None


def _key(header: Header, passphrase: str, private_key: bytes) -> bytes:
    wanted = "a passphrase" if header.key.scheme == "scrypt" else "the recipient's private key"
    try:
        if header.key.scheme == "scrypt" and passphrase:
            key = passphrase_key(passphrase, header.key)
        elif header.key.scheme == "x25519" and private_key:
            key = recipient_key(private_key, header.key)
        else:
            raise ArchiveKeyWrong(f"It was written for {wanted}.")
    except ValueError as error:
        raise ArchiveKeyWrong(f"It was written for {wanted}: {error}") from None
    if key_check(key) != header.key.check:
        raise ArchiveKeyWrong(f"It was written for another one: it needs {wanted}.")
    return key
