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


class BreakWish(msgspec.Struct, frozen=True):
    """A break that was asked for and waits for a supervisor."""

    id: UUID
    reason: str
    asked_at: datetime
    until: datetime
    """When it lapses."""


WishOutcome = Literal["approved", "denied", "lapsed", "withdrawn", "signed_out", "reason_archived"]


class BreakAnswer(msgspec.Struct, frozen=True):
    """What became of the last wish; one that was approved lets the break be taken until signing out."""

    reason: str
    outcome: WishOutcome
    at: datetime
    note: str = ""
    by: UUID | None = None
    by_name: str = ""


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
    ready_s: float = 0.0
    """Being ready since signing in; what lasts is not in it yet."""
    signed_in_at: datetime | None = None
    wish: BreakWish | None = None
    answer: BreakAnswer | None = None
    break_until: datetime | None = None
    """When the present break passes its limit; None: it has none."""
    break_over: bool = False
    """The present break passed its limit."""
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


def on_duty(before: Agent, after: Agent, now: datetime) -> Agent:
    """Counts work, and time on duty (work and readiness, without breaks), from signing in on."""
    if before.state == "offline":
        return msgspec.structs.replace(after, on_duty_since=now, signed_in_at=now, worked_s=0.0, ready_s=0.0)
    lasted = now - before.since
    if before.state == "ready":
        return msgspec.structs.replace(after, ready_s=before.ready_s + lasted.total_seconds())
    if before.state in WORKING:
        return msgspec.structs.replace(after, worked_s=before.worked_s + lasted.total_seconds())
    if before.state != "ringing" and before.on_duty_since is not None:
        return msgspec.structs.replace(after, on_duty_since=before.on_duty_since + lasted)
    return after
