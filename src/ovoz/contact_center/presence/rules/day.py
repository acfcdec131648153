"""The arithmetic of an agent's day: half-open, in the operator's time zone, right on days when clocks change."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec


class Change(msgspec.Struct, frozen=True):
    """An agent's state from this moment on."""

    at: datetime
    state: str
    reason: str | None


class Stretch(msgspec.Struct, frozen=True):
    """A while in one state; `ended_at` is None while it lasts."""

    state: str
    reason: str | None
    started_at: datetime
    ended_at: datetime | None


class Work(msgspec.Struct, frozen=True):
    """A part of a contact that was this agent's: talk, hold or wrap_up."""

    interaction_id: UUID
    kind: str
    started_at: datetime
    ended_at: datetime | None


class Figures(msgspec.Struct, frozen=True):
    """`talk_s`, `hold_s`, `wrap_up_s` are those of the handled contacts, whole, also where one began before the day."""

    handled: int
    talk_s: float
    hold_s: float
    wrap_up_s: float
    aht_s: float | None
    worked_s: float
    """Talk, hold and wrap-up within the day, also of what is not handled yet."""
    ready_s: float
    occupancy: float | None


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of the day and of the next one: 23, 24 or 25 hours lie between them."""
    first, following = (
        datetime.combine(at, time(), zone).astimezone(UTC) for at in (day, day + timedelta(days=1))
    )
    return first, following


def stretches(
    before: Change | None, changes: Iterable[Change], start: datetime, end: datetime, now: datetime
) -> list[Stretch]:
    """What the agent's states were within [start, end) up to now; who is not known yet was offline."""
    present = Change(start, before.state if before else "offline", before.reason if before else None)
    found: list[Stretch] = []
    for change in changes:
        if change.at > present.at:
            found.append(Stretch(present.state, present.reason, present.at, change.at))
        present = change
    until = min(end, now)
    if until > present.at:
        last = None if now < end else end
        found.append(Stretch(present.state, present.reason, present.at, last))
    return found


def seconds_by_state(found: Iterable[Stretch], now: datetime) -> dict[str, float]:
    sums: dict[str, float] = {}
    for stretch in found:
        lasted = ((stretch.ended_at or now) - stretch.started_at).total_seconds()
        sums[stretch.state] = sums.get(stretch.state, 0.0) + lasted
    return sums


def figures(work: Sequence[Work], ready_s: float, start: datetime, end: datetime, now: datetime) -> Figures:
    """A contact is handled when the agent's last part in it ended, and counts in the day in which that was."""
    contacts: dict[UUID, list[Work]] = {}
    for part in work:
        contacts.setdefault(part.interaction_id, []).append(part)
    sums = dict.fromkeys(("talk", "hold", "wrap_up"), 0.0)
    handled = 0
    for parts in contacts.values():
        ends = [part.ended_at for part in parts]
        if None in ends or not any(part.kind == "talk" for part in parts):
            continue
        if not start <= max(at for at in ends if at is not None) < end:
            continue
        handled += 1
        for part in parts:
            sums[part.kind] += ((part.ended_at or now) - part.started_at).total_seconds()
    worked_s = sum(
        max(0.0, (min(part.ended_at or now, end, now) - max(part.started_at, start)).total_seconds())
        for part in work
    )
    return Figures(
        handled,
        sums["talk"],
        sums["hold"],
        sums["wrap_up"],
        sum(sums.values()) / handled if handled else None,
        worked_s,
        ready_s,
        worked_s / (worked_s + ready_s) if worked_s + ready_s > 0 else None,
    )
