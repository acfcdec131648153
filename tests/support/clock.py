"""A clock that a test moves."""

from datetime import UTC, datetime, timedelta


class MovedClock:
    """Stands still until it is moved; begins at the real present, so that rows look as they should."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """As `timedelta` takes it: `minutes=15`."""
        self.now += timedelta(**by)
