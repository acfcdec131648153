"""All SQL about tenants: finding them, their keys, and making one."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from ovoz.lib.db import Database, schema_of
from ovoz.lib.ids import new_id
from ovoz.platform.access.contracts import DESK_ROLES
from ovoz.platform.tenancy.contracts import Tenant, WrappedKey
from ovoz.platform.tenancy.schemas import Blueprint, BlueprintBreakReason, BlueprintDisposition

_COLUMNS = "id, slug, name, state, locale, time_zone, demo, blueprint"


class TenantRepository:
    """Reads the control schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_slug(self, slug: str) -> Tenant | None:
        async with self._database.control() as session:
            row = (
                await session.execute(
                    text(f"SELECT {_COLUMNS} FROM tenant WHERE slug = :slug"), {"slug": slug}
                )
            ).one_or_none()
            return Tenant(**row._mapping) if row else None

    async def all(self) -> list[Tenant]:
        async with self._database.control() as session:
            rows = await session.execute(text(f"SELECT {_COLUMNS} FROM tenant ORDER BY slug"))
            return [Tenant(**row._mapping) for row in rows]

    async def wrapped_key(self, tenant_id: str, version: int | None) -> tuple[int, bytes] | None:
        """A version of the tenant's key as it is kept; the newest where none is named."""
        async with self._database.control() as session:
            row = (
                await session.execute(
                    text(
                        "SELECT version, wrapped FROM tenant_key WHERE tenant_id = :tenant"
                        " AND (CAST(:version AS integer) IS NULL OR version = :version)"
                        " ORDER BY version DESC LIMIT 1"
                    ),
                    {"tenant": tenant_id, "version": version},
                )
            ).one_or_none()
            return (row.version, row.wrapped) if row else None


def make_schema(connection: Connection, tenant_id: str) -> None:
    """The tenant's schema and role: the role owns nothing and may touch only what is in its schema."""
    name = schema_of(tenant_id)
    for statement in (
        f"CREATE ROLE {name} NOLOGIN",
        f"CREATE SCHEMA {name}",
        f"GRANT USAGE ON SCHEMA {name} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        f"GRANT {name} TO ovoz_app WITH INHERIT FALSE, SET TRUE",
        f"GRANT USAGE ON SCHEMA ovoz TO {name}",
        f"GRANT EXECUTE ON FUNCTION ovoz.emit(uuid, text, text, timestamptz, jsonb),"
        f" ovoz.journal(text, bigint, jsonb) TO {name}",
    ):
        connection.execute(text(statement))


def insert_tenant(
    connection: Connection,
    *,
    tenant_id: str,
    slug: str,
    name: str,
    cell_id: str,
    blueprint_name: str,
    blueprint: Blueprint,
    demo: bool,
    wrapped_key: bytes,
) -> None:
    """The tenant's row, its first key and its numbers, in the control schema."""
    connection.execute(
        text(
            "INSERT INTO ovoz.tenant (id, slug, name, cell_id, blueprint, locale, time_zone, max_calls, demo)"
            " VALUES (:id, :slug, :name, :cell, :blueprint, :locale, :time_zone, :max_calls, :demo)"
        ),
        {
            "id": tenant_id,
            "slug": slug,
            "name": name,
            "cell": cell_id,
            "blueprint": blueprint_name,
            "locale": blueprint.locale,
            "time_zone": blueprint.time_zone,
            "max_calls": blueprint.max_calls,
            "demo": demo,
        },
    )
    connection.execute(
        text("INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES (:tenant, 1, :wrapped)"),
        {"tenant": tenant_id, "wrapped": wrapped_key},
    )
    for entry in blueprint.entry_points:
        connection.execute(
            text("INSERT INTO ovoz.number (number, tenant_id) VALUES (:number, :tenant)"),
            {"number": entry.number, "tenant": tenant_id},
        )


def load_blueprint(
    connection: Connection, tenant_id: str, blueprint: Blueprint, password_hashes: dict[str, str]
) -> None:
    """Fills the new schema with what the blueprint says."""
    connection.execute(text(f"SET LOCAL search_path TO {schema_of(tenant_id)}"))
    users = {user.email: new_id() for user in blueprint.users}
    queues = {queue.code: new_id() for queue in blueprint.queues}
    _insert(
        connection,
        "user_account",
        [
            {
                "id": users[user.email],
                "email": user.email,
                "name": user.name,
                "password_hash": password_hashes[user.email],
                "is_agent": not DESK_ROLES.isdisjoint(user.roles),
            }
            for user in blueprint.users
        ],
    )
    _insert(
        connection,
        "role_assignment",
        [{"user_id": users[user.email], "role": role} for user in blueprint.users for role in user.roles],
    )
    _insert(
        connection,
        "queue",
        [
            {
                "id": queues[queue.code],
                **{key: value for key, value in msgspec.structs.asdict(queue).items() if key != "members"},
            }
            for queue in blueprint.queues
        ],
    )
    _insert(
        connection,
        "queue_member",
        [
            {"queue_id": queues[queue.code], "user_id": users[member]}
            for queue in blueprint.queues
            for member in queue.members
        ],
    )
    _insert(
        connection,
        "entry_point",
        [
            {
                "id": new_id(),
                "number": entry.number,
                "name": entry.name,
                "queue_id": queues[entry.queue],
                "greeting": entry.greeting,
            }
            for entry in blueprint.entry_points
        ],
    )
    named: dict[str, Sequence[BlueprintBreakReason | BlueprintDisposition]] = {
        "break_reason": blueprint.break_reasons,
        "disposition": blueprint.dispositions,
    }
    for table, rows in named.items():
        _insert(
            connection,
            table,
            [
                {
                    **msgspec.structs.asdict(row),
                    "names": msgspec.json.encode(row.names).decode(),
                    "position": position,
                }
                for position, row in enumerate(rows)
            ],
            json_column="names",
        )
    _insert(
        connection,
        "subscriber",
        [{"id": new_id(), **msgspec.structs.asdict(subscriber)} for subscriber in blueprint.subscribers],
    )


def _insert(
    connection: Connection, table: str, rows: list[dict[str, Any]], *, json_column: str | None = None
) -> None:
    if not rows:
        return
    names = list(rows[0])
    places = ", ".join(f"CAST(:{name} AS jsonb)" if name == json_column else f":{name}" for name in names)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"), rows)


def hold_keys(connection: Connection) -> None:
    """Until this transaction ends no rotation of the installation's key does: call it before `wrap`."""
    connection.execute(text("LOCK TABLE ovoz.tenant_key IN ROW EXCLUSIVE MODE"))


def stop_key_writers(connection: Connection) -> None:
    """Until this transaction ends nobody stores a wrapped key."""
    connection.execute(text("LOCK TABLE ovoz.tenant_key IN SHARE ROW EXCLUSIVE MODE"))


def wrapped_keys(connection: Connection) -> list[WrappedKey]:
    """Every version of every tenant's key, as it is kept."""
    rows = connection.execute(
        text(
            "SELECT k.tenant_id, t.slug, k.version, k.wrapped, k.created_at"
            " FROM ovoz.tenant_key k JOIN ovoz.tenant t ON t.id = k.tenant_id ORDER BY t.slug, k.version"
        )
    )
    return [WrappedKey(**row._mapping) for row in rows]


def replace_wrapping(connection: Connection, known: WrappedKey, wrapped: bytes) -> bool:
    """False where the row is not any more what was read."""
    done = connection.execute(
        text(
            "UPDATE ovoz.tenant_key SET wrapped = :wrapped"
            " WHERE tenant_id = :tenant AND version = :version AND wrapped = :known"
        ),
        {
            "wrapped": wrapped,
            "tenant": known.tenant_id,
            "version": known.version,
            "known": known.wrapped,
        },
    )
    return done.rowcount == 1


def next_key_version(connection: Connection, slug: str) -> tuple[str, int] | None:
    """The tenant's id and the version that its next key will have; others who ask wait for this transaction."""
    tenant_id = connection.execute(
        text("SELECT id FROM ovoz.tenant WHERE slug = :slug FOR UPDATE"), {"slug": slug}
    ).scalar_one_or_none()
    if tenant_id is None:
        return None
    newest = connection.execute(
        text("SELECT coalesce(max(version), 0) FROM ovoz.tenant_key WHERE tenant_id = :tenant"),
        {"tenant": tenant_id},
    ).scalar_one()
    return tenant_id, newest + 1


def add_key(connection: Connection, tenant_id: str, version: int, wrapped: bytes) -> None:
    connection.execute(
        text(
            "INSERT INTO ovoz.tenant_key (tenant_id, version, wrapped) VALUES (:tenant, :version, :wrapped)"
        ),
        {"tenant": tenant_id, "version": version, "wrapped": wrapped},
    )
