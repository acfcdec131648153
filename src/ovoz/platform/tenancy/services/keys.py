"""Tenants' keys: opening them, new versions of them, and another key of the installation around them."""

import secrets
import time
from collections.abc import Collection

from sqlalchemy import Connection

from ovoz.lib.clock import Clock
from ovoz.lib.db.migrations import run_as_owner
from ovoz.lib.sealing import KEY_BYTES, InstallationKey, KeyRefused, unwrap, unwrap_by, wrap
from ovoz.platform.audit.api import Act, Doer, tell_as_owner
from ovoz.platform.tenancy.contracts import KeyRotated, KeyState, WrappedKey
from ovoz.platform.tenancy.errors import KeysUnopenable, OperatorUnknown
from ovoz.platform.tenancy.repositories import (
    TenantRepository,
    add_key,
    hold_keys,
    next_key_version,
    replace_wrapping,
    stop_key_writers,
    wrapped_keys,
)

KEPT_FOR_S = 300.0
"""A key that was destroyed opens nothing any more after this time, in no process."""
WRAPPED_AT_ONCE = 200


class TenantKeys:
    """Tenants' keys, opened and kept in memory for a few minutes."""

    def __init__(self, repository: TenantRepository, installation_key: InstallationKey) -> None:
        self._repository = repository
        self._installation_key = installation_key
        self._open: dict[tuple[str, int], tuple[float, bytes]] = {}

    async def current(self, tenant_id: str) -> tuple[int, bytes]:
        """Version and key to encrypt with now: always asked of the database, so that a new version is used at once."""
        return await self._find(tenant_id, None)

    async def version(self, tenant_id: str, version: int) -> bytes:
        """The key that something was encrypted with; raises LookupError."""
        until, key = self._open.get((tenant_id, version), (0.0, b""))
        return key if until > time.monotonic() else (await self._find(tenant_id, version))[1]

    async def versions(
        self, tenant_ids: Collection[str], *, settled_for_s: float
    ) -> dict[str, tuple[int, dict[int, bytes]]]:
        """Every version of each tenant's key, and which one to seal with: the newest that is older than that.

        A tenant without keys is left out. Raises KeyRefused.
        """
        try:
            return await self._read_all(tenant_ids, settled_for_s)
        except KeyRefused:
            return await self._read_all(tenant_ids, settled_for_s)

    async def _read_all(
        self, tenant_ids: Collection[str], settled_for_s: float
    ) -> dict[str, tuple[int, dict[int, bytes]]]:
        found: dict[str, tuple[int, dict[int, bytes]]] = {}
        for kept in await self._repository.wrapped_keys(tenant_ids, settled_for_s=settled_for_s):
            sealing, opened = found.get(kept.tenant_id, (kept.version, {}))
            opened[kept.version] = unwrap(kept.wrapped, self._installation_key, kept.tenant_id, kept.version)
            found[kept.tenant_id] = (kept.version if kept.settled else sealing, opened)
        return found

    async def _find(self, tenant_id: str, version: int | None) -> tuple[int, bytes]:
        try:
            number, key = await self._read(tenant_id, version)
        except KeyRefused:
            # A rotation may have come to its end between the row and the file: the row is another now.
            number, key = await self._read(tenant_id, version)
        if len(self._open) > 10_000:
            self._open.clear()
        self._open[tenant_id, number] = time.monotonic() + KEPT_FOR_S, key
        return number, key

    async def _read(self, tenant_id: str, version: int | None) -> tuple[int, bytes]:
        found = await self._repository.wrapped_key(tenant_id, version)
        if found is None:
            self._open.pop((tenant_id, version or 0), None)
            raise LookupError(f"tenant {tenant_id} has no key of version {version}")
        number, wrapped = found
        return number, unwrap(wrapped, self._installation_key, tenant_id, number)


class KeyRotation:
    """Changes keys while everything runs, as the owner's login."""

    def __init__(self, admin_url: str, installation_key: InstallationKey, clock: Clock) -> None:
        self._admin_url = admin_url
        self._installation_key = installation_key
        self._clock = clock

    async def rotate_installation(self) -> KeyRotated:
        """A new key of the installation, and every tenant's key wrapped by it.

        The file holds both keys from before the first row is changed until after the last one was: whoever dies in
        between leaves nothing that cannot be opened, and the next call goes on from there. Raises KeysUnopenable,
        RotationUnderWay.
        """
        with self._installation_key.rotating():
            begun = self._installation_key.begin_rotation()
            anew = 0
            while True:
                count = await run_as_owner(self._admin_url, self._wrap_some)
                anew += count
                if count == 0 and await run_as_owner(self._admin_url, self._end):
                    break
            return KeyRotated(not begun, self._installation_key.wrapping_keys()[0].id, anew)

    async def rotate_tenant(self, slug: str, doer: Doer) -> int:
        """A new version of a tenant's key; what was encrypted before stays readable. Raises OperatorUnknown."""

        def rotate(connection: Connection) -> int:
            hold_keys(connection)
            found = next_key_version(connection, slug)
            if found is None:
                raise OperatorUnknown(f"There is no operator {slug}.")
            tenant_id, version = found
            wrapped = wrap(secrets.token_bytes(KEY_BYTES), self._installation_key, tenant_id, version)
            add_key(connection, tenant_id, version, wrapped)
            act = Act(
                "keys.tenant_key_rotated",
                doer,
                "tenant",
                tenant_id,
                before={"version": version - 1},
                after={"version": version},
            )
            tell_as_owner(connection, tenant_id, self._clock(), act)
            return version

        version: int = await run_as_owner(self._admin_url, rotate)
        return version

    async def status(self) -> list[KeyState]:
        """Every version of every tenant's key, and what opens it."""
        kept: list[WrappedKey] = await run_as_owner(self._admin_url, wrapped_keys)
        newest = {key.tenant_id: key.version for key in kept}
        return [
            KeyState(
                key.tenant_id,
                key.slug,
                key.version,
                key.created_at,
                key.version == newest[key.tenant_id],
                self._wrapped_by(key),
            )
            for key in kept
        ]

    def _wrap_some(self, connection: Connection) -> int:
        """Wraps a few keys anew; only what is still as it was read is replaced."""
        old = [key for key in self._wrapped_by_others(connection) if self._wrapped_by(key) is not None]
        return sum(self._wrap_anew(connection, key) for key in old[:WRAPPED_AT_ONCE])

    def _wrap_anew(self, connection: Connection, key: WrappedKey) -> bool:
        opened = unwrap(key.wrapped, self._installation_key, key.tenant_id, key.version)
        return replace_wrapping(
            connection, key, wrap(opened, self._installation_key, key.tenant_id, key.version)
        )

    def _end(self, connection: Connection) -> bool:
        """Drops the former key when nothing is wrapped by it; False where something still is.

        Nobody can store a key meanwhile, and this transaction changes no row: there is nothing that a failure after
        the file was written could take back.
        """
        stop_key_writers(connection)
        others = self._wrapped_by_others(connection)
        if lost := [f"{key.slug} version {key.version}" for key in others if self._wrapped_by(key) is None]:
            raise KeysUnopenable(f"Not by this installation's key: {', '.join(lost)}.", keys=lost)
        if others:
            return False
        self._installation_key.end_rotation()
        return True

    def _wrapped_by_others(self, connection: Connection) -> list[WrappedKey]:
        present = self._installation_key.wrapping_keys()[0].id
        return [key for key in wrapped_keys(connection) if self._wrapped_by(key) != present]

    def _wrapped_by(self, key: WrappedKey) -> str | None:
        try:
            opener, _ = unwrap_by(
                key.wrapped, self._installation_key.wrapping_keys(), key.tenant_id, key.version
            )
        except KeyRefused:
            return None
        return opener.id
