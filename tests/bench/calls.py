"""`make bench-calls`: the switchboard against the least that can be done with a call, on the same Asterisk.

Three numbers of the same carrier lead to a bare dialplan (answer, music), to an ARI program that does the same
(`noop.py`), and to an operator's queue. SIPp calls them in turn. Then agents' phones are rung, and the switchboard
is killed under load. The last line is JSON; the bars are in docs/developer/testing.md.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiohttp
from tests.bench.noop import APP
from tests.support.agents import AgentAtWork
from tests.support.asterisk_record import AsteriskRecord
from tests.support.callers import Callers, longest_gap_ms
from tests.support.operators import PASSWORD, Operator, make_operator
from tests.support.sipp import Record, Sipp
from tests.support.stack import Stack, eventually

from ovoz.engines.layout import Layout
from ovoz.integrations.asterisk.ami import Ami

DIALPLAN_NUMBER = "+992000000001"
NOOP_NUMBER = "+992000000002"
STEP_S = float(os.environ.get("BENCH_STEP_S", "6"))
FIRST_RATE = 60.0
GROWTH = 1.3
FINE_STEPS = 3
ANSWER_P95_S = 0.5
SERVED = 0.99
MODERATE_RATE = 20.0
RING_CALLS = 100
AGENTS = 6


@dataclasses.dataclass
class Run:
    """What SIPp saw of one run; times in seconds."""

    asked: int
    records: dict[str, Record]

    @property
    def served(self) -> float:
        """Share of the calls that were answered and ended as the caller wanted."""
        return sum(1 for record in self.records.values() if record.ended_by == "we") / self.asked

    @property
    def answer_p95_s(self) -> float:
        waits = [
            record.answered_at - record.sent_at
            for record in self.records.values()
            if record.answered_at is not None and record.sent_at is not None
        ]
        return percentile(waits, 95)

    @property
    def sustained(self) -> bool:
        return self.served >= SERVED and self.answer_p95_s <= ANSWER_P95_S


async def main() -> None:
    stack = await Stack.start("bench")
    try:
        operator = await make_operator(
            stack, agents=AGENTS + 2, queues=[{"greeting": [], "max_length": 1000}], max_calls=1000
        )
        paths = {"dialplan": DIALPLAN_NUMBER, "noop": NOOP_NUMBER, "ovoz": operator.number}
        await _add_dialplan(stack)
        async with _noop(stack):
            say("calls per second, a step of every path in turn")
            rates = await _rates(stack, paths)
            say("first action after StasisStart")
            first = {
                name: await _first_action(stack, paths[name], round_)
                for round_ in range(2)
                for name in ("noop", "ovoz")
            }
        say("ring")
        rings = await _rings(stack, operator)
        say("kill -9 under load")
        killed = await _kill(stack, operator)
    finally:
        await stack.stop()
    print(
        json.dumps(
            {
                "cps_ratio": round(rates["ovoz"] / rates["noop"], 3),
                "cps_ratio_to_dialplan_at_most": round(rates["ovoz"] / rates["dialplan"], 3),
                "cps": {name: round(rate, 1) for name, rate in rates.items()},
                "first_action_p99_ratio": round(first["ovoz"] / first["noop"], 2),
                "first_action_p99_ms": {name: round(1000 * value, 1) for name, value in first.items()},
                "ring_p95_ms": round(1000 * percentile(rings, 95), 1),
                "ring_p50_ms": round(1000 * percentile(rings, 50), 1),
                **killed,
            }
        )
    )


# Calls per second


async def _rates(stack: Stack, paths: dict[str, str]) -> dict[str, float]:
    """The highest rate that each path sustained, calls a second; every path is tried at a rate before the next.

    The bare dialplan is not driven beyond what the two programs can do: its figure is a lower bound.
    """
    good = dict.fromkeys(paths, 0.0)
    bad: dict[str, float] = {}
    rate = FIRST_RATE
    while not {"noop", "ovoz"} <= bad.keys():
        for name in [name for name in paths if name not in bad]:
            if await _sustains(stack, name, paths[name], rate):
                good[name] = rate
            else:
                bad[name] = rate
        rate *= GROWTH
    for _ in range(FINE_STEPS):
        for name in ("noop", "ovoz"):
            middle = (good[name] + bad[name]) / 2
            (good if await _sustains(stack, name, paths[name], middle) else bad)[name] = middle
    return good


async def _sustains(stack: Stack, name: str, number: str, rate: float) -> bool:
    # A second try: one hiccup of the machine is not the path's limit.
    for _ in range(2):
        run = await _run(stack, number, rate, seconds=STEP_S)
        say(
            f"  {name:9} {rate:6.1f}/s  served {run.served:.1%}  answered p95 {1000 * run.answer_p95_s:.0f} ms"
        )
        if run.sustained:
            return True
    return False


async def _run(stack: Stack, number: str, rate: float, *, seconds: float, stay_s: float = 1) -> Run:
    calls = max(1, round(rate * seconds))
    sipp = await _start(stack, number, rate, calls, stay_s)
    try:
        with contextlib.suppress(TimeoutError):
            await sipp.finished(seconds + stay_s + 15)
    finally:
        sipp.stop()
        await asyncio.sleep(0.5)
        await _hang_up_leftovers(stack)
    await _until_quiet(stack)
    return Run(calls, sipp.read_records())


async def _start(stack: Stack, number: str, rate: float, calls: int, stay_s: float) -> Sipp:
    trunk = stack.endpoints.sip_trunk
    callers = [f"+9929{index:08}" for index in range(calls)]
    return await Sipp.start(
        trunk=(trunk.host, trunk.port, trunk.key), to=number, callers=callers, rate=rate, stay_s=stay_s
    )


async def _hang_up_leftovers(stack: Stack) -> None:
    """Calls that a SIPp left behind when it was given up at too high a rate."""
    async with aiohttp.ClientSession() as session:
        for channel in await stack.asterisk_channels():
            async with session.delete(f"{stack.endpoints.ari_url}/channels/{channel}"):
                pass


async def _until_quiet(stack: Stack) -> None:
    async def quiet() -> bool:
        return not await stack.asterisk_channels()

    await eventually(quiet, within_s=60, every_s=0.2, what="no channel left")


# First action


async def _first_action(stack: Stack, number: str, round_: int) -> float:
    """p99 of the time from the dialplan's hand-over to the answered channel, by Asterisk's own clock."""
    async with AsteriskRecord(stack.endpoints.ari_url) as asterisk:
        await _run(stack, number, MODERATE_RATE, seconds=15)
        taken = [
            asterisk.up[channel] - at
            for channel, at in asterisk.handed_over.items()
            if channel in asterisk.up
        ]
    say(f"  {number} round {round_}: {len(taken)} calls, p99 {1000 * percentile(taken, 99):.1f} ms")
    return percentile(taken, 99)


# Ring


async def _rings(stack: Stack, operator: Operator) -> list[float]:
    """Seconds from the answered caller to the INVITE in the agent's browser (here: a phone of the tests)."""
    agents = [await _agent(stack, operator, index, answers=False) for index in range(AGENTS)]
    try:
        async with AsteriskRecord(stack.endpoints.ari_url) as asterisk:
            await _run(stack, operator.number, 3, seconds=RING_CALLS / 3)
            await asyncio.sleep(1)
        rows = await stack.rows(operator.slug, "SELECT interaction_id, id FROM leg WHERE party = 'caller'")
        channel = {str(row["interaction_id"]): row["id"] for row in rows}
        rang = [call for agent in agents for phone in agent.phones for call in phone.calls]
        taken = [call.rang_at - asterisk.up[channel[call.interaction_id]] for call in rang]
        say(f"  {len(taken)} rings, p95 {1000 * percentile(taken, 95):.1f} ms")
        assert len(taken) >= RING_CALLS * 0.9, "callers were not offered to the free agents"
        return taken
    finally:
        for agent in agents:
            await agent.choose("offline")
            await agent.close()


async def _agent(stack: Stack, operator: Operator, index: int, *, answers: bool = True) -> AgentAtWork:
    agent = await AgentAtWork.sign_in(stack, operator.slug, operator.emails[index], password=PASSWORD)
    await agent.take_phone(1000, answers=answers)
    await agent.choose("ready")
    return agent


# Kill


async def _kill(stack: Stack, operator: Operator) -> dict[str, float]:
    """The switchboard dies during two conversations and twenty callers a second who wait."""
    talkers = [await _agent(stack, operator, AGENTS + index) for index in range(2)]
    async with Callers(0, stack.endpoints.sip_trunk) as callers:
        conversations = []
        for index, agent in enumerate(talkers):
            conversations.append(await callers.call(operator.number, f"+99291000000{index}"))
            await agent.until_state("talking")
        began = time.monotonic()
        sipp = await _start(stack, operator.number, MODERATE_RATE, round(MODERATE_RATE * 20), 5)
        await asyncio.sleep(8)
        dead = stack.supervisor.pid(stack.switchboard_at_work())
        epoch = (await stack.internal_health())["epoch"]
        killed_at = time.monotonic()
        stack.kill_switchboard()

        async def taken_over() -> bool:
            health = await stack.internal_health()
            return health.get("epoch", 0) > epoch and health.get("media") == "ok"

        await eventually(taken_over, within_s=30, every_s=0.02, what=f"a successor of {dead}")
        takeover_s = time.monotonic() - killed_at
        await sipp.finished(90)
        until = time.monotonic() - 0.2
        gap_ms = max(longest_gap_ms(call.sound_between(began, until), 1000) for call in conversations)
        own_ms = max(call.longest_pause_ms(began, until) for agent in talkers for call in agent.conversations)
        for agent in talkers:
            await agent.order("hang-up")
        await asyncio.sleep(3)
        channels = await stack.asterisk_channels()
    for agent in talkers:
        await agent.close()
    records = sipp.read_records()
    rows = await stack.rows(operator.slug, "SELECT sip_call_id, ended_at FROM interaction")
    known = {row["sip_call_id"] for row in rows}
    lost = [call_id for call_id, record in records.items() if record.answered_at and call_id not in known]
    open_ = [row for row in rows if row["ended_at"] is None]
    unserved = sum(1 for record in records.values() if record.ended_by != "we")
    return {
        "orphans": len(channels) + len(open_),
        "lost": len(lost),
        "unserved": unserved,
        "takeover_s": round(takeover_s, 2),
        "audio_gap_ms": gap_ms,
        "audio_gap_of_the_tester_ms": own_ms,
    }


# The floors


async def _add_dialplan(stack: Stack) -> None:
    """Two numbers beside the operators': one stays in the dialplan, one goes to the ARI program."""
    plan = Layout(stack.settings).data / "asterisk" / "etc" / "extensions.conf"
    with plan.open("a") as file:
        file.write(
            "\n[carrier](+)\n"
            f"exten => {DIALPLAN_NUMBER},1,Answer()\n same => n,MusicOnHold(default)\n"
            f"exten => {NOOP_NUMBER},1,Stasis({APP})\n same => n,Hangup()\n"
        )
    manager = stack.endpoints.ami
    ami = Ami(manager.host, manager.port, manager.user, manager.secret)
    await ami.action("Reload", Module="pbx_config")
    await ami.close()
    await asyncio.sleep(0.5)


@contextlib.asynccontextmanager
async def _noop(stack: Stack) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.noop", stack.endpoints.ari_url),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        await asyncio.wait_for(process.stdout.readline(), 10)
        yield
    finally:
        process.kill()
        await process.wait()


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; infinite without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else float("inf")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
