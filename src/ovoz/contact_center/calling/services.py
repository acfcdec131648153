"""Keeping the rules for calls: each change is on record, and the switchboard hears of it at once."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.calling.errors import CallingRulesInvalid
from ovoz.contact_center.calling.repositories import CallingRepository, numbers_of
from ovoz.contact_center.calling.schemas import CallingNumber, CallingQueue, CallingRules, KeptCallingRules
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.versions import check_version
from ovoz.platform.access.api import Subject
from ovoz.platform.audit.api import Act, Doer, tell


class _World(msgspec.Struct, frozen=True):
    """What there is beside the rules: only numbers that are the operator's, lowest first."""

    numbers: Sequence[CallingNumber]
    queues: Sequence[CallingQueue]

    def presented(self, chosen: str | None) -> str | None:
        """What the switchboard presents (`Floor.presented_number`)."""
        known = [one.number for one in self.numbers]
        return chosen if chosen in known else next(iter(known), None)


class Calling:
    """Use cases of the rules for calls."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def show(self, subject: Subject) -> KeptCallingRules:
        """The rules that hold."""
        owned = await self._owned(subject)
        async with self._database.tenant(subject.tenant_id) as session:
            rules, version = await CallingRepository(session).rules()
            return _kept(rules, version, await _world(session, owned))

    async def change(
        self, subject: Subject, doer: Doer, if_match: str | None, rules: CallingRules
    ) -> KeptCallingRules:
        """Puts the rules in place. Raises CallingRulesInvalid, and what `check_version` raises."""
        owned = await self._owned(subject)
        async with self._database.tenant(subject.tenant_id) as session:
            repository = CallingRepository(session)
            before, version = await repository.rules(hold=True)
            check_version(if_match, version)
            world = await _world(session, owned)
            if (
                rules.caller_number is not None
                and world.presented(rules.caller_number) != rules.caller_number
            ):
                raise CallingRulesInvalid(
                    "Nothing was changed.",
                    errors=[
                        {"pointer": "/caller_number", "detail": "one of the operator's numbers, or none"}
                    ],
                )
            if rules != before:
                version += 1
                await repository.replace(rules, version)
                was, is_ = _difference(before, rules)
                act = Act("calling.changed", doer, "calling_rules", subject.tenant_id, before=was, after=is_)
                await tell(session, self._clock(), act)
            return _kept(rules, version, world)

    async def _owned(self, subject: Subject) -> set[str]:
        async with self._database.control() as control:
            return await numbers_of(control, subject.tenant_id)


async def _world(session: AsyncSession, owned: set[str]) -> _World:
    repository = CallingRepository(session)
    known = [one for one in await repository.entry_points() if one.number in owned]
    return _World(known, [queue for queue in await repository.queues() if queue.number in owned])


def _kept(rules: CallingRules, version: int, world: _World) -> KeptCallingRules:
    return KeptCallingRules(
        settings=rules,
        version=version,
        presented=world.presented(rules.caller_number),
        numbers=list(world.numbers),
        queues=list(world.queues),
    )


def _difference(before: CallingRules, after: CallingRules) -> tuple[dict[str, Any], ...]:
    """What changed, on both sides."""
    sides = [msgspec.structs.asdict(side) for side in (before, after)]
    changed = [name for name in sides[1] if sides[0][name] != sides[1][name]]
    return tuple({name: side[name] for name in changed} for side in sides)
