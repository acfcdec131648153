"""A supervisor's word, and an agent's day, on the wire."""

import datetime as dt
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from ovoz.contact_center.agents.contracts import AgentState
from ovoz.platform.privacy.contracts import PublicText


class BreakDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the agent may take the break; `note` is shown to them."""

    wish_id: UUID
    approved: bool
    note: Annotated[str, Meta(max_length=200, pattern=r"^[^\x00\ud800-\udfff]*$")] = ""


class DayStretch(msgspec.Struct, frozen=True):
    """A while in one state; `ended_at` is null while it lasts."""

    state: AgentState
    reason: PublicText | None
    started_at: datetime
    ended_at: datetime | None


class LimitPassed(msgspec.Struct, frozen=True):
    """A break that passed its limit, and when."""

    reason: PublicText
    at: datetime
    limit_s: int


class AgentDay(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's own day, from its first moment in the operator's time zone up to `at`.

    A contact counts as handled in the day in which the agent's last part in it ended; `aht_s` is (talk + hold +
    wrap-up) / handled, `average_talk_s` and the others are each part / handled. `occupancy` is (talk + hold + wrap-up)
    / (talk + hold + wrap-up + ready), of everything within the day. `missed` counts rings that were not answered.
    Null: there is nothing to divide by.
    """

    date: dt.date
    time_zone: PublicText
    starts_at: datetime
    ends_at: datetime
    at: datetime
    handled: int
    missed: int
    aht_s: float | None
    average_talk_s: float | None
    average_hold_s: float | None
    average_wrap_up_s: float | None
    occupancy: float | None
    worked_s: float
    states: dict[AgentState, float]
    """Seconds in each state."""
    ribbon: list[DayStretch]
    limits_passed: list[LimitPassed]
