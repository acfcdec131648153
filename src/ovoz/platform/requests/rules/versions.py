"""Entity tags of versions (RFC 9110, sections 8.8.3 and 13.1.1)."""

import re

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def etag(version: int) -> str:
    """The strong tag of a version that is counted."""
    return f'"{version}"'


def matches(if_match: str, version: int) -> bool:
    """Whether an If-Match names this version: by strong comparison, so that a weak tag never does."""
    if if_match.strip() == "*":
        return True
    return any(
        found is not None and found[1] is None and found[0] == etag(version)
        for found in (_TAG.fullmatch(part.strip()) for part in if_match.split(","))
    )
