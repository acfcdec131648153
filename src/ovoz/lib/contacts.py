"""Phone numbers and e-mail addresses that stand in words by accident, known by their shape."""

import re

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:/=\[\]{}]+@((?:[\w-]+\.)+[^\W\d_]{2,})")
_BETWEEN = r"[ \u00a0().-]{0,2}"
_NUMBER = re.compile(
    # International, however it is written.
    rf"(?:\+|%2B|\b00)[0-9](?:{_BETWEEN}[0-9]){{4,12}}{_BETWEEN}([0-9]{{2}})(?![0-9])"
    # Bare; not a part of an id, a version or a fraction.
    r"|(?<![\w.-])[0-9]{7,13}([0-9]{2})(?![\w-]|\.[0-9])",
    re.I,
)


def mask_contacts(words: str) -> str:
    """Numbers keep their last two digits, addresses their domain."""
    if "@" in words:
        words = _ADDRESS.sub(r"•••••@\1", words)
    return _NUMBER.sub(lambda found: f"•••••{found[1] or found[2]}", words)
