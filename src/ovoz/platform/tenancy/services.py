"""Use cases about tenants: make one, find one, open its key."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import yaml
from sqlalchemy import Connection, text

from ovoz.lib.db import schema_of
from ovoz.lib.db.migrations import migrate, run_as_owner
from ovoz.lib.ids import new_tenant_id
from ovoz.lib.sealing import KEY_BYTES, unwrap, wrap
from ovoz.platform.tenancy.contracts import Tenant
from ovoz.platform.tenancy.errors import BlueprintInvalid, OperatorSuspended, OperatorUnknown, SlugTaken
from ovoz.platform.tenancy.repositories import TenantRepository, insert_tenant, load_blueprint, make_schema
from ovoz.platform.tenancy.rules import faults
from ovoz.platform.tenancy.schemas import Blueprint

KNOWN_FOR_S = 5.0


def read_blueprint(data_dir: Path, name: str) -> Blueprint:
    """A shipped blueprint by name; raises BlueprintInvalid with file, place and what would be right."""
    path = data_dir / "tenants" / "blueprints" / f"{name}.yaml"
    if not path.is_file():
        there = ", ".join(sorted(other.stem for other in path.parent.glob("*.yaml")))
        raise BlueprintInvalid(f"There is no blueprint {name!r}; there are: {there}.")
    return parse_blueprint(path.read_text(), str(path.name))


def parse_blueprint(content: str, source: str) -> Blueprint:
    """A blueprint from YAML; `source` names it in errors."""
    try:
        blueprint = msgspec.convert(yaml.safe_load(content), Blueprint)
    except yaml.YAMLError as error:
        raise BlueprintInvalid(f"{source}: not YAML: {error}") from None
    except msgspec.ValidationError as error:
        raise BlueprintInvalid(f"{source}: {error}") from None
    contradictions = faults(blueprint)
    if contradictions:
        raise BlueprintInvalid(f"{source}: {'; '.join(contradictions)}")
    return blueprint


class TenantMaker:
    """Makes tenants, as the owner's login."""

    def __init__(
        self,
        *,
        admin_url: str,
        data_dir: Path,
        installation_key: bytes,
        hash_password: Callable[[str], str],
        cell_id: str,
    ) -> None:
        self._admin_url = admin_url
        self._data_dir = data_dir
        self._installation_key = installation_key
        self._hash_password = hash_password
        self._cell_id = cell_id

    async def create(self, slug: str, blueprint_name: str, *, name: str = "", demo: bool = False) -> str:
        """A new tenant from a blueprint; its id. Nothing is left where any step fails."""
        blueprint = read_blueprint(self._data_dir, blueprint_name)
        if not demo and blueprint.users:
            raise BlueprintInvalid(f"{blueprint_name}: people stand in it, so it serves demos only (--demo).")
        if await run_as_owner(self._admin_url, lambda connection: _slug_taken(connection, slug)):
            raise SlugTaken(f"{slug} is taken.")
        tenant_id = new_tenant_id()
        hashes = {user.email: self._hash_password(user.password) for user in blueprint.users}
        wrapped = wrap(secrets.token_bytes(KEY_BYTES), self._installation_key, tenant_id, 1)
        await run_as_owner(self._admin_url, lambda connection: make_schema(connection, tenant_id))
        try:
            await migrate(self._admin_url, self._data_dir, "tenant", schema_of(tenant_id))

            def fill(connection: Connection) -> None:
                insert_tenant(
                    connection,
                    tenant_id=tenant_id,
                    slug=slug,
                    name=name or blueprint.name,
                    cell_id=self._cell_id,
                    blueprint_name=blueprint_name,
                    blueprint=blueprint,
                    demo=demo,
                    wrapped_key=wrapped,
                )
                load_blueprint(connection, tenant_id, blueprint, hashes)

            await run_as_owner(self._admin_url, fill)
        except BaseException:
            await run_as_owner(self._admin_url, lambda connection: _drop(connection, tenant_id))
            raise
        return tenant_id


class TenantFinder:
    """Which tenant a host name means; what was found is known for a few seconds."""

    def __init__(self, repository: TenantRepository, base_domain: str, default_slug: str = "") -> None:
        self._repository = repository
        self._suffix = f".{base_domain}"
        self._default = default_slug
        self._known: dict[str, tuple[float, Tenant | None]] = {}

    async def by_host(self, host: str) -> Tenant:
        """Raises OperatorUnknown, OperatorSuspended."""
        name = host.rsplit(":", 1)[0].lower().rstrip(".")
        slug = name.removesuffix(self._suffix) if name.endswith(self._suffix) else self._default
        tenant = await self._by_slug(slug) if slug else None
        if tenant is None:
            raise OperatorUnknown(f"{name} is no operator's address here.")
        if tenant.state == "suspended":
            raise OperatorSuspended(f"{tenant.name} is suspended; nothing is lost.")
        return tenant

    async def _by_slug(self, slug: str) -> Tenant | None:
        known = self._known.get(slug)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        tenant = await self._repository.by_slug(slug)
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[slug] = (time.monotonic() + KNOWN_FOR_S, tenant)
        return tenant


class TenantKeys:
    """Tenants' keys, opened once and kept in memory."""

    def __init__(self, repository: TenantRepository, installation_key: bytes) -> None:
        self._repository = repository
        self._installation_key = installation_key
        self._open: dict[tuple[str, int], bytes] = {}

    async def current(self, tenant_id: str) -> tuple[int, bytes]:
        """Version and key to encrypt with now."""
        return await self._find(tenant_id, None)

    async def version(self, tenant_id: str, version: int) -> bytes:
        """The key that something was encrypted with; raises LookupError."""
        known = self._open.get((tenant_id, version))
        return known if known is not None else (await self._find(tenant_id, version))[1]

    async def _find(self, tenant_id: str, version: int | None) -> tuple[int, bytes]:
        found = await self._repository.wrapped_key(tenant_id, version)
        if found is None:
            raise LookupError(f"tenant {tenant_id} has no key of version {version}")
        number, wrapped = found
        key = unwrap(wrapped, self._installation_key, tenant_id, number)
        self._open[tenant_id, number] = key
        return number, key


def _slug_taken(connection: Connection, slug: str) -> bool:
    found = connection.execute(text("SELECT 1 FROM ovoz.tenant WHERE slug = :slug"), {"slug": slug})
    return found.first() is not None


def _drop(connection: Connection, tenant_id: str) -> None:
    name = schema_of(tenant_id)
    connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
    connection.execute(text(f"REVOKE ALL ON SCHEMA ovoz FROM {name}"))
    connection.execute(text(f"DROP OWNED BY {name}"))
    connection.execute(text(f"DROP ROLE IF EXISTS {name}"))
