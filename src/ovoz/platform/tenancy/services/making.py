"""Making a tenant: role, schema, key, and what its blueprint says, in one transaction."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.db import OwnerDatabase, driver_of, schema_of
from ovoz.lib.db.migrations import head, newest_schema_sql
from ovoz.lib.ids import new_tenant_id
from ovoz.lib.sealed_fields import FieldKeys
from ovoz.lib.sealing import KEY_BYTES, InstallationKey, wrap
from ovoz.platform.access.contracts import PROVIDER_ROLES
from ovoz.platform.tenancy.contracts import PROVIDER_SLUG
from ovoz.platform.tenancy.errors import BlueprintInvalid, NumberTaken, SlugInvalid, SlugTaken
from ovoz.platform.tenancy.repositories import hold_keys, insert_tenant, load_blueprint, schema_statements
from ovoz.platform.tenancy.repositories.fleet import stamp_done
from ovoz.platform.tenancy.schemas import Blueprint
from ovoz.platform.tenancy.services.blueprints import read_blueprint

SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}")
RESERVED_SLUGS = frozenset({PROVIDER_SLUG, "api", "www", "status"})
"""As the control schema's check on `tenant.slug` has it."""


def check_slug(slug: str) -> None:
    """Raises SlugInvalid for what no operator's address can be."""
    if not SLUG.fullmatch(slug) or slug in RESERVED_SLUGS:
        raise SlugInvalid(
            f"{slug!r} cannot be an address: 2 to 31 of a-z, 0-9 and -, a letter first;"
            f" {', '.join(sorted(RESERVED_SLUGS))} are the provider's."
        )


class TenantMaker:
    """Makes tenants, as the owner's login."""

    def __init__(
        self,
        *,
        admin_url: str,
        owner: OwnerDatabase | None = None,
        data_dir: Path,
        installation_key: InstallationKey,
        hash_password: Callable[[str], str],
        cell_id: str,
    ) -> None:
        self._owner = owner or OwnerDatabase(admin_url, "ovoz provisioning")
        self._data_dir = data_dir
        self._installation_key = installation_key
        self._hash_password = hash_password
        self._cell_id = cell_id

    async def create(
        self,
        slug: str,
        blueprint_name: str,
        *,
        name: str = "",
        demo: bool = False,
        tenant_id: str = "",
        kind: Literal["operator", "provider"] = "operator",
    ) -> str:
        """A new tenant from a blueprint; its id. It is there whole, or nothing of it is.

        Raises SlugInvalid, SlugTaken, NumberTaken, BlueprintInvalid.
        """
        if kind == "operator":
            check_slug(slug)
        blueprint = read_blueprint(self._data_dir, blueprint_name)
        if kind == "operator" and any(PROVIDER_ROLES & set(user.roles) for user in blueprint.users):
            raise BlueprintInvalid(f"{blueprint_name}: roles of the provider's staff are for its own tenant.")
        if kind == "provider" and not demo:
            blueprint = msgspec.structs.replace(blueprint, users=[])
        if not demo and blueprint.users:
            raise BlueprintInvalid(f"{blueprint_name}: people stand in it, so it serves demos only (--demo).")
        tenant_id = tenant_id or new_tenant_id()
        hashes = {user.email: self._hash_password(user.password) for user in blueprint.users}
        try:
            async with self._owner.transaction() as session:
                await _refuse_taken(session, slug, blueprint)
                await make_newest_schema(session, self._data_dir, tenant_id)
                await self._fill(
                    session, tenant_id, slug, name, blueprint_name, blueprint, hashes, demo=demo, kind=kind
                )
        except IntegrityError as error:
            # Somebody else was faster between the question and the answer.
            if "number_pkey" in str(error.orig):
                raise NumberTaken(slug) from None
            if "tenant_slug_key" in str(error.orig):
                raise SlugTaken(f"{slug} is taken.") from None
            raise
        return tenant_id

    async def _fill(
        self,
        session: AsyncSession,
        tenant_id: str,
        slug: str,
        name: str,
        blueprint_name: str,
        blueprint: Blueprint,
        hashes: dict[str, str],
        *,
        demo: bool,
        kind: str,
    ) -> None:
        connection = await session.connection()
        await connection.run_sync(hold_keys)
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = wrap(key, self._installation_key, tenant_id, 1)
        await connection.run_sync(
            lambda owner: insert_tenant(
                owner,
                tenant_id=tenant_id,
                slug=slug,
                name=name or blueprint.name,
                cell_id=self._cell_id,
                blueprint_name=blueprint_name,
                blueprint=blueprint,
                demo=demo,
                wrapped_key=wrapped,
                kind=kind,
            )
        )
        await stamp_done(session, tenant_id, head(self._data_dir, "tenant"), worker="made at head")
        await connection.run_sync(
            lambda owner: load_blueprint(owner, tenant_id, blueprint, hashes, FieldKeys({1: key}))
        )


async def make_newest_schema(session: AsyncSession, data_dir: Path, tenant_id: str) -> None:
    """Role, schema and every table at head: one round trip."""
    schema = schema_of(tenant_id)
    script = ";\n".join((*schema_statements(schema), f"SET LOCAL search_path TO {schema}", ""))
    driver = await driver_of(session)
    await driver.execute(script + newest_schema_sql(data_dir, tenant_id))


async def _refuse_taken(session: AsyncSession, slug: str, blueprint: Blueprint) -> None:
    numbers = [entry.number for entry in blueprint.entry_points]
    if await session.scalar(text("SELECT 1 FROM ovoz.tenant WHERE slug = :slug"), {"slug": slug}):
        raise SlugTaken(f"{slug} is taken.")
    taken = await session.scalars(
        text("SELECT number FROM ovoz.number WHERE number = ANY(:numbers) ORDER BY number"),
        {"numbers": numbers},
    )
    if there := list(taken):
        raise NumberTaken(f"Other operators answer {', '.join(there)}.")
