"""When the conditions of a grant hold, and which of two grants reaches further."""

from uuid import UUID

import msgspec

from ovoz.platform.access.contracts import ConditionName, Conditions, Hours

DAY_MIN = 24 * 60


class Person(msgspec.Struct, frozen=True):
    """Who asks."""

    id: UUID
    team: UUID | None = None
    queues: frozenset[UUID] = frozenset()


class Thing(msgspec.Struct, frozen=True):
    """What is asked for: whose it is, and what is known of it. None is not known, and unknown never holds."""

    owner: UUID | None = None
    team: UUID | None = None
    queue: UUID | None = None
    region: str | None = None
    outsourced: bool | None = None
    corporate: bool | None = None


class Attributes(msgspec.Struct, frozen=True):
    """A request's attributes; `minute` of the day in the tenant's zone.

    Without a thing only what needs none is judged: whether there may be a thing for which the grant counts.
    """

    person: Person
    minute: int
    thing: Thing | None = None


def unmet(conditions: Conditions, attributes: Attributes) -> tuple[ConditionName, ...]:
    """The conditions that do not hold; none: the grant counts."""
    failed: list[ConditionName] = []
    thing = attributes.thing
    if thing is not None:
        if conditions.whose != "all" and not _related(conditions.whose, attributes.person, thing):
            failed.append("whose")
        if conditions.regions is not None and thing.region not in conditions.regions:
            failed.append("regions")
        if conditions.outsourced is not None and thing.outsourced is not conditions.outsourced:
            failed.append("outsourced")
        if conditions.corporate is not None and thing.corporate is not conditions.corporate:
            failed.append("corporate")
    if conditions.hours is not None and not within_hours(conditions.hours, attributes.minute):
        failed.append("hours")
    return tuple(failed)


def holds(conditions: Conditions, attributes: Attributes) -> bool:
    """Whether all conditions hold."""
    return not unmet(conditions, attributes)


def within_hours(hours: Hours, minute: int) -> bool:
    """Whether the minute of the day lies in the window."""
    begin, end = minutes(hours.from_), minutes(hours.until)
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def minutes(time_of_day: str) -> int:
    """Minutes since midnight."""
    return int(time_of_day[:2]) * 60 + int(time_of_day[3:])


def covers(wide: Conditions, narrow: Conditions) -> bool:
    """Whether `wide` holds wherever `narrow` does."""
    return (
        (wide.whose in ("all", narrow.whose) or narrow.whose == "own")
        and (
            wide.regions is None or (narrow.regions is not None and set(narrow.regions) <= set(wide.regions))
        )
        and wide.outsourced in (None, narrow.outsourced)
        and wide.corporate in (None, narrow.corporate)
        and (wide.hours is None or (narrow.hours is not None and _inside(wide.hours, narrow.hours)))
    )


def _related(whose: str, person: Person, thing: Thing) -> bool:
    if thing.owner == person.id:
        return True
    if whose == "team":
        return person.team is not None and thing.team == person.team
    return whose == "queue" and thing.queue is not None and thing.queue in person.queues


def _inside(wide: Hours, narrow: Hours) -> bool:
    length = _length(wide)
    starts = (minutes(narrow.from_) - minutes(wide.from_)) % DAY_MIN
    return length == DAY_MIN or starts + _length(narrow) <= length


def _length(hours: Hours) -> int:
    return (minutes(hours.until) - minutes(hours.from_)) % DAY_MIN or DAY_MIN
