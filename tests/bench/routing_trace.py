"""The days of the routing benchmark: who calls when, for how long they are patient, who is there to answer."""

import math
import random
from uuid import UUID

from ovoz.contact_center.routing.contracts import EVERYONE, Agent, Need, Offer, Ring, Terms
from ovoz.contact_center.routing.rules.simulation import Arrival, Shift

AGENTS = 200
SKILLS = ("ru", "tg", "internet", "tariffs", "roaming", "corporate")
SHARES = (0.30, 0.25, 0.18, 0.12, 0.10, 0.05)
SKILLS_EACH = (0.35, 0.45, 0.20)
VIP, PATIENCE_S, HANDLING_S, TARGET_S, HOURS = 0.05, 120.0, 300.0, 20.0, 14.0
PRIMARY, SECONDARY = 5, 3
SLOWER, SPREAD = 1.15, 0.8
ALL = frozenset({EVERYONE})


def agents(seed: int, mix: str = "even") -> list[Agent]:
    """Primary skills drawn by the shares of the calls; the further ones evenly, or by the same shares ("shares")."""
    draw = random.Random(f"agents {seed}")
    how_many = [n + 1 for n, share in enumerate(SKILLS_EACH) for _ in range(round(AGENTS * share))]
    made = []
    for number, n in enumerate(how_many):
        skills = {draw.choices(SKILLS, SHARES)[0]: PRIMARY}
        while len(skills) < n:
            further = draw.choice(SKILLS) if mix == "even" else draw.choices(SKILLS, SHARES)[0]
            skills.setdefault(further, SECONDARY)
        made.append(Agent(UUID(int=number + 1), tuple(skills.items()), frozenset(), 0.0, 0.0))
    return made


def arrivals(
    seed: int, load: float, by_class: dict[tuple[str, bool], Terms], lognormal: bool, hours: float = HOURS
) -> list[Arrival]:
    draw = random.Random(f"calls {seed}")
    rate = load * AGENTS / HANDLING_S
    made, now = [], 0.0
    mu = math.log(HANDLING_S) - SPREAD**2 / 2
    while True:
        # Each call takes the same number of draws whatever the variant: loads and variants share their luck.
        now += draw.expovariate(1.0) / rate
        skill = draw.choices(SKILLS, SHARES)[0]
        vip = draw.random() < VIP
        patience = draw.expovariate(1.0) * PATIENCE_S
        exponential, normal = draw.expovariate(1.0), draw.gauss(0, 1)
        if now >= hours * 3600:
            return made
        handling = math.exp(mu + SPREAD * normal) if lognormal else exponential * HANDLING_S
        offer = Offer(UUID(int=(1 << 64) + len(made)), by_class[skill, vip], now)
        made.append(Arrival(offer, patience, handling, (skill, "vip") if vip else (skill,)))


def slow_secondary(arrival: Arrival, agent: Agent) -> float:
    level = dict(agent.skills).get(arrival.tags[0], PRIMARY)
    return arrival.handling_s * (SLOWER if level < PRIMARY else 1.0)


def shifts(people: list[Agent], hours: float = HOURS) -> list[Shift]:
    return [Shift(agent, hours * 3600) for agent in people]


def terms(vip_head_start_s: float, primary_first: bool = False) -> dict[tuple[str, bool], Terms]:
    """By skill and VIP. With `primary_first` those who know it best are the first ring, at the same time as all."""

    def rings(skill: str) -> tuple[Ring, ...]:
        everyone = Ring(0.0, (Need(skill, 1),), ALL)
        return (Ring(0.0, (Need(skill, PRIMARY),), ALL), everyone) if primary_first else (everyone,)

    return {
        (skill, vip): Terms(skill, "voice", TARGET_S, rings(skill), vip_head_start_s if vip else 0.0)
        for skill in SKILLS
        for vip in (False, True)
    }


def anyone(by_class: dict[tuple[str, bool], Terms]) -> dict[tuple[str, bool], Terms]:
    """The bound: as if everybody knew everything."""
    ring = (Ring(0.0, (), ALL),)
    return {
        key: Terms(one.queue, one.channel, one.target_s, ring, one.head_start_s)
        for key, one in by_class.items()
    }
