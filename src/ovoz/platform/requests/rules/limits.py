"""The fields that say how limits stand (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4)."""

import math
from collections.abc import Sequence

from ovoz.platform.requests.contracts import Standing


def policy_field(standings: Sequence[Standing]) -> str:
    """`RateLimit-Policy`: quota `q` in a window of `w` seconds."""
    return ", ".join(
        f'"{standing.policy.name}";q={standing.policy.quota};w={standing.policy.window_s}'
        for standing in standings
    )


def limit_field(standings: Sequence[Standing]) -> str:
    """`RateLimit`: `r` requests are left, and all of the quota is there again in `t` seconds."""
    return ", ".join(
        f'"{standing.policy.name}";r={standing.remaining};t={math.ceil(standing.full_in_s)}'
        for standing in standings
    )


def retry_after_s(standings: Sequence[Standing]) -> int:
    """Whole seconds until a refused request would pass; at least 1."""
    return max(1, math.ceil(max(standing.wait_s for standing in standings)))
