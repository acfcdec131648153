"""Calls, agents and facts for tests of the journal, as the switchboard would hand them over."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.contact_center.switchboard.contracts import JournalEntry
from ovoz.contact_center.switchboard.events import FACT_KEYS
from ovoz.contact_center.switchboard.repositories import Directory, JournalStore
from ovoz.contact_center.switchboard.services.cell import endpoint_of
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call, Caller, Handling, Leg, Segment
from ovoz.contact_center.switchboard.state.facts import Fact
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.rows import entry_of
from ovoz.entrypoints.provisioning import CELL, NODE
from ovoz.lib.ids import new_id
from ovoz.lib.sounds import Sounds
from ovoz.platform.privacy.api import Publication, read_policy

CALLER = "+992900000321"
ZONE = ZoneInfo("Asia/Dushanbe")
"""Of operators that tests make."""
EPOCH = 7
"""Of the cells that only a test writes for."""


def yesterday(hour: int) -> datetime:
    return datetime.combine(datetime.now(ZONE).date() - timedelta(days=1), time(hour), ZONE).astimezone(UTC)


def make_call(agent_id: UUID | None = None, **changes: Any) -> Call:
    """A caller in the queue, or with an agent in conversation."""
    now = datetime.now(UTC)
    call_id = new_id()
    call = Call(
        id=call_id,
        node=NODE,
        caller=Caller(CALLER),
        caller_channel=f"c-{call_id.hex}",
        entry_point_id=new_id(),
        entry_number="+992446000100",
        entry_name="Support",
        queue_id=new_id(),
        started_at=now,
        queued_at=now,
        phase="queued",
        segments=(Segment("queue", now),),
        legs=(Leg(f"c-{call_id.hex}", "caller", now),),
        seq=1,
    )
    if agent_id is not None:
        talk = Segment("talk", now, agent_id=agent_id)
        leg = Leg(f"{call_id.hex}-1", "agent", now, agent_id=agent_id, answered_at=now)
        call = replace(
            call,
            phase="talking",
            agent_id=agent_id,
            agent_leg=leg.id,
            answered_at=now,
            segments=(replace(call.segments[0], ended_at=now), talk),
            legs=(*call.legs, leg),
            handlings=(Handling(new_id(), agent_id, offered_at=now, answered_at=now),),
        )
    return replace(call, **changes)


def make_agent(tenant_id: str, agent_id: UUID | None = None, call_id: UUID | None = None) -> Agent:
    """Somebody who is talking, or ready."""
    agent_id = agent_id or new_id()
    return Agent(
        id=agent_id,
        name="Somebody",
        endpoint=endpoint_of(tenant_id, agent_id),
        queues=(),
        since=datetime.now(UTC),
        state="talking" if call_id else "ready",
        call_id=call_id,
        seq=1,
    )


def make_fact(call: Call, type_: str = "calls.call_queued.v1", *, seq: int = 1, **data: Any) -> Fact:
    return Fact(
        id=new_id(),
        at=datetime.now(UTC),
        type=type_,
        seq=seq,
        interaction_id=call.id,
        agent_id=call.agent_id,
        data=data,
    )


def make_entry(
    tenant_id: str, *, calls: Iterable[Call] = (), agents: Iterable[Agent] = (), facts: Iterable[Fact] = ()
) -> JournalEntry:
    """One step's rows, made by the switchboard's own code."""
    floor = Floor(tenant_id, [], new_id=new_id)
    for agent in agents:
        floor.put_agent(agent)
    for call in calls:
        floor.put_call(call)
    step = floor.take_step()
    step.facts.extend(facts)
    entry = entry_of(floor, step, {}, datetime.now(UTC))
    assert entry is not None
    return entry


class Conversation(msgspec.Struct, frozen=True):
    """A call that an agent is in, and its recording."""

    id: UUID
    recording_id: UUID
    agent_email: str


async def leave_a_conversation(stack: Stack, slug: str, caller: str = CALLER) -> tuple[UUID, UUID, UUID]:
    """Puts on record, for the switchboard that will start, that one of the operator's agents talks with the caller.

    The ids of interaction, recording and agent.
    """
    tenant_id = await stack.tenant_id(slug)
    setup = await Directory(stack.database, CELL, stack.fields, sounds=Sounds()).setup(tenant_id)
    agent_id = min(agent.id for agent in setup.agents)
    entry_point = next(iter(setup.entry_points.values()))
    call = make_call(
        agent_id,
        queue_id=entry_point.queue_id,
        entry_point_id=entry_point.id,
        recording_id=(recording_id := new_id()),
        recording="on",
        caller=Caller(caller),
    )
    entry = make_entry(
        tenant_id,
        calls=[call],
        agents=[make_agent(tenant_id, agent_id, call.id)],
        facts=[make_fact(call, "calls.call_answered.v1")],
    )
    async with stack.database.control() as session:
        epoch = await session.execute(text("SELECT epoch FROM cell WHERE id = :id"), {"id": CELL})
        present = epoch.scalar_one()
    await journal_store(stack, CELL).write(tenant_id, present, [entry])
    return call.id, recording_id, agent_id


async def leave_a_lost_call(
    stack: Stack,
    slug: str,
    caller: str = CALLER,
    *,
    ago: timedelta = timedelta(minutes=10),
    waited_s: float = 60,
    known: dict[str, Any] | None = None,
    **changes: Any,
) -> UUID:
    """Puts on record that a caller waited and left, that long ago; the id of the interaction.

    `known`: how they came, as it is kept for days that are played again.
    """
    tenant_id = await stack.tenant_id(slug)
    setup = await Directory(stack.database, CELL, stack.fields, sounds=Sounds()).setup(tenant_id)
    entry_point = next(iter(setup.entry_points.values()))
    began = datetime.now(UTC) - ago
    left = began + timedelta(seconds=waited_s)
    call = make_call(
        caller=Caller(caller),
        **{
            "queue_id": entry_point.queue_id,
            "entry_point_id": entry_point.id,
            "started_at": began,
            "queued_at": began,
            "phase": "closed",
            "ended_at": left,
            "closed_at": left,
            "end_reason": "abandoned",
            "segments": (Segment("queue", began, left),),
            "legs": (),
            **changes,
        },
    )
    async with stack.database.control() as session:
        epoch = await session.execute(text("SELECT epoch FROM cell WHERE id = :id"), {"id": CELL})
        present = epoch.scalar_one()
    facts = [] if known is None else [replace(make_fact(call, known=known), at=call.started_at)]
    entry = make_entry(tenant_id, calls=[call], facts=facts)
    await journal_store(stack, CELL).write(tenant_id, present, [entry])
    return call.id


def journal_store(stack: Stack, cell_id: str) -> JournalStore:
    """As the switchboard has it."""
    publication = Publication(read_policy(stack.settings.data_dir), FACT_KEYS)
    return JournalStore(stack.switchboard_database, cell_id, publication, stack.fields)


async def left_conversation(stack: Stack, slug: str) -> Conversation:
    """What `leave_a_conversation` left."""
    [row] = await stack.rows(
        slug,
        "SELECT i.id, r.id AS recording_id, u.email AS agent_email FROM interaction i"
        " JOIN recording r ON r.interaction_id = i.id JOIN user_account u ON u.id = i.agent_id"
        " WHERE i.caller_pseudonym = :caller",
        caller=(await stack.field_keys(await stack.tenant_id(slug))).pseudonym(CALLER),
    )
    return Conversation(**row)


@dataclasses.dataclass
class Desk:
    """A cell and an operator that no switchboard looks after, and the store that writes for them."""

    stack: Stack
    cell_id: str
    operator: Operator
    store: JournalStore

    @property
    def tenant_id(self) -> str:
        return self.operator.tenant_id

    async def write(self, *entries: JournalEntry, epoch: int = EPOCH) -> None:
        await self.store.write(self.tenant_id, epoch, entries)

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        return await self.stack.rows(self.operator.slug, query, **values)

    async def as_owner(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return await self.stack.as_owner(query, *values)

    async def everything(self) -> dict[str, list[Any]]:
        """All that the journal writes, in the order of its keys."""
        queries = {
            "interaction": "SELECT * FROM interaction ORDER BY id",
            "segment": "SELECT * FROM segment ORDER BY interaction_id, ordinal",
            "handling": "SELECT * FROM handling ORDER BY id",
            "leg": "SELECT * FROM leg ORDER BY id",
            "agent_state": "SELECT * FROM agent_state ORDER BY agent_id",
            "recording": "SELECT id, state, ended_at FROM recording ORDER BY id",
            "event_log": "SELECT id, type, seq, epoch, data FROM event_log ORDER BY id",
        }
        found: dict[str, list[Any]] = {table: await self.rows(query) for table, query in queries.items()}
        found["outbox"] = await self.outbox()
        found["live"] = await self.as_owner(
            "SELECT key, epoch, seq, state FROM ovoz.live WHERE tenant_id = $1 ORDER BY key", self.tenant_id
        )
        return found

    async def outbox(self) -> list[tuple[Any, ...]]:
        """Ids and types of the operator's events, in the order in which they will be told."""
        return await self.as_owner(
            "SELECT id, envelope ->> 'type' FROM ovoz.outbox WHERE tenant_id = $1 ORDER BY position",
            self.tenant_id,
        )

    async def told(self) -> list[str]:
        return [type_ for _, type_ in await self.outbox()]
