"""When a queue is open: by the clock on the wall of the tenant's zone, through changes of that clock too.

A span that is not there on a day when the clock goes forward is not open that day; one that comes twice is open twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ovoz.contact_center.queues.contracts import Holiday, OpeningHours, Span

DAY = 24 * 60
FURTHEST_DAYS = 400
"""How far a next change is looked for: beyond a year of holidays there is none to speak of."""

KNOWN_DAYS = 14
"""For so many days a switchboard that reads nothing new still opens and closes on time."""


def minutes(time: str) -> int:
    """Of the day: 24:00 is its end."""
    return int(time[:2]) * 60 + int(time[3:])


def length(from_: str, until: str) -> int:
    """Minutes from the beginning to the end, which is on the next day when it is not later."""
    begin, end = minutes(from_), minutes(until)
    return end - begin if end > begin else end + DAY - begin


def holidays_of(holidays: Iterable[Holiday], queue: str) -> dict[date, tuple[Span, ...]]:
    """What holds for this queue on days that are not as others. One that names the queue goes before one for all."""
    found: dict[date, tuple[Span, ...]] = {}
    for holiday in sorted(holidays, key=lambda one: bool(one.queues)):
        if not holiday.queues or queue in holiday.queues:
            found[holiday.date] = holiday.spans
    return found


def spans_of(hours: OpeningHours, holidays: dict[date, tuple[Span, ...]], day: date) -> list[tuple[int, int]]:
    """What begins on this day: (minute of the day, minute of its end, beyond 1440 on the next day)."""
    if day in holidays:
        spans: Iterable[tuple[str, str]] = [(span.from_, span.until) for span in holidays[day]]
    elif hours.always:
        return [(0, DAY)]
    else:
        spans = [(one.from_, one.until) for one in hours.windows if one.day == day.isoweekday()]
    return [(minutes(from_), minutes(from_) + length(from_, until)) for from_, until in spans]


def is_open(
    hours: OpeningHours, holidays: dict[date, tuple[Span, ...]], zone: ZoneInfo, moment: datetime
) -> bool:
    """Whether a caller who comes at this moment finds it open."""
    local = moment.astimezone(zone)
    minute, today = local.hour * 60 + local.minute, local.date()
    if any(begin <= minute < end for begin, end in spans_of(hours, holidays, today)):
        return True
    return any(minute + DAY < end for _, end in spans_of(hours, holidays, today - timedelta(days=1)))


def next_change(
    hours: OpeningHours, holidays: dict[date, tuple[Span, ...]], zone: ZoneInfo, moment: datetime
) -> datetime | None:
    """When it opens or closes next, in UTC; None where it does not within 400 days."""
    now = is_open(hours, holidays, zone, moment)
    first = moment.astimezone(zone).date()
    for ahead in range(FURTHEST_DAYS):
        day = first + timedelta(days=ahead)
        for candidate in sorted({*_boundaries(hours, holidays, zone, day), *_turns(zone, day)}):
            if candidate > moment and is_open(hours, holidays, zone, candidate) != now:
                return candidate
    return None


def turns(
    hours: OpeningHours,
    holidays: dict[date, tuple[Span, ...]],
    zone: ZoneInfo,
    moment: datetime,
    days: int = KNOWN_DAYS,
) -> tuple[bool, tuple[datetime, ...]]:
    """Whether it is open at this moment, and every moment of the days after it at which that turns, in UTC."""
    now = is_open(hours, holidays, zone, moment)
    first = moment.astimezone(zone).date()
    found: list[datetime] = []
    if hours.always and not any(first <= day <= first + timedelta(days=days + 1) for day in holidays):
        return now, ()
    # A span of the evening before ends on the day after, so one day more is walked than is promised.
    for ahead in range(days + 1):
        day = first + timedelta(days=ahead)
        for candidate in sorted({*_boundaries(hours, holidays, zone, day), *_turns(zone, day)}):
            then = candidate > moment and is_open(hours, holidays, zone, candidate)
            if candidate > moment and then != now:
                found.append(candidate)
                now = then
    return is_open(hours, holidays, zone, moment), tuple(found)


def _boundaries(
    hours: OpeningHours, holidays: dict[date, tuple[Span, ...]], zone: ZoneInfo, day: date
) -> Iterator[datetime]:
    """Moments of this day at which a span may begin or end; each of the two where the clock shows it twice."""
    at = {0}
    for begin, end in spans_of(hours, holidays, day):
        at |= {begin, min(end, DAY)}
    at |= {end - DAY for _, end in spans_of(hours, holidays, day - timedelta(days=1)) if end > DAY}
    for minute in at:
        wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
        for fold in (0, 1):
            yield wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _turns(zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The moment of this day at which the clock is put forward or back, when there is one."""
    begin = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    end = (datetime(day.year, day.month, day.day) + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
    # No further than this day: what is earlier on the next one must be found before it.
    low, high = 0, int((end - begin).total_seconds()) // 60
    offset = _offset(zone, begin)
    if _offset(zone, begin + timedelta(minutes=high)) == offset:
        return
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, begin + timedelta(minutes=middle)) == offset:
            low = middle
        else:
            high = middle
    yield begin + timedelta(minutes=high)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def never_opens(hours: OpeningHours) -> bool:
    return not hours.always and not hours.windows


def overlapping(spans: Sequence[tuple[int, int, int]]) -> set[int]:
    """Places of windows, as (weekday, begin, end) in minutes, that another before them in the week runs into."""
    week = 7 * DAY
    placed = [
        (((day - 1) * DAY + begin), ((day - 1) * DAY + end), place)
        for place, (day, begin, end) in enumerate(spans)
    ]
    found: set[int] = set()
    for begin, end, place in placed:
        for other_begin, other_end, other in placed:
            if other < place and any(
                begin + shift < other_end and other_begin < end + shift for shift in (-week, 0, week)
            ):
                found.add(place)
    return found
