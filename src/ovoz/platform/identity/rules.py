"""Pure rules of sessions and failures; times are handed in."""

from datetime import datetime, timedelta

SESSION_ABSOLUTE = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=12)
ROTATE_EVERY = timedelta(minutes=15)
PREVIOUS_TOKEN_GRACE = timedelta(seconds=60)
"""Requests that were under way with the token before a rotation still count."""
SEEN_EVERY = timedelta(minutes=1)
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(minutes=15)
FORGET_FAILURES = timedelta(hours=1)


def lock_after(failures: int) -> timedelta:
    """How long an account or address waits after so many failures: nothing at first, then twice as long each time."""
    if failures < FREE_FAILURES:
        return timedelta()
    doubled: timedelta = timedelta(seconds=15) * 2 ** min(failures - FREE_FAILURES, 10)
    return min(doubled, LONGEST_LOCK)


def expired(now: datetime, *, created_at: datetime, last_seen_at: datetime) -> bool:
    """Whether a session is over, by age or by silence."""
    return now >= created_at + SESSION_ABSOLUTE or now >= last_seen_at + SESSION_IDLE
