"""Skills and queues on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ovoz.contact_center.queues.contracts import Code, Holiday, Level, LevelOrNone, QueueSettings, Titles
from ovoz.contact_center.queues.rules.validation import FaultCode
from ovoz.contact_center.routing.api import Figures
from ovoz.platform.privacy.contracts import PublicText, StaffName

Position = Annotated[int, Meta(ge=0, le=10_000)]
MOST_CHANGES = 5000


class Skill(msgspec.Struct, frozen=True):
    """A skill; `people` counts the agents who have it. One that is archived is asked of nobody any more."""

    id: UUID
    code: PublicText
    names: Titles
    position: int
    archived: bool
    people: int
    version: int


class SkillCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new skill, last in the list."""

    code: Code
    names: Titles


class SkillUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Only what stands in it is changed. Who has the skill keeps it while it is archived."""

    names: Titles | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class SkillLevel(msgspec.Struct, frozen=True):
    skill_id: UUID
    level: Level


class SkillTeam(msgspec.Struct, frozen=True):
    id: UUID
    name: PublicText


class AgentSkills(msgspec.Struct, frozen=True):
    """An agent's skills; `may_change`: whether this reader may. `changed_*`: by whom and when they were last."""

    user_id: UUID
    name: StaffName
    team: SkillTeam | None
    may_change: bool
    levels: list[SkillLevel]
    changed_at: datetime | None
    changed_by: StaffName | None


class LevelChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`was` is what the sender saw: where it is another level by now, nothing is changed."""

    user_id: UUID
    skill_id: UUID
    was: LevelOrNone
    level: LevelOrNone


class LevelChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them are made, or none."""

    changes: Annotated[list[LevelChange], Meta(min_length=1, max_length=MOST_CHANGES)]


class LevelsSaved(msgspec.Struct, frozen=True):
    """How many levels are others now, and of how many people."""

    levels: int
    people: int


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table as CSV: the first line names the columns, `id` or `email` and the codes of skills."""

    content: Annotated[
        str,
        Meta(min_length=1, max_length=500_000, pattern=r"^[^\x00\ud800-\udfff]*$", examples=["id,tariffs\n"]),
    ]


LineFault = Literal["agent_missing", "agent_unknown", "agent_twice", "not_yours", "level_wrong", "cells_many"]


class SheetFault(msgspec.Struct, frozen=True):
    """What is wrong with a line: in which column, what stands there. The line is left out as a whole."""

    line: int
    fault: LineFault
    column: PublicText | None
    found: PublicText | None


class SheetReport(msgspec.Struct, frozen=True):
    """What a table would change, to be sent as `LevelChanges`; nothing is changed by asking.

    `unknown_columns` are left out. `lines` counts those with something in them, `same` those that change nothing.
    """

    lines: int
    same: int
    unknown_columns: list[PublicText]
    faults: list[SheetFault]
    changes: list[LevelChange]


class Queue(msgspec.Struct, frozen=True):
    """A queue; `open_now` by its hours and the holidays, until `changes_at` (null: for more than a year)."""

    id: UUID
    code: PublicText
    settings: QueueSettings
    archived: bool
    version: int
    open_now: bool
    changes_at: datetime | None


class QueueCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Code
    settings: QueueSettings


class QueueArchived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    archived: bool


class QueueRestore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The version whose settings are to hold again; members who are no agents any more stay out."""

    version: Annotated[int, Meta(ge=1, le=2**53)]


class QueueVersion(msgspec.Struct, frozen=True):
    """The settings as they were from `made_at` on; null where that is not known: from the beginning."""

    version: int
    settings: QueueSettings
    archived: bool
    made_at: datetime | None
    made_by: StaffName | None
    restored_from: int | None


class QueueFault(msgspec.Struct, frozen=True):
    """What is wrong with a field of the settings; a `warning` does not keep them from being saved."""

    pointer: PublicText
    fault: FaultCode
    detail: PublicText
    warning: bool


class RingAgent(msgspec.Struct, frozen=True):
    id: UUID
    name: StaffName


class RingPreview(msgspec.Struct, frozen=True):
    """Who comes in by a ring: after this wait, beside those of the rings before it."""

    after_s: int
    agents: list[RingAgent]


class QueuePreview(msgspec.Struct, frozen=True):
    """What settings would mean. Nothing is changed by asking."""

    faults: list[QueueFault]
    rings: list[RingPreview]
    open_now: bool
    changes_at: datetime | None


class QueueSounds(msgspec.Struct, frozen=True):
    """What callers can hear: languages that have every prompt, and pieces of music on hold."""

    languages: list[PublicText]
    music: list[PublicText]


class KeptHoliday(msgspec.Struct, frozen=True):
    id: UUID
    holiday: Holiday


class ReplayAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day of the operator's calendar that is over, and a draft of one queue's settings."""

    day: date
    code: Code
    settings: QueueSettings


class ReplayFigures(msgspec.Struct, frozen=True):
    """Of all queues, and of the one that the draft is of (null: nobody came into it); by the draft's targets."""

    all: Figures
    queue: Figures | None
    occupancy: float | None


class Replay(msgspec.Struct, frozen=True):
    """A day three times: as it was, played with the settings as they are, and with the draft.

    How near the second comes to the first says how far the third can be believed.
    """

    contacts: int
    agents: int
    was: ReplayFigures
    live: ReplayFigures
    draft: ReplayFigures
