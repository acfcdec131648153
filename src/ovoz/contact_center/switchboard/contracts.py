"""What crosses the switchboard's border: the journal's entries and the configuration it works by."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from ovoz.platform.access.contracts import Right

Verb = Literal[
    "state",
    "phone",
    "hang_up",
    "hold",
    "resume",
    "reject",
    "wrap_up",
    "sign_out",
    "transfer",
    "transfer_outside",
    "consult",
    "consult_outside",
    "swap",
    "join",
    "complete",
    "come_back",
    "remove",
    "pause_recording",
    "resume_recording",
    "call_colleague",
    "call_number",
    "withdraw_break",
    "decide_break",
]

RIGHTS: Final[dict[Verb, Right]] = {
    "state": "desk.use",
    "phone": "desk.use",
    "hang_up": "calls.control",
    "hold": "calls.control",
    "resume": "calls.control",
    "reject": "calls.control",
    "wrap_up": "calls.control",
    "transfer": "calls.control",
    "transfer_outside": "calls.dial",
    "consult": "calls.control",
    "consult_outside": "calls.dial",
    "swap": "calls.control",
    "join": "calls.control",
    "complete": "calls.control",
    "come_back": "calls.control",
    "remove": "calls.control",
    "pause_recording": "calls.control",
    "resume_recording": "calls.control",
    "call_colleague": "calls.control",
    "call_number": "calls.dial",
    "sign_out": "session.use",
    "withdraw_break": "desk.use",
    "decide_break": "breaks.decide",
}
"""What a person needs who gives the order; asked where it is given."""


DIALLED: Final = r"^(\+[0-9]{7,15}|[0-9]{2,15})$"
"""What can be dialled: E.164, or a number as it is dialled at home."""


class Command(msgspec.Struct, frozen=True):
    """An order of an agent, forwarded by the API; `command_id` makes repeating it safe."""

    command_id: UUID
    tenant_id: str
    agent_id: UUID
    verb: Verb
    interaction_id: UUID | None = None
    arguments: dict[str, Any] = msgspec.field(default_factory=dict)


CALLER_NUMBER: Final = "interaction.caller_number"
CALLER_NAME: Final = "interaction.caller_name"
NOTE: Final = "interaction.note"
SHARE_NOTE: Final = "handling.note"
LIVE_STATE: Final = "live.state"
"""Places of sealed fields (`ovoz.lib.sealed_fields`): whoever reads them opens them there."""


def fact_place(key: str) -> str:
    """The place of a sealed member of a fact."""
    return f"event_log.data.{key}"


class JournalEntry(msgspec.Struct, frozen=True):
    """One step as rows, ready for Postgres or for the spool; every member is a list of row objects."""

    tenant_id: str
    facts: list[dict[str, Any]]
    interactions: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    legs: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    recordings: list[dict[str, Any]]
    live: list[dict[str, Any]]
    at: datetime
    handlings: list[dict[str, Any]] = msgspec.field(default_factory=list)
    """A spool of an older release has none."""
