"""How long a caller will wait, said only as well as it is known.

The estimate for who has `ahead` others before them is (ahead + 1) / rate, with the rate at which the queue's contacts
were taken lately. Each estimate is compared with what came of it. Long waits are missed by more than short ones, so
what is kept is the share of the estimate it was missed by; the error that is told is the 80th percentile of the last.
"""

import math
from collections import deque
from typing import Final
from uuid import UUID

import msgspec

TAKEN_KEPT: Final = 40
"""Over how many of the last that were taken the rate is measured."""
RATE_AGE_S: Final = 1800.0
"""What was taken longer ago says nothing about now."""
FEWEST_TAKEN: Final = 5
OUTCOMES_KEPT: Final = 100
FEWEST_OUTCOMES: Final = 20
"""With fewer the error is not known, and nothing is announced."""
SHORTEST_S: Final = 30.0
"""The share is of this at least: to miss 2 s by 6 s is no great error."""
GOOD_ENOUGH_S: Final = 60.0
GOOD_ENOUGH_SHARE: Final = 0.5
"""An estimate is announced whose error is at most a minute, or half of it where that is more."""


class Estimate(msgspec.Struct, frozen=True):
    """A wait in seconds from now on; `error_s` is None while too few outcomes are known."""

    wait_s: float
    error_s: float | None
    outcomes: int

    @property
    def worth_saying(self) -> bool:
        return self.error_s is not None and self.error_s <= max(
            GOOD_ENOUGH_S, GOOD_ENOUGH_SHARE * self.wait_s
        )

    @property
    def minutes(self) -> int:
        """What is said: whole minutes, rounded up, so that rather too much is promised than too little."""
        return max(1, math.ceil(self.wait_s / 60))


class WaitEstimator:
    """The estimates of one queue and what became of them; the same events give the same estimates."""

    def __init__(self) -> None:
        self._taken: deque[float] = deque(maxlen=TAKEN_KEPT)
        self._errors: deque[float] = deque(maxlen=OUTCOMES_KEPT)
        self._open: dict[UUID, tuple[float, float]] = {}

    def queued(self, contact: UUID, now: float, ahead: int) -> None:
        """A contact begins to wait with `ahead` others before it; what is estimated now will be judged."""
        wait_s = self._wait_s(now, ahead)
        if wait_s is not None:
            self._open[contact] = (now, wait_s)

    def taken(self, contact: UUID, now: float) -> None:
        """An agent took it."""
        self._taken.append(now)
        made = self._open.pop(contact, None)
        if made is not None:
            self._missed(abs(now - made[0] - made[1]), made[1])

    def left(self, contact: UUID, now: float) -> None:
        """It left without an agent: it shows an error where it had waited longer than was estimated, else nothing."""
        made = self._open.pop(contact, None)
        if made is not None and now - made[0] > made[1]:
            self._missed(now - made[0] - made[1], made[1])

    def estimate(self, now: float, ahead: int) -> Estimate | None:
        """The wait from now on with `ahead` others before; None while nothing can be said."""
        wait_s = self._wait_s(now, ahead)
        if wait_s is None:
            return None
        outcomes = len(self._errors)
        if outcomes < FEWEST_OUTCOMES:
            return Estimate(wait_s, None, outcomes)
        place = math.ceil(0.8 * outcomes) - 1
        return Estimate(wait_s, sorted(self._errors)[place] * max(wait_s, SHORTEST_S), outcomes)

    def _missed(self, by_s: float, wait_s: float) -> None:
        self._errors.append(by_s / max(wait_s, SHORTEST_S))

    def _wait_s(self, now: float, ahead: int) -> float | None:
        while self._taken and now - self._taken[0] > RATE_AGE_S:
            self._taken.popleft()
        if len(self._taken) < FEWEST_TAKEN:
            return None
        # From the first of them until now, so that a queue that stands still is seen to stand still.
        span = now - self._taken[0]
        return (ahead + 1) * span / (len(self._taken) - 1)
