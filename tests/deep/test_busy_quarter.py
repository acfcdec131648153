"""A busy quarter of an hour: 60 subscribers, 12 agents, faults thrown in; then everybody's records are compared.

The carrier's own record (who called, whose tone was heard, for how long) is the recount by hand. The history, the
event log and what partners heard over RabbitMQ must say the same, call by call and in the sums.
"""

import asyncio
import contextlib
import functools
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pytest
from tests.support.callers import FRAME, RATE, Call, Callers
from tests.support.events import Partner
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack, eventually

MINUTES = float(os.environ.get("MINUTES", "15"))
SEED = int(os.environ.get("SEED", "1"))
CALLERS, AGENTS = 60, 12
PAUSE_S, PATIENCE_S = 45.0, 25.0
"""Means of exponential times."""
MOST_TALK_S = 56.0
AGENTS_A_PROCESS = 4
TONES = [400 + 110 * number for number in range(AGENTS)]
CALLER_TONE = 2900
WINDOW_S = 0.25
VOICE_SHARE, VOICE_DB = 0.5, -45.0
"""An agent's tone is nearly all that is heard, at -8 to -35 dB (Opus thinks little of a steady tone, and may leave it
out for a moment); of no prompt and of no music is more than an eighth at one of these frequencies."""
DISTURBING = frozenset({"switchboard", "phone"})
"""Faults that may end or begin a conversation's sound at another moment than the platform notes."""
TOLERANCE_S = 1.5
"""A window at each end, and what passes between the platform's word and the carrier's ear."""

pytestmark = pytest.mark.timeout(60 * (MINUTES + 15))


class Record(NamedTuple):
    """One call as the carrier saw it; `heard_s`: seconds by agent (number) whose tone was there."""

    sip_call_id: str
    number: str
    answered: bool
    hung_up_by_us: bool
    heard_s: dict[int, float]
    conversation_s: float
    """From the first sound of an agent to the last, with what was held in between."""
    disturbed: bool


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
            async with Callers(0, stack.endpoints.sip_trunk) as carrier:
                await quarter.run(carrier)
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
        self.agent_ids: list[UUID] = []
        self.records: list[Record] = []
        self.faults: list[tuple[str, float]] = []
        self.over = asyncio.Event()

    async def run(self, carrier: Callers) -> None:
        await self._open_offices()
        calling = [asyncio.create_task(self._calls(carrier, number)) for number in range(CALLERS)]
        throwing = asyncio.create_task(self._throw_faults())
        await asyncio.sleep(60 * MINUTES)
        self.over.set()
        self._tell("over")
        await asyncio.gather(*calling, throwing)
        self._tell("leave")
        for office in self.offices:
            assert await asyncio.wait_for(office.wait(), 60) == 0

    async def _open_offices(self) -> None:
        """The agents sign in; a process for each few, because one that is held up falls silent."""
        agents = [f"{email}={tone}" for email, tone in zip(self.operator.emails[:AGENTS], TONES, strict=True)]
        port, slug = str(self.stack.settings.ports.http), self.operator.slug
        for first in range(0, AGENTS, AGENTS_A_PROCESS):
            some = agents[first : first + AGENTS_A_PROCESS]
            office = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.deep.quarter_agents", port, slug, str(SEED), *some),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            self.offices.append(office)
            assert office.stdout is not None
            ids = json.loads(await asyncio.wait_for(office.stdout.readline(), 60))
            self.agent_ids += [UUID(id_) for id_ in ids.values()]

    def _tell(self, words: str) -> None:
        for office in self.offices:
            assert office.stdin is not None
            office.stdin.write(f"{words}\n".encode())

    def close(self) -> None:
        for office in self.offices:
            if office.returncode is None:
                office.kill()

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

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), seconds)

    # Subscribers

    async def _calls(self, carrier: Callers, number: int) -> None:
        dice = random.Random(f"{SEED} caller {number}")
        await self._pause(dice.uniform(0, PAUSE_S))
        while not self.over.is_set():
            await self._one_call(carrier, f"+9929000{number:05}", dice)
            await self._pause(dice.expovariate(1 / PAUSE_S))

    async def _one_call(self, carrier: Callers, from_: str, dice: random.Random) -> None:
        begun = time.monotonic()
        call = await carrier.call(dice.choice(self.operator.numbers), from_, tone_hz=CALLER_TONE)
        assert call.leg is not None
        give_up_at = begun + 4 + dice.expovariate(1 / PATIENCE_S)
        talk_s = dice.uniform(2, MOST_TALK_S)
        talking_since: float | None = None
        ours = False
        while not call.is_over:
            await asyncio.sleep(WINDOW_S)
            now = time.monotonic()
            if talking_since is None and _voice_in(call.latest(WINDOW_S)) is not None:
                talking_since = now
            tired = talking_since is None and now > give_up_at
            said_all = talking_since is not None and now > talking_since + talk_s
            if tired or said_all or now > begun + 240:
                ours = True
                await call.hang_up()
                break
        await asyncio.sleep(0.5)
        self.records.append(
            Record(
                call.leg.call_id,
                from_,
                call.is_answered,
                ours,
                *await asyncio.to_thread(_heard, call),
                any(begun - 5 < at < time.monotonic() and fault in DISTURBING for fault, at in self.faults),
            )
        )
        carrier.calls.remove(call)
        call.port.close()

    # Faults

    async def _throw_faults(self) -> None:
        """One every half a minute; the order is the seed's."""
        faults = ["switchboard", "api", "relay", "worker", "valkey", "rabbitmq", "postgres", "phone", "phone"]
        while True:
            await self._pause(30)
            if self.over.is_set():
                return
            fault = self.dice.choice(faults)
            self.faults.append((fault, time.monotonic()))
            print(f"fault: {fault}")
            if fault == "switchboard":
                self.stack.kill_switchboard()
            elif fault == "phone":
                number = self.dice.randrange(AGENTS)
                stdin = self.offices[number // AGENTS_A_PROCESS].stdin
                assert stdin is not None
                stdin.write(f"reload {self.operator.emails[number]}\n".encode())
            elif fault == "postgres":
                self.stack.kill(fault, signal.SIGINT)
            else:
                self.stack.kill(fault)


def _voice_in(sound: np.ndarray[Any, Any]) -> int | None:
    """Which agent's tone is there, and hardly anything else."""
    if len(sound) == 0:
        return None
    samples = sound.astype(float) / 32767
    amplitudes = np.abs(_waves(len(samples)) @ samples) * 2 / len(samples)
    best = int(np.argmax(amplitudes))
    share = amplitudes[best] ** 2 / 2 / (np.mean(samples**2) + 1e-12)
    loud = 20 * np.log10(amplitudes[best] + 1e-6) > VOICE_DB
    return best if share > VOICE_SHARE and loud else None


@functools.cache
def _waves(samples: int) -> np.ndarray[Any, Any]:
    return np.exp(-2j * np.pi * np.outer(TONES, np.arange(samples) / RATE))


def _heard(call: Call) -> tuple[dict[int, float], float]:
    """Seconds of each agent's tone in everything that was heard, and from the first to the last of it."""
    heard = call.heard()
    window = int(RATE * WINDOW_S)
    found: Counter[int] = Counter()
    moments = []
    for at in range(0, len(heard.pcm) - window + 1, window):
        agent = _voice_in(heard.pcm[at : at + window])
        if agent is not None:
            found[agent] += 1
            moments.append(heard.arrived_s[at // FRAME])
    # A window at a seam may show what nobody said.
    seconds = {agent: count * WINDOW_S for agent, count in found.items() if count > 1}
    return seconds, float(moments[-1] - moments[0]) + WINDOW_S if seconds else 0.0


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
        if talked and row["talk_ms"] > 1000 * TOLERANCE_S and heard_s == 0 and not record.disturbed:
            wrong.append(("answered, but heard nobody", record, row))
        if heard_s:
            voice = max(record.heard_s, key=lambda agent: record.heard_s[agent])
            if quarter.agent_ids[voice] != row["agent_id"]:
                wrong.append(("another agent", record, row))
            # Who is hung up on while on hold has heard the last of the agent before.
            least, most = row["talk_ms"] / 1000, (row["talk_ms"] + row["hold_ms"]) / 1000
            if not record.disturbed and not (
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
