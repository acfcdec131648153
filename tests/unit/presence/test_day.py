"""An agent's day: half-open, whole on days when clocks change, the formulas of the field."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.presence.rules.day import (
    Change,
    Stretch,
    Work,
    bounds,
    figures,
    seconds_by_state,
    stretches,
)

BERLIN = ZoneInfo("Europe/Berlin")
START, END = bounds(date(2026, 11, 25), ZoneInfo("Asia/Dushanbe"))
LATER = END + timedelta(days=1)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 25), 24)]
)
def test_a_day_lasts_as_long_as_the_clocks_say(day: date, hours: int) -> None:
    start, end = bounds(day, BERLIN)
    assert end - start == timedelta(hours=hours)
    assert start.astimezone(BERLIN).date() == day
    assert (start - timedelta(microseconds=1)).astimezone(BERLIN).date() == day - timedelta(days=1)
    assert bounds(day + timedelta(days=1), BERLIN)[0] == end, "no moment is in two days, and none in no day"


def test_on_the_long_day_the_hour_that_comes_twice_counts_twice() -> None:
    start, end = bounds(date(2026, 10, 25), BERLIN)
    changes = [Change(start, "ready", None), Change(end - timedelta(hours=1), "offline", None)]
    found = stretches(None, changes, start, end, end)
    assert seconds_by_state(found, end) == {"ready": 24 * 3600, "offline": 3600}


def test_dushanbe_has_its_own_midnight() -> None:
    assert datetime(2026, 11, 24, 19, tzinfo=UTC) == START


def test_the_first_moment_is_in_and_the_last_is_not() -> None:
    one, two = UUID(int=1), UUID(int=2)
    work = [Work(one, "talk", at(-10), START), Work(two, "talk", at(10), END)]
    assert figures(work, 0, START, END, LATER).handled == 1
    assert figures(work, 0, END, END + timedelta(days=1), LATER).handled == 1
    assert figures(work[:1], 0, START - timedelta(days=1), START, LATER).handled == 0


def test_the_formulas() -> None:
    done, cut_off, running, unanswered = (UUID(int=n) for n in range(4))
    work = [
        Work(done, "talk", at(0), at(4)),
        Work(done, "hold", at(4), at(5)),
        Work(done, "talk", at(5), at(6)),
        Work(done, "wrap_up", at(6), at(8)),
        Work(cut_off, "talk", at(-3), at(1)),
        Work(cut_off, "wrap_up", at(1), at(2)),
        Work(running, "talk", at(20), None),
        Work(unanswered, "wrap_up", at(30), at(31)),
    ]
    now = at(40)
    found = figures(work, 600, START, END, now)
    assert found.handled == 2
    assert (found.talk_s, found.hold_s, found.wrap_up_s) == (9 * 60, 60, 3 * 60)
    assert found.aht_s == 13 * 60 / 2
    worked_s = 8 * 60 + 2 * 60 + 20 * 60 + 60
    assert found.worked_s == worked_s
    assert found.occupancy == worked_s / (worked_s + 600)


def test_a_day_without_anything_divides_by_nothing() -> None:
    found = figures([], 0, START, END, at(5))
    assert (found.handled, found.aht_s, found.occupancy) == (0, None, None)


def test_the_state_of_the_evening_before_goes_on() -> None:
    before = Change(at(-30), "break", "lunch")
    found = stretches(before, [Change(at(15), "ready", None)], START, END, at(20))
    assert found == [
        Stretch("break", "lunch", START, at(15)),
        Stretch("ready", None, at(15), None),
    ]


STATES = st.sampled_from(["ready", "break", "talking", "wrap_up", "offline"])


@given(
    st.lists(st.tuples(st.integers(0, 25 * 3600 - 1), STATES), max_size=30),
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 25)]),
    st.integers(1, 26 * 3600),
)
def test_every_second_up_to_now_is_in_one_state(told: list[tuple[int, str]], day: date, now_s: int) -> None:
    """Against a plain oracle that asks for the state of each change's moment."""
    start, end = bounds(day, BERLIN)
    now = start + timedelta(seconds=now_s)
    changes = [
        Change(moment, state, None)
        for seconds, state in sorted(told, key=lambda one: one[0])
        if (moment := start + timedelta(seconds=seconds)) < min(end, now)
    ]
    found = stretches(None, changes, start, end, now)
    assert sum(seconds_by_state(found, now).values()) == (min(end, now) - start).total_seconds()
    for one, following in pairwise(found):
        assert one.ended_at == following.started_at
    for stretch in found:
        known = [change.state for change in changes if change.at <= stretch.started_at]
        assert stretch.state == (known[-1] if known else "offline")
