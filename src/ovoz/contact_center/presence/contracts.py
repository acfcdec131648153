"""The shift on the wire, and as the switchboard says it."""

from datetime import datetime
from uuid import UUID

import msgspec

from ovoz.contact_center.agents.contracts import (
    AgentState,
    BreakWish,
    NextState,
    NumberMessage,
    Reference,
    SwitchboardMessage,
)
from ovoz.platform.privacy.contracts import PublicText, StaffName, Subject


class MemberNow(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as the switchboard knows them; `worked_s` and `ready_s` are without the state that lasts."""

    id: UUID
    name: StaffName
    state: AgentState
    reason: PublicText | None
    since: datetime
    next: NextState | None
    queue: Reference | None
    interaction_id: UUID | None
    held: bool
    signed_in_at: datetime | None
    worked_s: float
    ready_s: float
    break_until: datetime | None
    break_over: bool
    wish: BreakWish | None

    def personal_subject(self) -> Subject:
        """To themselves they are their own."""
        return Subject("person", str(self.id), self.id)


class TeamNow(msgspec.Struct, frozen=True):
    """Everybody of an operator."""

    epoch: int
    seq: int
    at: datetime
    agents: list[MemberNow]


class Member(MemberNow, frozen=True, kw_only=True):
    """One agent of the shift.

    Occupancy since signing in is `worked_s` / (`worked_s` + `ready_s`), each with what has lasted since `since` where
    the state is talking or wrap_up, or ready. `may_decide`: whether this reader's word about `wish` counts.
    """

    team: Reference | None
    may_decide: bool


class Shift(msgspec.Struct, frozen=True):
    """The shift as far as its reader may see it; (`epoch`, `seq`) order its versions."""

    epoch: int
    seq: int
    at: datetime
    agents: list[Member]


class TeamMessage(msgspec.Struct, frozen=True, tag_field="type", tag="team"):
    """The whole shift."""

    data: Shift


class TeamSaid(msgspec.Struct, frozen=True, tag_field="type", tag="team"):
    """What the switchboard publishes: everybody, for nobody's eyes yet."""

    data: TeamNow


class ColleagueNow(msgspec.Struct, frozen=True):
    """Somebody on duty; `reason` is that of a break."""

    id: UUID
    name: StaffName
    state: AgentState
    reason: PublicText | None
    since: datetime

    def personal_subject(self) -> Subject:
        """To themselves they are their own."""
        return Subject("person", str(self.id), self.id)


class Colleagues(msgspec.Struct, frozen=True):
    """Who of one's own team is on duty."""

    epoch: int
    seq: int
    at: datetime
    agents: list[ColleagueNow]


class ColleaguesMessage(msgspec.Struct, frozen=True, tag_field="type", tag="colleagues"):
    """The whole of one's team that is on duty."""

    data: Colleagues


TeamSocketMessage = TeamMessage | ColleaguesMessage | NumberMessage | SwitchboardMessage
"""What passes on the shift's sockets."""
