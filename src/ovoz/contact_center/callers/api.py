"""The facade of callers: the routing rules, and what is known of who calls."""

from ovoz.contact_center.callers.repositories import CallerRepository, RulesRepository
from ovoz.contact_center.callers.services import Routing

__all__ = ["CallerRepository", "Routing", "RulesRepository"]
