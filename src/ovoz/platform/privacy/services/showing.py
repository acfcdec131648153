"""Showing: what leaves for a person passes here, whatever road it takes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

import msgspec
import structlog

from ovoz.lib.clock import Clock
from ovoz.lib.contacts import mask_contacts
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.contracts import PROBLEM_MEMBERS
from ovoz.platform.privacy.errors import PersonalDataUndeclared
from ovoz.platform.privacy.repositories import RevealRepository
from ovoz.platform.privacy.rules.lens import Lens, Sealing, unable
from ovoz.platform.privacy.rules.plan import plan_of, see
from ovoz.platform.privacy.rules.sight import NOBODY, RoleSight, Sight
from ovoz.platform.privacy.services.numbers import Numbers
from ovoz.platform.privacy.services.policy import KINDS, Policy

log = structlog.get_logger(__name__)
Shown = TypeVar("Shown")
Revealed = Mapping[tuple[str, str], frozenset[str]]

_ALL_MASKED: Final = Sight([RoleSight(dict.fromkeys(KINDS, "masked"), dict.fromkeys(KINDS, "masked"))])


class Privacy:
    """The one masking layer."""

    def __init__(self, policy: Policy, database: Database, numbers: Numbers, clock: Clock) -> None:
        self._policy = policy
        self._database = database
        self._numbers = numbers
        self._clock = clock

    def sight(self, viewer: Actor | None) -> Sight:
        return self._policy.sight(viewer.roles) if viewer is not None else NOBODY

    async def show(self, viewer: Actor | None, value: Shown) -> Shown:
        """A struct, or a list of structs, as this person may see it; raises PersonalDataUndeclared for anything else.

        What is already clear by role costs nothing more. Where something was covered, the person's reveals are asked
        for and it is looked at again; while Postgres is away there are none.
        """
        sight = self.sight(viewer)
        if viewer is None:
            return cast(Shown, self._see(value, Lens(sight, None)))
        token: Sealing = unable
        pseudonym: Sealing = unable
        if not (sight.clears(_PHONE, True) and sight.clears(_PHONE, False)):
            keys = await self._numbers.keys_of(viewer.tenant_id)
            if keys is not None:
                token, pseudonym = keys.sealing_for(viewer.user_id), keys.pseudonym
        lens = Lens(sight, viewer.user_id, token=token, pseudonym=pseudonym)
        shown = self._see(value, lens)
        if lens.covered:
            revealed = await self._revealed(viewer)
            if not lens.covered.isdisjoint(revealed):
                lens = Lens(sight, viewer.user_id, token=token, pseudonym=pseudonym, revealed=revealed)
                shown = self._see(value, lens)
        return cast(Shown, shown)

    def show_problem(self, viewer: Actor | None, document: dict[str, Any]) -> dict[str, Any]:
        """A problem with the members that may leave; numbers and addresses in its words only for those who see them."""
        shown = {
            key: value
            for key, value in document.items()
            if key in PROBLEM_MEMBERS or isinstance(value, bool | int | float | None)
        }
        if self.sight(viewer).clears(_CONTACTS, False):
            return shown
        return cast(dict[str, Any], _without_contacts(shown))

    async def open_number(self, viewer: Actor, token: str) -> str:
        """The number behind a masked one's token, to search or to dial; raises NumberTokenInvalid."""
        return await self._numbers.open(viewer.tenant_id, viewer.user_id, token)

    def _see(self, value: Any, lens: Lens) -> Any:
        try:
            return see(value, lens)
        except TypeError as error:
            raise PersonalDataUndeclared(str(error)) from None

    async def _revealed(self, viewer: Actor) -> Revealed:
        try:
            async with self._database.tenant(viewer.tenant_id) as session:
                lasting = await RevealRepository(session).lasting(viewer.user_id, self._clock())
        except DatabaseUnavailable:
            return {}
        revealed: defaultdict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
        for reveal in lasting:
            revealed[reveal.subject_kind, str(reveal.subject_id)] |= frozenset(reveal.kinds)
        return dict(revealed)


_PHONE: Final = frozenset({"phone"})
_CONTACTS: Final = frozenset({"phone", "email", "staff_email"})


def masked(value: msgspec.Struct) -> dict[str, Any]:
    """A struct as the audit keeps it (`Act.before`, `Act.after`): personal fields masked, unclassified ones empty."""
    kept: dict[str, Any] = msgspec.to_builtins(plan_of(type(value)).apply(value, Lens(_ALL_MASKED, None)))
    return kept


def _without_contacts(value: Any) -> Any:
    if isinstance(value, str):
        return mask_contacts(value)
    if isinstance(value, dict):
        return {key: _without_contacts(part) for key, part in value.items()}
    return [_without_contacts(part) for part in value] if isinstance(value, list) else value
