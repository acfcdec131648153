"""What orders share: sent once under a key, refused for these reasons; and those that need no words of their own."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, HeaderParameter

from ovoz.contact_center.agents.api import AgentDesk
from ovoz.contact_center.agents.contracts import Desk
from ovoz.contact_center.agents.errors import ReasonUnknown
from ovoz.contact_center.switchboard.contracts import Verb
from ovoz.contact_center.switchboard.errors import (
    AgentUnknown,
    BreakFull,
    CommandInvalid,
    InteractionUnknown,
    NotPossibleNow,
    PhoneNotRegistered,
    SwitchboardUnavailable,
)
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.deps import WHILE_SUSPENDED
from ovoz.platform.requests.contracts import PROBLEMS
from ovoz.platform.requests.errors import IdempotencyKeyInvalid

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key", description="A UUID of your own: repeating it does nothing twice."
    ),
]
OF_ORDERS = (
    AgentUnknown,
    BreakFull,
    CommandInvalid,
    IdempotencyKeyInvalid,
    NotPossibleNow,
    PhoneNotRegistered,
    ReasonUnknown,
    SwitchboardUnavailable,
)
ABOUT_A_CALL: Final[dict[str, Any]] = {PROBLEMS: (*OF_ORDERS, InteractionUnknown), WHILE_SUSPENDED: True}
"""Who is in a call ends it with every button, also while the operator is suspended."""


def order(path: str, operation_id: str, verb: Verb, says: str) -> HTTPRouteHandler:
    """The route of an order about a call that has nothing but its verb."""

    async def handler(
        self: Controller,
        actor: NamedDependency[Actor],
        desk: NamedDependency[AgentDesk],
        interaction_id: FromPath[UUID],
        key: IdempotencyKey = None,
    ) -> Desk:
        return await desk.control_call(actor, key, verb, interaction_id)

    handler.__name__, handler.__doc__ = verb, says
    return post(path, operation_id=operation_id, status_code=200)(handler)
