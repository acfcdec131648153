"""The facade of calls to return."""

from ovoz.contact_center.returns.services import CallReturns, ReturnsWatch

__all__ = ["CallReturns", "ReturnsWatch"]
