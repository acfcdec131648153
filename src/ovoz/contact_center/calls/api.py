"""The facade of the history."""

from ovoz.contact_center.calls.repositories import settle_moved
from ovoz.contact_center.calls.services import History

__all__ = ["History", "settle_moved"]
