"""What Redis remembers of a tenant."""

from redis.asyncio import from_url
from redis.exceptions import RedisError


class RedisTenantCache:
    """A `TenantCache`: every key of ours that concerns a tenant carries its id."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def forget(self, tenant_id: str) -> int:
        redis = from_url(self._url, socket_connect_timeout=2, socket_timeout=10)
        removed = 0
        try:
            async for key in redis.scan_iter(match=f"*{tenant_id}*", count=1000):
                removed += await redis.unlink(key)
        except RedisError as error:
            raise OSError(str(error)) from error
        finally:
            await redis.aclose()
        return removed
