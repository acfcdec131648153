"""The rules for calls on the wire."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ovoz.platform.privacy.contracts import PublicText

OwnNumber = Annotated[
    PublicText, Meta(pattern=r"^\+[0-9]{7,15}$", description="E.164", examples=["+992446000100"])
]
PauseSeconds = Annotated[int, Meta(ge=10, le=600)]


class CallingRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`caller_number` is presented to whom is called, where the queue says nothing else; null: the first of the
    operator's numbers. `recording_pause_s`: how long a recording is silent at most while a card's number is said.
    """

    caller_number: OwnNumber | None
    recording_pause_s: PauseSeconds


class CallingNumber(msgspec.Struct, frozen=True):
    """A number of the operator's, as callers know it."""

    number: PublicText
    name: PublicText


class CallingQueue(msgspec.Struct, frozen=True):
    """A queue for which another number is presented."""

    name: PublicText
    number: PublicText


class KeptCallingRules(msgspec.Struct, frozen=True):
    """The rules that hold. `presented` is what is presented by them now: another number than `caller_number` where that
    is not the operator's any more, null where the operator has none. `numbers` can be chosen; `queues` have their own.
    """

    settings: CallingRules
    version: int
    presented: PublicText | None
    numbers: list[CallingNumber]
    queues: list[CallingQueue]
