"""Operations: asked for in a row, carried out by whoever gets the tenant's lock, resumed after any kill."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from ovoz.lib.db import Database, DatabaseUnavailable, OwnerDatabase
from ovoz.lib.ids import new_id, new_tenant_id
from ovoz.lib.paging import Page
from ovoz.lib.problems import DependencyUnavailable, DomainError
from ovoz.platform.audit.contracts import SYSTEM, Doer
from ovoz.platform.tenancy.contracts import (
    Operation,
    OperationKind,
    OperationSort,
    OperationState,
    Tenant,
    TenantOverview,
    TenantSort,
    TenantState,
)
from ovoz.platform.tenancy.errors import OperationUnknown, OperatorUnknown, SlugTaken
from ovoz.platform.tenancy.repositories.operations import OperationRepository
from ovoz.platform.tenancy.repositories.tenants import TenantRepository
from ovoz.platform.tenancy.services.blueprints import read_blueprint
from ovoz.platform.tenancy.services.downloads import archive_name
from ovoz.platform.tenancy.services.exporting import TenantExporter, discard_unfinished, new_key
from ovoz.platform.tenancy.services.life import GRACE, Occupied, TenantLife
from ovoz.platform.tenancy.services.making import TenantMaker, check_slug
from ovoz.platform.tenancy.services.progress import Progress
from ovoz.platform.tenancy.services.restoring import TenantRestorer

log = structlog.get_logger(__name__)

ATTEMPTS = 5
"""An operation that was cut off so often is given up: something in it kills whoever does it."""
OCCUPIED_S = 5.0
AWAY_S = 10.0
_LOCK = "hashtextextended('ovoz tenant operation ' || $1, 0)"


class Secret(msgspec.Struct, frozen=True):
    """What only the command that asked knows; it stands in no row, so nobody else can go on with what needs it."""

    passphrase: str = ""
    private_key: bytes = b""


class Operations:
    """What the provider asks for, over the application's login: wishes go in, progress comes out."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        self._database = database
        self._tenants = TenantRepository(database)
        self._data_dir = data_dir

    async def tenant(self, slug: str) -> Tenant:
        """Raises OperatorUnknown."""
        tenant = await self._tenants.by_slug(slug)
        if tenant is None or tenant.kind == "provider":
            raise OperatorUnknown(f"There is no operator {slug}.")
        return tenant

    async def ask_to_create(
        self, slug: str, blueprint: str, name: str, doer: Doer, *, demo: bool = False
    ) -> Operation:
        """Raises SlugInvalid, SlugTaken, BlueprintInvalid at once; what is found out later fails the operation."""
        check_slug(slug)
        read_blueprint(self._data_dir, blueprint)
        if await self._tenants.by_slug(slug) is not None:
            raise SlugTaken(f"{slug} is taken.")
        parameters = {"blueprint": blueprint, "name": name, "demo": demo}
        return await self._add("create", new_tenant_id(), slug, parameters, doer)

    async def ask_to_restore(self, archive: Path, slug: str, doer: Doer) -> Operation:
        """Raises SlugInvalid, SlugTaken."""
        check_slug(slug)
        if await self._tenants.by_slug(slug) is not None:
            raise SlugTaken(f"{slug} is taken.")
        return await self._add("restore", new_tenant_id(), slug, {"archive": str(archive)}, doer)

    async def ask(
        self, kind: OperationKind, slug: str, doer: Doer, parameters: Mapping[str, Any] | None = None
    ) -> Operation:
        """Raises OperatorUnknown, and SlugInvalid or SlugTaken for a new address."""
        tenant = await self.tenant(slug)
        parameters = parameters or {}
        if kind == "rename":
            check_slug(parameters["slug"])
            if await self._tenants.by_slug(parameters["slug"]) is not None:
                raise SlugTaken(f"{parameters['slug']} is taken.")
        return await self._add(kind, tenant.id, tenant.slug, parameters, doer)

    async def overview(
        self,
        *,
        sort: TenantSort,
        cursor: str | None,
        limit: int,
        state: TenantState | None = None,
        search: str | None = None,
    ) -> Page[TenantOverview]:
        """Operators with what is known of them from outside. Raises CursorInvalid."""
        found, following = await self._tenants.overview(
            sort=sort, cursor=cursor, limit=limit, state=state, search=search
        )
        return Page(await self._with_operations(found), following)

    async def overview_of(self, slug: str) -> TenantOverview:
        """Raises OperatorUnknown."""
        found, _ = await self._tenants.overview(slug=slug, limit=1)
        if not found:
            raise OperatorUnknown(f"There is no operator {slug}.")
        return (await self._with_operations(found))[0]

    async def _with_operations(self, found: list[TenantOverview]) -> list[TenantOverview]:
        async with self._database.control() as session:
            latest = await OperationRepository(session).latest_of([each.tenant.id for each in found])
        return [msgspec.structs.replace(each, operation=latest.get(each.tenant.id)) for each in found]

    async def get(self, id_: UUID) -> Operation:
        """Raises OperationUnknown."""
        async with self._database.control() as session:
            found = await OperationRepository(session).get(id_)
        if found is None:
            raise OperationUnknown(f"There is no operation {id_}.")
        return found

    async def page(
        self,
        *,
        sort: OperationSort,
        cursor: str | None,
        limit: int,
        state: OperationState | None = None,
        kind: OperationKind | None = None,
        slug: str | None = None,
    ) -> Page[Operation]:
        """What was asked for. Raises CursorInvalid."""
        async with self._database.control() as session:
            found, following = await OperationRepository(session).page(
                sort=sort, cursor=cursor, limit=limit, state=state, kind=kind, slug=slug
            )
        return Page(found, following)

    async def _add(
        self, kind: OperationKind, tenant_id: str, slug: str, parameters: Mapping[str, Any], doer: Doer
    ) -> Operation:
        id_ = new_id()
        async with self._database.control() as session:
            operations = OperationRepository(session)
            await operations.add(id_, kind, tenant_id, slug, parameters, doer)
            added = await operations.get(id_)
        assert added is not None
        return added


class OperationRunner:
    """Carries operations out, as the owner's login; one for a tenant at a time in the whole installation."""

    def __init__(
        self,
        owner: OwnerDatabase,
        life: TenantLife,
        maker: TenantMaker,
        exporter: TenantExporter,
        restorer: TenantRestorer,
        archives: Path,
    ) -> None:
        self._owner = owner
        self._life = life
        self._maker = maker
        self._exporter = exporter
        self._restorer = restorer
        self._archives = archives

    async def due(self) -> list[UUID]:
        """What waits to be done; deletions whose time of grace is over are among it."""
        async with self._owner.transaction() as session:
            operations = OperationRepository(session)
            for tenant_id, slug in await operations.purges_owed():
                await operations.add(new_id(), "purge", tenant_id, slug, {}, SYSTEM)
            return await operations.due()

    async def run(
        self,
        id_: UUID,
        *,
        secret: Secret | None = None,
        wait: bool = False,
        on_progress: Callable[[float, str], None] | None = None,
    ) -> Operation:
        """Does it, unless somebody else is at this tenant (`wait` waits for him); how it stands afterwards."""
        operation = await self._get(id_)
        async with self._alone(operation.tenant_id, wait=wait) as alone:
            if alone:
                await self._attempt(operation, secret or Secret(), on_progress)
        return await self._get(id_)

    async def _attempt(
        self, operation: Operation, secret: Secret, on_progress: Callable[[float, str], None] | None
    ) -> None:
        async with self._owner.transaction() as session:
            number = await OperationRepository(session).begin(operation.id)
        if number is None:
            return
        said = log.bind(operation=str(operation.id), kind=operation.kind, tenant=operation.tenant_id)

        async def say(done: float, step: str) -> None:
            async with self._owner.transaction() as session:
                await OperationRepository(session).say(operation.id, done, step)
            if on_progress is not None:
                on_progress(done, step)

        try:
            if number > ATTEMPTS:
                raise DomainError(f"It was begun {ATTEMPTS} times and cut off each time.")
            result = await self._do(operation, secret, Progress(say))
        except Occupied as error:
            await self._put_off(operation.id, str(error), OCCUPIED_S)
        except (DependencyUnavailable, DatabaseUnavailable, OSError) as error:
            said.warning("operation.put_off", error=str(error))
            await self._put_off(operation.id, str(error), AWAY_S)
        except DomainError as error:
            said.info("operation.refused", error=error.slug)
            await self._failed(operation.id, f"{error.title}. {error.detail}".strip())
        except Exception as error:
            said.exception("operation.failed")
            await self._failed(operation.id, f"{type(error).__name__}: {error}")
        else:
            async with self._owner.transaction() as session:
                await OperationRepository(session).done(operation.id, result)
            said.info("operation.done")

    async def _do(self, operation: Operation, secret: Secret, progress: Progress) -> Mapping[str, Any]:
        wish, tenant_id, doer, life = operation.parameters, operation.tenant_id, operation.doer, self._life
        match operation.kind:
            case "create":
                return await self._create(operation)
            case "suspend":
                await life.suspend(tenant_id, wish["reason"], doer)
            case "resume":
                await life.resume(tenant_id, doer)
            case "rename":
                await life.rename(tenant_id, wish["slug"], doer)
                return {"slug": wish["slug"]}
            case "delete":
                grace = timedelta(seconds=wish["grace_s"]) if "grace_s" in wish else GRACE
                return {"delete_after": (await life.delete(tenant_id, doer, grace)).isoformat()}
            case "undelete":
                await life.undelete(tenant_id, doer)
            case "purge":
                await life.purge(tenant_id, doer, progress)
            case "export":
                return await self._export(operation, secret, progress)
            case "restore":
                return await self._restore(operation, secret, progress)
        return {}

    async def _export(self, operation: Operation, secret: Secret, progress: Progress) -> Mapping[str, Any]:
        wish = operation.parameters
        default = self._archives / archive_name(operation)
        target = Path(wish["target"]) if wish.get("target") else default
        recipient = wish.get("recipient", "")
        if not recipient and not secret.passphrase:
            discard_unfinished(target)
            raise DomainError("It was cut off, and only the command knew the passphrase: export again.")
        key, making = new_key(passphrase=secret.passphrase, recipient=recipient)
        result = await self._exporter.export(operation.tenant_id, target, key, making, progress)
        await self._life.tell_exported(operation.tenant_id, operation.doer, result)
        return result

    async def _restore(self, operation: Operation, secret: Secret, progress: Progress) -> Mapping[str, Any]:
        if secret == Secret():
            await self._restorer.abandon(operation.tenant_id)
            raise DomainError("It was cut off, and only the command knew the key: restore again.")
        return await self._restorer.restore(
            Path(operation.parameters["archive"]),
            operation.slug,
            operation.doer,
            tenant_id=operation.tenant_id,
            passphrase=secret.passphrase,
            private_key=secret.private_key,
            progress=progress,
        )

    async def _create(self, operation: Operation) -> Mapping[str, Any]:
        wish = operation.parameters
        if not await self._life.exists(operation.tenant_id):
            await self._maker.create(
                operation.slug,
                wish["blueprint"],
                name=wish.get("name", ""),
                demo=wish.get("demo", False),
                tenant_id=operation.tenant_id,
            )
        await self._life.tell_created(operation.tenant_id, operation.doer)
        return {"slug": operation.slug, "tenant_id": operation.tenant_id}

    async def _get(self, id_: UUID) -> Operation:
        async with self._owner.transaction() as session:
            found = await OperationRepository(session).get(id_)
        if found is None:
            raise OperationUnknown(f"There is no operation {id_}.")
        return found

    async def _put_off(self, id_: UUID, why: str, wait_s: float) -> None:
        async with self._owner.transaction() as session:
            await OperationRepository(session).put_off(id_, why, wait_s=wait_s)

    async def _failed(self, id_: UUID, error: str) -> None:
        async with self._owner.transaction() as session:
            await OperationRepository(session).failed(id_, error)

    @asynccontextmanager
    async def _alone(self, tenant_id: str, *, wait: bool) -> AsyncIterator[bool]:
        """The tenant's lock, on a connection of its own: Postgres frees it when this process dies."""
        driver = await asyncpg.connect(self._owner.url, timeout=10)
        try:
            if wait:
                await driver.fetchval(f"SELECT pg_advisory_lock({_LOCK})", tenant_id)
                yield True
            else:
                yield await driver.fetchval(f"SELECT pg_try_advisory_lock({_LOCK})", tenant_id)
        finally:
            driver.terminate()
