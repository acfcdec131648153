"""What a tenant's roles allow, compiled once and never changed: a new revision is a new snapshot."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from ovoz.platform.access.contracts import ConditionName, Conditions, Grant, Right, Whose
from ovoz.platform.access.rules.catalogue import WHOSE
from ovoz.platform.access.rules.conditions import Attributes, covers, unmet, within_hours

Granted = Mapping[str, tuple[Conditions, ...]]
"""By right."""

_WIDTH: Final[dict[Whose, int]] = {"own": 0, "team": 1, "queue": 2, "all": 3}


class Snapshot(msgspec.Struct, frozen=True):
    """One domain's roles at one revision."""

    domain: str
    revision: int
    roles: Mapping[str, Granted]

    @classmethod
    def of(
        cls,
        domain: str,
        revision: int,
        grants: Iterable[tuple[str, Right, Conditions]],
        roles: Iterable[str] = (),
    ) -> "Snapshot":
        """From rows (role, right, conditions); `roles` names those that may have no grant at all."""
        gathered: dict[str, dict[str, list[Conditions]]] = {role: {} for role in roles}
        for role, right, conditions in grants:
            gathered.setdefault(role, {}).setdefault(right, []).append(conditions)
        frozen = {
            role: MappingProxyType({right: tuple(found) for right, found in rights.items()})
            for role, rights in gathered.items()
        }
        return cls(domain, revision, MappingProxyType(frozen))

    def granted(self, roles: Iterable[str], right: str) -> Iterator[tuple[str, Conditions]]:
        """(role, conditions) of every grant of the right."""
        for role in roles:
            found = self.roles.get(role)
            if found is not None:
                for conditions in found.get(right, ()):
                    yield role, conditions

    def allows(self, roles: Iterable[str], right: str, attributes: Attributes) -> bool:
        """The decision: one grant all of whose conditions hold."""
        return any(not unmet(conditions, attributes) for _, conditions in self.granted(roles, right))

    def failed(
        self, roles: Iterable[str], right: str, attributes: Attributes
    ) -> list[tuple[Conditions, tuple[ConditionName, ...]]]:
        """Every grant of the right with the conditions that do not hold; empty: no role gives the right."""
        return [(conditions, unmet(conditions, attributes)) for _, conditions in self.granted(roles, right)]

    def scope_of(self, roles: Iterable[str], right: str, minute: int) -> tuple[Conditions, ...]:
        """What a list may show: a thing that meets any of these. The hours are judged here and left out.

        Nothing that another one covers stands in it; empty: nothing may be shown.
        """
        reaches = [
            msgspec.structs.replace(conditions, hours=None)
            for _, conditions in self.granted(roles, right)
            if conditions.hours is None or within_hours(conditions.hours, minute)
        ]
        return widest(reaches)

    def rights(self, roles: Iterable[str]) -> frozenset[str]:
        """Everything that these roles give under some condition."""
        return frozenset(right for role in roles for right in self.roles.get(role, {}))

    def scopes(self, roles: Iterable[str]) -> dict[str, Whose]:
        """For each right with a scope that is given: whose things it reaches at most."""
        roles = tuple(roles)
        found: dict[str, Whose] = {}
        for right in WHOSE:
            reached = [conditions.whose for _, conditions in self.granted(roles, right)]
            if reached:
                found[right] = max(reached, key=_WIDTH.__getitem__)
        return found

    def grants(self, roles: Iterable[str]) -> list[Grant]:
        """All grants of these roles together, without those that another one covers."""
        roles = tuple(roles)
        return [
            Grant(right, conditions)  # type: ignore[arg-type]
            for right in sorted(self.rights(roles))
            for conditions in widest([conditions for _, conditions in self.granted(roles, right)])
        ]


def widest(reaches: list[Conditions]) -> tuple[Conditions, ...]:
    """Without those that another one covers, and each once."""
    kept: list[Conditions] = []
    for reach in reaches:
        if not any(covers(other, reach) for other in kept):
            kept = [other for other in kept if not covers(reach, other)] + [reach]
    return tuple(kept)


def beyond(grants: Iterable[Grant], known: Iterable[Grant]) -> list[Grant]:
    """The grants that none of the known ones covers."""
    known = tuple(known)
    return [
        grant
        for grant in grants
        if not any(
            other.right == grant.right and covers(other.conditions, grant.conditions) for other in known
        )
    ]
