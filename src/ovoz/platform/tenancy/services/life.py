"""The life of a tenant: suspended and resumed, renamed, deleted after a time of grace, buried for good."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import OwnerDatabase, schema_of
from ovoz.platform.audit.contracts import SYSTEM, Act, Doer
from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.errors import OperatorStateWrong, OperatorUnknown, SlugTaken
from ovoz.platform.tenancy.ports import Graveyard, Teller, TenantCache, TenantObjects
from ovoz.platform.tenancy.repositories.life import LifeRepository
from ovoz.platform.tenancy.services.making import check_slug
from ovoz.platform.tenancy.services.progress import Progress

log = structlog.get_logger(__name__)

GRACE = timedelta(days=30)
"""How long a deletion can be taken back, where nobody says otherwise."""


class Occupied(Exception):
    """A conversation of the tenant is going on; it is not cut."""


class TenantLife:
    """Use cases on one tenant, as the owner's login.

    Each is one transaction with its line in the tenant's own audit and in the provider's, and may be repeated: what
    is so already stays so.
    """

    def __init__(
        self,
        owner: OwnerDatabase,
        tell: Teller,
        clock: Clock,
        *,
        objects: TenantObjects,
        cache: TenantCache,
        graveyard: Graveyard,
    ) -> None:
        self._owner = owner
        self._tell = tell
        self._clock = clock
        self._objects = objects
        self._cache = cache
        self._graveyard = graveyard

    async def exists(self, tenant_id: str) -> bool:
        """Whether the tenant is there and not buried."""
        async with self._owner.transaction() as session:
            return await LifeRepository(session).locked(tenant_id) is not None

    async def tell_created(self, tenant_id: str, doer: Doer) -> None:
        """Puts on record who made the tenant."""
        async with self._changing(tenant_id) as (session, tenant):
            after = {"slug": tenant.slug, "blueprint": tenant.blueprint}
            await self._told(session, tenant, "tenancy.created", doer, after=after)

    async def tell_exported(self, tenant_id: str, doer: Doer, result: Mapping[str, Any]) -> None:
        """Puts on record who took everything out."""
        async with self._changing(tenant_id) as (session, tenant):
            after = {"bytes": result["bytes"], "objects": result["objects"]}
            await self._told(session, tenant, "tenancy.exported", doer, after=after)

    async def tell_restored(self, tenant_id: str, doer: Doer, origin: Mapping[str, Any]) -> None:
        """Puts on record where the tenant came from, and how much of its audit was sealed there."""
        async with self._changing(tenant_id) as (session, tenant):
            await self._told(session, tenant, "tenancy.restored", doer, before=dict(origin))

    async def suspend(self, tenant_id: str, reason: str, doer: Doer) -> None:
        """Nobody signs in, callers hear an announcement; what runs runs on, and nothing is lost."""
        async with self._changing(tenant_id) as (session, tenant):
            if tenant.kind == "provider":
                raise OperatorStateWrong("The provider cannot suspend itself.", state=tenant.state)
            if tenant.state == "deleting":
                raise OperatorStateWrong("It is being deleted.", state=tenant.state)
            if tenant.state == "suspended" and tenant.suspended_reason == reason:
                return
            await LifeRepository(session).suspend(tenant_id, reason, self._clock())
            await self._told(
                session, tenant, "tenancy.suspended", doer, after={"reason": reason}, reason=reason
            )

    async def resume(self, tenant_id: str, doer: Doer) -> None:
        """Everything works again as it was."""
        async with self._changing(tenant_id) as (session, tenant):
            if tenant.state == "active":
                return
            if tenant.state == "deleting":
                raise OperatorStateWrong("It is being deleted; keep it first (undelete).", state=tenant.state)
            await LifeRepository(session).activate(tenant_id)
            await self._told(
                session, tenant, "tenancy.resumed", doer, before={"reason": tenant.suspended_reason}
            )

    async def rename(self, tenant_id: str, slug: str, doer: Doer) -> None:
        """The address changes, the id stays: sessions at the old host end there, and it leads nowhere.

        Raises SlugInvalid, SlugTaken, OperatorStateWrong.
        """
        check_slug(slug)
        try:
            async with self._changing(tenant_id) as (session, tenant):
                if tenant.slug == slug:
                    return
                if tenant.kind == "provider" or tenant.state == "deleting":
                    raise OperatorStateWrong("Its address cannot change now.", state=tenant.state)
                if await LifeRepository(session).slug_taken(slug):
                    raise SlugTaken(f"{slug} is taken.")
                await LifeRepository(session).rename(tenant_id, slug)
                before, after = {"slug": tenant.slug}, {"slug": slug}
                await self._told(session, tenant, "tenancy.renamed", doer, before=before, after=after)
        except IntegrityError:
            raise SlugTaken(f"{slug} is taken.") from None

    async def delete(self, tenant_id: str, doer: Doer, grace: timedelta = GRACE) -> datetime:
        """From now on as suspended; after the time of grace it is gone. Returns when that is."""
        async with self._changing(tenant_id) as (session, tenant):
            if tenant.kind == "provider":
                raise OperatorStateWrong("The provider cannot delete itself.", state=tenant.state)
            if tenant.delete_after is not None:
                return tenant.delete_after
            delete_after = self._clock() + grace
            await LifeRepository(session).begin_deleting(tenant_id, delete_after)
            after = {"delete_after": delete_after.isoformat()}
            await self._told(session, tenant, "tenancy.deletion_begun", doer, after=after)
            return delete_after

    async def undelete(self, tenant_id: str, doer: Doer) -> None:
        """Takes a deletion back while its time of grace runs: into what the operator was before."""
        async with self._changing(tenant_id) as (session, tenant):
            if tenant.state != "deleting":
                return
            life = LifeRepository(session)
            if tenant.suspended_reason is None:
                await life.activate(tenant_id)
            else:
                await life.keep_suspended(tenant_id)
            await self._told(session, tenant, "tenancy.deletion_taken_back", doer)

    async def purge(self, tenant_id: str, doer: Doer = SYSTEM, progress: Progress | None = None) -> None:
        """Removes a tenant for good: tombstone and keys first, then objects, schema and role, cache keys.

        After the tombstone there is no way back, so a purge that is cut off is done again from the start and ends
        the same. Raises Occupied while a conversation is going on, OperatorStateWrong before the time of grace is
        over.
        """
        say = progress or Progress()
        async with self._owner.transaction() as session:
            life = LifeRepository(session)
            tenant = await life.locked(tenant_id)
            risen = {found[0]: found for found in await life.risen()}
            if tenant is not None:
                if tenant.delete_after is None or tenant.delete_after > self._clock():
                    raise OperatorStateWrong("Its time of grace is not over.", state=tenant.state)
                if await life.conversations(tenant_id):
                    raise Occupied(f"{tenant.slug} has conversations")
                grave = (tenant_id, tenant.slug, tenant.blueprint)
                await self._provider_told(session, tenant, "tenancy.deleted", doer)
            elif tenant_id in risen:
                grave = risen[tenant_id]
            else:
                # Gone already: only what is outside the database may be left.
                grave = None
            if grave is not None:
                self._graveyard.bury(*grave, self._clock())
                await life.bury(*grave, self._clock())
        await say(0.2, "keys destroyed")
        removed = await self._objects.remove_all(tenant_id)
        await say(0.6, "objects removed")
        async with self._owner.transaction() as session:
            await session.execute(text("SET LOCAL lock_timeout = '5s'"))
            await LifeRepository(session).drop(tenant_id)
        await say(0.9, "schema and role removed")
        await self._cache.forget(tenant_id)
        log.info("tenant.gone", tenant=tenant_id, objects=removed)

    async def honour_tombstones(self) -> list[str]:
        """Brings the graves outside the database back into it; ids of tenants that rose with a backup."""
        async with self._owner.transaction() as session:
            life = LifeRepository(session)
            known = {grave[0] for grave in await life.tombstones()}
            for grave in self._graveyard.all():
                if grave[0] not in known:
                    await life.bury(*grave)
            return [tenant_id for tenant_id, _, _ in await life.risen()]

    @asynccontextmanager
    async def _changing(self, tenant_id: str) -> AsyncIterator[tuple[AsyncSession, Tenant]]:
        async with self._owner.transaction() as session:
            tenant = await LifeRepository(session).locked(tenant_id)
            if tenant is None:
                raise OperatorUnknown(f"There is no operator with the id {tenant_id}.")
            yield session, tenant

    async def _told(self, session: AsyncSession, tenant: Tenant, name: str, doer: Doer, **more: Any) -> None:
        await self._tell_in(session, tenant.id, _act(tenant, name, doer, **more))
        await self._provider_told(session, tenant, name, doer, **more)

    async def _provider_told(
        self, session: AsyncSession, tenant: Tenant, name: str, doer: Doer, **more: Any
    ) -> None:
        provider = await LifeRepository(session).provider_id()
        if provider is not None:
            await self._tell_in(session, provider, _act(tenant, name, doer, **more))

    async def _tell_in(self, session: AsyncSession, tenant_id: str, act: Act) -> None:
        """The owner writes into a tenant's own audit, in the transaction of the act."""
        await session.execute(text(f"SET LOCAL search_path TO {schema_of(tenant_id)}"))
        await self._tell(session, self._clock(), act)
        await session.execute(text("SET LOCAL search_path TO ovoz"))


def _act(tenant: Tenant, name: str, doer: Doer, **more: Any) -> Act:
    return Act(name, doer, "tenant", tenant.id, **more)
