"""An act as other modules tell it."""

from typing import Any, Literal
from uuid import UUID

import msgspec

ActorKind = Literal["person", "provider", "service", "system"]


class Doer(msgspec.Struct, frozen=True):
    """Who acts, and from where. `SYSTEM` is nobody: a schedule, a limit that was reached."""

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    session_id: UUID | None = None
    address: str = ""


SYSTEM = Doer("system", name="Ovoz")


class Act(msgspec.Struct, frozen=True):
    """One line of the audit: `name` is `<module>.<verb in the past>` (`people.role_given`), done to the `subject`.

    `before` and `after` hold what changed; personal values in them are masked by whoever tells the act.
    """

    name: str
    doer: Doer
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    reason: str | None = None
