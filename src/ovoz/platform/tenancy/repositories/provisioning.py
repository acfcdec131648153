"""Writing a new tenant: its schema and role, its rows in the control schema, what its blueprint says."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from ovoz.lib.db import schema_of
from ovoz.lib.ids import new_id
from ovoz.lib.sealed_fields import FieldKeys
from ovoz.platform.access.contracts import DESK_ROLES
from ovoz.platform.tenancy.contracts import SUBSCRIBER_NAME, SUBSCRIBER_NUMBER
from ovoz.platform.tenancy.schemas import (
    Blueprint,
    BlueprintBreakReason,
    BlueprintDisposition,
    BlueprintQueue,
    BlueprintSkill,
)


def schema_statements(name: str, *, with_control: bool = True) -> tuple[str, ...]:
    """Schema and role of this name: the role owns nothing and may touch only what is in its schema.

    What it may use of the control schema comes from the role `ovoz_tenant`, which it cannot become.
    """
    return (
        f"CREATE ROLE {name} NOLOGIN",
        f"CREATE SCHEMA {name}",
        f"GRANT USAGE ON SCHEMA {name} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        *(
            (
                f"GRANT {name} TO ovoz_app WITH INHERIT FALSE, SET TRUE",
                f"GRANT ovoz_tenant TO {name} WITH INHERIT TRUE, SET FALSE",
            )
            if with_control
            else ()
        ),
    )


def make_schema(connection: Connection, tenant_id: str) -> None:
    """The tenant's empty schema and its role."""
    for statement in schema_statements(schema_of(tenant_id)):
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
    kind: str = "operator",
) -> None:
    """The tenant's row, its first key and its numbers, in the control schema."""
    connection.execute(
        text(
            "INSERT INTO ovoz.tenant (id, slug, name, cell_id, blueprint, locale, time_zone, max_calls, demo, kind)"
            " VALUES (:id, :slug, :name, :cell, :blueprint, :locale, :time_zone, :max_calls, :demo, :kind)"
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
            "kind": kind,
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
    connection: Connection,
    tenant_id: str,
    blueprint: Blueprint,
    password_hashes: dict[str, str],
    keys: FieldKeys,
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
                **{name: msgspec.json.encode(said).decode() for name, said in _settings_of(queue).items()},
            }
            for queue in blueprint.queues
        ],
        json_columns=_JSON_OF_QUEUE,
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
    connection.execute(
        text("UPDATE calling_rules SET caller_number = :number, recording_pause_s = :pause"),
        {"number": blueprint.caller_number, "pause": blueprint.recording_pause_s},
    )
    connection.execute(
        text("UPDATE routing_rules SET settings = CAST(:settings AS jsonb)"),
        {"settings": msgspec.json.encode(blueprint.routing).decode()},
    )
    skills = {skill.code: new_id() for skill in blueprint.skills}
    named: dict[str, Sequence[BlueprintBreakReason | BlueprintDisposition | BlueprintSkill]] = {
        "skill": blueprint.skills,
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
                    **({"id": skills[row.code]} if table == "skill" else {}),
                }
                for position, row in enumerate(rows)
            ],
            json_columns=frozenset({"names"}),
        )
    _insert(
        connection,
        "agent_skill",
        [
            {"user_id": users[user.email], "skill_id": skills[code], "level": level}
            for user in blueprint.users
            for code, level in user.skills.items()
        ],
    )
    _insert(
        connection,
        "subscriber",
        [
            {
                "id": (id_ := new_id()),
                "number_pseudonym": keys.pseudonym(subscriber.number),
                "number": keys.seal(subscriber.number, SUBSCRIBER_NUMBER, id_),
                "name": keys.seal(subscriber.name, SUBSCRIBER_NAME, id_),
                **{name: getattr(subscriber, name) for name in _OF_CALLER},
                "manager_id": users[subscriber.manager] if subscriber.manager else None,
            }
            for subscriber in blueprint.subscribers
        ],
    )


_OF_CALLER = ("corporate", "vip", "answer_target_s", "region", "language", "product", "network", "outage")
_JSON_OF_QUEUE = frozenset({"rings", "hours", "overflow", "announcements"})


def _settings_of(queue: BlueprintQueue) -> dict[str, Any]:
    """What stands as JSON in the queue's row, as `ovoz.contact_center.queues.contracts` has it."""
    windows = [
        {"day": day, "from": window.from_, "until": window.until}
        for window in queue.hours
        for day in window.days
    ]
    return {
        "rings": queue.rings,
        "overflow": queue.overflow,
        "hours": {"always": not windows, "windows": windows},
        "announcements": msgspec.structs.asdict(queue.announcements) | {"every_s": queue.announce_every_s},
    }


def _insert(
    connection: Connection,
    table: str,
    rows: list[dict[str, Any]],
    *,
    json_columns: frozenset[str] = frozenset(),
) -> None:
    if not rows:
        return
    names = list(rows[0])
    places = ", ".join(f"CAST(:{name} AS jsonb)" if name in json_columns else f":{name}" for name in names)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"), rows)
