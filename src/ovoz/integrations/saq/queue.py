"""A SAQ queue that waits for Redis instead of spinning while it is away."""

import asyncio

import structlog
from redis.asyncio import from_url
from redis.exceptions import RedisError
from saq.job import Job
from saq.queue.redis import RedisQueue

log = structlog.get_logger(__name__)

_AGAIN_S = 0.5
_LONGEST_WAIT_S = 5.0


class PatientQueue(RedisQueue):
    """SAQ asks for the next job again at once when Redis refuses, as often as the processor can; this one does not."""

    _away = False

    async def dequeue(self, timeout: float = 0.0, poll_interval: float = 0.0) -> Job | None:
        try:
            job = await super().dequeue(timeout or _LONGEST_WAIT_S, poll_interval)
        except (RedisError, OSError) as error:
            if not self._away:
                log.warning("queue.away", error=str(error))
            self._away = True
            await asyncio.sleep(_AGAIN_S)
            return None
        if self._away:
            log.info("queue.back")
            self._away = False
        return job

    async def answers(self) -> None:
        """Returns when Redis answers; raises what stands in the way."""
        await self.count("queued")


def open_queue(url: str, name: str) -> PatientQueue:
    """A queue on this Redis; it connects when it is used, and again whenever that is needed."""
    client = from_url(
        url,
        socket_connect_timeout=3,
        socket_timeout=_LONGEST_WAIT_S + 5,
        socket_keepalive=True,
        health_check_interval=10,
    )
    return PatientQueue(client, name=name)
