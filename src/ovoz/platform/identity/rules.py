"""Pure rules of sessions and failures; times are handed in."""

from datetime import datetime, timedelta

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
