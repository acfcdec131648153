"""An operator with an unmistakable marker in every personal field, and people of every role who look for them."""

import dataclasses
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
from sqlalchemy import text
from tests.support.operators import make_operator
from tests.support.stack import Stack

from ovoz.contact_center.switchboard.contracts import CALLER_NAME, CALLER_NUMBER, NOTE, fact_place
from ovoz.lib.db.migrations import run_as_owner
from ovoz.lib.ids import new_id
from ovoz.platform.identity.api import hash_password
from ovoz.platform.tenancy.contracts import SUBSCRIBER_NAME, SUBSCRIBER_NUMBER

PASSWORD = "a-long-test-password"
_HASH = hash_password(PASSWORD)

_USER = """
INSERT INTO user_account (id, email, name, password_hash, is_agent)
VALUES (:id, :email, :name, :hash, true)
"""
_ROLE = "INSERT INTO role_assignment (user_id, role) VALUES (:id, :role)"
_SUBSCRIBER = """
INSERT INTO subscriber (id, number_pseudonym, number, name) VALUES (:id, :pseudonym, :number, :name)
"""
_INTERACTION = """
INSERT INTO interaction (id, channel, direction, state, caller_pseudonym, caller_number, caller_hidden, caller_name,
                         entry_number, queue_id, agent_id, node, started_at, ended_at, end_reason,
                         note, epoch, seq)
SELECT :id, 'voice', 'inbound', 'closed', :pseudonym, :number, false, :name, '0611', (SELECT id FROM queue LIMIT 1),
       :agent, 'node-1', :at, :at, 'queue_full', :note, 1, 2
"""
_SEGMENT = """
INSERT INTO segment (interaction_id, ordinal, kind, agent_id, started_at, ended_at)
VALUES (:id, 0, 'talk', :agent, :at, :at)
"""
_FACT = """
INSERT INTO event_log (id, at, type, interaction_id, agent_id, seq, epoch, data)
VALUES (:fact, :at, 'calls.call_started.v1', :id, :agent, 1, 1,
        CAST(:data AS jsonb))
"""
_RECORDING = """
INSERT INTO recording (id, interaction_id, state, raw_name, started_at)
VALUES (:recording, :id, 'captured', 'r.raw', :at)
"""


@dataclasses.dataclass(frozen=True)
class Person:
    """One of the operator's people; what is marked is `secret_name` and the local part of the address."""

    id: UUID
    role: str
    email: str
    first_name: str
    secret_name: str


@dataclasses.dataclass(frozen=True)
class Contact:
    """An interaction with the markers in it."""

    id: UUID
    recording_id: UUID
    number: str
    first_name: str
    secret_name: str
    note: str


@dataclasses.dataclass(frozen=True)
class Marked:
    """The operator; `contacts` by the role of the agent whose they were."""

    slug: str
    tenant_id: str
    people: dict[str, Person]
    contacts: dict[str, Contact]
    unheard_of: str


async def make_marked(stack: Stack, roles: list[str]) -> Marked:
    """One person of each role, each with one interaction."""
    operator = await make_operator(stack, agents=1)
    await run_as_owner(
        stack.endpoints.database_admin_url,
        lambda connection: connection.execute(
            text("UPDATE ovoz.tenant SET demo = false WHERE id = :id"), {"id": operator.tenant_id}
        ),
    )
    marked = Marked(operator.slug, operator.tenant_id, {}, {}, "меткаключа" + secrets.token_hex(4))
    keys = await stack.field_keys(operator.tenant_id)
    async with stack.database.tenant(operator.tenant_id) as session:
        for place, role in enumerate(roles):
            mark = "".join(chr(ord("а") + int(sign, 16)) for sign in secrets.token_hex(4))
            person = Person(
                new_id(),
                role,
                f"secret{secrets.token_hex(4)}@{operator.slug}.test",
                "Ситора",
                f"Сотрудник{mark}",
            )
            contact = Contact(
                *(new_id(), new_id(), f"+99293{secrets.randbelow(10**7):07}", f"Имя{mark}", f"Абонент{mark}"),
                f"заметка {mark}",
            )
            marked.people[role], marked.contacts[role] = person, contact
            name, fact = f"{contact.first_name} {contact.secret_name}", new_id()
            staff_name = f"{person.first_name} {person.secret_name}"
            values: dict[str, Any] = {
                "id": contact.id,
                "pseudonym": keys.pseudonym(contact.number),
                "number": keys.seal(contact.number, CALLER_NUMBER, contact.id),
                "name": keys.seal(name, CALLER_NAME, contact.id),
                "agent": person.id,
                "at": datetime.now(UTC) - timedelta(minutes=place),
                "note": keys.seal(contact.note, NOTE, contact.id),
                "fact": fact,
                "data": msgspec.json.encode(
                    {
                        "caller": keys.seal_json(contact.number, fact_place("caller"), fact),
                        "agent_name": keys.seal_json(staff_name, fact_place("agent_name"), fact),
                        "unheard_of": marked.unheard_of,
                        "known": keys.seal_json(
                            {"profile": {"region": marked.unheard_of}}, fact_place("known"), fact
                        ),
                        "queue": "Общая",
                    }
                ).decode(),
                "recording": contact.recording_id,
            }
            account = {"id": person.id, "email": person.email, "name": staff_name, "hash": _HASH}
            await session.execute(text(_USER), account)
            await session.execute(text(_ROLE), {"id": person.id, "role": role})
            subscriber = new_id()
            known = {
                "id": subscriber,
                "pseudonym": values["pseudonym"],
                "number": keys.seal(contact.number, SUBSCRIBER_NUMBER, subscriber),
                "name": keys.seal(name, SUBSCRIBER_NAME, subscriber),
            }
            await session.execute(text(_SUBSCRIBER), known)
            for statement in (_INTERACTION, _SEGMENT, _FACT, _RECORDING):
                await session.execute(text(statement), values)
    return marked


class Browser:
    """A person's session with the API that runs."""

    def __init__(self, stack: Stack, marked: Marked, session: aiohttp.ClientSession) -> None:
        self._address = f"http://127.0.0.1:{stack.settings.ports.http}"
        host = f"{marked.slug}.localhost:{stack.settings.ports.http}"
        self._headers = {"Host": host, "Origin": f"http://{host}"}
        self._session = session

    async def sign_in(self, email: str) -> None:
        body = {"email": email, "password": PASSWORD}
        async with self._session.post(
            f"{self._address}/api/sessions", json=body, headers=self._headers
        ) as answer:
            assert answer.status == 201, await answer.text()
            cookies = {cookie.key: cookie.value for cookie in answer.cookies.values()}
        self._headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._headers["X-CSRF-Token"] = cookies["ovoz_csrf"]

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, str, Any]:
        """Status, everything that came (headers too) as text, and the JSON where there is some."""
        async with self._session.request(
            method, self._address + path, json=body, headers=self._headers, allow_redirects=False
        ) as answer:
            raw = await answer.read()
            document = (
                await answer.json(content_type=None)
                if answer.content_type.endswith("json") and "ndjson" not in answer.content_type and raw
                else None
            )
            return answer.status, f"{dict(answer.headers)}\n{raw.decode(errors='replace')}", document

    @asynccontextmanager
    async def live(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with self._session.ws_connect(f"{self._address}/api/live", headers=self._headers) as socket:
            yield socket


@asynccontextmanager
async def browser(stack: Stack, marked: Marked, role: str | None) -> AsyncIterator[Browser]:
    """Signed in as the person of this role; as nobody where there is none."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        person = Browser(stack, marked, session)
        if role is not None:
            await person.sign_in(marked.people[role].email)
        yield person
