"""Which tenant a host name means."""

import re
import time

from ovoz.lib.db import DatabaseUnavailable
from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.errors import OperatorSuspended, OperatorUnknown
from ovoz.platform.tenancy.repositories import TenantRepository

KNOWN_FOR_S = 5.0
_HOST = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(?::\d*)?", re.ASCII | re.IGNORECASE)
"""A name or an address, and a port; nothing that another program on the way would read otherwise."""


class TenantFinder:
    """Which tenant a host name means; what was found is known for a few seconds."""

    def __init__(self, repository: TenantRepository, base_domain: str, default_slug: str = "") -> None:
        self._repository = repository
        self._suffix = f".{base_domain}"
        self._default = default_slug
        self._known: dict[str, tuple[float, Tenant | None]] = {}

    async def by_host(self, host: str) -> Tenant:
        """Raises OperatorUnknown; whether it is served is another question (`refuse_suspended`)."""
        said = _HOST.fullmatch(host)
        if said is None:
            raise OperatorUnknown("That is no name of a host.")
        name = said[1].lower().rstrip(".")
        slug = name.removesuffix(self._suffix) if name.endswith(self._suffix) else self._default
        tenant = await self._by_slug(slug) if slug else None
        if tenant is None:
            raise OperatorUnknown(f"{name} is no operator's address here.")
        return tenant

    async def _by_slug(self, slug: str) -> Tenant | None:
        known = self._known.get(slug)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        try:
            tenant = await self._repository.by_slug(slug)
        except DatabaseUnavailable:
            if known is None:
                raise
            # What was true a while ago is better than nobody's desk working.
            return known[1]
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[slug] = (time.monotonic() + KNOWN_FOR_S, tenant)
        return tenant


def refuse_suspended(tenant: Tenant) -> None:
    """Raises OperatorSuspended, with the provider's reason, where the operator is suspended or on its way out."""
    reason = tenant.suspended_reason or ""
    if tenant.state == "suspended":
        raise OperatorSuspended(
            f"{tenant.name} is suspended{f': {reason}' if reason else ''}. Nothing is lost.",
            state=tenant.state,
            reason=reason,
        )
    if tenant.delete_after is not None:
        raise OperatorSuspended(
            f"{tenant.name} is being deleted; until {tenant.delete_after:%Y-%m-%d %H:%M} UTC it can be kept.",
            state=tenant.state,
            reason=reason,
            delete_after=tenant.delete_after.isoformat(),
        )
