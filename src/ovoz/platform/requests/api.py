"""The facade of requests."""

from ovoz.platform.requests.contracts import Policy, Standing
from ovoz.platform.requests.ports import RateLimits
from ovoz.platform.requests.services import Answer, KeptAnswers, forget_old_answers

__all__ = ["Answer", "KeptAnswers", "Policy", "RateLimits", "Standing", "forget_old_answers"]
