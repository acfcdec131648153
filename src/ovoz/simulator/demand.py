"""Demand: the subscribers of one operator who call in, at a rate that can be changed."""

import asyncio
import random

import structlog

from ovoz.simulator.arrivals import Arrivals
from ovoz.simulator.carrier import Carrier, Order, TooManyCalls

log = structlog.get_logger(__name__)

CHECK_EVERY_S = 0.25


class Demand:
    """Places calls of `subscribers` to `entry_numbers` until it is cancelled."""

    def __init__(
        self,
        operator: str,
        entry_numbers: list[str],
        subscribers: list[str],
        *,
        carrier: Carrier,
        calls_per_minute: float,
        rng: random.Random,
    ) -> None:
        self.operator = operator
        self._entry_numbers = entry_numbers
        self._subscribers = subscribers
        self._carrier = carrier
        self._rng = rng
        self._arrivals = Arrivals(rng, calls_per_minute, asyncio.get_running_loop().time())

    @property
    def calls_per_minute(self) -> float:
        return self._arrivals.calls_per_minute

    @calls_per_minute.setter
    def calls_per_minute(self, value: float) -> None:
        self._arrivals.set_rate(value, asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Never returns."""
        loop = asyncio.get_running_loop()
        while True:
            if self._arrivals.is_due(loop.time(), self._carrier.waiting_for(self._entry_numbers)):
                self._call()
            await asyncio.sleep(CHECK_EVERY_S)

    def _call(self) -> None:
        busy = {call.from_ for call in self._carrier.active()}
        free = [number for number in self._subscribers if number not in busy]
        if not free or not self._entry_numbers:
            return
        try:
            self._carrier.place(Order(to=self._rng.choice(self._entry_numbers), from_=self._rng.choice(free)))
        except TooManyCalls as error:
            log.warning("simulator.call_not_placed", operator=self.operator, error=str(error))
