"""What limits need of the outside."""

from collections.abc import Sequence
from typing import Protocol

from ovoz.platform.requests.contracts import Policy, Standing


class RateLimits(Protocol):
    """Counts requests for all processes together."""

    async def take(self, tenant_id: str, wanted: Sequence[tuple[Policy, str]]) -> list[Standing] | None:
        """Counts one request under each (policy, key), or under none when one of them refuses.

        None when nothing can be counted: the request passes. Keys of tenants do not meet.
        """
        ...
