"""When a queue takes callers: worked out beforehand, so that it turns on time whatever cannot be read then."""

from bisect import bisect_right
from datetime import datetime

import msgspec


class Opening(msgspec.Struct, frozen=True):
    """Open or closed before the first of these moments; it turns at each of them."""

    open_before: bool = True
    turns: tuple[datetime, ...] = ()

    def at(self, moment: datetime) -> bool:
        """Whether a caller who comes at this moment finds it open."""
        return self.open_before != bool(bisect_right(self.turns, moment) % 2)

    def next_turn(self, moment: datetime) -> datetime | None:
        """When it opens or closes next; None where that is not known or never happens."""
        place = bisect_right(self.turns, moment)
        return self.turns[place] if place < len(self.turns) else None
