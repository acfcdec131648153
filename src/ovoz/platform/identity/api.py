"""The facade of identity."""

from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.ports import DemoAccounts, SessionListener
from ovoz.platform.identity.services import (
    Admission,
    Attempts,
    Identity,
    check_new_password,
    end_old_sessions,
    hash_password,
)

__all__ = [
    "Actor",
    "Admission",
    "Attempts",
    "DemoAccounts",
    "Identity",
    "SessionListener",
    "check_new_password",
    "end_old_sessions",
    "hash_password",
]
