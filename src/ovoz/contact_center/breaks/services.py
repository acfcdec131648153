"""Keeping the reasons for a break: each change is on record, and the switchboard hears of it at once."""

from typing import Any

import msgspec

from ovoz.contact_center.breaks.errors import BreakOrderIncomplete, BreakReasonCodeTaken, BreakReasonNotFound
from ovoz.contact_center.breaks.repositories import BreakReasonRepository
from ovoz.contact_center.breaks.schemas import (
    BreakOrder,
    BreakReasonCreate,
    BreakReasonSettings,
    BreakReasonUpdate,
    Titles,
)
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.versions import check_version
from ovoz.platform.access.api import Subject
from ovoz.platform.audit.api import Act, Doer, tell


class BreakReasons:
    """Use cases of administrators; what agents are offered is the desk's."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self, subject: Subject) -> list[BreakReasonSettings]:
        """In the order in which they are offered, archived ones among them."""
        async with self._database.tenant(subject.tenant_id) as session:
            return await BreakReasonRepository(session).all()

    async def show(self, subject: Subject, code: str) -> BreakReasonSettings:
        """Raises BreakReasonNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            return await _found(BreakReasonRepository(session), code)

    async def create(self, subject: Subject, doer: Doer, wish: BreakReasonCreate) -> BreakReasonSettings:
        """Raises BreakReasonCodeTaken."""
        made = BreakReasonSettings(
            wish.code,
            _trimmed(wish.names),
            wish.limit_s,
            wish.at_once,
            wish.needs_approval,
            archived=False,
            version=1,
        )
        async with self._database.tenant(subject.tenant_id) as session:
            reasons = BreakReasonRepository(session)
            await reasons.lock_order()
            if not await reasons.add(made):
                raise BreakReasonCodeTaken(errors=[{"pointer": "/code", "detail": "another reason's"}])
            act = Act("breaks.reason_created", doer, "break_reason", made.code, after=_said(made))
            await tell(session, self._clock(), act)
            await reasons.tell_switchboard()
        return made

    async def replace(
        self, subject: Subject, doer: Doer, code: str, if_match: str | None, wish: BreakReasonUpdate
    ) -> BreakReasonSettings:
        """Raises BreakReasonNotFound, VersionMissing, VersionStale."""
        async with self._database.tenant(subject.tenant_id) as session:
            reasons = BreakReasonRepository(session)
            before = await _found(reasons, code)
            check_version(if_match, before.version)
            after = BreakReasonSettings(
                code,
                _trimmed(wish.names),
                wish.limit_s,
                wish.at_once,
                wish.needs_approval,
                archived=wish.archived,
                version=before.version + 1,
            )
            await reasons.replace(after)
            was, is_now = _difference(_said(before), _said(after))
            act = Act("breaks.reason_changed", doer, "break_reason", code, before=was, after=is_now)
            await tell(session, self._clock(), act)
            await reasons.tell_switchboard()
        return after

    async def put_in_order(self, subject: Subject, doer: Doer, wish: BreakOrder) -> list[BreakReasonSettings]:
        """Raises BreakOrderIncomplete."""
        async with self._database.tenant(subject.tenant_id) as session:
            reasons = BreakReasonRepository(session)
            before = await reasons.lock_order()
            if sorted(before) != sorted(wish.codes):
                raise BreakOrderIncomplete(
                    "Read the list again; nothing was changed.",
                    errors=[{"pointer": "/codes", "detail": "name each of the present reasons once"}],
                )
            await reasons.put_in_order(wish.codes)
            act = Act(
                "breaks.reasons_ordered",
                doer,
                "break_reason",
                "*",
                before={"codes": before},
                after={"codes": wish.codes},
            )
            await tell(session, self._clock(), act)
            return await reasons.all()


async def _found(reasons: BreakReasonRepository, code: str) -> BreakReasonSettings:
    # Postgres cannot even be asked for a NUL, which an address may hold.
    found = await reasons.one(code) if "\0" not in code else None
    if found is None:
        raise BreakReasonNotFound(code)
    return found


def _trimmed(names: Titles) -> Titles:
    return Titles(names.ru.strip(), names.tg.strip(), names.en.strip())


def _said(reason: BreakReasonSettings) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(reason)
    return {key: value for key, value in said.items() if key not in ("code", "version")}


def _difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """What changed, on both sides."""
    changed = [key for key in after if before[key] != after[key]]
    return tuple({key: side[key] for key in changed} for side in (before, after))
