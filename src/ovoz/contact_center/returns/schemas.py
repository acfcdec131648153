"""Calls to return on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.agents.contracts import Caller, Colleague, Reference
from ovoz.platform.privacy.contracts import PublicText, Subject

Outcome = Literal["reached", "unreachable", "not_needed"]


class CallToReturn(msgspec.Struct, frozen=True, kw_only=True):
    """A caller whom nobody served. `id`, `queue`, `end_reason` and `waited_s` are of the last call that was lost.

    `attempts` counts calls back that nobody took since then. `taken_by` is returning it, until `taken_until`.
    """

    id: UUID
    caller: Caller
    queue: Reference | None
    entry_number: PublicText
    times: int
    first_at: datetime
    last_at: datetime
    end_reason: PublicText
    waited_s: float
    calling_now: bool
    attempts: int
    attempted_at: datetime | None
    taken_by: Colleague | None
    taken_until: datetime | None

    def personal_subject(self) -> Subject:
        """Nobody spoke in it yet: to nobody it is their own, but to who returns it."""
        return Subject("interaction", str(self.id), self.taken_by.id if self.taken_by else None)


class CallsToReturn(msgspec.Struct, frozen=True):
    """Those with the fewest attempts first, then who waits longest; `total` counts what the list leaves out too."""

    total: int
    items: list[CallToReturn]


class Settlement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of it: spoken with on another way, given up, or of no need any more."""

    outcome: Outcome


class ReturnsMessage(msgspec.Struct, frozen=True, tag_field="type", tag="returns"):
    """Somebody's list may have changed: read it again."""


class StillMessage(msgspec.Struct, frozen=True, tag_field="type", tag="still"):
    """Nothing changed, and the line is alive."""
