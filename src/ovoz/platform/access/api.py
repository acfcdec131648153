"""The facade of access."""

from ovoz.platform.access.contracts import Right
from ovoz.platform.access.services import RIGHTS, Access, compile_snapshot, enforcer

__all__ = ["RIGHTS", "Access", "Right", "compile_snapshot", "enforcer"]
