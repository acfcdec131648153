"""The facade of break reasons."""

from ovoz.contact_center.breaks.services import BreakReasons

__all__ = ["BreakReasons"]
