"""What became true: facts for the event log, and one step of the floor."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.state.actions import Action


class Fact(msgspec.Struct, frozen=True):
    """One line of the event log; `seq` counts within the interaction, or within the agent where there is none."""

    id: UUID
    at: datetime
    type: str
    seq: int
    interaction_id: UUID | None
    agent_id: UUID | None
    data: dict[str, Any]
    observed_late: bool = False


class Step(msgspec.Struct):
    """What one input did: facts, whose state changed, what to do now and what once the facts are journalled."""

    facts: list[Fact] = msgspec.field(default_factory=list)
    calls: dict[UUID, None] = msgspec.field(default_factory=dict)
    agents: dict[UUID, None] = msgspec.field(default_factory=dict)
    queues: bool = False
    """Figures of queues are others now, though of no call and no agent: one turned, or was set anew."""
    now: list[Action] = msgspec.field(default_factory=list)
    then: list[Action] = msgspec.field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.facts or self.now or self.then or self.calls or self.agents or self.queues)
