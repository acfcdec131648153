"""What crosses the border of this module: what is known of a caller, and the shape of the routing rules."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.contact_center.queues.contracts import Code, Language, Level, QueueCode, Title
from ovoz.platform.privacy.contracts import PublicText

NetworkQuality = Literal["good", "fair", "poor"]
Dialled = Annotated[
    PublicText, Meta(pattern=r"^\+[0-9]{7,15}$", description="E.164", examples=["+992446000100"])
]


class CallerProfile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What routing knows of a subscriber. One without anything: a number that is no subscriber's.

    `answer_target_s` is what the corporate account was promised: seconds within which it is answered.
    """

    vip: bool = False
    corporate: bool = False
    answer_target_s: int | None = None
    region: str | None = None
    language: Language | None = None
    product: str | None = None
    network: NetworkQuality | None = None
    outage: bool = False
    """The network is known to be down where the subscriber is."""
    manager_id: UUID | None = None


class OnRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a caller came into their first queue, kept so that the day can be played again under other rules.

    `queue`: the code of the one that the number leads to; `led_to`: the one that a rule named. Without a `profile` it
    was not known who calls.
    """

    queue: str | None = None
    led_to: str | None = None
    profile: CallerProfile | None = None
    last_agent: UUID | None = None


class RuleWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that stands here has to hold; of a list, one of its values. Nothing at all holds for every caller.

    What depends on the subscriber holds for nobody while the subscriber cannot be read.
    """

    vip: bool | None = None
    corporate: bool | None = None
    outage: bool | None = None
    regions: Annotated[tuple[Title, ...], Meta(max_length=50)] = ()
    products: Annotated[tuple[Title, ...], Meta(max_length=50)] = ()
    languages: Annotated[tuple[Language, ...], Meta(max_length=3)] = ()
    network: Annotated[tuple[NetworkQuality, ...], Meta(max_length=3)] = ()
    dialled: Annotated[tuple[Dialled, ...], Meta(max_length=50)] = ()


Preferred = Literal["manager", "last_agent"]


class RuleThen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of the caller; what does not stand here is left to later rules, and then to the queue.

    `skills` are asked for beside those of the queue, `skills_for_s` seconds long (null: as long as the caller waits).
    `account_target`: the account's own answer target, where it has one. `prefer` waits `prefer_wait_s` for one agent.
    """

    queue: QueueCode | None = None
    head_start_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    target_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    account_target: bool = False
    skills: Annotated[dict[Code, Level], Meta(max_length=20)] = {}
    skills_for_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    prefer: Preferred | None = None
    prefer_wait_s: Annotated[int, Meta(ge=1, le=600)] = 30


class RoutingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence: `when` this is known of the caller, `then` this is done."""

    name: Title
    when: RuleWhen = RuleWhen()
    then: RuleThen = msgspec.field(default_factory=RuleThen)


class LastAgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who talked to the caller within so many days is waited for so long (0: only where a rule says so)."""

    within_days: Annotated[int, Meta(ge=1, le=90)] = 7
    wait_s: Annotated[int, Meta(ge=0, le=600)] = 0


class RoutingRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How callers are treated. Every rule that holds has its say; where two say the same, the upper one counts."""

    rules: Annotated[tuple[RoutingRule, ...], Meta(max_length=100)] = ()
    last_agent: LastAgent = LastAgent()

    @property
    def asks_for_caller(self) -> bool:
        """Whether anything depends on who calls, and not only on the number that is dialled."""
        return self.last_agent.wait_s > 0 or any(
            rule.then.prefer is not None
            or rule.then.account_target
            or msgspec.structs.replace(rule.when, dialled=()) != EVERY_CALLER
            for rule in self.rules
        )


EVERY_CALLER: Final = RuleWhen()
Attribute = Literal["vip", "corporate", "outage", "region", "product", "language", "network", "dialled"]
Aspect = Literal["queue", "head_start", "target", "skills", "prefer"]
ASPECTS: Final[tuple[Aspect, ...]] = ("queue", "head_start", "target", "skills", "prefer")


class Because(msgspec.Struct, frozen=True):
    """An attribute of the caller that a rule asked for, and its value."""

    attribute: Attribute
    value: PublicText


class Applied(msgspec.Struct, frozen=True):
    """A rule that held: why, and what it decided (nothing, where upper ones had decided it all)."""

    rule: PublicText
    because: tuple[Because, ...]
    decided: tuple[Aspect, ...]


Unknown = Literal["unavailable", "late"]
"""Why a caller is treated as unknown: the subscribers could not be read, or not in time."""
