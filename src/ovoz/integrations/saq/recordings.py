"""How the switchboard asks the worker to store a recording."""

import asyncio
from uuid import UUID

from redis.exceptions import RedisError

from ovoz.contact_center.recordings.api import QUEUE, request_storing
from ovoz.integrations.saq.queue import open_queue

_PATIENCE_S = 3.0


class SaqRecordingJobs:
    """A `RecordingJobs` on SAQ; a request that cannot be made is an OSError, and the reconciler makes up for it."""

    def __init__(self, redis_url: str) -> None:
        self._queue = open_queue(redis_url, QUEUE)

    async def recording_captured(self, tenant_id: str, recording_id: UUID) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await request_storing(self._queue, tenant_id, recording_id, asked_by="switchboard")
        except RedisError as error:
            raise OSError(str(error)) from error

    async def close(self) -> None:
        await self._queue.disconnect()
