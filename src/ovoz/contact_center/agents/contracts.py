"""The desk on the wire; docs/developer/desk-protocol.md says how the parts belong together."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from ovoz.platform.privacy.contracts import (
    PersonalName,
    PersonalPhone,
    PersonalText,
    PublicText,
    StaffName,
    Subject,
)

AgentState = Literal["offline", "ready", "break", "ringing", "talking", "wrap_up", "not_answering"]
ChosenState = Literal["ready", "break", "offline"]
SegmentKind = Literal["flow", "queue", "ring", "talk", "hold", "dial", "outside", "wrap_up"]


class Reference(msgspec.Struct, frozen=True):
    """Something named elsewhere: its id, and its name for people."""

    id: UUID
    name: PublicText


class Colleague(msgspec.Struct, frozen=True):
    """One of the operator's people."""

    id: UUID
    name: StaffName


class NextState(msgspec.Struct, frozen=True):
    """What takes effect after the call."""

    state: ChosenState
    reason: PublicText | None


class BreakWish(msgspec.Struct, frozen=True):
    """A break that waits for a supervisor's word, until it lapses."""

    id: UUID
    reason: PublicText
    asked_at: datetime
    until: datetime


class BreakAnswer(msgspec.Struct, frozen=True):
    """What became of the last wish; an approved one lets the break be taken."""

    reason: PublicText
    outcome: Literal["approved", "denied", "lapsed", "withdrawn", "signed_out", "reason_archived"]
    at: datetime
    note: PersonalText
    by: Colleague | None


class DeskAgent(msgspec.Struct, frozen=True):
    """The agent; `since` is the moment the state began.

    `break_until`: when the present break passes its limit; `break_over`: it has.
    """

    id: UUID
    name: StaffName
    state: AgentState
    reason: PublicText | None
    since: datetime
    next: NextState | None
    wrap_up_until: datetime | None
    break_until: datetime | None
    break_over: bool
    wish: BreakWish | None
    answer: BreakAnswer | None


class DeskPhone(msgspec.Struct, frozen=True):
    """Whether a call could reach the agent; `detail` says what is missing when it could not."""

    available: bool
    registered: bool
    detail: PublicText | None


class Caller(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who calls: the number in E.164 (empty when hidden) and the operator's name for it.

    Where the number is masked (`+992 •• ••• 45 17`), `number_token` stands for it for half a day in your own requests;
    where it is only counted, `number_pseudonym` is the same for the same number.
    """

    number: PersonalPhone
    hidden: bool
    name: PersonalName | None
    number_token: PublicText | None = None
    number_pseudonym: PublicText | None = None


class DeskEntryPoint(msgspec.Struct, frozen=True):
    number: PublicText
    name: PublicText


class DeskSegment(msgspec.Struct, frozen=True):
    """A stretch of the call; `ended_at` is null while it lasts."""

    kind: SegmentKind
    started_at: datetime
    ended_at: datetime | None
    agent: Colleague | None


class DeskReason(msgspec.Struct, frozen=True):
    """Why the call came to this agent and to no other.

    `ring`: by which widening of the queue the agent was reached, from 0. `relative_wait`: wait / target. `agents_free`:
    how many could have had it then, this one among them; of those it was the one idle longest, or least occupied.
    `spared`: how many of them were less occupied, and kept because few others who were idle can do what they can.
    """

    by: Literal["only", "preferred", "guard", "longest_relative_wait"]
    preferred: Literal["last_agent", "personal_manager", "asked_for"] | None
    ring: int
    waited_s: float
    relative_wait: float
    agents_free: int
    agent_order: Literal["least_occupied", "longest_idle"]
    occupancy: float
    idle_s: float
    spared: int = 0


class DeskBecause(msgspec.Struct, frozen=True):
    """An attribute of the caller, and its value."""

    attribute: Literal["vip", "corporate", "outage", "region", "product", "language", "network", "dialled"]
    value: PublicText


class DeskRule(msgspec.Struct, frozen=True):
    """A routing rule that held for the caller: why, and what it decided."""

    rule: PublicText
    because: list[DeskBecause]
    decided: list[Literal["queue", "head_start", "target", "skills", "prefer"]]


class DeskWaitsFor(msgspec.Struct, frozen=True):
    """An agent who had the caller to themselves for so long."""

    why: Literal["last_agent", "personal_manager", "asked_for"]
    wait_s: float


class DeskRouted(msgspec.Struct, frozen=True):
    """What routing rules had to do with the call. `dropped`: skills that nobody has were not asked for; `unknown`:
    what is known of the caller could not be read, or not in time.
    """

    rules: list[DeskRule]
    waits_for: list[DeskWaitsFor]
    dropped: bool
    unknown: Literal["unavailable", "late"] | None


class DeskPassed(msgspec.Struct, frozen=True):
    """A colleague passed the call on; `failed`: nobody took it, and it came back."""

    by: Colleague | None
    failed: PublicText | None


class DeskParty(msgspec.Struct, frozen=True):
    """Somebody who was asked aside (`joined` false) or speaks with the caller too: a colleague, or a number outside.

    `lost`: the line of a colleague is lost and is called again.
    """

    id: UUID
    agent: Colleague | None
    number: PersonalPhone | None
    state: Literal["announced", "ringing", "talking"]
    joined: bool
    lost: bool


class DeskMissed(msgspec.Struct, frozen=True):
    """Who was asked aside last and did not come, or left again; and why."""

    agent: Colleague | None
    number: PersonalPhone | None
    outcome: PublicText


class DeskInteraction(msgspec.Struct, frozen=True):
    """The call the agent is busy with."""

    id: UUID
    channel: Literal["voice"]
    direction: Literal["inbound", "outbound", "internal"]
    state: Literal["announced", "ringing", "calling", "talking", "held", "wrap_up"]
    caller: Caller
    queue: Reference
    entry_point: DeskEntryPoint
    started_at: datetime
    answered_at: datetime | None
    held_since: datetime | None
    ended_at: datetime | None
    end_reason: PublicText | None
    recording: Literal["off", "on", "paused", "failed"]
    recording_paused_until: datetime | None
    """When the pause for a card's number ends by itself."""
    guest_of: Colleague | None
    """Who has the call, where this agent was only asked or joined."""
    aside: bool
    """Who has the call speaks with who was asked; the caller hears music."""
    parties: list[DeskParty]
    missed: DeskMissed | None
    passed: DeskPassed | None
    rejoin_until: datetime | None
    why: DeskReason | None
    routed: DeskRouted | None
    segments: list[DeskSegment]
    dispositions: list[PublicText] = []
    """With what the call may end (codes); none: with any of the operator's."""


class DeskQueue(msgspec.Struct, frozen=True):
    """A queue at this moment: `open` by its hours and the holidays until `turns_at` (null: not known, or never).

    `estimated_wait_s` is what somebody who came now would wait; 80 % of the last estimates missed by `estimate_error_s`
    at most. Null while it is not known.
    """

    id: UUID
    name: PublicText
    waiting: int
    longest_since: datetime | None
    estimated_wait_s: int | None
    estimate_error_s: int | None
    agents_ready: int
    agents_signed_in: int
    open: bool = True
    turns_at: datetime | None = None


class TargetLead(msgspec.Struct, frozen=True):
    """Where the rules of a queue lead its callers now: another queue, or a number outside."""

    kind: Literal["queue", "number"]
    name: PublicText


class TargetQueue(DeskQueue, frozen=True):
    """A queue, and what it would do with the call at this desk: `refuses` it, or `leads_to` somewhere else.

    `queue_lets_go`: its rules would say goodbye to the caller. Both are null without a call.
    """

    refuses: Literal["queue_closed", "queue_full", "queue_lets_go"] | None = None
    leads_to: TargetLead | None = None


class TargetAgent(msgspec.Struct, frozen=True):
    """A colleague who is signed in; `free`: can be rung now."""

    id: UUID
    name: StaffName
    state: AgentState
    since: datetime
    free: bool


class TargetEntryPoint(msgspec.Struct, frozen=True):
    id: UUID
    number: PublicText
    name: PublicText
    queue: Reference


class Targets(msgspec.Struct, frozen=True):
    """Whom a call can be passed on to, as they are at this moment."""

    agents: list[TargetAgent]
    queues: list[TargetQueue]
    entry_points: list[TargetEntryPoint]


class DeskBreak(msgspec.Struct, frozen=True):
    """A break that only `at_once` may be on; `taken` by others now, of whom `first_back` comes back first."""

    code: PublicText
    at_once: int
    taken: int
    first_back: Colleague | None
    first_back_at: datetime | None


class Desk(msgspec.Struct, frozen=True):
    """The whole live view of one agent; (`epoch`, `seq`) order its versions."""

    epoch: int
    seq: int
    at: datetime
    agent: DeskAgent
    phone: DeskPhone
    interaction: DeskInteraction | None
    queues: list[DeskQueue]
    breaks: list[DeskBreak]

    def personal_subject(self) -> Subject:
        """The call at the desk is the agent's own."""
        of = ("interaction", self.interaction.id) if self.interaction else ("person", self.agent.id)
        return Subject(of[0], str(of[1]), self.agent.id)


class DeskMessage(msgspec.Struct, frozen=True, tag_field="type", tag="desk"):
    """The whole view of one agent, and its number."""

    epoch: int
    seq: int
    data: Desk


class NumberMessage(msgspec.Struct, frozen=True, tag_field="type", tag="number"):
    """The number of the last view that was sent."""

    epoch: int
    seq: int


class QueuesMessage(msgspec.Struct, frozen=True, tag_field="type", tag="queues"):
    """Every queue's figures."""

    data: list[DeskQueue]


class SupersededMessage(msgspec.Struct, frozen=True, tag_field="type", tag="superseded"):
    """The phone went to another browser of the same agent."""

    phone_id: PublicText


class SwitchboardMessage(msgspec.Struct, frozen=True, tag_field="type", tag="switchboard"):
    """Whether a switchboard answers."""

    available: bool


LiveMessage = DeskMessage | NumberMessage | QueuesMessage | SupersededMessage | SwitchboardMessage
"""What passes on the live view's socket."""


class Phone(msgspec.Struct, frozen=True):
    """The softphone's account: register with it over the WebSocket; an older browser's stops being right."""

    phone_id: PublicText
    uri: PublicText
    username: PublicText
    password: PublicText
    websocket_path: PublicText
    register_expires_s: int


def softphone_user(tenant_id: str, agent_id: UUID) -> str:
    """SIP user of the agent's softphone; the tenant's id is in it."""
    return f"t_{tenant_id}-{agent_id.hex}"
