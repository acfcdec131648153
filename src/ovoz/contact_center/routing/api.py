"""What the engine offers to other modules: matching, estimates, overflow, and how rules treat a caller."""

from ovoz.contact_center.routing.rules.estimate import Estimate, WaitEstimator
from ovoz.contact_center.routing.rules.matching import Matcher
from ovoz.contact_center.routing.rules.overflow import holding, next_look
from ovoz.contact_center.routing.rules.qualifying import first_ring
from ovoz.contact_center.routing.rules.recorded import (
    Contact,
    Person,
    Played,
    Run,
    Stretch,
    play,
    played,
    recorded,
)
from ovoz.contact_center.routing.rules.recorded_callers import RecordedDay, RulesPlayed, play_rules
from ovoz.contact_center.routing.rules.simulation import Figures
from ovoz.contact_center.routing.rules.treatment import Treatment, servable, treat, treated
from ovoz.contact_center.routing.rules.treatment_faults import (
    RULE_WARNINGS,
    RuleFaultCode,
    Surroundings,
    rule_faults,
)

__all__ = [
    "RULE_WARNINGS",
    "Contact",
    "Estimate",
    "Figures",
    "Matcher",
    "Person",
    "Played",
    "RecordedDay",
    "RuleFaultCode",
    "RulesPlayed",
    "Run",
    "Stretch",
    "Surroundings",
    "Treatment",
    "WaitEstimator",
    "first_ring",
    "holding",
    "next_look",
    "play",
    "play_rules",
    "played",
    "recorded",
    "rule_faults",
    "servable",
    "treat",
    "treated",
]
