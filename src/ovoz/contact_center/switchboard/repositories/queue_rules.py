"""A queue's row and the operator's holidays as the floor takes them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from ovoz.contact_center.queues.api import holidays_of, overflows_of, rings_of, turns
from ovoz.contact_center.queues.contracts import (
    Announcements,
    Holiday,
    OpeningHours,
    OverflowRule,
    RingRule,
    Span,
)
from ovoz.contact_center.switchboard.state.opening import Opening
from ovoz.contact_center.switchboard.state.rules import QueueRules
from ovoz.lib.sounds import DEFAULT_MUSIC, FIRST_LANGUAGE, Sounds

QUEUES: Final = """
SELECT id, code, name, priority, max_length, max_wait_s, ring_timeout_s, wrap_up_s, announce_every_s, recorded,
       target_s, weight, rings, announcements, hours, overflow, caller_number, dispositions,
       language, music,
       archived_at IS NOT NULL AS archived
FROM queue
"""
HOLIDAYS: Final = "SELECT date, name, spans, queues FROM holiday ORDER BY date, id"
_SETTINGS: Final = frozenset(
    {
        "code",
        "rings",
        "announcements",
        "hours",
        "overflow",
        "caller_number",
        "dispositions",
        "language",
        "music",
    }
)


class Surroundings(msgspec.Struct, frozen=True):
    """What a queue's settings are understood by; `now`: from when on its turns are worked out."""

    zone: ZoneInfo
    now: datetime
    numbers: set[str]
    sounds: Sounds


def queue_rules(rows: Sequence[Any], holidays: Sequence[Any], around: Surroundings) -> list[QueueRules]:
    days = [msgspec.convert(dict(row._mapping), Holiday) for row in holidays]
    ids = {row.code: str(row.id) for row in rows}
    return [_rules(row, days, ids, around) for row in rows]


def _rules(row: Any, holidays: Sequence[Holiday], ids: Mapping[str, str], around: Surroundings) -> QueueRules:
    announcements = msgspec.convert(row.announcements, Announcements)
    hours = msgspec.convert(row.hours, OpeningHours)
    # What has no prompts here is said in the first language, and nothing twice.
    spoken = [one for one in announcements.languages if one in around.sounds.languages] or [FIRST_LANGUAGE]
    return QueueRules(
        **{name: value for name, value in row._mapping.items() if name not in _SETTINGS},
        caller_number=own(row.caller_number, around.numbers),
        dispositions=tuple(row.dispositions),
        language=row.language if row.language in around.sounds.languages else spoken[0],
        announced_in=tuple(spoken),
        music=row.music if row.music in around.sounds.music else DEFAULT_MUSIC,
        rings=rings_of(str(row.id), msgspec.convert(row.rings, tuple[RingRule, ...])),
        announces_position=announcements.position,
        announces_wait=announcements.estimated_wait,
        first_announcement_s=announcements.first_after_s,
        opening=_opening(hours, holidays_of(holidays, row.code), around.zone, around.now),
        overflow=overflows_of(msgspec.convert(row.overflow, list[OverflowRule]), ids),
    )


def _opening(
    hours: OpeningHours, holidays: dict[date, tuple[Span, ...]], zone: ZoneInfo, now: datetime
) -> Opening:
    hour = now.replace(minute=0, second=0, microsecond=0)
    known = _since(hours, tuple(sorted(holidays.items())), zone, hour)
    return Opening(known.at(now), tuple(turn for turn in known.turns if turn > now))


@lru_cache(maxsize=10_000)
def _since(
    hours: OpeningHours, holidays: tuple[tuple[date, tuple[Span, ...]], ...], zone: ZoneInfo, hour: datetime
) -> Opening:
    """Settings are read twice a minute, and a calendar is some milliseconds of work: once an hour is enough."""
    return Opening(*turns(hours, dict(holidays), zone, hour))


def own(number: str | None, numbers: set[str]) -> str | None:
    """Presenting a number that is not the tenant's would be a lie: it falls back to one that is."""
    return number if number in numbers else None
