"""Opening hours against a slow oracle that looks at every minute, where clocks are changed too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ovoz.contact_center.queues.contracts import Holiday, OpeningHours, Span, Window
from ovoz.contact_center.queues.rules.hours import holidays_of, is_open, next_change, turns
from ovoz.contact_center.switchboard.state.opening import Opening

DUSHANBE = ZoneInfo("Asia/Dushanbe")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour of change
ZONES = st.sampled_from([DUSHANBE, BERLIN, LORD_HOWE, ZoneInfo("America/Santiago")])  # changes at midnight
MINUTE = st.integers(0, 1439)
AROUND = st.sampled_from(
    [
        datetime(2026, 3, 28, tzinfo=UTC),
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 4, 4, tzinfo=UTC),
        datetime(2026, 9, 5, tzinfo=UTC),
    ]
)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


WINDOWS = st.lists(
    st.builds(
        lambda day, begin, end: Window(day, clock(begin), clock(end)), st.integers(1, 7), MINUTE, MINUTE
    ),
    max_size=6,
)
SPANS = st.lists(st.builds(lambda begin, end: Span(clock(begin), clock(end)), MINUTE, MINUTE), max_size=2)


def oracle(
    hours: OpeningHours, holidays: dict[date, tuple[Span, ...]], zone: ZoneInfo, moment: datetime
) -> bool:
    """Walks over the wall's minutes of today and yesterday, as a person with a calendar would."""
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        if day in holidays:
            spans = [(one.from_, one.until) for one in holidays[day]]
        elif hours.always:
            spans = [("00:00", "24:00")]
        else:
            spans = [(one.from_, one.until) for one in hours.windows if one.day == day.isoweekday()]
        for from_, until in spans:
            begin = datetime.combine(day, datetime.min.time()) + _time(from_)
            end = datetime.combine(day, datetime.min.time()) + _time(until)
            if end <= begin:
                end += timedelta(days=1)
            if begin <= local < end:
                return True
    return False


def _time(words: str) -> timedelta:
    return timedelta(hours=int(words[:2]), minutes=int(words[3:]))


@settings(max_examples=60, deadline=None)
@given(
    zone=ZONES, windows=WINDOWS, spans=SPANS, always=st.booleans(), start=AROUND, ahead=st.integers(0, 3000)
)
def test_every_minute_is_as_the_calendar_says(
    zone: ZoneInfo, windows: list[Window], spans: list[Span], always: bool, start: datetime, ahead: int
) -> None:
    hours = OpeningHours(always, tuple(windows))
    holidays = {(start + timedelta(days=1)).date(): tuple(spans)}
    moment = start + timedelta(minutes=ahead)
    now = oracle(hours, holidays, zone, moment)
    assert is_open(hours, holidays, zone, moment) == now
    found = next_change(hours, holidays, zone, moment)
    later = (moment + timedelta(minutes=step) for step in range(1, 4 * 1440))
    expected = next((one for one in later if oracle(hours, holidays, zone, one) != now), None)
    if expected is not None:
        assert found == expected
    else:
        assert found is None or found >= moment + timedelta(days=3)


@settings(max_examples=60, deadline=None)
@given(
    zone=ZONES, windows=WINDOWS, spans=SPANS, always=st.booleans(), start=AROUND, ahead=st.integers(0, 3000)
)
def test_what_is_worked_out_beforehand_holds_at_every_minute(
    zone: ZoneInfo, windows: list[Window], spans: list[Span], always: bool, start: datetime, ahead: int
) -> None:
    """Days later, without having read anything again."""
    hours = OpeningHours(always, tuple(windows))
    holidays = {(start + timedelta(days=2)).date(): tuple(spans)}
    moment = start + timedelta(minutes=ahead)
    opening = Opening(*turns(hours, holidays, zone, moment, days=4))
    for minute in range(0, 4 * 1440, 1):
        then = moment + timedelta(minutes=minute)
        assert opening.at(then) == oracle(hours, holidays, zone, then), then
        if minute == 0:
            following = opening.next_turn(then)
            assert following is None or following > then


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-03-29T01:30:00+01:00", False),
        (
            "2026-03-29T03:00:00+02:00",
            True,
        ),  # 02:00 to 03:00 is not there: open from the first minute after it
        ("2026-10-25T02:30:00+02:00", True),
        ("2026-10-25T02:30:00+01:00", True),  # the same on the clock, an hour later
        ("2026-10-25T04:00:00+01:00", False),
    ],
)
def test_the_clock_on_the_wall_decides(moment: str, open_: bool) -> None:
    hours = OpeningHours(always=False, windows=(Window(7, "02:00", "04:00"),))
    assert is_open(hours, {}, BERLIN, datetime.fromisoformat(moment)) is open_


def test_a_night_goes_over_midnight_and_into_a_holiday() -> None:
    hours = OpeningHours(always=False, windows=(Window(5, "22:00", "06:00"),))
    new_year = holidays_of([Holiday(date(2026, 11, 28), "Праздник")], "support")
    friday = datetime(2026, 11, 27, 23, 0, tzinfo=DUSHANBE)
    assert is_open(hours, new_year, DUSHANBE, friday)
    assert next_change(hours, new_year, DUSHANBE, friday) == datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


def test_a_holiday_of_a_queue_goes_before_one_for_all() -> None:
    day = date(2026, 3, 21)
    short = Span("10:00", "14:00")
    holidays = [Holiday(day, "Навруз", (short,), ("vip",)), Holiday(day, "Навруз")]
    assert holidays_of(holidays, "vip") == {day: (short,)}
    assert holidays_of(holidays, "support") == {day: ()}
    noon = datetime(2026, 3, 21, 12, 0, tzinfo=DUSHANBE)
    always = OpeningHours()
    assert is_open(always, holidays_of(holidays, "vip"), DUSHANBE, noon)
    assert not is_open(always, holidays_of(holidays, "support"), DUSHANBE, noon)
    assert next_change(always, holidays_of(holidays, "support"), DUSHANBE, noon) == datetime(
        2026, 3, 22, tzinfo=DUSHANBE
    )


def test_what_never_changes_has_no_next_change() -> None:
    assert next_change(OpeningHours(), {}, DUSHANBE, datetime(2026, 1, 1, tzinfo=UTC)) is None
