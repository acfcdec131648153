"""Figures: how often, how long, how much."""

from typing import Literal

ATTEMPTS = 5
"""Failed encodings after which a recording is given up; failures of the surroundings do not count."""
BEGUN_ATTEMPTS = 20
"""A recording whose attempts never come to an end (it kills the worker) is given up as well."""
STILL_S = 60.0
"""A file of a conversation that nobody ended is complete when it has not grown for so long."""
QUIET_S = 8.0
"""Asterisk holds back about 4 s of a raw file in its buffer; where the system cannot tell that a file is closed,
this long a silence does."""
ENDED_GRACE_S = 10.0
"""After a conversation's end the switchboard marks the recording; when it does not, this module does."""
UNKNOWN_RAW_AGE_S = 24 * 3600.0
"""A raw file without a row: the row may still lie in a spool while Postgres is away, but not for a day."""
FAILED_RAW_AGE_S = 7 * 24 * 3600.0
"""What could not be stored waits so long for a person, then no unencrypted voice remains."""
WARNING_SHARE = 0.8
LEAST_FREE_MB = 256
"""A disk with less left counts as full, whatever the limit."""


def disk_level(used_mb: int, limit_mb: int, free_mb: int) -> Literal["ok", "warning", "full"]:
    """How full the folder for recordings is."""
    if used_mb >= limit_mb or free_mb < LEAST_FREE_MB:
        return "full"
    return "warning" if used_mb >= limit_mb * WARNING_SHARE else "ok"
