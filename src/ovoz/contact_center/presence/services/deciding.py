"""A supervisor's word about a request for a break."""

from uuid import UUID, uuid5

from ovoz.contact_center.agents.api import Switchboard
from ovoz.contact_center.presence.repositories import ShiftRepository
from ovoz.contact_center.presence.schemas import BreakDecision
from ovoz.contact_center.switchboard.contracts import RIGHTS
from ovoz.contact_center.switchboard.errors import AgentUnknown, NotPossibleNow
from ovoz.lib.db import Database
from ovoz.platform.access.api import Access
from ovoz.platform.identity.contracts import Actor


class BreakDecisions:
    """Decides within the reach of `breaks.decide`; nobody decides about their own break."""

    def __init__(self, database: Database, access: Access, switchboard: Switchboard) -> None:
        self._database = database
        self._access = access
        self._switchboard = switchboard

    async def decide(self, actor: Actor, agent_id: UUID, word: BreakDecision) -> None:
        """The same word again changes nothing.

        Raises AgentUnknown, NotPossibleNow, BreakFull, SwitchboardUnavailable.
        """
        if agent_id == actor.user_id:
            raise NotPossibleNow("Somebody else decides about your own break.")
        reach = await self._access.reach(actor, RIGHTS["decide_break"])
        async with self._database.tenant(actor.tenant_id) as session:
            if agent_id not in await ShiftRepository(session).within(reach):
                raise AgentUnknown()
        await self._switchboard.order(
            actor.tenant_id,
            agent_id,
            uuid5(actor.user_id, f"{word.wish_id} {word.approved}"),
            "decide_break",
            wish_id=word.wish_id,
            approved=word.approved,
            by=actor.user_id,
            by_name=actor.name,
            note=" ".join(word.note.split()),
        )
