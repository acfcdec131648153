"""Pure rules of sessions, failures and passwords; times are handed in."""

import base64
import hmac
import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

SESSION_ABSOLUTE = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=12)
ROTATE_EVERY = timedelta(minutes=15)
PREVIOUS_TOKEN_GRACE = timedelta(seconds=60)
"""Requests that were under way with the token before a rotation still count."""
REMEMBERED_FOR = timedelta(minutes=10)
"""How long after their last admission people still are admitted while Postgres is away."""
SEEN_EVERY = timedelta(minutes=1)
FREE_FAILURES = 5
FREE_FAILURES_OF_ADDRESS = 25
"""Many people share an address, so that it locks later than an account."""
LONGEST_LOCK = timedelta(minutes=15)
FORGET_FAILURES = timedelta(hours=1)


def lock_after(failures: int, *, free: int) -> timedelta:
    """How long to wait after so many failures: nothing for the first ones, then twice as long each time."""
    if failures < free:
        return timedelta()
    doubled: timedelta = timedelta(seconds=15) * 2 ** min(failures - free, 10)
    return min(doubled, LONGEST_LOCK)


def previous_token_counts(now: datetime, *, rotated_at: datetime, last_seen_at: datetime) -> bool:
    """Whether the token before the last rotation still admits.

    For a minute, because requests run side by side; and for as long as nobody has used the new one, because the
    response that carried it may never have arrived.
    """
    return now <= rotated_at + PREVIOUS_TOKEN_GRACE or last_seen_at <= rotated_at


def expired(now: datetime, *, created_at: datetime, last_seen_at: datetime) -> bool:
    """Whether a session is over, by age or by silence."""
    return now >= created_at + SESSION_ABSOLUTE or now >= last_seen_at + SESSION_IDLE


def csrf_token(key: bytes, session_id: UUID) -> str:
    """What a session's forms show; it is made anew for each comparison, so that no table keeps it."""
    made = hmac.digest(key, b"csrf\0" + session_id.bytes, "sha256")
    return base64.urlsafe_b64encode(made[:24]).decode()


def counted_as(key: bytes, what: str) -> str:
    """Under what attempts at an account, or from an address, are counted: the table names neither."""
    return hmac.digest(key, b"attempts\0" + what.encode(), "sha256").hex()


def name_in_logs(key: bytes, tenant_id: str, email: str) -> str:
    """What stands for an account in a log: the same for the same one, and nobody's address."""
    return hmac.digest(key, f"log\0{tenant_id} {email}".encode(), "sha256")[:8].hex()


SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_FEWEST_CHARACTERS = 5
_SHORTEST_WORD = 4


def weakness(password: str, *, common: Collection[str], own_words: Iterable[str]) -> str | None:
    """What makes a new password easy to guess; None when nothing does.

    Length counts, no mixture of kinds is asked for (NIST SP 800-63B-4, 3.1.1.2). `common` are passwords of
    leaked lists, in lower case; `own_words` are those that anybody would try for this person: name, address, operator.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
    lower = password.lower()
    if len(set(lower)) < _FEWEST_CHARACTERS:
        return f"use at least {_FEWEST_CHARACTERS} different characters"
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", lower)
    if lower in common or core in common or _repeated(lower) in common:
        return "it was leaked somewhere, or differs by digits at its end from one that was"
    words = {word for said in own_words for word in re.split(r"[\W_]+", said.lower())}
    if any(word in lower for word in words if len(word) >= _SHORTEST_WORD):
        return "leave out your name, your address and the operator's name"
    return None


def _repeated(text: str) -> str:
    """The part of which a text consists, when it is one part over and over; else the text."""
    return text[: (text + text).find(text, 1)]
