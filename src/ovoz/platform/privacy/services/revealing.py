"""Reveals: personal data made clear to one person, for a reason, for a while, on record."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ovoz.lib.clock import Clock
from ovoz.lib.contacts import mask_contacts
from ovoz.lib.db import Database
from ovoz.lib.ids import new_id
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.errors import RevealReasonPoor, SubjectNotFound
from ovoz.platform.privacy.ports import Subjects
from ovoz.platform.privacy.repositories import RevealRepository
from ovoz.platform.privacy.schemas import SHORTEST_REASON, Reveal, RevealCreate

LASTS: Final = timedelta(minutes=15)


class Reveals:
    """`subjects` says, for each kind, who may see which."""

    def __init__(self, database: Database, clock: Clock, subjects: Mapping[str, Subjects]) -> None:
        self._database = database
        self._clock = clock
        self._subjects = subjects

    async def reveal(self, actor: Actor, wish: RevealCreate, *, address: str) -> Reveal:
        """Grants and puts on record in one transaction; raises RevealReasonPoor, SubjectNotFound."""
        reason = " ".join(wish.reason.split())
        if len(reason) < SHORTEST_REASON or not any(sign.isalpha() for sign in reason):
            raise RevealReasonPoor(
                f"Say in {SHORTEST_REASON} characters or more why it is needed.",
                errors=[{"pointer": "/reason", "detail": f"at least {SHORTEST_REASON} characters, in words"}],
            )
        # It stands in the audit for ever: numbers and addresses do not belong there.
        reason = mask_contacts(reason)
        if not await self._subjects[wish.subject_kind].may_see(actor, wish.subject_id):
            raise SubjectNotFound(f"There is no {wish.subject_kind} {wish.subject_id} for you.")
        now = self._clock()
        reveal = Reveal(
            id=new_id(),
            subject_kind=wish.subject_kind,
            subject_id=wish.subject_id,
            kinds=sorted(set(wish.kinds)),
            reason=reason,
            at=now,
            until=now + LASTS,
            by=actor.user_id,
        )
        act = Act(
            name="personal.revealed",
            doer=Doer("person", actor.user_id, actor.name, actor.session_id, address),
            subject_kind=wish.subject_kind,
            subject_id=str(wish.subject_id),
            after={"kinds": reveal.kinds, "until": reveal.until.isoformat()},
            reason=reason,
        )
        async with self._database.tenant(actor.tenant_id) as session:
            await RevealRepository(session).add(reveal)
            await tell(session, now, act)
        return reveal

    async def lasting(self, actor: Actor) -> list[Reveal]:
        """The person's own reveals that are not over, newest first."""
        async with self._database.tenant(actor.tenant_id) as session:
            return await RevealRepository(session).lasting(actor.user_id, self._clock())
