"""Routing rules on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.contact_center.callers.contracts import Applied, Dialled, NetworkQuality, RoutingRules
from ovoz.contact_center.queues.contracts import Language, Title
from ovoz.contact_center.routing.api import Figures, RuleFaultCode
from ovoz.platform.privacy.contracts import PublicText, StaffName


class RuleQueue(msgspec.Struct, frozen=True):
    code: PublicText
    name: PublicText


class RuleNumber(msgspec.Struct, frozen=True):
    """A number that callers dial, and the queue it leads to."""

    number: PublicText
    name: PublicText
    queue: PublicText


class RoutingChoices(msgspec.Struct, frozen=True):
    """What rules can name: queues and numbers that are there, regions and products that some subscriber has."""

    queues: list[RuleQueue]
    numbers: list[RuleNumber]
    regions: list[PublicText]
    products: list[PublicText]


class KeptRoutingRules(msgspec.Struct, frozen=True):
    """The rules that hold."""

    settings: RoutingRules
    version: int
    choices: RoutingChoices


class RoutingRulesRestore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version that is to hold again."""

    version: Annotated[int, Meta(ge=1, le=2**53)]


class RoutingRulesVersion(msgspec.Struct, frozen=True):
    """The rules as they were from `made_at` on; null: from the beginning."""

    version: int
    settings: RoutingRules
    made_at: datetime | None
    made_by: StaffName | None
    restored_from: int | None


class TryCaller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller to try rules with: with a `number` the subscriber's own attributes count, else those that stand here."""

    dialled: Dialled
    number: Dialled | None = None
    vip: bool = False
    corporate: bool = False
    outage: bool = False
    answer_target_s: Annotated[int, Meta(ge=1, le=3600)] | None = None
    region: Title | None = None
    product: Title | None = None
    language: Language | None = None
    network: NetworkQuality | None = None
    manager_id: UUID | None = None
    last_agent_id: UUID | None = None


class RoutingPreviewAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft, and a caller to try it with."""

    settings: RoutingRules
    caller: TryCaller | None = None


class RoutingReplayAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of the operator's calendar that is over, and a draft of all rules."""

    day: date
    settings: RoutingRules


class PlayedRun(msgspec.Struct, frozen=True):
    """Of all queues together, each held against its own target."""

    all: Figures
    occupancy: float | None


class QueuePlayed(msgspec.Struct, frozen=True):
    """A queue in the three runs; null: nobody came into it."""

    queue: RuleQueue
    was: Figures | None
    live: Figures | None
    draft: Figures | None


class RuleOfDraftPlayed(msgspec.Struct, frozen=True):
    """For how many calls a rule of the draft holds, and for how many it decides something.

    The figures are of the calls that it decides something for, in the three runs; null: of none.
    """

    rule: PublicText
    held: int
    decided: int
    was: Figures | None
    live: Figures | None
    draft: Figures | None


class RoutingReplay(msgspec.Struct, frozen=True):
    """A day three times: as it was, played with the rules in force, and with the draft.

    How near the second comes to the first says how far the third can be believed. Of `contacts`, `unknown` are of
    callers of whom it is not on record who they were: for them only the number counts that they dialled. The draft
    treats `otherwise` in another way than the rules in force, `moved` of them in another queue. `queues` are those
    whose figures the draft changes.
    """

    contacts: int
    unknown: int
    agents: int
    otherwise: int
    moved: int
    was: PlayedRun
    live: PlayedRun
    draft: PlayedRun
    rules: list[RuleOfDraftPlayed]
    queues: list[QueuePlayed]


class RoutingFault(msgspec.Struct, frozen=True):
    """What is wrong with a field; a `warning` does not keep the rules from being saved."""

    pointer: PublicText
    fault: RuleFaultCode
    detail: PublicText
    warning: bool


class TriedAgent(msgspec.Struct, frozen=True):
    id: UUID
    name: StaffName


class TriedPreference(msgspec.Struct, frozen=True):
    """An agent that is waited for while they are signed in."""

    agent: TriedAgent
    why: Literal["last_agent", "personal_manager", "asked_for"]
    wait_s: float


class TriedRing(msgspec.Struct, frozen=True):
    """Who could get the call from this wait on, beside those of the rings before."""

    after_s: float
    agents: list[TriedAgent]


class Tried(msgspec.Struct, frozen=True):
    """What a draft makes of a caller. `known`: the number is a subscriber's. `dropped`: skills that nobody has were
    not asked for.
    """

    known: bool
    vip: bool
    corporate: bool
    outage: bool
    region: PublicText | None
    product: PublicText | None
    language: Language | None
    network: NetworkQuality | None
    applied: list[Applied]
    queue: RuleQueue
    moved: bool
    target_s: float
    head_start_s: float
    skills: dict[PublicText, int]
    skills_for_s: float | None
    dropped: bool
    preferred: list[TriedPreference]
    rings: list[TriedRing]


class RoutingPreview(msgspec.Struct, frozen=True):
    """What a draft would mean. Nothing is changed by asking."""

    faults: list[RoutingFault]
    tried: Tried | None
