"""Operators for tests, made the way real ones are: from a blueprint."""

import dataclasses
import functools
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from tests.support.stack import Stack

from ovoz.entrypoints.provisioning import CELL
from ovoz.lib.sealing import installation_key
from ovoz.platform.identity.api import hash_password
from ovoz.platform.tenancy.api import TenantMaker

PASSWORD = "a-long-test-password"

# Everybody has the same password, and a hash is slow on purpose.
_hash_password = functools.cache(hash_password)


@dataclasses.dataclass
class Operator:
    """An operator with agents `agent0@<slug>.test`…; `number` leads to the queue of everybody."""

    slug: str
    tenant_id: str
    numbers: list[str]
    emails: list[str]

    @property
    def number(self) -> str:
        return self.numbers[0]


async def make_operator(
    stack: Stack,
    *,
    agents: int = 3,
    queues: list[dict[str, Any]] | None = None,
    max_calls: int = 50,
    others: Sequence[str] = (),
    dispositions: Sequence[str] = ("resolved",),
    subscribers: Sequence[dict[str, Any]] = (),
    routing: dict[str, Any] | None = None,
) -> Operator:
    """A new operator; each queue gets a number of its own and (unless `members` says otherwise) every agent.

    `others` are roles: for each there is somebody `<role>@<slug>.test`.
    """
    slug = f"op-{secrets.token_hex(4)}"
    emails = [f"agent{index}@{slug}.test" for index in range(agents)]
    area = secrets.randbelow(900_000) + 100_000
    numbers, rows, entries = [], [], []
    for index, queue in enumerate(queues or [{}]):
        greeting = queue.pop("greeting", ["hello"])
        members = [emails[place] for place in queue.pop("members", range(agents))]
        row = {"code": f"q{index}", "name": f"Очередь {index}", "members": members, "ring_timeout_s": 5}
        rows.append(row | {"wrap_up_s": 60} | queue)
        numbers.append(f"+99244{area}{index}")
        entries.append(
            {"number": numbers[-1], "name": f"Линия {index}", "queue": f"q{index}", "greeting": greeting}
        )
    names = {"ru": "Да", "tg": "Ҳа", "en": "Yes"}
    blueprint = {
        "name": f"Operator {slug}",
        "max_calls": max_calls,
        "users": [
            {"email": email, "name": f"Агент {email[5:7]}", "roles": ["agent"], "password": PASSWORD}
            for email in emails
        ]
        + [
            {"email": f"{role}@{slug}.test", "name": role.title(), "roles": [role], "password": PASSWORD}
            for role in others
        ],
        "queues": rows,
        "entry_points": entries,
        "break_reasons": [{"code": "lunch", "names": names}],
        "dispositions": [{"code": code, "names": names} for code in dispositions],
        "subscribers": [{"number": "+992900000777", "name": "Известный Абонент"}, *subscribers],
        "routing": routing or {},
    }
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "tenants" / "blueprints").mkdir(parents=True)
        (data / "migrations").symlink_to(stack.settings.data_dir / "migrations")
        (data / "tenants" / "blueprints" / f"{slug}.yaml").write_text(
            yaml.safe_dump(blueprint, allow_unicode=True)
        )
        maker = TenantMaker(
            admin_url=stack.endpoints.database_admin_url,
            data_dir=data,
            installation_key=installation_key(stack.settings.home),
            hash_password=_hash_password,
            cell_id=CELL,
        )
        tenant_id = await maker.create(slug, slug, demo=True)
    return Operator(slug, tenant_id, numbers, emails)
