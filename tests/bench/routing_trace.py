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


def agents(seed: int) -> list[Agent]:
    """Primary skills in proportion to the calls, further ones at random by the same shares."""
    draw = random.Random(f"agents {seed}")
    counts = [math.floor(AGENTS * share) for share in SHARES]
    primaries = [skill for skill, count in zip(SKILLS, counts, strict=True) for _ in range(count)]
    how_many = [n + 1 for n, share in enumerate(SKILLS_EACH) for _ in range(round(AGENTS * share))]
    draw.shuffle(how_many)
    made = []
    for number, (primary, n) in enumerate(zip(primaries, how_many, strict=True)):
        skills = {primary: PRIMARY}
        while len(skills) < n:
            skills.setdefault(draw.choices(SKILLS, SHARES)[0], SECONDARY)
        made.append(Agent(UUID(int=number + 1), tuple(skills.items()), frozenset(), 0.0, 0.0))
    return made


def arrivals(
    seed: int, load: float, terms: dict[tuple[str, bool], Terms], lognormal: bool, hours: float = HOURS
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
        offer = Offer(UUID(int=(1 << 64) + len(made)), terms[skill, vip], now)
        made.append(Arrival(offer, patience, handling, (skill, "vip") if vip else (skill,)))


def slow_secondary(arrival: Arrival, agent: Agent) -> float:
    level = dict(agent.skills).get(arrival.tags[0], PRIMARY)
    return arrival.handling_s * (SLOWER if level < PRIMARY else 1.0)


def shifts(people: list[Agent], hours: float = HOURS) -> list[Shift]:
    return [Shift(agent, hours * 3600) for agent in people]


def plain_terms(
    head_start_s: float = 0.0, target_s: float = TARGET_S, vip_target_s: float = TARGET_S, tiers: bool = False
) -> dict[tuple[str, bool], Terms]:
    def rings(skill: str) -> tuple[Ring, ...]:
        if tiers:
            return (Ring(0.0, (Need(skill, PRIMARY),), ALL), Ring(0.0, (Need(skill, 1),), ALL))
        return (Ring(0.0, (Need(skill, 1),), ALL),)

    return {
        (skill, vip): Terms(
            skill, "voice", vip_target_s if vip else target_s, rings(skill), head_start_s if vip else 0.0
        )
        for skill in SKILLS
        for vip in (False, True)
    }
