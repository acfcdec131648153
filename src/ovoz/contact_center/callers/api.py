"""The facade of callers: the routing rules, and what is known of who calls."""

from ovoz.contact_center.callers.repositories import CallerRepository, RulesRepository
from ovoz.contact_center.callers.services.replays import RuleReplays
from ovoz.contact_center.callers.services.rules import Routing

__all__ = ["CallerRepository", "Routing", "RuleReplays", "RulesRepository"]
