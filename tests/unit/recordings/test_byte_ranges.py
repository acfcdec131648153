"""RFC 9110, section 14, against a plain oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.recordings.rules.byte_ranges import (
    Span,
    Unsatisfiable,
    range_applies,
    requested_span,
)

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-", 0, 1000),
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=990-5000", 990, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-5000", 0, 1000),
        ("Bytes = 5 - 6", 5, 7),
    ],
)
def test_one_range_is_honoured(header: str, start: int, stop: int) -> None:
    span = requested_span(header, SIZE)
    assert span == Span(start, stop, SIZE)
    assert span.content_range == f"bytes {start}-{stop - 1}/1000"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=0-1,5-6",
        "seconds=0-5",
        "bytes=1--2",
        "bytes=٣-٤",
        "bytes=" + "9" * 19 + "-",
    ],
)
def test_what_is_not_one_range_is_ignored(header: str | None) -> None:
    assert requested_span(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-1001", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        requested_span(header, SIZE)


@given(size=st.integers(0, 40), first=st.integers(0, 50), last=st.none() | st.integers(0, 50))
def test_as_the_slow_oracle_says(size: int, first: int, last: int | None) -> None:
    wanted = [at for at in range(size) if at >= first and (last is None or at <= last)]
    header = f"bytes={first}-{'' if last is None else last}"
    if last is not None and last < first:
        assert requested_span(header, size) is None
    elif not wanted:
        with pytest.raises(Unsatisfiable):
            requested_span(header, size)
    else:
        span = requested_span(header, size)
        assert span is not None
        assert list(range(span.start, span.stop)) == wanted


def test_if_range_needs_the_same_validator() -> None:
    assert range_applies(None, '"a"')
    assert range_applies('"a"', '"a"')
    assert not range_applies('"b"', '"a"')
    assert not range_applies('W/"a"', '"a"')
    assert not range_applies("Wed, 21 Oct 2015 07:28:00 GMT", '"a"')
