"""The facade of privacy."""

from ovoz.platform.privacy.ports import Subjects, TenantKeys
from ovoz.platform.privacy.rules.plan import plan_of
from ovoz.platform.privacy.schemas import Reveal, RevealCreate
from ovoz.platform.privacy.services.fields import Fields
from ovoz.platform.privacy.services.numbers import Numbers
from ovoz.platform.privacy.services.policy import Policy, policy_schema, read_policy
from ovoz.platform.privacy.services.publishing import Publication
from ovoz.platform.privacy.services.revealing import Reveals
from ovoz.platform.privacy.services.showing import Privacy, masked

__all__ = [
    "Fields",
    "Numbers",
    "Policy",
    "Privacy",
    "Publication",
    "Reveal",
    "RevealCreate",
    "Reveals",
    "Subjects",
    "TenantKeys",
    "masked",
    "plan_of",
    "policy_schema",
    "read_policy",
]
