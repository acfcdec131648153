"""A blueprint: what a new tenant starts with. `tenants/schema.json` is generated from these structs."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ovoz.platform.access.contracts import ProviderRole, ShippedRole

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="lower case, digits, underscore")]
PhoneNumber = Annotated[str, Meta(pattern=r"^\+[0-9]{7,15}$", description="E.164")]
Email = Annotated[str, Meta(pattern=r"^[^@\sA-Z]+@[^@\sA-Z]+$", description="lower case")]
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing in the three languages of the interface."""

    ru: Text
    tg: Text
    en: Text


class BlueprintUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person of a demo; real tenants invite theirs."""

    email: Email
    name: Text
    roles: Annotated[list[ShippedRole | ProviderRole], Meta(min_length=1)]
    """A role of the provider's staff is for the provider's own tenant only."""
    password: Annotated[str, Meta(min_length=12, max_length=200)]
    skills: dict[Code, Annotated[int, Meta(ge=1, le=5)]] = {}
    """How well they know each of the skills below, 1 (a little) to 5 (best)."""


class BlueprintSkill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an agent can be good at."""

    code: Code
    names: Names


class BlueprintRing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From this wait on: agents of the queue, or everybody, who have these skills at these levels or better."""

    after_s: Annotated[int, Meta(ge=0, le=3600)] = 0
    skills: dict[Code, Annotated[int, Meta(ge=1, le=5)]] = {}
    everyone: bool = False


class BlueprintOverflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a caller goes that the queue cannot serve: `to` is another queue's code or an outside
    number; `goodbye` says so and ends the call."""

    when: Literal["wait_s", "length", "estimated_wait_s", "no_agents", "closed"]
    then: Literal["queue", "number", "goodbye"]
    at_least: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    to: Annotated[str, Meta(pattern=r"^[+a-z0-9_]{1,40}$")] | None = None


TimeOfDay = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", description="HH:MM")]


class BlueprintWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Open from this time on these days of the week (1 is Monday); not later than it begins: until the next day."""

    days: Annotated[list[Annotated[int, Meta(ge=1, le=7)]], Meta(min_length=1)]
    from_: TimeOfDay
    until: TimeOfDay


class BlueprintAnnouncements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a waiting caller is told beside the music; how often is the queue's `announce_every_s`."""

    position: bool = True
    estimated_wait: bool = False
    first_after_s: Annotated[int, Meta(ge=0, le=600)] = 30
    languages: Annotated[list[Literal["ru", "tg", "en"]], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: ["ru"]
    )


class BlueprintQueue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A queue; times in seconds, `members` are e-mail addresses of users above."""

    code: Code
    name: Text
    members: list[Email] = []
    priority: Annotated[int, Meta(ge=0, le=3600)] = 0
    max_length: Annotated[int, Meta(gt=0, le=10_000)] = 100
    max_wait_s: Annotated[int, Meta(gt=0, le=86_400)] = 1800
    ring_timeout_s: Annotated[int, Meta(ge=5, le=120)] = 20
    wrap_up_s: Annotated[int, Meta(ge=0, le=3600)] = 60
    announce_every_s: Annotated[int, Meta(ge=10, le=600)] = 30
    recorded: bool = True
    caller_number: PhoneNumber | None = None
    """What is presented to whom is called for it: one of `entry_points`. None: the operator's."""
    target_s: Annotated[int, Meta(ge=1, le=3600)] = 20
    short_abandon_s: Annotated[int, Meta(ge=0, le=60)] = 5
    rings: Annotated[list[BlueprintRing], Meta(min_length=1)] = msgspec.field(
        default_factory=lambda: [BlueprintRing()]
    )
    hours: list[BlueprintWindow] = []
    """None: always open."""
    overflow: list[BlueprintOverflow] = []
    announcements: BlueprintAnnouncements = BlueprintAnnouncements()
    dispositions: list[Code] = []
    """None: all."""


class BlueprintEntryPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number that callers dial; `greeting` are names of prompts, played one after the other."""

    number: PhoneNumber
    name: Text
    queue: Code
    greeting: list[Annotated[str, Meta(pattern=r"^[a-z0-9/_-]+$")]] = []


class BlueprintBreakReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code
    names: Names
    limit_s: Annotated[int, Meta(gt=0, le=86_400)] | None = None
    needs_approval: bool = False
    at_once: Annotated[int, Meta(gt=0, le=10_000)] | None = None


class BlueprintDisposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code
    names: Names


class BlueprintSubscriber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscriber of a demo operator, who may call; `corporate`: the account is a company's.

    `answer_target_s` is what that account was promised, `manager` the e-mail address of one of the users, `outage`:
    the network is down where they are.
    """

    number: PhoneNumber
    name: Text
    corporate: bool = False
    vip: bool = False
    answer_target_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    region: Text | None = None
    language: Literal["ru", "tg", "en"] | None = None
    product: Text | None = None
    network: Literal["good", "fair", "poor"] | None = None
    outage: bool = False
    manager: Email | None = None


class BlueprintRuleWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that stands here has to hold; of a list, one of its values. Nothing at all: every caller."""

    vip: bool | None = None
    corporate: bool | None = None
    outage: bool | None = None
    regions: list[Text] = []
    products: list[Text] = []
    languages: list[Literal["ru", "tg", "en"]] = []
    network: list[Literal["good", "fair", "poor"]] = []
    dialled: list[PhoneNumber] = []


class BlueprintRuleThen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What becomes of the caller; what does not stand here is left to later rules, and then to the queue."""

    queue: Code | None = None
    head_start_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    target_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    account_target: bool = False
    skills: dict[Code, Annotated[int, Meta(ge=1, le=5)]] = {}
    skills_for_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    prefer: Literal["manager", "last_agent"] | None = None
    prefer_wait_s: Annotated[int, Meta(ge=1, le=600)] = 30


class BlueprintRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How callers are treated of whom this is known."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    when: BlueprintRuleWhen = BlueprintRuleWhen()
    then: BlueprintRuleThen = BlueprintRuleThen()


class BlueprintLastAgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who talked to the caller within so many days is waited for so long (0: only where a rule says so)."""

    within_days: Annotated[int, Meta(ge=1, le=90)] = 7
    wait_s: Annotated[int, Meta(ge=0, le=600)] = 0


class BlueprintRouting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules on callers, from the top: where two say the same, the upper one counts."""

    rules: list[BlueprintRule] = []
    last_agent: BlueprintLastAgent = BlueprintLastAgent()


class Blueprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a new tenant starts with: data, no code."""

    name: Text
    locale: Literal["ru", "tg", "en"] = "ru"
    time_zone: Text = "Asia/Dushanbe"
    max_calls: Annotated[int, Meta(gt=0, le=100_000)] = 200
    caller_number: PhoneNumber | None = None
    """What is presented to whom is called: one of `entry_points`. None: the first of them."""
    recording_pause_s: Annotated[int, Meta(ge=10, le=600)] = 120
    """How long a recording is silent at most when an agent pauses it for a card's number."""
    users: list[BlueprintUser] = []
    skills: list[BlueprintSkill] = []
    queues: Annotated[list[BlueprintQueue], Meta(min_length=1)] = []
    entry_points: list[BlueprintEntryPoint] = []
    break_reasons: list[BlueprintBreakReason] = []
    dispositions: list[BlueprintDisposition] = []
    subscribers: list[BlueprintSubscriber] = []
    routing: BlueprintRouting = BlueprintRouting()
