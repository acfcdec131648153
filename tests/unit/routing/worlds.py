"""Agents and offers at random: small enough that everything meets everything."""

import random
from uuid import UUID

from ovoz.contact_center.routing.contracts import (
    EVERYONE,
    Agent,
    Capacity,
    Channel,
    Need,
    Offer,
    Preference,
    Ring,
    Terms,
)

SKILLS = ("ru", "tg", "billing")
GROUPS = ("queue:first", "second")
CAPACITIES = (
    Capacity(),
    Capacity((("voice", 1), ("chat", 2)), frozenset({("voice", "chat")})),
    Capacity((("chat", 3), ("email", 1)), frozenset({("chat", "email"), ("email", "chat")})),
)


def agent_id(number: int) -> UUID:
    return UUID(int=0xA0000 + number)


def some_terms(draw: random.Random) -> Terms:
    channel: Channel = draw.choice(("voice", "voice", "voice", "chat", "email"))
    skill = draw.choice(SKILLS)
    level = draw.randint(1, 5)
    rings = [Ring(draw.choice((0.0, 0.0, 0.0, 2.0)), (Need(skill, level),), frozenset({draw.choice(GROUPS)}))]
    if draw.random() < 0.7:
        rings.append(
            Ring(draw.choice((2.0, 5.0, 20.0)), (Need(skill, max(1, level - 2)),), frozenset(GROUPS))
        )
    if draw.random() < 0.5:
        rings.append(Ring(30.0, draw.choice(((), (Need(skill),))), frozenset({EVERYONE})))
    return Terms(
        queue=f"{skill}-{draw.randint(1, 2)}",
        channel=channel,
        target_s=draw.choice((20.0, 20.0, 60.0)),
        rings=tuple(rings),
        head_start_s=draw.choice((0.0, 0.0, 15.0)),
        weight=draw.choice((1.0, 1.0, 0.5)),
    )


def some_offer(draw: random.Random, number: int, terms: Terms, now: float, agents: int) -> Offer:
    kind = draw.random()
    preferred: tuple[Preference, ...] = ()
    only = None
    not_to: frozenset[UUID] = frozenset()
    if kind < 0.2:
        preferred = tuple(
            Preference(agent_id(draw.randrange(agents)), draw.choice((0.0, 5.0, 15.0)), why)
            for why in draw.sample(("last_agent", "personal_manager", "asked_for"), draw.randint(1, 2))
        )
    elif kind < 0.3:
        only = agent_id(draw.randrange(agents))
    if draw.random() < 0.2:
        not_to = frozenset(agent_id(draw.randrange(agents)) for _ in range(2)) - {only}
    since = now - draw.choice((0.0, 0.0, 0.0, 1.0, 8.0))
    return Offer(UUID(int=number), terms, since, preferred, only, not_to)


def some_agent(draw: random.Random, number: int, now: float) -> Agent:
    signed_in_at = now - draw.choice((0.0, 600.0, 3600.0, 7200.0))
    idle_since = signed_in_at + (now - signed_in_at) * draw.random()
    capacity = draw.choice(CAPACITIES)
    load = tuple((channel, draw.randint(0, slots)) for channel, slots in capacity.slots)
    return Agent(
        id=agent_id(number),
        skills=tuple((skill, draw.randint(1, 5)) for skill in SKILLS if draw.random() < 0.6),
        groups=frozenset(group for group in GROUPS if draw.random() < 0.6),
        signed_in_at=signed_in_at,
        idle_since=idle_since,
        worked_s=(idle_since - signed_in_at) * draw.random(),
        available=draw.random() < 0.85,
        load=load if draw.random() < 0.5 else (),
        capacity=capacity,
    )
