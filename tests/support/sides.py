"""Operators that stand against each other: everything that can be named of one, and what must not change of it."""

import base64
import dataclasses
import hashlib
import secrets
from typing import Any, get_args
from uuid import uuid4

import msgspec
from sqlalchemy import text
from tests.support.api_client import give_role
from tests.support.api_process import Browser, Web
from tests.support.journal import leave_a_conversation, leave_a_lost_call
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.stack import Stack, eventually

from ovoz.lib.db import schema_of
from ovoz.lib.sealing import internal_token
from ovoz.platform.access.contracts import ShippedRole

Fingerprint = dict[str, str]
CONTROL_TABLES = {
    "live": "tenant_id",
    "outbox": "tenant_id",
    "number": "tenant_id",
    "tenant_key": "tenant_id",
    "tenant_operation": "tenant_id",
    "tenant": "id",
}


@dataclasses.dataclass
class Side:
    """An operator with a conversation that runs, and one of everything."""

    stack: Stack
    operator: Operator
    names: dict[str, str]
    """What an example may name: `{team}` is the team's id."""
    agent_email: str = ""
    browsers: dict[str, Browser] = dataclasses.field(default_factory=dict)

    @classmethod
    async def make(cls, stack: Stack) -> "Side":
        """Before the switchboard starts, so that it takes the conversation over."""
        # Its clocks must not change anything while the tests look.
        operator = await make_operator(
            stack, agents=3, others=["admin", "supervisor"], queues=[{"wrap_up_s": 3600}]
        )
        number = f"+99298{secrets.randbelow(10**7):07d}"
        interaction, recording, agent = await leave_a_conversation(stack, operator.slug, number)
        lost = {
            name: await leave_a_lost_call(stack, operator.slug, f"+99297{secrets.randbelow(10**7):07d}")
            for name in ("lost", "lost_to_settle")
        }
        [row] = await stack.rows(operator.slug, "SELECT email FROM user_account WHERE id = :id", id=agent)
        await give_role(stack, operator, row["email"], *get_args(ShippedRole))
        names = {
            "interaction": interaction,
            "recording": recording,
            "agent": agent,
            "number": number,
            "slug": operator.slug,
            "tenant": operator.tenant_id,
            "entry_number": operator.number,
            "email": next(email for email in operator.emails if email != row["email"]),
            "operation": uuid4(),
            **lost,
        }
        return cls(stack, operator, {name: str(value) for name, value in names.items()}, row["email"])

    async def fill(self, web: Web) -> "Side":
        """Signs its people in and makes the rest, as its people would."""
        own = self.operator
        other = next(email for email in own.emails if email != self.agent_email)
        for who, email in {
            "everyone": self.agent_email,
            "admin": f"admin@{own.slug}.test",
            "supervisor": f"supervisor@{own.slug}.test",
            "other": other,
        }.items():
            self.browsers[who] = await web.signed_in(own.slug, email, PASSWORD)
        guest = await web.signed_in(own.slug, self.agent_email, PASSWORD)
        [session] = await self._ask("GET", "/api/session/others")
        self.browsers["guest"] = guest
        mark = secrets.token_hex(4)
        team = await self._ask("POST", "/api/teams", {"name": f"Команда {mark}"})
        spare = await self._ask("POST", "/api/teams", {"name": f"Лишняя {mark}"})
        self.names["team_to_remove"] = spare["id"]
        grants = [{"right": "session.use"}]
        for name in ("role", "role_to_take", "role_to_remove"):
            code = f"{name}_{secrets.token_hex(4)}"
            await self._ask(
                "POST", "/api/roles", {"code": code, "name": f"Роль {mark} {name}", "grants": grants}
            )
            self.names |= {name: code, f"{name}_name": f"Роль {mark} {name}"}
        people = []
        for name in ("person", "leaver", "newcomer"):
            invited = await self._ask(
                "POST",
                "/api/people",
                {
                    "email": f"{name}@{own.slug}.test",
                    "name": f"{name.title()} {mark}",
                    "roles": ["bi_service"],
                    "team_id": team["id"],
                },
            )
            self.names[name] = invited["person"]["id"]
            people.append(invited)
        for name in ("queue_to_take", "queue_to_lead_to", "queue_to_archive"):
            code = f"{name}_{mark}"
            ring = {"after_s": 0, "everyone": True}
            queue = await self._ask(
                "POST",
                "/api/queues",
                {"code": code, "settings": {"name": f"Очередь {code}", "rings": [ring]}},
            )
            self.names[name] = queue["id"] if name == "queue_to_archive" else code
        holiday = await self._ask("POST", "/api/holidays", {"date": "2027-01-01", "name": f"Год {mark}"})
        self.names["holiday"] = holiday["id"]
        for name in ("skill", "skill_to_take"):
            code = f"{name}_{mark}"
            titles = dict.fromkeys(("ru", "tg", "en"), f"Навык {mark}")
            skill = await self._ask("POST", "/api/skills", {"code": code, "names": titles})
            self.names |= (
                {name: code} if name == "skill_to_take" else {name: skill["id"], f"{name}_code": code}
            )
        reveal = {"subject_kind": "person", "kinds": ["email"], "reason": f"Проверка {mark}"}
        await self._ask("POST", "/api/reveals", reveal | {"subject_id": self.names["person"]})
        names = '{"ru": "Да", "tg": "Ҳа", "en": "Yes"}'
        code = f"only_{mark}"
        async with self.stack.database.tenant(own.tenant_id) as session_:
            for table in ("break_reason", "disposition"):
                statement = (
                    f"INSERT INTO {table} (code, names, position) VALUES (:code, CAST(:names AS jsonb), 99)"
                )
                for one in (code, f"{code}_taken"):
                    await session_.execute(text(statement), {"code": one, "names": names})
        [queue] = await self.stack.rows(own.slug, "SELECT id FROM queue WHERE code = 'q0'")
        masked = await self._ask("GET", "/api/interactions", who="admin")
        whole = masked["items"][0]
        entries = await self._ask("GET", "/api/audit?limit=1")
        cursor = msgspec.json.encode(
            ["-started_at", whole["started_at"], "ffffffff-ffff-ffff-ffff-ffffffffffff"]
        )
        self.names |= {
            "session": session["id"],
            "team": team["id"],
            "team_name": team["name"],
            "break_reason": code,
            "reason_to_take": f"{code}_taken",
            "disposition": code,
            "queue": str(queue["id"]),
            "number_token": whole["caller"]["number_token"],
            "cursor": base64.urlsafe_b64encode(cursor).decode().rstrip("="),
            "people_cursor": (await self._ask("GET", "/api/people?limit=1"))["next_cursor"],
            "audit_cursor": entries["next_cursor"],
            "entry": entries["items"][0]["id"],
            "invitation": people[2]["link"].rpartition("/")[2],
        }
        return self

    def who(self, name: str) -> Browser:
        """The browser of one of its people; a visitor's is a new one."""
        if name == "visitor":
            return self.browsers["everyone"].web.browser(self.operator.slug)
        return self.browsers[name]

    async def _ask(self, method: str, path: str, body: Any = None, who: str = "everyone") -> Any:
        answer = await self.browsers[who].ask(method, path, body)
        assert answer.status < 300, (path, answer.body)
        return answer.body

    @property
    def markers(self) -> set[str]:
        """What is this operator's alone, and would be seen in an answer."""
        common = {"operation", "cursor", "people_cursor", "audit_cursor"}
        return {value for name, value in self.names.items() if name not in common} | {
            self.names["number"][4:],
            *self.operator.emails,
        }

    async def settle(self) -> Fingerprint:
        """Waits until nothing that was done before is still on its way into the rows: the fingerprint then.

        The switchboard learns of a new agent when it is asked about one that it does not know.
        """
        web = self.browsers["everyone"].web
        settings = self.stack.settings
        address = (
            f"http://127.0.0.1:{settings.ports.switchboard}/internal/desk/{self.names['tenant']}/{uuid4()}"
        )
        headers = {"Authorization": f"Bearer {internal_token(settings.home)}"}
        async with web.session.get(address, headers=headers) as answer:
            assert answer.status == 404
        last = await self.fingerprint()

        async def still() -> bool:
            nonlocal last
            before, last = last, await self.fingerprint()
            return before == last

        await eventually(still, within_s=10, every_s=0.5, what="stillness")
        return last

    async def fingerprint(self) -> Fingerprint:
        """A digest of each table with rows of this operator."""
        schema = schema_of(self.operator.tenant_id)
        tables = await self.stack.as_owner("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema)
        wanted = {table: f"{schema}.{table}" for (table,) in tables}
        parts = [_digest(table, at) for table, at in wanted.items()] + [
            _digest(f"ovoz.{table}", f"ovoz.{table}", f"WHERE t.{column} = '{self.operator.tenant_id}'")
            for table, column in CONTROL_TABLES.items()
        ]
        return dict(await self.stack.as_owner(" UNION ALL ".join(parts)))  # type: ignore[arg-type]


def _digest(name: str, table: str, where: str = "") -> str:
    return f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t {where}"


async def installation_fingerprint(stack: Stack) -> Fingerprint:
    """Roles, memberships, settings, schemas, tables and functions: what no route changes."""
    queries = {
        "roles": "SELECT r::text FROM pg_authid r",
        "members": "SELECT m::text FROM pg_auth_members m",
        "settings": "SELECT s::text FROM pg_db_role_setting s",
        "schemas": "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'",
        "relations": "SELECT relnamespace || relname || coalesce(relacl::text, '') FROM pg_class",
        "functions": "SELECT oid::text || proname || coalesce(proacl::text, '') FROM pg_proc",
        "large objects": "SELECT oid::text FROM pg_largeobject_metadata",
        "cells": "SELECT c::text FROM ovoz.cell c",
    }
    return {
        name: hashlib.sha256(repr(sorted(await stack.as_owner(query))).encode()).hexdigest()
        for name, query in queries.items()
    }


def changed(before: Fingerprint, after: Fingerprint) -> set[str]:
    """Tables that are not as they were."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
