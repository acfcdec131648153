"""`make bench-app-queue`: the same callers in the real `app_queue` of Asterisk and in our model of it, side by side.

SIPp calls at the moments of a seeded day; each call brings its handling time in a header, and who is out of patience
is hung up by this program over AMI, because nobody else knows. Agents are Local channels that answer at once. All four
strategies run at the same time in one Asterisk, each with queues and agents of its own. MINUTES= SEED= choose the day.
The last line is JSON; docs/benchmarks/routing.md keeps what was found.
"""

import asyncio
import json
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args
from uuid import UUID

import msgspec
from tests.bench.routing_peers import AppQueue, Strategy

from ovoz.contact_center.routing.contracts import EVERYONE, Agent, Need, Offer, Ring, Terms
from ovoz.contact_center.routing.rules.simulation import Arrival, Figures, Outcome, Shift, Simulation, figures
from ovoz.engines.asterisk_package import AsteriskPackage, link_sounds
from ovoz.engines.layout import Layout
from ovoz.lib.settings import Settings

MINUTES = float(os.environ.get("MINUTES", "15"))
SEED = int(os.environ.get("SEED", "1"))
SIP_PORT, AMI_PORT, SIPP_PORT, RTP_PORT = 28_101, 28_102, 28_103, 28_200
AGENTS, LOAD = 10, 0.97
HANDLING_S, PATIENCE_S, TARGET_S, VIP = 40.0, 30.0, 10.0, 0.05
SKILLS: Final = {"internet": 0.5, "tariffs": 0.3, "roaming": 0.2}
TWO_SKILLS: Final = 0.5
STRATEGIES: Final = get_args(Strategy)
IN_ASTERISK: Final = {
    "least_recent": "leastrecent",
    "fewest_calls": "fewestcalls",
    "round_robin_memory": "rrmemory",
    "random": "random",
}
"""The names of `queues.conf`."""
FIRST: Final = 1e6


class Caller(msgspec.Struct, frozen=True):
    """One call of the day, the same for every strategy."""

    number: int
    at: float
    skill: str
    vip: bool
    patience_s: float
    handling_s: float


def skills_of_agents() -> list[tuple[str, ...]]:
    draw = random.Random(f"agents {SEED}")
    first = [draw.choices(list(SKILLS), list(SKILLS.values()))[0] for _ in range(AGENTS)]
    second = [draw.choice([skill for skill in SKILLS if skill != one]) for one in first]
    return [
        (one, other) if number < AGENTS * TWO_SKILLS else (one,)
        for number, (one, other) in enumerate(zip(first, second, strict=True))
    ]


def day() -> Iterator[Caller]:
    draw = random.Random(f"calls {SEED}")
    at, number = 0.0, 0
    while True:
        at += draw.expovariate(LOAD * AGENTS / HANDLING_S)
        if at > 60 * MINUTES:
            return
        skill = draw.choices(list(SKILLS), list(SKILLS.values()))[0]
        vip = draw.random() < VIP
        patience_s, handling_s = draw.expovariate(1 / PATIENCE_S), draw.expovariate(1 / HANDLING_S)
        yield Caller(number, at, skill, vip, patience_s, handling_s)
        number += 1


def in_the_model(strategy: Strategy, callers: list[Caller]) -> list[Outcome]:
    people = [
        Agent(UUID(int=number + 1), tuple((skill, 5) for skill in skills), frozenset(), 0.0, 0.0)
        for number, skills in enumerate(skills_of_agents())
    ]
    arrivals = []
    for caller in callers:
        ring = Ring(0.0, (Need(caller.skill, 1),), frozenset({EVERYONE}))
        terms = Terms(caller.skill, "voice", TARGET_S, (ring,), FIRST if caller.vip else 0.0)
        offer = Offer(UUID(int=(1 << 64) + caller.number), terms, caller.at)
        arrivals.append(Arrival(offer, caller.patience_s, caller.handling_s, (str(caller.number),)))
    until = 60 * MINUTES + 3600
    shifts = [Shift(agent, until) for agent in people]
    return list(Simulation(AppQueue(strategy, SEED), arrivals, shifts).run().outcomes)


# The real one

CONFIGURATION: Final = {
    "logger.conf": "[general]\n[logfiles]\nmessages => warning,error\n",
    "manager.conf": """[general]
enabled = yes
bindaddr = 127.0.0.1
port = {ami}

[bench]
secret = bench
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system,agent,call
write = call,system
""",
    "pjsip.conf": """[trunk]
type = transport
protocol = udp
bind = 127.0.0.1:{sip}

[carrier]
type = endpoint
context = carrier
disallow = all
allow = alaw
direct_media = no

[carrier]
type = identify
endpoint = carrier
match = 127.0.0.1
""",
    "rtp.conf": "[general]\nrtpstart = {rtp}\nrtpend = 28999\nicesupport = no\n",
    # VIP goes ahead in the queue as QUEUE_PRIO has it. `c`: the caller goes on here when the agent hangs up.
    "extensions.conf": """[carrier]
exten => _[a-z].,1,Set(__HANDLING=${{PJSIP_HEADER(read,X-Handling)}})
 same => n,Set(QUEUE_PRIO=${{PJSIP_HEADER(read,X-Priority)}})
 same => n,Answer()
 same => n,Queue(${{EXTEN}},c)
 same => n,Hangup()

[agents]
exten => _[a-z].,1,Answer()
 same => n,Wait(${{HANDLING}})
 same => n,Hangup()
""",
    "musiconhold.conf": "",
}
QUEUE: Final = """[{strategy}-{skill}]
strategy = {named}
autofill = yes
ringinuse = no
retry = 5
timeout = 15
wrapuptime = 0
joinempty = yes
leavewhenempty = no
"""
SCENARIO: Final = Path("tests/support/scenarios/day.xml")


class Asterisk:
    """A process of its own with nothing but queues in it."""

    def __init__(self, folder: Path) -> None:
        settings = Settings.from_environment()
        self._package = AsteriskPackage(
            Layout(settings).shared, settings.data_dir / "asterisk" / "packages.lock"
        )
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._package.get()
        etc = self._folder / "etc"
        for name in ("etc", "cache", "lib", "db", "spool", "run", "log"):
            (self._folder / name).mkdir()
        link_sounds(self._package.root, self._folder / "data")
        root, own = self._package.root, self._folder
        places = {
            "astcachedir": own / "cache",
            "astetcdir": etc,
            "astmoddir": root / "usr/lib/x86_64-linux-gnu/asterisk/modules",
            "astvarlibdir": own / "lib",
            "astdbdir": own / "db",
            "astkeydir": own / "lib",
            "astdatadir": own / "data",
            "astspooldir": own / "spool",
            "astrundir": own / "run",
            "astlogdir": own / "log",
        }
        lines = "".join(f"{name} => {place}\n" for name, place in places.items())
        (etc / "asterisk.conf").write_text(f"[directories]\n{lines}")
        for name, text in CONFIGURATION.items():
            (etc / name).write_text(text.format(sip=SIP_PORT, ami=AMI_PORT, rtp=RTP_PORT))
        # As ours, but with the module that is looked at.
        modules = (Settings.from_environment().data_dir / "asterisk" / "etc" / "modules.conf").read_text()
        (etc / "modules.conf").write_text(modules.replace("noload => app_queue.so\n", ""))
        (etc / "queues.conf").write_text("[general]\nautofill = yes\n" + "".join(self._queues()))
        for name in ("pjproject", "udptl", "features", "ccss", "acl", "cdr", "cel", "indications", "codecs"):
            (etc / f"{name}.conf").write_text((root / "etc/asterisk" / f"{name}.conf").read_text())
        self._process = await asyncio.create_subprocess_exec(
            *self._package.command(etc, "-f"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    @staticmethod
    def _queues() -> Iterator[str]:
        for strategy in STRATEGIES:
            for skill in SKILLS:
                yield QUEUE.format(strategy=strategy, skill=skill, named=IN_ASTERISK[strategy])
                for number, skills in enumerate(skills_of_agents()):
                    if skill in skills:
                        yield f"member => Local/{strategy}-{number}@agents/n\n"

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


class Watch:
    """Hears over AMI when callers join and are answered, and ends the patience of those who are not."""

    def __init__(self, callers: list[Caller]) -> None:
        self._callers = callers
        self.joined: dict[tuple[str, int], float] = {}
        self.answered: dict[tuple[str, int], float] = {}
        self.booted = asyncio.Event()
        self._timers: dict[tuple[str, int], asyncio.TimerHandle] = {}
        self._writer: asyncio.StreamWriter | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        reader, self._writer = await self._connect()
        self._say("Login", Username="bench", Secret="bench")
        while event := await self._read(reader):
            if event.get("Event") == "FullyBooted":
                self.booted.set()
            if event.get("Event") not in ("QueueCallerJoin", "AgentConnect"):
                continue
            strategy = event["Queue"].partition("-")[0]
            key = strategy, int(event["CallerIDNum"])
            if event["Event"] == "AgentConnect":
                self.answered[key] = loop.time()
                self._timers.pop(key).cancel()
            else:
                self.joined[key] = loop.time()
                patience_s = self._callers[key[1]].patience_s
                self._timers[key] = loop.call_later(patience_s, self._hang_up, event["Channel"])

    def _hang_up(self, channel: str) -> None:
        self._say("Hangup", Channel=channel)

    def _say(self, action: str, **values: str) -> None:
        assert self._writer is not None
        lines = "".join(f"{name}: {value}\r\n" for name, value in values.items())
        self._writer.write(f"Action: {action}\r\n{lines}\r\n".encode())

    @staticmethod
    async def _connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in range(100):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", AMI_PORT)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            await reader.readline()  # its greeting
            return reader, writer
        raise RuntimeError("Asterisk's manager does not answer")

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> dict[str, str]:
        event: dict[str, str] = {}
        while line := (await reader.readline()).decode().strip():
            name, _, value = line.partition(": ")
            event[name] = value
        return event


async def play(callers: list[Caller]) -> Watch:
    """The day in real time, once for all strategies together."""
    with tempfile.TemporaryDirectory(prefix="ovoz-app-queue-") as name:
        folder = Path(name)
        asterisk, watch = Asterisk(folder), Watch(callers)
        try:
            await asterisk.start()
            watching = asyncio.create_task(watch.run())
            await asyncio.wait_for(watch.booted.wait(), 60)
            rows = [
                f"{caller.number};{caller.at * 1000:.0f};{strategy}-{caller.skill};"
                f"{caller.handling_s:.2f};{10 if caller.vip else 0};\n"
                for caller in callers
                for strategy in STRATEGIES
            ]
            shutil.copy(SCENARIO, folder)
            (folder / "callers.csv").write_text("SEQUENTIAL\n" + "".join(rows))
            sipp = await asyncio.create_subprocess_exec(
                *(
                    "sipp",
                    f"127.0.0.1:{SIP_PORT}",
                    "-sf",
                    "day.xml",
                    "-inf",
                    "callers.csv",
                    "-nostdin",
                ),
                *("-i", "127.0.0.1", "-p", str(SIPP_PORT), "-mi", "127.0.0.1", "-mp", str(SIPP_PORT + 10)),
                *("-m", str(len(rows)), "-r", "10000", "-l", str(len(rows)), "-trace_err"),
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                code = await asyncio.wait_for(sipp.wait(), 60 * MINUTES + 600)
            finally:
                if sipp.returncode is None:
                    sipp.kill()
            errors = next(iter(folder.glob("day_*_errors.log")), None)
            if code:
                print(f"SIPp ended with {code}", errors.read_text()[:2000] if errors else "")
            watching.cancel()
        finally:
            await asterisk.stop()
    return watch


def heard(watch: Watch, strategy: str, modelled: list[Outcome]) -> list[Outcome]:
    """What became of each caller in the real one, beside the same arrivals."""
    found = []
    for outcome in modelled:
        key = strategy, int(outcome.arrival.tags[0])
        joined, answered = watch.joined[key], watch.answered.get(key)
        waited_s = answered - joined if answered is not None else outcome.arrival.patience_s
        found.append(Outcome(outcome.arrival, waited_s, UUID(int=1) if answered is not None else None))
    return found


def line(name: str, one: Figures) -> str:
    return f"{name:36}{one.service_level:>8.3f}{one.abandonment:>11.4f}{one.mean_wait_s:>8.2f}{one.p99_wait_s:>8.1f}"


async def main() -> None:
    callers = list(day())
    print(f"load average {os.getloadavg()}, {len(callers)} callers in {MINUTES:g} min, seed {SEED}")
    watch = await play(callers)
    print(f"{'':36}{'in 10 s':>8}{'abandoned':>11}{'mean':>8}{'p99':>8}")
    answer: dict[str, object] = {"bench": "app_queue", "seed": SEED, "callers": len(callers)}
    for strategy in STRATEGIES:
        modelled = in_the_model(strategy, callers)
        real = heard(watch, strategy, modelled)
        ours, theirs = (figures(outcomes, within_s=TARGET_S, short_s=0.0) for outcomes in (modelled, real))
        print(line(f"{strategy}, model", ours))
        print(line(f"{strategy}, Asterisk", theirs))
        alike = sum((a.agent is None) == (b.agent is None) for a, b in zip(modelled, real, strict=True))
        answer[strategy] = {
            "abandoned": round(theirs.abandonment, 4),
            "abandoned_model": round(ours.abandonment, 4),
            "sl": round(theirs.service_level, 4),
            "sl_model": round(ours.service_level, 4),
            "same_end": round(alike / len(real), 4),
        }
    answer["load_average"] = os.getloadavg()[0]
    print(json.dumps(answer))


if __name__ == "__main__":
    asyncio.run(main())
