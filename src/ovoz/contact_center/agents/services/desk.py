"""Orders of an agent: checked against the tenant's lists, then forwarded; no transaction is open meanwhile."""

from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from ovoz.contact_center.agents.contracts import Desk, Phone, Targets
from ovoz.contact_center.agents.errors import DispositionUnknown, ReasonUnknown, TargetIncomplete
from ovoz.contact_center.agents.ports import Switchboard
from ovoz.contact_center.agents.repositories import DeskReferences
from ovoz.contact_center.agents.schemas import (
    BreakReason,
    Consultation,
    Disposition,
    OutgoingCall,
    StateChange,
    Transfer,
    WrapUp,
)
from ovoz.contact_center.switchboard.contracts import RIGHTS, Verb
from ovoz.lib.ids import new_id
from ovoz.platform.access.api import Access
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.errors import IdempotencyKeyInvalid
from ovoz.platform.tenancy.api import Tenant, refuse_suspended


class AgentDesk:
    """What an agent does at the desk."""

    def __init__(self, switchboard: Switchboard, references: DeskReferences, access: Access) -> None:
        self._switchboard = switchboard
        self._access = access
        self._references = references

    async def show(self, actor: Actor, tenant: Tenant) -> Desk:
        """While the operator is suspended: for who is in a call; raises OperatorSuspended."""
        desk = await self._switchboard.desk(actor.tenant_id, actor.user_id)
        if desk.interaction is None:
            refuse_suspended(tenant)
        return desk

    async def admit(self, actor: Actor, tenant: Tenant) -> None:
        """Whether the agent may have the desk and its phone now. Raises OperatorSuspended."""
        if not tenant.is_served:
            await self.show(actor, tenant)

    async def take_phone(self, actor: Actor, tenant: Tenant, key: str | None) -> Phone:
        await self.admit(actor, tenant)
        await self._access.demand(actor, RIGHTS["phone"])
        return await self._switchboard.phone(
            actor.tenant_id, actor.user_id, _command_id(actor, key, "phone", None)
        )

    async def change_state(self, actor: Actor, key: str | None, wish: StateChange) -> Desk:
        await self._check_reason(actor, wish.state, wish.reason)
        return await self._order(actor, key, "state", None, state=wish.state, reason=wish.reason)

    async def withdraw_break(self, actor: Actor, key: str | None) -> Desk:
        return await self._order(actor, key, "withdraw_break", None)

    async def control_call(self, actor: Actor, key: str | None, verb: Verb, interaction_id: UUID) -> Desk:
        return await self._order(actor, key, verb, interaction_id)

    async def targets(self, actor: Actor) -> Targets:
        return await self._switchboard.targets(actor.tenant_id, actor.user_id)

    async def transfer(self, actor: Actor, key: str | None, interaction_id: UUID, wish: Transfer) -> Desk:
        """Passing on to the outside costs money and needs a right of its own. Raises TargetIncomplete."""
        _demand_whole(wish)
        if wish.to == "number":
            return await self._order(actor, key, "transfer_outside", interaction_id, number=wish.number)
        return await self._order(actor, key, "transfer", interaction_id, kind=wish.to, id=str(wish.id))

    async def consult(self, actor: Actor, key: str | None, interaction_id: UUID, wish: Consultation) -> Desk:
        """Asking somebody outside needs the right to call there. Raises TargetIncomplete."""
        _demand_whole(wish)
        if wish.to == "number":
            return await self._order(actor, key, "consult_outside", interaction_id, number=wish.number)
        return await self._order(actor, key, "consult", interaction_id, kind=wish.to, id=str(wish.id))

    async def call(self, actor: Actor, key: str | None, wish: OutgoingCall) -> Desk:
        """Calling outside costs money and needs a right of its own. Raises TargetIncomplete."""
        _demand_whole(wish)
        if wish.to == "number":
            return await self._order(actor, key, "call_number", None, number=wish.number)
        return await self._order(actor, key, "call_colleague", None, id=str(wish.id))

    async def remove(self, actor: Actor, key: str | None, interaction_id: UUID, party_id: UUID) -> Desk:
        return await self._order(actor, key, "remove", interaction_id, id=str(party_id))

    async def wrap_up(
        self, actor: Actor, tenant: Tenant, key: str | None, interaction_id: UUID, result: WrapUp
    ) -> Desk:
        """While the operator is suspended the result is kept all the same, and nobody is ready after it."""
        if not tenant.is_served:
            result = replace(result, next="offline", reason=None)
        known = [disposition.code for disposition in await self.dispositions(actor)]
        if result.disposition not in known:
            raise DispositionUnknown(
                f"{result.disposition!r} is not one of {', '.join(known)}.",
                errors=[{"pointer": "/disposition", "detail": "not one of the tenant's"}],
            )
        await self._check_reason(actor, result.next, result.reason)
        return await self._order(
            actor,
            key,
            "wrap_up",
            interaction_id,
            disposition=result.disposition,
            note=result.note.strip(),
            next=result.next,
            reason=result.reason,
        )

    async def break_reasons(self, actor: Actor) -> list[BreakReason]:
        return await self._references.break_reasons(actor.tenant_id)

    async def dispositions(self, actor: Actor) -> list[Disposition]:
        return await self._references.dispositions(actor.tenant_id)

    async def _order(
        self, actor: Actor, key: str | None, verb: Verb, interaction_id: UUID | None, **arguments: Any
    ) -> Desk:
        await self._access.demand(actor, RIGHTS[verb])
        command_id = _command_id(actor, key, verb, interaction_id)
        return await self._switchboard.order(
            actor.tenant_id, actor.user_id, command_id, verb, interaction_id, **arguments
        )

    async def _check_reason(self, actor: Actor, state: str, reason: str | None) -> None:
        if state != "break":
            return
        known = [reason.code for reason in await self.break_reasons(actor)]
        if reason not in known:
            raise ReasonUnknown(
                f"A break needs one of {', '.join(known)}.",
                errors=[{"pointer": "/reason", "detail": "not one of the tenant's"}],
            )


def _demand_whole(wish: Transfer | Consultation | OutgoingCall) -> None:
    wanted, other = ("number", "id") if wish.to == "number" else ("id", "number")
    if getattr(wish, wanted) is None or getattr(wish, other) is not None:
        raise TargetIncomplete(
            f"For {wish.to} say {wanted}, and not {other}.",
            errors=[{"pointer": f"/{wanted}", "detail": "must be there, alone"}],
        )


def _command_id(actor: Actor, key: str | None, verb: Verb, interaction_id: UUID | None) -> UUID:
    """The switchboard's id of an order, from the browser's key: the same key of somebody else is another order."""
    if key is None:
        return new_id()
    try:
        own = UUID(key)
    except ValueError:
        raise IdempotencyKeyInvalid(
            f"{key[:50]!r} is no UUID.", errors=[{"pointer": "/Idempotency-Key", "detail": "send a UUID"}]
        ) from None
    return uuid5(actor.user_id, f"{own} {verb} {interaction_id}")
