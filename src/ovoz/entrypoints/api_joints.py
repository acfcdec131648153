"""What modules of the API ask of each other at its edge."""

from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import UUID

import structlog

from ovoz.contact_center.agents.api import session_channel
from ovoz.integrations.redis.fanout import RedisFanout
from ovoz.integrations.switchboard.client import HttpSwitchboard
from ovoz.lib.ids import new_id
from ovoz.lib.settings import Settings
from ovoz.platform.access.api import Access
from ovoz.platform.identity.api import Actor, Identity
from ovoz.platform.identity.schemas import DemoAccount
from ovoz.platform.tenancy.api import (
    Tenant,
    read_blueprint,
)
from ovoz.platform.tenancy.errors import BlueprintInvalid

log = structlog.get_logger(__name__)


class PhoneAndDeskOfSession:
    """Ends what hung on a session: its sockets, and the agent's readiness with the last one."""

    def __init__(self, fanout: RedisFanout, switchboard: HttpSwitchboard) -> None:
        self._fanout = fanout
        self._switchboard = switchboard

    async def signed_out(self, actor: Actor, *, sessions_left: int) -> None:
        await self.sessions_ended(actor.tenant_id, [actor.session_id])
        if actor.is_agent and sessions_left == 0:
            await self.left_the_desk(actor.tenant_id, actor.user_id)

    async def sessions_ended(self, tenant_id: str, session_ids: Sequence[UUID]) -> None:
        for session_id in session_ids:
            await _try(self._fanout.publish(session_channel(tenant_id, session_id), b"{}"))

    async def left_the_desk(self, tenant_id: str, user_id: UUID) -> None:
        await _try(
            self._switchboard.order(tenant_id, user_id, new_id(), "state", state="offline", reason=None)
        )


async def _try(work: Awaitable[Any]) -> None:
    try:
        await work
    except Exception as error:
        # The session is over all the same; sockets notice within half a minute.
        log.warning("session.end_not_heard", error=repr(error))


class PeopleOfTenant:
    """Whose e-mail address and name can be revealed: the operator's people, to those who may read them."""

    def __init__(self, identity: Identity, access: Access) -> None:
        self._identity = identity
        self._access = access

    async def may_see(self, actor: Actor, subject_id: UUID) -> bool:
        return await self._access.may(actor, "people.read") and await self._identity.knows(actor, subject_id)


class DemoAccounts:
    """Sign-ins from the blueprint of a demo operator."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, tenant: Tenant) -> list[DemoAccount]:
        if not (self._settings.demo and tenant.demo):
            return []
        try:
            blueprint = read_blueprint(self._settings.data_dir, tenant.blueprint)
        except BlueprintInvalid as error:
            # The sign-in page only offers less: the operator is there without its blueprint too.
            log.warning("demo_accounts.without_blueprint", slug=tenant.slug, error=error.detail)
            return []
        return [
            DemoAccount(user.email, user.password, user.name, user.roles[0])
            for user in blueprint.users
            if user.password
        ]
