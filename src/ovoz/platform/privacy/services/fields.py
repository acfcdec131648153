"""The keys that personal fields at rest are sealed and opened with."""

import time
from collections.abc import Collection
from typing import Final

from ovoz.lib.db import DatabaseUnavailable
from ovoz.lib.sealed_fields import FieldKeys
from ovoz.lib.sealing import KeyRefused
from ovoz.platform.privacy.ports import TenantKeys
from ovoz.platform.tenancy.errors import KeyUnavailable

KNOWN_FOR_S: Final = 60.0
SETTLED_FOR_S: Final = 2 * KNOWN_FOR_S
"""A younger version of a key is not sealed with yet: who read the keys before it was there could not open that."""


class Fields:
    """Keys of every tenant's fields, kept in memory for a minute."""

    def __init__(self, keys: TenantKeys) -> None:
        self._keys = keys
        self._known: dict[str, tuple[float, FieldKeys]] = {}

    async def of(self, tenant_id: str) -> FieldKeys:
        """The tenant's keys; the last known ones while Postgres is away.

        Raises KeyUnavailable where there are none (any more), DatabaseUnavailable.
        """
        known = self._known.get(tenant_id)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        try:
            opened = await self.of_all([tenant_id])
        except DatabaseUnavailable:
            if known is None:
                raise
            return known[1]
        if tenant_id not in opened:
            raise KeyUnavailable(f"Operator {tenant_id} has no key.")
        return opened[tenant_id]

    async def of_all(self, tenant_ids: Collection[str]) -> dict[str, FieldKeys]:
        """The keys of each that has some, in one question. Raises KeyUnavailable, DatabaseUnavailable."""
        try:
            read = await self._keys.versions(tenant_ids, settled_for_s=SETTLED_FOR_S)
        except KeyRefused as error:
            raise KeyUnavailable(str(error)) from error
        until = time.monotonic() + KNOWN_FOR_S
        opened = {
            tenant_id: FieldKeys(versions, sealing=sealing) for tenant_id, (sealing, versions) in read.items()
        }
        self._known.update({tenant_id: (until, keys) for tenant_id, keys in opened.items()})
        for tenant_id in set(tenant_ids) - opened.keys():
            self._known.pop(tenant_id, None)
        return opened
