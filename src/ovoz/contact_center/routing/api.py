"""What the engine offers to other modules: matching, estimates, overflow; the terms stand in `contracts`."""

from ovoz.contact_center.routing.rules.estimate import Estimate, WaitEstimator
from ovoz.contact_center.routing.rules.matching import Matcher
from ovoz.contact_center.routing.rules.overflow import holding, next_look
from ovoz.contact_center.routing.rules.qualifying import first_ring

__all__ = ["Estimate", "Matcher", "WaitEstimator", "first_ring", "holding", "next_look"]
