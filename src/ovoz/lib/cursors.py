"""Cursors of lists: where a page ended, opaque to whoever carries it."""

import base64

import msgspec

from ovoz.lib.problems import InputInvalid


class CursorInvalid(InputInvalid):
    slug = "cursor-invalid"
    title = "The cursor is not one that a list gave"


def encode_cursor(*place: str) -> str:
    """The place where a page ended."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> list[str]:
    """The place again; raises CursorInvalid."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = msgspec.json.decode(base64.urlsafe_b64decode(padded.encode()), type=list[str])
    except (ValueError, msgspec.DecodeError):
        place = []
    if len(place) != parts or any("\0" in part for part in place):
        raise CursorInvalid(errors=[{"pointer": "/cursor", "detail": "take it from `next_cursor`"}])
    return place
