"""Through what one viewer looks at one answer."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from ovoz.platform.privacy.contracts import About, Level
from ovoz.platform.privacy.rules.sight import Sight

Sealing = Callable[[str], str | None]
Place = tuple[bool, tuple[str, str] | None, Collection[str]]
"""Whether the data are the viewer's own, whose they are, and which kinds were revealed."""

ELSEWHERE: Place = (False, None, ())


def unable(_: str) -> None:
    """Where there is no key: the mask stands alone."""


class Lens:
    """Knows the level of every field; `covered` gathers the subjects of which something was not clear."""

    def __init__(
        self,
        sight: Sight,
        viewer: UUID | None,
        *,
        token: Sealing = unable,
        pseudonym: Sealing = unable,
        revealed: Mapping[tuple[str, str], Collection[str]] = {},
    ) -> None:
        self._sight = sight
        self._viewer = viewer
        self._revealed = revealed
        self._place = ELSEWHERE
        self.token = token
        self.pseudonym = pseudonym
        self.covered: set[tuple[str, str]] = set()

    def level(self, kind: str, fields: tuple[str, ...]) -> Level:
        """What this viewer gets of a field in the present place."""
        own, subject, granted = self._place
        if kind in granted:
            return "clear"
        level = self._sight.level(kind, fields, own)
        if level != "clear" and subject is not None:
            self.covered.add(subject)
        return level

    def clears(self, kinds: frozenset[str], *, everywhere: bool) -> bool:
        """Whether nothing of these kinds is masked here, or (`everywhere`) of anybody's."""
        own = self._place[0]
        return self._sight.clears(kinds, own) and (not everywhere or self._sight.clears(kinds, not own))

    def enter(self, value: About) -> Place:
        """Goes into a struct that says whose data it holds; what comes back is for `leave`."""
        before = self._place
        subject = value.personal_subject()
        if subject is not None:
            of = (subject.kind, subject.id)
            own = self._viewer in (subject.owner, *subject.others) and self._viewer is not None
            self._place = own, of, self._revealed.get(of, ())
        return before

    def leave(self, before: Place) -> None:
        self._place = before


Apply = Callable[[Any, Lens], Any]
"""A part of a value as the lens shows it; the same object where nothing had to change."""
