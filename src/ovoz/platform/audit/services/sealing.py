"""Sealing: what was put on record is proven in batches, each seal following the one before."""

import structlog
from sqlalchemy.exc import DBAPIError

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.sealing import InstallationKey
from ovoz.platform.audit.contracts import OriginRow
from ovoz.platform.audit.repositories import AuditRepository, origins_of
from ovoz.platform.audit.rules.origins import last_move, origin_root
from ovoz.platform.audit.rules.seals import first_previous_root, leaf_of, make_seal, row_of

log = structlog.get_logger(__name__)

LARGEST_SEAL = 4096
"""Entries in one seal: an inclusion proof reads the leaves of its whole seal (56 bytes each)."""

_LOCK_NOT_AVAILABLE = "55P03"


class Sealer:
    """Seals tenants' audits. Any number may run at once: each seal has one number, and the first one there counts."""

    def __init__(self, database: Database, installation_key: InstallationKey, clock: Clock) -> None:
        self._database = database
        self._installation_key = installation_key
        self._clock = clock

    async def seal(self, tenant_id: str) -> int:
        """Seals every entry that is settled; returns how many. Raises DatabaseUnavailable.

        A position is settled when no transaction that took a lower one is still open: its entry would appear later in
        the middle of what was sealed, as one that was forged does. Writers who do not finish put sealing off.
        """
        async with self._database.tenant(tenant_id) as session:
            repository = AuditRepository(session)
            newest = await repository.last_seal()
            if await repository.last_position() <= (newest[1] if newest else 0):
                return 0
        try:
            # A transaction of its own: its lock is let go before anything is computed.
            async with self._database.tenant(tenant_id) as session:
                settled = await AuditRepository(session).settled_position()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            log.warning("audit.sealing_put_off", tenant=tenant_id)
            return 0
        async with self._database.control() as session:
            moves = await origins_of(session, tenant_id)
        sealed = 0
        while count := await self._seal_batch(tenant_id, settled, moves):
            sealed += count
        return sealed

    async def seal_all(self, tenants: list[str]) -> int:
        """Seals each tenant; what is wrong with one holds up no other."""
        sealed = 0
        for tenant_id in tenants:
            try:
                sealed += await self.seal(tenant_id)
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.error("audit.sealing_failed", tenant=tenant_id, exc_info=error)
        return sealed

    async def _seal_batch(self, tenant_id: str, settled: int, moves: list[OriginRow]) -> int:
        async with self._database.tenant(tenant_id) as session:
            repository = AuditRepository(session)
            newest = await repository.last_seal()
            number, after, root = newest or (0, 0, first_previous_root(tenant_id))
            if (move := last_move(moves, number)) is not None:
                root = origin_root(move)
            entries = await repository.in_order(after=after, up_to=settled, limit=LARGEST_SEAL)
            if not entries:
                return 0
            key_id, key = self._installation_key.signer()
            leaves = [leaf_of(entry) for entry in entries]
            seal = make_seal(number + 1, leaves, root, self._clock(), key_id, key.sign)
            return len(entries) if await repository.add_seal(row_of(seal)) else 0
