"""The facade of presence."""

from ovoz.contact_center.presence.services.day import OwnDay
from ovoz.contact_center.presence.services.deciding import BreakDecisions
from ovoz.contact_center.presence.services.watching import ShiftWatch

__all__ = ["BreakDecisions", "OwnDay", "ShiftWatch"]
