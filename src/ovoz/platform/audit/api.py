"""The facade of the audit."""

from ovoz.platform.audit.contracts import ACTS, SYSTEM, Act, Anchors, Doer, Examination, Finding, Origin
from ovoz.platform.audit.services.moving import ProofCarrier
from ovoz.platform.audit.services.reading import AuditTrail
from ovoz.platform.audit.services.sealing import Sealer
from ovoz.platform.audit.services.telling import tell, tell_as_owner, tell_reading
from ovoz.platform.audit.services.verifying import Verification, parse_anchors

__all__ = [
    "ACTS",
    "SYSTEM",
    "Act",
    "Anchors",
    "AuditTrail",
    "Doer",
    "Examination",
    "Finding",
    "Origin",
    "ProofCarrier",
    "Sealer",
    "Verification",
    "parse_anchors",
    "tell",
    "tell_as_owner",
    "tell_reading",
]
