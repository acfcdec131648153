"""What the routing engine takes and gives. Moments are seconds of one clock, spans are seconds; ids are opaque."""

from typing import Literal
from uuid import UUID

import msgspec

Channel = Literal["voice", "chat", "sms", "whatsapp", "email", "callback"]
Direction = Literal["inbound", "outbound"]
Level = int
"""How well a skill is known: 1 (a little) to 5 (best)."""

EVERYONE = "*"
"""The group that every agent belongs to."""


MEMBERS = "queue:"


def members_group(queue: str) -> str:
    """The group of a queue's members."""
    return f"{MEMBERS}{queue}"


def team_group(team_id: UUID) -> str:
    """The group of a team."""
    return f"team:{team_id}"


class Need(msgspec.Struct, frozen=True, order=True, cache_hash=True):
    """A skill, and the least level of it that will do."""

    skill: str
    level: Level = 1


class Ring(msgspec.Struct, frozen=True, cache_hash=True):
    """From this wait on: agents of these groups who have what is needed, beside those of the rings before it."""

    after_s: float
    needs: tuple[Need, ...]
    groups: frozenset[str]


class Terms(msgspec.Struct, frozen=True, cache_hash=True):
    """How an offer is treated. Offers of equal terms are a class, and are served first in, first out.

    `head_start_s` is waiting time it is given at the beginning (priority); `weight` multiplies its relative wait
    (wait / target), which is how inbound and outbound work share agents.
    """

    queue: str
    channel: Channel
    target_s: float
    rings: tuple[Ring, ...]
    head_start_s: float = 0.0
    weight: float = 1.0


class Preference(msgspec.Struct, frozen=True, gc=False):
    """An agent that the offer waits for, up to this wait, before others may have it."""

    agent: UUID
    wait_s: float
    why: Literal["last_agent", "personal_manager", "asked_for"]


class Offer(msgspec.Struct, frozen=True, gc=False):
    """One contact that waits. `only`: nobody else may have it (a transfer to a person); `not_to`: these may not."""

    id: UUID
    terms: Terms
    since: float
    preferred: tuple[Preference, ...] = ()
    only: UUID | None = None
    not_to: frozenset[UUID] = frozenset()


class Capacity(msgspec.Struct, frozen=True):
    """How many contacts of each channel an agent has at once, and what may come on top of what.

    A channel without slots is none. Work of different channels is had together only where (`new`, `present`) is in
    `interrupts`: a call may come to someone in chats where it holds ("voice", "chat").
    """

    slots: tuple[tuple[Channel, int], ...] = (("voice", 1),)
    interrupts: frozenset[tuple[Channel, Channel]] = frozenset()


class Agent(msgspec.Struct, frozen=True):
    """An agent who is signed in. `available`: may be given work at all (ready, phone there).

    `worked_s` is the work since `signed_in_at`, up to now or to `idle_since`, whichever is earlier.
    """

    id: UUID
    skills: tuple[tuple[str, Level], ...]
    groups: frozenset[str]
    signed_in_at: float
    idle_since: float
    worked_s: float = 0.0
    available: bool = True
    load: tuple[tuple[Channel, int], ...] = ()
    capacity: Capacity = Capacity()


AgentOrder = Literal["least_occupied", "longest_idle"]


class Policy(msgspec.Struct, frozen=True):
    """A tenant's way of choosing: the longest relative wait first.

    Whoever waits longer than `guard_s` (and than three targets) goes before all who do not, longest first.
    `late_yields`: whoever is past the target, and has no head start, lets those go first who can still be served in
    time, until the guard. It wins service level and costs the late some seconds more.
    `crowd_s`: seconds of wait that each offer counts for that waits for the same people: whoever can do several
    things helps where most wait, so that those who can do but one stay busy and few give up.
    `spare_s`: seconds of work by which the least occupied lets another one go first for each skill and queue that the
    offer does not ask for and nobody else who is idle has; with every idle agent more who has it, it is e^(-1/4) of
    that. So whoever can do what few can is kept for it while that is needed, and has the same work in the end.
    """

    agent_order: AgentOrder = "least_occupied"
    guard_s: float = 60.0
    late_yields: bool = True
    crowd_s: float = 10.0
    spare_s: float = 1500.0


By = Literal["only", "preferred", "guard", "longest_relative_wait"]


class Reason(msgspec.Struct, frozen=True):
    """Why this agent got this offer: kept with the interaction, told at the desk and in the history."""

    by: By
    preferred: Literal["last_agent", "personal_manager", "asked_for"] | None
    ring: int
    """Which ring the agent came in by, from 0."""
    waited_s: float
    relative_wait: float
    agents_free: int
    """How many could have had it at that moment, this one among them."""
    agent_order: AgentOrder
    occupancy: float
    idle_s: float
    spared: int = 0
    """How many of them came first, and were kept because few others who are idle can do what they can."""


class Assignment(msgspec.Struct, frozen=True):
    """One offer for one agent."""

    offer: UUID
    agent: UUID
    reason: Reason


class Waiting(msgspec.Struct, frozen=True):
    """Why an offer still waits: what became of every agent who is signed in."""

    ring: int
    next_ring_in_s: float | None
    waits_for: UUID | None
    """A preferred agent who may still take it alone."""
    ahead: int
    """Offers of its own class before it."""
    agents_busy: int
    """Qualified and reached by the rings, but with something else."""
    agents_unavailable: int
    """Qualified and reached, on a break or not answering."""
    agents_later: int
    """Qualified for a later ring only."""
    agents_never: int
    """Qualified for no ring."""


OverflowWhen = Literal["wait_s", "length", "estimated_wait_s", "no_agents", "closed"]


class Overflow(msgspec.Struct, frozen=True):
    """`when` it holds (`at_least` so much, where there is a figure), an offer leaves its queue.

    `then` it goes `to` another queue (its id) or a number outside, or hears a goodbye. `place` is its place among the
    rules that were set; None: nobody set it.
    """

    when: OverflowWhen
    then: Literal["queue", "number", "goodbye"]
    at_least: float | None = None
    to: str | None = None
    place: int | None = None


class Situation(msgspec.Struct, frozen=True):
    """What is known of an offer and its queue; a figure that is None is not known, or not to be judged now."""

    waited_s: float
    length: int | None
    """All who wait, this one among them."""
    estimated_wait_s: float | None
    agents: int
    """Signed in and reached by some ring, busy ones too."""
    open: bool
