"""What a tenant set: how its queues treat callers, and what it may use of the cell."""

from uuid import UUID

import msgspec

from ovoz.contact_center.routing.contracts import Overflow, Ring
from ovoz.contact_center.switchboard.state.opening import Opening


class QueueRules(msgspec.Struct, frozen=True):
    """How one queue treats its callers; times in seconds."""

    id: UUID
    name: str
    priority: int
    """Waiting time that its callers are given at the beginning."""
    max_length: int
    max_wait_s: int
    ring_timeout_s: int
    wrap_up_s: int
    announce_every_s: int
    recorded: bool
    target_s: int = 20
    """Within how much time a caller is to be answered: the service level's, and what waits are compared by."""
    weight: float = 1.0
    """What relative waits are multiplied by."""
    announces_position: bool = True
    announces_wait: bool = True
    first_announcement_s: int = 8
    announced_in: tuple[str, ...] = ("ru",)
    """The languages of announcements, one after the other."""
    language: str = "ru"
    """In which everything else is said: the greeting, why a caller is let go."""
    music: str = "default"
    rings: tuple[Ring, ...] = ()
    """Who is reached, and from what wait on; empty: the members, at once."""
    caller_number: str | None = None
    """What is presented to whom is called for it; None: the operator's."""
    opening: Opening = Opening()
    overflow: tuple[Overflow, ...] = ()
    """Where its callers go when it cannot serve them; the first that holds and can be followed counts."""
    dispositions: tuple[str, ...] = ()
    """With what its calls may end; none: with any of the operator's."""
    archived: bool = False
    """Put aside: it serves whom it has, and is offered to nobody."""


class EntryPoint(msgspec.Struct, frozen=True):
    """A number callers dial, and where it leads."""

    id: UUID
    number: str
    name: str
    queue_id: UUID
    greeting: tuple[str, ...] = ()


class Calling(msgspec.Struct, frozen=True):
    """The tenant's rules for calls to the outside."""

    caller_number: str | None = None
    """What is presented to whom is called, where the queue says nothing else."""


class BreakRules(msgspec.Struct, frozen=True):
    """One reason for a break; `at_once`: how many may be on it at the same time."""

    code: str
    limit_s: int | None = None
    needs_approval: bool = False
    at_once: int | None = None
    archived: bool = False


class Limits(msgspec.Struct, frozen=True):
    """What one tenant may use of the cell, and how long things may hang; times in seconds."""

    max_calls: int = 200
    rejoin_grace_s: int = 20
    rejoin_retry_s: float = 1.5
    ring_guard_s: int = 5
    greeting_guard_s: int = 60
    recognition_s: float = 0.7
    """How long a caller is kept from the queue while the subscriber is looked up."""
    phone_grace_s: int = 15
    dial_timeout_s: int = 40
    break_wish_s: int = 900
