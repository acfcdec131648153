"""One agent as the switchboard knows them, and what each state may become."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

AgentStateName = Literal["offline", "ready", "break", "ringing", "talking", "wrap_up", "not_answering"]
ChosenState = Literal["ready", "break", "offline"]

WORKING: frozenset[str] = frozenset({"talking", "wrap_up"})
BUSY: frozenset[str] = frozenset({"ringing", "talking", "wrap_up"})


class NextState(msgspec.Struct, frozen=True):
    """What was asked for during a call and takes effect after it."""

    state: ChosenState
    reason: str | None = None


class Agent(msgspec.Struct, frozen=True):
    """State, phone and present call of an agent; `endpoint` is the SIP user of the softphone."""

    id: UUID
    name: str
    endpoint: str
    queues: tuple[UUID, ...]
    since: datetime
    state: AgentStateName = "offline"
    reason: str | None = None
    next: NextState | None = None
    call_id: UUID | None = None
    phone_id: str | None = None
    """Which browser holds the phone; the SIP password is derived from it, so no secret is kept."""
    registered: bool = False
    phone_deadline: datetime | None = None
    """When a phone that went away counts as lost; None while it is there or not needed."""
    idle_since: datetime | None = None
    team_id: UUID | None = None
    skills: tuple[tuple[str, int], ...] = ()
    """Codes of skills with the level of each, 1 to 5."""
    on_duty_since: datetime | None = None
    """The moment of signing in, later by the breaks since: work and readiness are counted from it."""
    worked_s: float = 0.0
    """Talking and wrapping up since then; what lasts is not in it yet."""
    seq: int = 0

    @property
    def assignable(self) -> bool:
        return self.state == "ready" and self.registered and self.call_id is None


def after_call(agent: Agent, now: datetime) -> tuple[AgentStateName, str | None]:
    """The state that follows a finished call: what was asked for, else ready, if the phone is there or may come."""
    if agent.next is not None and agent.next.state != "ready":
        return agent.next.state, agent.next.reason
    if not agent.registered and agent.phone_deadline is None:
        return "not_answering", "phone_lost"
    return "ready", None
