"""The journal's batches in the real Postgres: all or nothing, harmless when repeated, fenced by the epoch."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.support.journal import EPOCH, Desk, make_agent, make_call, make_entry, make_fact

from ovoz.contact_center.switchboard.contracts import NOTE, JournalEntry
from ovoz.contact_center.switchboard.repositories import Directory, EpochStale
from ovoz.contact_center.switchboard.state.call import Call, Handling
from ovoz.lib.ids import new_id
from ovoz.lib.sounds import Sounds

replace = msgspec.structs.replace


def answered(desk: Desk) -> tuple[JournalEntry, Call]:
    """Everything at once: a caller and an agent talk, and it is recorded."""
    agent_id = new_id()
    call = make_call(agent_id, recording_id=new_id(), recording="on")
    agent = make_agent(desk.tenant_id, agent_id, call.id)
    facts = [
        make_fact(call, "calls.call_answered.v1", seq=1),
        make_fact(call, "calls.digit_pressed.v1", seq=2),
    ]
    return make_entry(desk.tenant_id, calls=[call], agents=[agent], facts=facts), call


async def test_one_batch_is_in_every_table(desk: Desk) -> None:
    entry, call = answered(desk)
    await desk.write(entry)
    found = await desk.everything()
    assert {table: len(rows) for table, rows in found.items()} == {
        "interaction": 1,
        "segment": 2,
        "handling": 1,
        "leg": 2,
        "agent_state": 1,
        "recording": 1,
        "event_log": 2,
        "outbox": 2,
        "live": 2,
    }
    assert found["interaction"][0]["agent_id"] == call.agent_id
    assert {row["epoch"] for row in (*found["interaction"], *found["agent_state"], *found["event_log"])} == {
        EPOCH
    }
    assert [row["id"] for row in found["event_log"]] == [id_ for id_, _ in found["outbox"]]


async def test_a_successor_reads_what_was_live(desk: Desk) -> None:
    entry, call = answered(desk)
    await desk.write(entry)
    calls, agents = await Directory(
        desk.stack.switchboard_database, desk.cell_id, desk.stack.fields, sounds=Sounds()
    ).live()
    assert calls == {desk.tenant_id: [call]}
    [agent] = agents[desk.tenant_id]
    assert (agent.id, agent.call_id) == (call.agent_id, call.id)


async def test_writing_again_changes_nothing(desk: Desk) -> None:
    entry, _ = answered(desk)
    await desk.write(entry)
    before = await desk.everything()
    await desk.write(entry)
    await desk.write(entry, entry)
    assert await desk.everything() == before


async def test_many_writers_of_the_same_batch_write_it_once(desk: Desk) -> None:
    entry, _ = answered(desk)
    await asyncio.gather(*(desk.write(entry) for _ in range(4)))
    before = await desk.everything()
    assert (len(before["event_log"]), len(before["outbox"])) == (2, 2)


async def test_what_is_older_changes_nothing(desk: Desk) -> None:
    """A spool that is replayed after newer rows were written."""
    entry, call = answered(desk)
    agent = make_agent(desk.tenant_id, call.agent_id)
    newer = make_entry(
        desk.tenant_id,
        calls=[replace(call, phase="wrap_up", note="newer", ended_at=datetime.now(UTC), seq=5)],
        agents=[replace(agent, state="wrap_up", call_id=call.id, seq=5)],
    )
    await desk.write(newer)
    await desk.write(entry)
    [interaction] = await desk.rows("SELECT id, state, note, seq FROM interaction")
    keys = await desk.stack.field_keys(desk.tenant_id)
    assert keys.open(interaction["note"], NOTE, interaction["id"]) == "newer"
    assert (interaction["state"], interaction["seq"]) == ("wrap_up", 5)
    [state] = await desk.rows("SELECT state, seq FROM agent_state")
    assert state == {"state": "wrap_up", "seq": 5}
    [recording] = await desk.rows("SELECT state FROM recording")
    assert recording == {"state": "captured"}
    live = await desk.as_owner("SELECT seq FROM ovoz.live WHERE tenant_id = $1", desk.tenant_id)
    assert live == [(5,), (5,)]
    # Facts are never too old.
    assert len(await desk.told()) == 2


async def test_a_closed_call_is_live_no_more(desk: Desk) -> None:
    entry, call = answered(desk)
    await desk.write(entry)
    now = datetime.now(UTC)
    closed = replace(call, phase="closed", ended_at=now, closed_at=now, seq=2)
    await desk.write(make_entry(desk.tenant_id, calls=[closed]))
    live = await desk.as_owner("SELECT key FROM ovoz.live WHERE tenant_id = $1", desk.tenant_id)
    assert live == [(f"a:{call.agent_id}",)]


@pytest.mark.parametrize("epoch", [EPOCH - 1, 0, EPOCH + 1])
async def test_another_epoch_than_the_cells_is_refused_and_nothing_stored(desk: Desk, epoch: int) -> None:
    entry, _ = answered(desk)
    with pytest.raises(EpochStale, match=f"is at {EPOCH}"):
        await desk.write(entry, epoch=epoch)
    assert not any((await desk.everything()).values())


async def test_a_takeover_waits_for_a_write_and_the_next_write_is_refused(desk: Desk) -> None:
    """The epoch is read FOR SHARE: it cannot rise between the check and the COMMIT."""
    first, _ = answered(desk)
    second, _ = answered(desk)
    await desk.write(first)
    await desk.as_owner("UPDATE ovoz.cell SET epoch = epoch + 1 WHERE id = $1", desk.cell_id)
    before = await desk.everything()
    with pytest.raises(EpochStale):
        await desk.write(second)
    with pytest.raises(EpochStale):
        await desk.write(first)
    assert await desk.everything() == before
    await desk.write(second, epoch=EPOCH + 1)
    assert len(await desk.told()) == 4


async def test_the_epoch_cannot_rise_amid_a_write(desk: Desk) -> None:
    raise_it = "UPDATE ovoz.cell SET epoch = epoch + 1 WHERE id = $1"
    async with desk.stack.switchboard_database.tenant(desk.tenant_id) as session:
        await session.execute(
            text("SELECT ovoz.journal(:cell, :epoch, '[]')"), {"cell": desk.cell_id, "epoch": EPOCH}
        )
        taking = asyncio.create_task(desk.as_owner(raise_it, desk.cell_id))
        blocked = "SELECT 1 FROM pg_locks WHERE NOT granted"
        while not await desk.as_owner(blocked):
            assert not taking.done()
    await taking
    with pytest.raises(EpochStale):
        await desk.write(answered(desk)[0])


def share(agent_id: UUID, **changes: Any) -> Handling:
    return replace(Handling(new_id(), agent_id, offered_at=datetime.now(UTC)), **changes)


async def test_an_agent_has_one_open_share(desk: Desk) -> None:
    """Whatever the agent does in it: rings, talks, or is at the work after it."""
    agent_id, now = new_id(), datetime.now(UTC)
    await desk.write(make_entry(desk.tenant_id, calls=[make_call(agent_id)]))
    before = await desk.everything()
    for part in ({}, {"answered_at": now}, {"answered_at": now, "ended_at": now}):
        second = make_call(new_id(), handlings=(share(agent_id, **part),))
        entry = make_entry(desk.tenant_id, calls=[second], facts=[make_fact(second)])
        with pytest.raises(IntegrityError, match="handling_one_for_agent"):
            await desk.write(entry)
    assert await desk.everything() == before
    over = make_call(new_id(), handlings=(share(agent_id, closed_at=now),))
    await desk.write(make_entry(desk.tenant_id, calls=[over]))


async def test_an_interaction_rings_one_agent_at_a_time(desk: Desk) -> None:
    now = datetime.now(UTC)
    wrapping = share(new_id(), answered_at=now, ended_at=now)
    ringing = make_call(new_id(), phase="ringing", handlings=(wrapping, share(new_id())))
    await desk.write(make_entry(desk.tenant_id, calls=[ringing]))
    before = await desk.everything()
    two = replace(ringing, handlings=(*ringing.handlings, share(new_id())), seq=2)
    with pytest.raises(IntegrityError, match="handling_one_ring"):
        await desk.write(make_entry(desk.tenant_id, calls=[two]))
    assert await desk.everything() == before


async def test_two_agents_may_change_calls_within_one_batch(desk: Desk) -> None:
    """Each closes the share in one call and gets one in the other's: closing comes first, whatever the order."""
    first, second, now = new_id(), new_id(), datetime.now(UTC)
    calls = [make_call(first), make_call(second)]
    agents = [
        make_agent(desk.tenant_id, agent, call.id) for agent, call in zip((first, second), calls, strict=True)
    ]
    await desk.write(make_entry(desk.tenant_id, calls=calls, agents=agents))
    crossed = [
        replace(
            call,
            agent_id=other,
            handlings=(replace(call.handlings[0], closed_at=now), share(other, answered_at=now)),
            seq=2,
        )
        for call, other in zip(calls, (second, first), strict=True)
    ]
    await desk.write(make_entry(desk.tenant_id, calls=crossed))
    joined = await desk.rows("SELECT interaction_id, agent_id FROM handling WHERE closed_at IS NULL")
    assert {(row["interaction_id"], row["agent_id"]) for row in joined} == {
        (calls[0].id, second),
        (calls[1].id, first),
    }


async def test_a_call_may_go_to_the_next_agent_within_one_batch(desk: Desk) -> None:
    """Closed with one call and given the next one before the journal wrote: the last row of each counts."""
    agent_id, now = new_id(), datetime.now(UTC)
    old, new = make_call(agent_id), make_call(agent_id)
    await desk.write(
        make_entry(desk.tenant_id, calls=[old], agents=[make_agent(desk.tenant_id, agent_id, old.id)])
    )
    over = replace(old, phase="closed", handlings=(replace(old.handlings[0], closed_at=now),), seq=2)
    await desk.write(
        make_entry(desk.tenant_id, calls=[over]),
        make_entry(
            desk.tenant_id,
            calls=[new],
            agents=[replace(make_agent(desk.tenant_id, agent_id, new.id), seq=2)],
        ),
    )
    [state] = await desk.rows("SELECT interaction_id FROM agent_state")
    assert state["interaction_id"] == new.id


async def test_a_call_of_the_release_before_has_its_one_share(desk: Desk) -> None:
    """Left live by a switchboard that knew no shares: the successor gives it the one the migration wrote."""
    call = make_call(new_id(), handlings=())
    await desk.write(make_entry(desk.tenant_id, calls=[call]))
    calls, _ = await Directory(
        desk.stack.switchboard_database, desk.cell_id, desk.stack.fields, sounds=Sounds()
    ).live()
    [[found]] = calls.values()
    assert found.share_of(call.agent_id) is not None
    assert found.handlings[0].id == call.id


@pytest.mark.parametrize("broken", ["interactions", "handlings", "segments", "legs", "agents", "recordings"])
async def test_facts_and_events_are_stored_with_the_rows_or_not_at_all(desk: Desk, broken: str) -> None:
    """Whichever table refuses: neither the event log nor the outbox has anything, and once mended both do."""
    entry, _ = answered(desk)
    rows: list[dict[str, Any]] = getattr(entry, broken)
    bad = [{key: None if key in REQUIRED else value for key, value in row.items()} for row in rows]
    with pytest.raises(DBAPIError, match="null value"):
        await desk.write(replace(entry, **{broken: bad}))
    assert not any((await desk.everything()).values())
    await desk.write(entry)
    assert len(await desk.told()) == len(await desk.rows("SELECT 1 FROM event_log")) == 2


REQUIRED = ("state", "kind", "party", "raw_name", "offered_at")


async def test_an_event_says_what_the_fact_says(desk: Desk) -> None:
    call = make_call(new_id())
    fact = replace(make_fact(call, "calls.digit_pressed.v1", seq=9, digit="5"), observed_late=True)
    await desk.write(make_entry(desk.tenant_id, calls=[call], facts=[fact]))
    [(envelope, routing_key)] = await desk.as_owner(
        "SELECT envelope, routing_key FROM ovoz.outbox WHERE tenant_id = $1", desk.tenant_id
    )
    assert routing_key == f"{desk.tenant_id}.calls.digit_pressed.v1"
    assert msgspec.json.decode(envelope) == {
        "specversion": "1.0",
        "id": str(fact.id),
        "source": f"/tenants/{desk.tenant_id}",
        "type": "calls.digit_pressed.v1",
        "subject": str(call.id),
        "time": fact.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "datacontenttype": "application/json",
        "tenant": desk.tenant_id,
        "data": {
            "digit": "5",
            "interaction_id": str(call.id),
            "agent_id": str(call.agent_id),
            "seq": 9,
            "epoch": EPOCH,
            "observed_late": True,
        },
    }


async def test_events_wait_in_the_order_of_the_facts(desk: Desk) -> None:
    call = make_call()
    facts = [make_fact(call, f"tests.fact_{number}.v1", seq=number) for number in range(30)]
    same_moment = [replace(fact, at=facts[0].at) for fact in facts]
    await desk.write(
        make_entry(desk.tenant_id, facts=same_moment[:20]), make_entry(desk.tenant_id, facts=same_moment[20:])
    )
    assert await desk.told() == [fact.type for fact in facts]
