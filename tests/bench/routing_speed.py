"""How fast the matcher is, and how that grows. Each match is a whole turn: an agent is put, matched, an offer is put.

Agents have 1 to 3 skills at levels; classes differ in skill, least level, target and head start. All sizes stand side
by side and are measured in turn, in processor time.
"""

import gc
import random
import statistics
import time
from uuid import UUID

from ovoz.contact_center.routing.contracts import EVERYONE, Agent, Need, Offer, Policy, Ring, Terms
from ovoz.contact_center.routing.rules.matching import Matcher

SIZES = ((200, 200, 60), (1000, 1000, 60), (1000, 1000, 1000), (10_000, 100_000, 60), (10_000, 100_000, 1000))
ROUNDS, TURNS = 7, 3000
ALL = frozenset({EVERYONE})


class Floor:
    """Everybody is busy and `waiting` offers wait; each turn one agent frees, takes one, and another arrives."""

    def __init__(self, agents: int, waiting: int, classes: int) -> None:
        draw = self.draw = random.Random(f"{agents} {waiting} {classes}")
        skills = [f"skill {number}" for number in range(max(5, classes // 20))]
        self.terms = [
            Terms(
                "queue",
                "voice",
                (20.0, 60.0)[number // len(skills) // 5 % 2],
                (Ring(0.0, (Need(skills[number % len(skills)], 1 + number // len(skills) % 5),), ALL),),
                (0.0, 15.0)[number // len(skills) // 10 % 2],
            )
            for number in range(classes)
        ]
        self.matcher = Matcher(Policy())
        self.now = 10_000.0
        self.offers = 0
        # Every skill has somebody who knows it best, so that nothing waits for ever.
        self.agents = [
            Agent(
                UUID(int=number + 1),
                tuple(
                    {
                        skills[number % len(skills)]: 5,
                        **{draw.choice(skills): draw.randint(1, 5) for _ in range(draw.randint(0, 2))},
                    }.items()
                ),
                frozenset(),
                0.0,
                9000.0,
                7000.0,
            )
            for number in range(agents)
        ]
        for _ in range(waiting):
            self.matcher.put_offer(self.offer())
        self.matcher.match(self.now)
        for agent in self.agents:
            self.matcher.put_agent(agent)
            self.matcher.match(self.now)
            self.matcher.put_offer(self.offer())
        self.turn = 0

    def offer(self) -> Offer:
        self.offers += 1
        self.now += 0.001
        return Offer(UUID(int=(1 << 64) + self.offers), self.draw.choice(self.terms), self.now)

    def measure(self) -> float:
        """Matches per second of processor time."""
        coming = [self.offer() for _ in range(TURNS)]
        freed = [self.agents[(self.turn + turn) % len(self.agents)] for turn in range(TURNS)]
        self.turn += TURNS
        matcher, now, made = self.matcher, self.now, 0
        matcher.match(now)
        gc.collect()
        gc.disable()
        begun = time.process_time()
        for agent, offer in zip(freed, coming, strict=True):
            matcher.put_agent(agent)
            made += len(matcher.match(now))
            matcher.put_offer(offer)
        spent = time.process_time() - begun
        gc.enable()
        return made / spent


def measure_speed() -> dict[str, object]:
    floors = {size: Floor(*size) for size in SIZES}
    rates: dict[tuple[int, int, int], list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size, floor in floors.items():
            rates[size].append(floor.measure())
    print(f"\n{'agents':>8}{'waiting':>9}{'classes':>9}{'matches/s':>12}{'lowest':>10}{'highest':>10}")
    for (agents, waiting, classes), values in rates.items():
        middle = statistics.median(values)
        print(f"{agents:8}{waiting:9}{classes:9}{middle:12.0f}{min(values):10.0f}{max(values):10.0f}")
    small, large = rates[1000, 1000, 60], rates[10_000, 100_000, 60]
    return {
        "matches_per_s_1k": round(statistics.median(small)),
        "matches_per_s_1k_1000_classes": round(statistics.median(rates[1000, 1000, 1000])),
        "growth_ratio": round(statistics.median(b / a for a, b in zip(small, large, strict=True)), 3),
        "growth_ratio_1000_classes": round(
            statistics.median(b / a for a, b in zip(small, rates[10_000, 100_000, 1000], strict=True)), 3
        ),
    }
