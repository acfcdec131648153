"""Single conditions, by hand: what a person would say of them."""

from uuid import UUID

import pytest

from ovoz.platform.access.contracts import Conditions, Hours
from ovoz.platform.access.rules.conditions import Attributes, Person, Thing, covers, unmet, within_hours

ME, OTHER, TEAM, QUEUE = (UUID(int=number) for number in range(1, 5))
PERSON = Person(ME, TEAM, frozenset({QUEUE}))


@pytest.mark.parametrize(
    ("conditions", "thing", "failed"),
    [
        (Conditions(), Thing(), ()),
        (Conditions(whose="own"), Thing(owner=ME), ()),
        (Conditions(whose="own"), Thing(owner=OTHER, team=TEAM, queue=QUEUE), ("whose",)),
        (Conditions(whose="team"), Thing(owner=OTHER, team=TEAM), ()),
        (Conditions(whose="team"), Thing(owner=ME), ()),
        (Conditions(whose="team"), Thing(owner=OTHER, queue=QUEUE), ("whose",)),
        (Conditions(whose="queue"), Thing(owner=OTHER, queue=QUEUE), ()),
        (Conditions(whose="queue"), Thing(owner=OTHER, team=TEAM), ("whose",)),
        (Conditions(regions=("a",)), Thing(region="a"), ()),
        (Conditions(regions=("a",)), Thing(region=None), ("regions",)),
        (Conditions(outsourced=False), Thing(outsourced=False), ()),
        (Conditions(outsourced=False), Thing(outsourced=None), ("outsourced",)),
        (Conditions(corporate=True, regions=("a",)), Thing(corporate=False), ("regions", "corporate")),
    ],
)
def test_all_conditions_of_a_grant_must_hold(
    conditions: Conditions, thing: Thing, failed: tuple[str, ...]
) -> None:
    assert unmet(conditions, Attributes(PERSON, 0, thing)) == failed


def test_nobodys_team_is_no_team() -> None:
    alone = Attributes(Person(ME), 0, Thing(owner=OTHER, team=None))
    assert unmet(Conditions(whose="team"), alone) == ("whose",)


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        (("09:00", "18:00"), (540, 1079), (539, 1080)),
        (("22:00", "06:00"), (1320, 1439, 0, 359), (360, 1319)),
    ],
)
def test_hours_end_before_their_end(
    hours: tuple[str, str], inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    window = Hours(*hours)
    assert all(within_hours(window, minute) for minute in inside)
    assert not any(within_hours(window, minute) for minute in outside)


def test_hours_over_midnight_cover_those_inside_only() -> None:
    night = Conditions(hours=Hours("22:00", "06:00"))
    assert covers(night, Conditions(hours=Hours("23:00", "01:00")))
    assert not covers(night, Conditions(hours=Hours("05:00", "07:00")))
    assert not covers(night, Conditions())
    assert covers(Conditions(), night)
