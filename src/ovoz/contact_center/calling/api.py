"""The facade of the rules for calls."""

from ovoz.contact_center.calling.services import Calling

__all__ = ["Calling"]
