"""When the next subscriber of an operator calls. Pure: the clock and the random numbers come from outside."""

import random

MOST_WAITING = 3
"""Callers who wait at once for one operator: more would only be there because nobody works."""
FIRST_WITHIN_S = 8.0
IDLE_SHARE = 0.8
"""While nobody waits, the next caller comes after this share of the mean distance at the latest."""


class Arrivals:
    """A Poisson process of calls, with a bound above when nobody works and below when everybody is served."""

    def __init__(self, rng: random.Random, calls_per_minute: float, now: float) -> None:
        self._rng = rng
        self._rate = calls_per_minute
        self._last = now
        self._next = now + rng.uniform(1, FIRST_WITHIN_S)

    @property
    def calls_per_minute(self) -> float:
        return self._rate

    def set_rate(self, calls_per_minute: float, now: float) -> None:
        """From now on; 0 is none."""
        self._rate = calls_per_minute
        self._last = now
        self._draw(now)

    def is_due(self, now: float, waiting: int) -> bool:
        """Whether somebody calls now; asked several times a second. Who finds the queue full does not call."""
        if self._rate <= 0:
            return False
        bored = waiting == 0 and now - self._last >= IDLE_SHARE * 60 / self._rate
        if now < self._next and not bored:
            return False
        self._last = now
        self._draw(now)
        return waiting < MOST_WAITING

    def _draw(self, now: float) -> None:
        if self._rate > 0:
            self._next = now + self._rng.expovariate(self._rate / 60)
