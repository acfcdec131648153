"""Who is in a call beside the caller and the agent who has it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec


class Guest(msgspec.Struct, frozen=True):
    """A further party, whom the agent who has the call asks aside from the caller, and may join to them."""

    id: UUID
    leg: str
    since: datetime
    agent_id: UUID | None = None
    """A colleague; None: somebody outside, at `number`."""
    number: str | None = None
    state: Literal["offered", "ringing", "talking"] = "offered"
    joined: bool = False
    """The caller hears them; before, only the agent does."""
    until: datetime | None = None
    """When calling them is given up."""
    rejoin_until: datetime | None = None
    rejoin_at: datetime | None = None

    @property
    def here(self) -> bool:
        return self.state == "talking" and self.rejoin_until is None


class Missed(msgspec.Struct, frozen=True):
    """Who was asked aside last and did not come, or left again; and why."""

    outcome: str
    agent_id: UUID | None = None
    number: str | None = None
