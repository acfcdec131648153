"""Pure rules of people: how long links count, and what stands in the audit in the place of personal values."""

from datetime import timedelta
from typing import Final

INVITATION_LASTS: Final = timedelta(days=7)
RESET_LASTS: Final = timedelta(days=1)
"""A link for somebody who has worked here already lets its holder in as them: it is used at once, or not at all."""


def masked_email(email: str) -> str:
    """`m…@somon.example`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def masked_name(name: str) -> str:
    """Initials."""
    return " ".join(f"{part[:1]}." for part in name.split())
