"""The facade of the audit."""

from ovoz.platform.audit.contracts import SYSTEM, Act, Doer
from ovoz.platform.audit.services import tell

__all__ = ["SYSTEM", "Act", "Doer", "tell"]
