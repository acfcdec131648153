"""What the engine offers to other modules: the matcher and the estimates of waits; their terms stand in `contracts`."""

from ovoz.contact_center.routing.rules.estimate import Estimate, WaitEstimator
from ovoz.contact_center.routing.rules.matching import Matcher

__all__ = ["Estimate", "Matcher", "WaitEstimator"]
