"""What an agent orders, and what the desk offers to choose from."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.contact_center.agents.contracts import ChosenState
from ovoz.contact_center.switchboard.contracts import DIALLED
from ovoz.platform.privacy.contracts import PublicText

Code = Annotated[str, Meta(max_length=40)]
Note = Annotated[str, Meta(max_length=4000, pattern=r"^[^\x00\ud800-\udfff]*$")]
"""Postgres keeps neither NUL nor half a character."""


class StateChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A state and, for a break, its reason's code."""

    state: ChosenState
    reason: Code | None = None


class WrapUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The result of a call, and the state that follows."""

    disposition: Code
    note: Note = ""
    next: ChosenState = "ready"
    reason: Code | None = None


class Transfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom a caller is passed on: `id` of an agent, a queue, an entry point; or a `number` outside."""

    to: Literal["agent", "queue", "entry_point", "number"]
    id: UUID | None = None
    number: Annotated[str, Meta(pattern=DIALLED, examples=["+992900000102"])] | None = None


class Consultation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is asked aside: `id` of an agent, or of a queue (whose longest idle agent it is); or a `number` outside."""

    to: Literal["agent", "queue", "number"]
    id: UUID | None = None
    number: Annotated[str, Meta(pattern=DIALLED, examples=["+992900000102"])] | None = None


class OutgoingCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is called: a colleague's `id`, a `number` outside, or the `number_token` of a masked one."""

    to: Literal["agent", "number"]
    id: UUID | None = None
    number: Annotated[str, Meta(pattern=DIALLED, examples=["+992900000102"])] | None = None
    number_token: Annotated[str, Meta(max_length=200)] | None = None


class Names(msgspec.Struct, frozen=True):
    ru: PublicText
    tg: PublicText
    en: PublicText


class BreakReason(msgspec.Struct, frozen=True):
    """`limit_s` is the longest such break and `at_once` how many may be on it, null where there is no limit."""

    code: PublicText
    names: Names
    limit_s: int | None
    needs_approval: bool
    at_once: int | None


class Disposition(msgspec.Struct, frozen=True):
    code: PublicText
    names: Names
