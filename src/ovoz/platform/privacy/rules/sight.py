"""What roles see: the level of every kind of data, one's own and others', with exceptions for single fields."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

import msgspec

from ovoz.platform.privacy.contracts import Level

PERMISSIVE: Final[tuple[Level, ...]] = ("clear", "masked", "pseudonym", "hidden")


class RoleSight(msgspec.Struct, frozen=True):
    """One role's levels by kind, and by field (`Interaction.note`) where that has a level of its own."""

    own: Mapping[str, Level]
    others: Mapping[str, Level]
    own_fields: Mapping[str, Level] = {}
    other_fields: Mapping[str, Level] = {}

    def level(self, kind: str, fields: tuple[str, ...], *, own: bool) -> Level:
        """What is not named is hidden."""
        special = self.own_fields if own else self.other_fields
        for field in fields:
            if field in special:
                return special[field]
        return (self.own if own else self.others).get(kind, "hidden")


class Sight:
    """What several roles together see: the most permissive of them, field by field."""

    def __init__(self, roles: Iterable[RoleSight]) -> None:
        self._roles = tuple(roles)
        self.level = cache(self._level)
        self._by_field = any(role.own_fields or role.other_fields for role in self._roles)

    def _level(self, kind: str, fields: tuple[str, ...], own: bool) -> Level:
        levels = {role.level(kind, fields, own=own) for role in self._roles}
        return next((level for level in PERMISSIVE if level in levels), "hidden")

    def clears(self, kinds: frozenset[str], own: bool) -> bool:
        """Whether nothing of these kinds is masked, wherever it stands."""
        return not self._by_field and all(self.level(kind, (), own) == "clear" for kind in kinds)


NOBODY: Final = Sight(())
"""Who is not signed in sees nothing personal."""
