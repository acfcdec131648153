"""A busy quarter of an hour: 60 subscribers, 12 agents, faults thrown in; then everybody's records are compared.

The carrier's own record (who called, whose tone was heard, for how long) is the recount by hand. The history, the
event log and what partners heard over RabbitMQ must say the same, call by call and in the sums.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.deep.quarter_callers import TONES, Record
from tests.support.events import Partner
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack, eventually

MINUTES = float(os.environ.get("MINUTES", "15"))
SEED = int(os.environ.get("SEED", "1"))
CALLERS, AGENTS = 60, 12
AGENTS_A_PROCESS, CALLERS_A_PROCESS = 4, 30
DISTURBING = frozenset({"switchboard", "phone"})
"""Faults that may end or begin a conversation's sound at another moment than the platform notes."""
TOLERANCE_S = 1.5
"""A window at each end, and what passes between the platform's word and the carrier's ear."""

pytestmark = pytest.mark.timeout(60 * (MINUTES + 15))


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    running = await Stack.start("busy")
    try:
        yield running
    finally:
        await running.stop()


async def test_everybody_counts_the_same(stack: Stack) -> None:
    dice = random.Random(SEED)
    operator = await make_operator(
        stack,
        agents=AGENTS,
        max_calls=CALLERS,
        queues=[
            {"members": range(8), "wrap_up_s": 20},
            {"members": range(4, AGENTS), "wrap_up_s": 20, "priority": 5},
        ],
        others=["supervisor"],
    )
    quarter = Quarter(stack, operator, dice)
    try:
        async with Partner(stack.endpoints.amqp_url, f"{operator.tenant_id}.#") as partner:
            await quarter.run()
            await quarter.until_quiet()
            await _compare(stack, operator, quarter, partner)
    finally:
        quarter.close()


class Quarter:
    """Everybody at work until the time is over."""

    def __init__(self, stack: Stack, operator: Operator, dice: random.Random) -> None:
        self.stack = stack
        self.operator = operator
        self.dice = dice
        self.offices: list[asyncio.subprocess.Process] = []
        """Processes with agents, in the order of the agents' numbers."""
        self.streets: list[asyncio.subprocess.Process] = []
        """Processes with callers."""
        self.agent_ids: list[UUID] = []
        self.records: list[Record] = []
        self.faults: list[tuple[str, float]] = []
        self.over = asyncio.Event()

    async def run(self) -> None:
        await self._open_offices()
        await self._open_streets()
        records = [asyncio.create_task(self._records_of(street)) for street in self.streets]
        throwing = asyncio.create_task(self._throw_faults())
        await asyncio.sleep(60 * MINUTES)
        self.over.set()
        _tell(self.streets + self.offices, "over")
        await throwing
        for some in records:
            self.records += await some
        _tell(self.offices, "leave")
        for process in self.streets + self.offices:
            assert await asyncio.wait_for(process.wait(), 60) == 0

    async def _open_offices(self) -> None:
        """The agents sign in; a process for each few, because one that is held up falls silent."""
        agents = [f"{email}={tone}" for email, tone in zip(self.operator.emails[:AGENTS], TONES, strict=True)]
        port, slug = str(self.stack.settings.ports.http), self.operator.slug
        for first in range(0, AGENTS, AGENTS_A_PROCESS):
            some = agents[first : first + AGENTS_A_PROCESS]
            office = await _open("quarter_agents", port, slug, str(SEED), *some)
            self.offices.append(office)
            assert office.stdout is not None
            ids = json.loads(await asyncio.wait_for(office.stdout.readline(), 60))
            self.agent_ids += [UUID(id_) for id_ in ids.values()]

    async def _open_streets(self) -> None:
        """The callers, apart from the one who throws the faults: who keeps the engines must not be held up."""
        trunk = self.stack.endpoints.sip_trunk
        for first in range(0, CALLERS, CALLERS_A_PROCESS):
            some = [str(first), str(first + CALLERS_A_PROCESS)]
            address = [trunk.host, str(trunk.port), trunk.key]
            street = await _open("quarter_callers", *address, str(SEED), *some, *self.operator.numbers)
            self.streets.append(street)

    @staticmethod
    async def _records_of(street: asyncio.subprocess.Process) -> list[Record]:
        assert street.stdout is not None
        return [msgspec.json.decode(line, type=Record) async for line in street.stdout]

    def close(self) -> None:
        for process in self.streets + self.offices:
            if process.returncode is None:
                process.kill()

    def disturbed(self, record: Record) -> bool:
        """Whether a fault during the call may have changed what was heard."""
        return any(
            record.begun_s - 5 < at < record.ended_s and fault in DISTURBING for fault, at in self.faults
        )

    async def until_quiet(self) -> None:
        """The last wrap-ups run out, and everything is told."""

        async def closed() -> bool:
            rows = await self.stack.rows(
                self.operator.slug, "SELECT count(*) AS open FROM interaction WHERE state <> 'closed'"
            )
            waiting = await self.stack.as_owner(
                "SELECT count(*) FROM ovoz.outbox WHERE tenant_id = $1", self.operator.tenant_id
            )
            return rows[0]["open"] == 0 and waiting[0][0] == 0

        await eventually(closed, within_s=90, every_s=0.5, what="everything closed and told")

    # Faults

    async def _throw_faults(self) -> None:
        """One every half a minute; the order is the seed's."""
        faults = ["switchboard", "api", "relay", "worker", "valkey", "rabbitmq", "postgres", "phone", "phone"]
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), 30)
                return
            fault = self.dice.choice(faults)
            self.faults.append((fault, time.monotonic()))
            print(f"fault: {fault}")
            if fault == "switchboard":
                self.stack.kill_switchboard()
            elif fault == "phone":
                number = self.dice.randrange(AGENTS)
                office = self.offices[number // AGENTS_A_PROCESS]
                _tell([office], f"reload {self.operator.emails[number]}")
            elif fault == "postgres":
                self.stack.kill(fault, signal.SIGINT)
            else:
                self.stack.kill(fault)


async def _open(module: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"tests.deep.{module}", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


def _tell(processes: list[asyncio.subprocess.Process], words: str) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{words}\n".encode())


async def _compare(stack: Stack, operator: Operator, quarter: Quarter, partner: Partner) -> None:
    interactions = await stack.rows(
        operator.slug,
        "SELECT id, sip_call_id, state, end_reason, agent_id, answered_at, queued_at, talk_ms, hold_ms, wait_ms,"
        " caller_pseudonym, started_at, ended_at FROM interaction",
    )
    log = await stack.rows(
        operator.slug,
        "SELECT id, type, interaction_id, agent_id, seq, data ->> 'answered' AS answered, data ->> 'reason' AS reason"
        " FROM event_log ORDER BY at, id",
    )
    _history_against_carrier(quarter, interactions)
    print(Counter(fact["type"] for fact in log))
    _log_against_history(log, interactions)
    # The partner's own connection may have ended with the broker; what it missed waits in its queue.
    await partner.disconnect()
    await partner.connect()
    await partner.until_heard(len(log), within_s=60)
    _events_against_log(partner.events, log)

    figures = {
        "carrier": _figures_of_records(quarter.records),
        "history": Counter(
            "answered" if row["answered_at"] else str(row["end_reason"]) for row in interactions
        ),
        "events": Counter(
            "answered" if event["data"]["answered"] else event["data"]["reason"]
            for event in partner.events
            if event["type"] == "calls.call_ended.v1"
        ),
    }
    print(figures, [fault for fault, _ in quarter.faults])
    assert figures["history"] == figures["events"]
    assert figures["carrier"]["calls"] == len(interactions)


def _figures_of_records(records: list[Record]) -> Counter[str]:
    return Counter(calls=len(records), talked=sum(bool(record.heard_s) for record in records))


def _history_against_carrier(quarter: Quarter, interactions: list[dict[str, Any]]) -> None:
    """Every call of the carrier is one interaction, with the agents whose tones were heard."""
    by_call = {row["sip_call_id"]: row for row in interactions}
    seen = Counter(row["sip_call_id"] for row in interactions)
    for row in sorted(interactions, key=lambda row: (row["sip_call_id"], row["started_at"])):
        if seen[row["sip_call_id"]] > 1:
            print("twice", row)
    assert max(seen.values()) == 1
    assert {record.sip_call_id for record in quarter.records} == set(by_call)
    wrong = []
    for record in quarter.records:
        row = by_call[record.sip_call_id]
        assert row["state"] == "closed"
        heard_s = sum(record.heard_s.values())
        talked = row["answered_at"] is not None
        if heard_s > TOLERANCE_S and not talked:
            wrong.append(("heard somebody, but was not answered", record, row))
        if talked and row["talk_ms"] > 1000 * TOLERANCE_S and heard_s == 0 and not quarter.disturbed(record):
            wrong.append(("answered, but heard nobody", record, row))
        if heard_s:
            voice = max(record.heard_s, key=lambda agent: record.heard_s[agent])
            if quarter.agent_ids[voice] != row["agent_id"]:
                wrong.append(("another agent", record, row))
            # Who is hung up on while on hold has heard the last of the agent before.
            least, most = row["talk_ms"] / 1000, (row["talk_ms"] + row["hold_ms"]) / 1000
            if not quarter.disturbed(record) and not (
                least - TOLERANCE_S <= record.conversation_s <= most + TOLERANCE_S
            ):
                wrong.append(("another talk time", record, row))
    for what, record, row in wrong[:20]:
        agent = quarter.agent_ids.index(row["agent_id"]) if row["agent_id"] in quarter.agent_ids else None
        print(
            what, record, agent, {name: row[name] for name in ("end_reason", "wait_ms", "talk_ms", "hold_ms")}
        )
    assert wrong == []


def _log_against_history(log: list[dict[str, Any]], interactions: list[dict[str, Any]]) -> None:
    """Facts of an interaction count without a hole, it ends once, and nobody was given two at a time."""
    by_interaction: dict[UUID, list[dict[str, Any]]] = {}
    for fact in log:
        if fact["interaction_id"] is not None and fact["type"].startswith("calls."):
            by_interaction.setdefault(fact["interaction_id"], []).append(fact)
    assert set(by_interaction) == {row["id"] for row in interactions}
    for facts in by_interaction.values():
        assert sorted(fact["seq"] for fact in facts) == list(range(1, len(facts) + 1))
        types = Counter(fact["type"] for fact in facts)
        assert types["calls.call_started.v1"] == 1
        assert types["calls.call_ended.v1"] == 1
        assert types["calls.call_answered.v1"] <= 1


def _events_against_log(events: list[dict[str, Any]], log: list[dict[str, Any]]) -> None:
    """Partners heard everything that is in the log, and of each interaction in its order."""
    assert {event["id"] for event in events} == {str(fact["id"]) for fact in log}
    last: dict[str, int] = {}
    for event in events:
        if event["type"].startswith("calls."):
            subject, seq = event["data"]["interaction_id"], event["data"]["seq"]
            assert seq > last.get(subject, 0), event
            last[subject] = seq
