"""Limits counted in Redis: GCRA in one script, so that all processes count as one."""

import math
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from redis.asyncio import Redis, from_url
from redis.exceptions import RedisError

from ovoz.platform.requests.contracts import Policy, Standing

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 0.25
LEFT_ALONE_S: Final = 1.0
"""How long Redis is not asked again after it did not answer."""

# The generic cell rate algorithm (ITU-T I.371): for each key one number, the moment at which all of the quota would
# be there again. A request moves it by window/quota; it may lie at most one window ahead of now. The clock is Redis's.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full, refused = {}, false
for at, key in ipairs(KEYS) do
  local window, quota = tonumber(ARGV[2 * at - 1]), tonumber(ARGV[2 * at])
  full[at] = math.max(tonumber(redis.call('GET', key) or 0), now) + window / quota
  refused = refused or full[at] > now + window
end
local answer = {}
for at, key in ipairs(KEYS) do
  local window, quota = tonumber(ARGV[2 * at - 1]), tonumber(ARGV[2 * at])
  local wait = math.max(0, full[at] - now - window)
  if refused then
    full[at] = full[at] - window / quota
  else
    redis.call('SET', key, string.format('%.0f', full[at]), 'PX', math.ceil((full[at] - now) / 1000))
  end
  answer[3 * at - 2] = math.floor((now + window - full[at]) * quota / window + 0.000001)
  answer[3 * at - 1] = math.ceil(full[at] - now)
  answer[3 * at] = math.ceil(wait)
end
return answer
"""


class RedisRateLimits:
    """Counts for all processes; while Redis is away nothing is counted and everything passes."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = from_url(url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S)
        self._take: Any = self._redis.register_script(_TAKE)
        self._away_until = -math.inf
        self._away = False

    async def close(self) -> None:
        await self._redis.aclose()

    async def take(self, tenant_id: str, wanted: Sequence[tuple[Policy, str]]) -> list[Standing] | None:
        """As the port says; the tenant's id in braces keeps its keys on one node of a Redis cluster."""
        if time.monotonic() < self._away_until:
            return None
        try:
            numbers: list[int] = await self._take(
                keys=[f"ovoz:rate:{{{tenant_id}}}:{key}" for _, key in wanted],
                args=[
                    number for policy, _ in wanted for number in (policy.window_s * 1_000_000, policy.quota)
                ],
            )
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + LEFT_ALONE_S
            if not self._away:
                log.warning("rate_limits.not_counted", error=repr(error))
            self._away = True
            return None
        if self._away:
            log.info("rate_limits.counted_again")
        self._away = False
        return [
            Standing(policy, max(0, remaining), full_us / 1e6, wait_us / 1e6)
            for (policy, _), remaining, full_us, wait_us in zip(
                wanted, numbers[0::3], numbers[1::3], numbers[2::3], strict=True
            )
        ]
