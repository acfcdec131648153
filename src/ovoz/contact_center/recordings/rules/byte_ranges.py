"""Byte ranges of RFC 9110, section 14: one range is honoured, anything else gives the whole."""

import re

import msgspec

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE | re.ASCII)


class Span(msgspec.Struct, frozen=True):
    """Bytes `start` up to and without `stop` of something of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """Value of `Content-Range`; the last byte is named, not the one behind it."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


class Unsatisfiable(Exception):
    """The range begins behind the end (answer 416)."""


def requested_span(range_header: str | None, size: int) -> Span | None:
    """The part a `Range` header asks for, or None for the whole.

    A header that cannot be understood, another unit, or several ranges are ignored, as section 14.2 allows.
    """
    match = _ONE_RANGE.fullmatch(range_header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Span(int(first), min(int(last) + 1, size) if last else size, size)


def range_applies(if_range: str | None, etag: str) -> bool:
    """Section 13.1.5: with `If-Range` the range counts only for the same strong validator; we send no dates."""
    return if_range is None or if_range.strip() == etag
