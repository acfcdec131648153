"""Decisions: Casbin's policy is the source of truth, a snapshot compiled from it answers."""

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import casbin

from ovoz.platform.access.contracts import Right
from ovoz.platform.access.errors import RightMissing

FOLDER = Path(__file__).parent
RIGHTS: tuple[str, ...] = get_args(Right)


def enforcer() -> casbin.Enforcer:
    """Casbin with the shipped model and policy; right, but linear in the size of the policy."""
    return casbin.Enforcer(str(FOLDER / "model.conf"), str(FOLDER / "policy.csv"))


def compile_snapshot(source: casbin.Enforcer) -> dict[str, frozenset[str]]:
    """Every role's rights, asked of Casbin once."""
    roles = {rule[0] for rule in (*source.get_policy(), *source.get_grouping_policy())}
    return {role: frozenset(right for right in RIGHTS if source.enforce(role, right)) for role in roles}


class Access:
    """Answers who may do what."""

    def __init__(self, snapshot: dict[str, frozenset[str]] | None = None) -> None:
        self._snapshot = snapshot if snapshot is not None else compile_snapshot(enforcer())

    def rights(self, roles: Iterable[str]) -> frozenset[str]:
        """Everything these roles together allow."""
        return frozenset().union(*(self._snapshot.get(role, frozenset()) for role in roles))

    def may(self, roles: Iterable[str], right: Right) -> bool:
        return any(right in self._snapshot.get(role, frozenset()) for role in roles)

    def demand(self, roles: Iterable[str], right: Right) -> None:
        """Raises RightMissing with the right's name."""
        if not self.may(roles, right):
            raise RightMissing(f"This needs the right {right}.", right=right)
