"""Reasons for a break on the wire, as they are set."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ovoz.platform.privacy.contracts import PublicText

Code = Annotated[
    PublicText, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}(?!\n)$", description="lower case, digits, underscore")
]
Title = Annotated[
    PublicText,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[^\x00\ud800-\udfff]*[^\s\x00\ud800-\udfff][^\x00\ud800-\udfff]*$",
    ),
]
LimitSeconds = Annotated[int, Meta(ge=60, le=86_400)]
AtOnce = Annotated[int, Meta(ge=1, le=10_000)]


class Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in the three languages of the interface."""

    ru: Title
    tg: Title
    en: Title


class BreakReasonSettings(msgspec.Struct, frozen=True):
    """A reason and its rules: how long, how many at the same time, and whether a supervisor is asked first.

    One that is archived is offered to nobody; breaks that were taken keep their reason.
    """

    code: PublicText
    names: Titles
    limit_s: int | None
    at_once: int | None
    needs_approval: bool
    archived: bool
    version: int


class BreakReasonCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new reason, last in the list."""

    code: Code
    names: Titles
    limit_s: LimitSeconds | None = None
    at_once: AtOnce | None = None
    needs_approval: bool = False


class BreakReasonUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about it but its code; what begins from now on goes by it."""

    names: Titles
    limit_s: LimitSeconds | None = None
    at_once: AtOnce | None = None
    needs_approval: bool = False
    archived: bool = False


class BreakOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every code once, in the order in which agents are offered them."""

    codes: Annotated[list[Code], Meta(max_length=500)]
