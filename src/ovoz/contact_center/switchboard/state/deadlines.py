"""When something has to be looked at next, whatever else happens."""

import heapq
import itertools
from datetime import datetime
from uuid import UUID


class Deadlines:
    """Moments with what they are about; one that is of no use any more does no harm: its subject is only looked at."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, UUID]] = []
        self._tie = itertools.count()

    def put(self, subject: UUID, *moments: datetime | None) -> None:
        for moment in moments:
            if moment is not None:
                heapq.heappush(self._heap, (moment, next(self._tie), subject))

    @property
    def first(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def pop(self, now: datetime) -> list[UUID]:
        """What is due, each once, the earliest first."""
        passed: dict[UUID, None] = {}
        while self._heap and self._heap[0][0] <= now:
            passed[heapq.heappop(self._heap)[2]] = None
        return list(passed)
