"""What crosses the border of this module: skills, and the shapes of a queue's settings."""

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.contact_center.routing.contracts import OverflowWhen
from ovoz.platform.privacy.contracts import PublicText

Code = Annotated[
    PublicText,
    Meta(
        pattern=r"^[a-z][a-z0-9_]{0,39}$",
        description="lower case, digits, underscore",
        examples=["tariffs"],
    ),
]
Level = Annotated[int, Meta(ge=1, le=5)]
"""How well a skill is known: 1 (a little) to 5 (best)."""
LevelOrNone = Annotated[int, Meta(ge=0, le=5, description="0: does not have the skill")]
Title = Annotated[
    PublicText,
    Meta(
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00\ud800-\udfff]*[^\s\x00\ud800-\udfff][^\x00\ud800-\udfff]*$",
    ),
]


class Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing in the three languages of the interface."""

    ru: Title
    tg: Title
    en: Title


# Settings of a queue. They stand as JSON in the database and in blueprints.

Language = Literal["ru", "tg", "en"]
TimeOfDay = Annotated[
    PublicText,
    Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="HH:MM, 24 hours", examples=["08:00"]),
]
EndOfDay = Annotated[
    PublicText,
    Meta(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        description="HH:MM; not later than the beginning: on the next day",
        examples=["20:00"],
    ),
]
Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday")]
QueueCode = Code


class RingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From this wait on, beside the rings before it: who has all these skills at these levels or better, and is in the
    queue, in one of the teams, or (`everyone`) anybody.
    """

    after_s: Annotated[int, Meta(ge=0, le=3600)] = 0
    skills: Annotated[dict[Code, Level], Meta(max_length=20)] = {}
    teams: Annotated[tuple[UUID, ...], Meta(max_length=20)] = ()
    everyone: bool = False


OverflowThen = Literal["queue", "number", "goodbye", "flow", "callback", "voicemail"]
OFFERED: Final[frozenset[OverflowThen]] = frozenset({"queue", "number", "goodbye"})
"""The others come later: they may stand in what was saved before, are refused when it is saved anew, and do nothing."""
AT_LEAST: Final[frozenset[OverflowWhen]] = frozenset({"wait_s", "length", "estimated_wait_s"})
LED_TO: Final[frozenset[OverflowThen]] = frozenset({"queue", "flow", "number"})


class OverflowRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`when` the figure is `at_least` so much (or there are no agents, or the queue is closed), `then` the caller goes
    `to` another queue (its code) or an outside number (E.164), or hears a goodbye. The first rule that holds and can
    be followed counts. Length and estimated wait are judged as a caller comes into the line, the others all the time.
    """

    when: OverflowWhen
    then: OverflowThen
    at_least: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    to: Annotated[PublicText, Meta(min_length=1, max_length=40, pattern=r"^[+a-z0-9_]*$")] | None = None


class Announcements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a waiting caller is told: first after so long, then every so often, in these languages one after another."""

    position: bool = True
    estimated_wait: bool = False
    first_after_s: Annotated[int, Meta(ge=0, le=600)] = 30
    every_s: Annotated[int, Meta(ge=10, le=600)] = 30
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=3)] = ("ru",)


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """From this minute up to and without that one, by the clock on the wall of the tenant's zone."""

    from_: TimeOfDay
    until: EndOfDay


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A span that begins on this day of the week."""

    day: Weekday
    from_: TimeOfDay
    until: EndOfDay


class OpeningHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a queue takes callers: always, or in these windows."""

    always: bool = True
    windows: Annotated[tuple[Window, ...], Meta(max_length=70)] = ()


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is not as its weekday: only these spans begin on it, none: closed. `queues`: for these; none: for all.

    What began the evening before goes on into it.
    """

    date: date
    name: Title
    spans: Annotated[tuple[Span, ...], Meta(max_length=10)] = ()
    queues: Annotated[tuple[QueueCode, ...], Meta(max_length=100)] = ()


class QueueSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set of a queue; times in seconds. `dispositions`: allowed ones, none: all.

    `priority` is waiting time that its callers are given at the beginning, `weight` multiplies their relative wait.
    `caller_number`: what is presented to whom is called for this queue; none: what the rules for calls say.
    """

    name: Title
    members: Annotated[tuple[UUID, ...], Meta(max_length=5000)] = ()
    language: Language | None = None
    priority: Annotated[int, Meta(ge=0, le=3600)] = 0
    weight: Annotated[float, Meta(gt=0, le=100)] = 1.0
    target_s: Annotated[int, Meta(ge=1, le=3600)] = 20
    short_abandon_s: Annotated[int, Meta(ge=0, le=60)] = 5
    max_length: Annotated[int, Meta(ge=1, le=10_000)] = 100
    max_wait_s: Annotated[int, Meta(ge=1, le=86_400)] = 1800
    ring_timeout_s: Annotated[int, Meta(ge=5, le=120)] = 20
    wrap_up_s: Annotated[int, Meta(ge=0, le=3600)] = 60
    recorded: bool = True
    caller_number: (
        Annotated[PublicText, Meta(pattern=r"^\+[0-9]{7,15}$", examples=["+992446000100"])] | None
    ) = None
    rings: Annotated[tuple[RingRule, ...], Meta(min_length=1, max_length=10)] = msgspec.field(
        default_factory=lambda: (RingRule(),)
    )
    music: Annotated[PublicText, Meta(pattern=r"^[a-z0-9_-]{1,40}$")] = "default"
    announcements: Announcements = Announcements()
    hours: OpeningHours = OpeningHours()
    overflow: Annotated[tuple[OverflowRule, ...], Meta(max_length=20)] = ()
    dispositions: Annotated[tuple[Code, ...], Meta(max_length=200)] = ()
