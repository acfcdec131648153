"""Making a tenant: role, schema, key, and what its blueprint says."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, text

from ovoz.lib.db import schema_of
from ovoz.lib.db.migrations import as_the_only_one, migrate, run_as_owner
from ovoz.lib.ids import new_tenant_id
from ovoz.lib.sealing import KEY_BYTES, InstallationKey, wrap
from ovoz.platform.tenancy.errors import BlueprintInvalid, NumberTaken, SlugInvalid, SlugTaken
from ovoz.platform.tenancy.repositories import hold_keys, insert_tenant, load_blueprint, make_schema
from ovoz.platform.tenancy.schemas import Blueprint
from ovoz.platform.tenancy.services.blueprints import read_blueprint

SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}")
RESERVED_SLUGS = frozenset({"console", "api", "www", "status"})
"""As the control schema's check on `tenant.slug` has it."""


class TenantMaker:
    """Makes tenants, as the owner's login."""

    def __init__(
        self,
        *,
        admin_url: str,
        data_dir: Path,
        installation_key: InstallationKey,
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
        if not SLUG.fullmatch(slug) or slug in RESERVED_SLUGS:
            raise SlugInvalid(
                f"{slug!r} cannot be an address: 2 to 31 of a-z, 0-9 and -, a letter first;"
                f" {', '.join(sorted(RESERVED_SLUGS))} are the provider's."
            )
        blueprint = read_blueprint(self._data_dir, blueprint_name)
        if not demo and blueprint.users:
            raise BlueprintInvalid(f"{blueprint_name}: people stand in it, so it serves demos only (--demo).")
        hashes = {user.email: self._hash_password(user.password) for user in blueprint.users}
        # Two at once would both find the slug free, and GRANTs on one schema do not bear each other.
        async with as_the_only_one(self._admin_url, "ovoz tenants"):
            await self._check_free(slug, blueprint)
            tenant_id = new_tenant_id()

            def fill(connection: Connection) -> None:
                hold_keys(connection)
                wrapped = wrap(secrets.token_bytes(KEY_BYTES), self._installation_key, tenant_id, 1)
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

            try:
                await run_as_owner(self._admin_url, lambda connection: make_schema(connection, tenant_id))
                await migrate(self._admin_url, self._data_dir, "tenant", schema_of(tenant_id))
                await run_as_owner(self._admin_url, fill)
            except BaseException:
                await run_as_owner(self._admin_url, lambda connection: _drop(connection, tenant_id))
                raise
        return tenant_id

    async def _check_free(self, slug: str, blueprint: Blueprint) -> None:
        if await run_as_owner(self._admin_url, lambda connection: _slug_taken(connection, slug)):
            raise SlugTaken(f"{slug} is taken.")
        numbers = [entry.number for entry in blueprint.entry_points]
        if taken := await run_as_owner(
            self._admin_url, lambda connection: _numbers_taken(connection, numbers)
        ):
            raise NumberTaken(f"Other operators answer {', '.join(taken)}.")


def _slug_taken(connection: Connection, slug: str) -> bool:
    found = connection.execute(text("SELECT 1 FROM ovoz.tenant WHERE slug = :slug"), {"slug": slug})
    return found.first() is not None


def _numbers_taken(connection: Connection, numbers: list[str]) -> list[str]:
    found = connection.execute(
        text("SELECT number FROM ovoz.number WHERE number = ANY(:numbers) ORDER BY number"),
        {"numbers": numbers},
    )
    return list(found.scalars())


def _drop(connection: Connection, tenant_id: str) -> None:
    name = schema_of(tenant_id)
    made = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name})
    if made.first() is None:
        return
    connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
    connection.execute(text(f"REVOKE ALL ON SCHEMA ovoz FROM {name}"))
    connection.execute(text(f"DROP OWNED BY {name}"))
    connection.execute(text(f"DROP ROLE IF EXISTS {name}"))
    for table, column in (("number", "tenant_id"), ("tenant_key", "tenant_id"), ("tenant", "id")):
        connection.execute(text(f"DELETE FROM ovoz.{table} WHERE {column} = :tenant"), {"tenant": tenant_id})
