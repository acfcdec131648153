"""`make bench-routing`: the matcher beside what others do, on the same seeded days, and how fast it is.

Simulated time: what else runs on the machine changes nothing in the first part. The second measures the processor's
time, small and large in turn. The last line is JSON; docs/benchmarks/routing.md says what each figure is.
SEEDS=11,12 HOURS=14 LOADS=.90,.97,1.05 MIX=even|shares choose the days.
"""

import json
import math
import os
import statistics
from collections.abc import Callable
from pathlib import Path

import msgspec
from tests.bench.routing_chart import draw
from tests.bench.routing_peers import AppQueue, CallCenter, Strategy
from tests.bench.routing_speed import measure_speed
from tests.bench.routing_trace import SKILLS, agents, anyone, arrivals, shifts, slow_secondary, terms

from ovoz.contact_center.routing.contracts import Policy, Terms
from ovoz.contact_center.routing.rules.matching import Matcher
from ovoz.contact_center.routing.rules.simulation import (
    Day,
    Discipline,
    Simulation,
    figures,
    occupancy_spread,
)

SEEDS = [int(seed) for seed in os.environ.get("SEEDS", "1,2,3,4,5,6,7").split(",")]
HOURS = float(os.environ.get("HOURS", "14"))
LOADS = [float(load) for load in os.environ.get("LOADS", "0.90,0.97,1.05").split(",")]
MIX = os.environ.get("MIX", "even")
BAR_LOAD = 0.97
PICTURE = Path("docs/benchmarks/routing.svg")
STRATEGIES: tuple[Strategy, ...] = ("least_recent", "fewest_calls", "round_robin_memory", "random")
FIRST = 1e6
"""A head start that puts VIP before everybody, with us and with the peers."""
NAMES = ("service level", "abandoned", "VIP", "worst skill", "p99 wait s", "occupancy", "p95 - p5")


class Run(msgspec.Struct, frozen=True):
    """One discipline: who chooses (by seed), on which terms."""

    choose: Callable[[int], Discipline]
    terms: dict[tuple[str, bool], Terms]


def runs(slow: bool) -> dict[str, Run]:
    """In ours, where secondary skills are slower, the primary is the first ring."""
    found = {
        f"app_queue {strategy}": Run(lambda seed, by=strategy: AppQueue(by, seed), terms(FIRST))  # type: ignore[misc]
        for strategy in STRATEGIES
    }
    fcfs = Policy("longest_idle", guard_s=1e9, late_yields=False)
    found["mod_callcenter tiers"] = Run(lambda _: CallCenter(), terms(FIRST))
    found["FCFS + longest idle"] = Run(lambda _: Matcher(fcfs), terms(FIRST))
    found["ovoz"] = Run(lambda _: Matcher(Policy()), terms(FIRST, primary_first=slow))
    found["pooled (bound)"] = Run(lambda _: Matcher(fcfs), anyone(terms(FIRST)))
    return found


def measure(day: Day) -> tuple[float, ...]:
    """In the order of NAMES; every abandon counts, the shortest too, as in the figures to reach."""
    every = figures(day.outcomes, short_s=0.0)
    vip = figures(day.outcomes, short_s=0.0, tag="vip").service_level
    worst = min(figures(day.outcomes, short_s=0.0, tag=skill).service_level for skill in SKILLS)
    occupancy, spread = occupancy_spread(day.presences)
    return (every.service_level, every.abandonment, vip, worst, every.p99_wait_s, occupancy, spread)


def interval(values: list[float]) -> float:
    """Half of the 95 % interval of the mean."""
    if len(values) < 2:
        return 0.0
    t = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}.get(
        len(values), 2.1
    )
    return t * statistics.stdev(values) / math.sqrt(len(values))


Table = dict[str, list[tuple[float, ...]]]


def compare(load: float, slow: bool) -> Table:
    table: Table = {}
    print(
        f"\nload {load}, {'lognormal, secondary skills 15 % slower' if slow else 'exponential'}", flush=True
    )
    print(f"{'':28}" + "".join(f"{name:>17}" for name in NAMES))
    for name, run in runs(slow).items():
        for seed in SEEDS:
            handled = slow_secondary if slow and "pooled" not in name else None
            simulation = Simulation(
                run.choose(seed),
                arrivals(seed, load, run.terms, lognormal=slow, hours=HOURS),
                shifts(agents(seed, MIX), HOURS),
                *([handled] if handled else []),
            )
            table.setdefault(name, []).append(measure(simulation.run()))
        columns = [list(column) for column in zip(*table[name], strict=True)]
        cells = [f"{statistics.mean(column):.4g} ± {interval(column):.2g}" for column in columns]
        print(f"{name:28}" + "".join(f"{cell:>17}" for cell in cells), flush=True)
    return table


def mean(table: Table, name: str, column: int) -> float:
    return statistics.mean(row[column] for row in table[name])


def best_app_queue(table: Table, column: int, choose: Callable[[list[float]], float]) -> float:
    return choose([mean(table, f"app_queue {strategy}", column) for strategy in STRATEGIES])


def main() -> None:
    print(f"load average {os.getloadavg()}, seeds {SEEDS}, {HOURS} h, mix {MIX}")
    tables = {(load, slow): compare(load, slow) for slow in (False, True) for load in LOADS}
    answer: dict[str, object] = {"bench": "routing", "seeds": SEEDS, "mix": MIX}
    if (BAR_LOAD, False) in tables:
        plain, slower = tables[BAR_LOAD, False], tables[BAR_LOAD, True]
        abandoned = mean(plain, "ovoz", 1)
        answer |= {
            "abandon_ratio_app_queue": round(abandoned / best_app_queue(plain, 1, min), 4),
            "abandon_ratio_pooled": round(abandoned / mean(plain, "pooled (bound)", 1), 4),
            "sl20": round(mean(plain, "ovoz", 0), 4),
            "sl20_pooled": round(mean(plain, "pooled (bound)", 0), 4),
            "vip_sl": round(mean(plain, "ovoz", 2), 4),
            "worst_skill_sl": round(mean(plain, "ovoz", 3), 4),
            "p99_wait_s": round(mean(plain, "ovoz", 4), 1),
            "occupancy_spread": round(mean(plain, "ovoz", 6), 4),
            "slow_variant_sl_gain": round(mean(slower, "ovoz", 0) - best_app_queue(slower, 0, max), 4),
        }
        if os.environ.get("DRAW"):
            draw(
                PICTURE,
                {name: (mean(plain, name, 0), mean(plain, name, 1), mean(plain, name, 4)) for name in plain},
            )
    answer |= measure_speed()
    answer["load_average"] = os.getloadavg()[0]
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
