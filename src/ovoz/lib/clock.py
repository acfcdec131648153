"""The one source of time: always aware, UTC inside; tests and simulations put their own in its place."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment, aware and in UTC."""

    def __call__(self) -> datetime: ...


def utc_now() -> datetime:
    """The machine's clock in UTC."""
    return datetime.now(UTC)
