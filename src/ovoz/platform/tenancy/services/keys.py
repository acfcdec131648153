"""Tenants' keys."""

from ovoz.lib.sealing import unwrap
from ovoz.platform.tenancy.repositories import TenantRepository


class TenantKeys:
    """Tenants' keys, opened once and kept in memory."""

    def __init__(self, repository: TenantRepository, installation_key: bytes) -> None:
        self._repository = repository
        self._installation_key = installation_key
        self._open: dict[tuple[str, int], bytes] = {}

    async def current(self, tenant_id: str) -> tuple[int, bytes]:
        """Version and key to encrypt with now."""
        return await self._find(tenant_id, None)

    async def version(self, tenant_id: str, version: int) -> bytes:
        """The key that something was encrypted with; raises LookupError."""
        known = self._open.get((tenant_id, version))
        return known if known is not None else (await self._find(tenant_id, version))[1]

    async def _find(self, tenant_id: str, version: int | None) -> tuple[int, bytes]:
        found = await self._repository.wrapped_key(tenant_id, version)
        if found is None:
            raise LookupError(f"tenant {tenant_id} has no key of version {version}")
        number, wrapped = found
        key = unwrap(wrapped, self._installation_key, tenant_id, number)
        self._open[tenant_id, number] = key
        return number, key
