"""What is wrong with a queue's settings: each fault with a JSON pointer to its field."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from ovoz.contact_center.queues.contracts import (
    AT_LEAST,
    LED_TO,
    OFFERED,
    OverflowRule,
    QueueSettings,
    RingRule,
)
from ovoz.contact_center.queues.rules.hours import length, minutes, never_opens, overlapping
from ovoz.contact_center.queues.rules.loops import loop
from ovoz.contact_center.queues.rules.rings import Candidate, groups_of, reached, rings_of
from ovoz.contact_center.routing.contracts import members_group

FaultCode = Literal[
    "first_ring_later",
    "ring_not_later",
    "skill_unknown",
    "team_unknown",
    "member_unknown",
    "ring_adds_nobody",
    "nobody_ever",
    "never_opens",
    "windows_overlap",
    "queue_unknown",
    "not_offered",
    "number_wrong",
    "number_own",
    "number_not_own",
    "overflow_loop",
    "figure_missing",
    "figure_pointless",
    "target_missing",
    "target_pointless",
    "twice",
    "disposition_unknown",
    "music_unknown",
    "language_not_spoken",
]
WARNINGS: frozenset[FaultCode] = frozenset({"ring_adds_nobody", "language_not_spoken"})
"""Worth knowing, and no reason to refuse."""

_NUMBER = re.compile(r"\+[0-9]{7,15}")


class Fault(msgspec.Struct, frozen=True):
    pointer: str
    fault: FaultCode
    detail: str


class Member(msgspec.Struct, frozen=True):
    """An agent as the validation knows them; `queues` are codes."""

    id: UUID
    skills: dict[str, int]
    team_id: UUID | None
    queues: frozenset[str]


class World(msgspec.Struct, frozen=True):
    """What there is beside the queue: codes, ids, and the overflow of other queues (those that are not archived)."""

    skills: frozenset[str]
    teams: frozenset[UUID]
    dispositions: frozenset[str]
    agents: tuple[Member, ...]
    overflows: Mapping[str, Sequence[OverflowRule]]
    numbers: frozenset[str] = frozenset()
    """The operator's own: what is called there comes back here."""
    music: frozenset[str] = frozenset({"default"})
    languages: frozenset[str] = frozenset({"ru", "en"})
    """In which there are prompts."""


def faults(queue: str, settings: QueueSettings, world: World) -> list[Fault]:
    """Every fault, in the order of the fields."""
    return [
        *_members(settings, world),
        *_presented(settings, world),
        *_sounds(settings, world),
        *_rings(settings.rings, world),
        *_reach(queue, settings, world),
        *_hours(settings),
        *_overflow(queue, settings.overflow, world),
        *(
            Fault(f"/dispositions/{place}", "disposition_unknown", f"there is no disposition {code}")
            for place, code in enumerate(settings.dispositions)
            if code not in world.dispositions
        ),
    ]


def coming_in(queue: str, settings: QueueSettings, world: World) -> list[list[UUID]]:
    """For each ring, in the order of their wait, the agents who come in by it."""
    members = set(settings.members)
    candidates = [
        Candidate(
            agent.id,
            agent.skills,
            groups_of(agent.queues - {queue}, agent.team_id)
            | (frozenset({members_group(queue)}) if agent.id in members else frozenset()),
        )
        for agent in world.agents
    ]
    return reached(rings_of(queue, settings.rings), candidates)


def _members(settings: QueueSettings, world: World) -> list[Fault]:
    known = {agent.id for agent in world.agents}
    found = [
        Fault(f"/members/{place}", "member_unknown", "no agent who works here")
        for place, member in enumerate(settings.members)
        if member not in known
    ]
    found += [
        Fault(f"/members/{place}", "twice", "stands there twice")
        for place, member in enumerate(settings.members)
        if member in settings.members[:place]
    ]
    return found


def _presented(settings: QueueSettings, world: World) -> list[Fault]:
    if settings.caller_number is None or settings.caller_number in world.numbers:
        return []
    return [Fault("/caller_number", "number_not_own", "one of the operator's numbers, or none")]


def _sounds(settings: QueueSettings, world: World) -> list[Fault]:
    found: list[Fault] = []
    if settings.music not in world.music:
        found.append(Fault("/music", "music_unknown", f"one of {', '.join(sorted(world.music))}"))
    said = [("/language", settings.language)] if settings.language else []
    said += [
        (f"/announcements/languages/{place}", language)
        for place, language in enumerate(settings.announcements.languages)
    ]
    found += [
        Fault(at, "language_not_spoken", f"there are no prompts in {language} here: nothing is said in it")
        for at, language in said
        if language not in world.languages
    ]
    return found


def _rings(rings: Sequence[RingRule], world: World) -> list[Fault]:
    found: list[Fault] = []
    for place, ring in enumerate(rings):
        at = f"/rings/{place}"
        if place == 0 and ring.after_s != 0:
            found.append(Fault(f"{at}/after_s", "first_ring_later", "the first ring begins at once: 0"))
        if place > 0 and ring.after_s <= rings[place - 1].after_s:
            found.append(Fault(f"{at}/after_s", "ring_not_later", "later than the ring before it"))
        found += [
            Fault(f"{at}/skills/{code}", "skill_unknown", f"there is no skill {code}")
            for code in ring.skills
            if code not in world.skills
        ]
        found += [
            Fault(f"{at}/teams/{number}", "team_unknown", "there is no such team")
            for number, team in enumerate(ring.teams)
            if team not in world.teams
        ]
    return found


def _reach(queue: str, settings: QueueSettings, world: World) -> list[Fault]:
    """Where nobody works yet, nobody can be missed."""
    if not world.agents:
        return []
    in_rings = coming_in(queue, settings, world)
    if not any(in_rings):
        return [
            Fault("/rings", "nobody_ever", "no agent has what these rings ask for: nobody could ever answer")
        ]
    return [
        Fault(f"/rings/{place}", "ring_adds_nobody", "no agent comes in by this ring")
        for place, agents in enumerate(in_rings)
        if not agents
    ]


def _hours(settings: QueueSettings) -> list[Fault]:
    if never_opens(settings.hours):
        return [Fault("/hours/windows", "never_opens", "one window or more, or always open")]
    spans = [
        (one.day, minutes(one.from_), minutes(one.from_) + length(one.from_, one.until))
        for one in settings.hours.windows
    ]
    return [
        Fault(f"/hours/windows/{place}", "windows_overlap", "another window runs into it")
        for place in sorted(overlapping(spans))
    ]


def _overflow(queue: str, rules: Sequence[OverflowRule], world: World) -> list[Fault]:
    found: list[Fault] = []
    for place, rule in enumerate(rules):
        at = f"/overflow/{place}"
        if rule.when in AT_LEAST and rule.at_least is None:
            found.append(Fault(f"{at}/at_least", "figure_missing", "from which figure on"))
        if rule.when not in AT_LEAST and rule.at_least is not None:
            found.append(Fault(f"{at}/at_least", "figure_pointless", f"{rule.when} has no figure"))
        if rule.then not in OFFERED:
            found.append(Fault(f"{at}/then", "not_offered", f"{rule.then} is not offered yet"))
        elif rule.then not in LED_TO:
            if rule.to is not None:
                found.append(Fault(f"{at}/to", "target_pointless", f"{rule.then} leads nowhere else"))
        elif rule.to is None:
            found.append(Fault(f"{at}/to", "target_missing", f"which {rule.then}"))
        elif rule.then == "number":
            if not _NUMBER.fullmatch(rule.to):
                found.append(Fault(f"{at}/to", "number_wrong", "in international form: +992446000100"))
            elif rule.to in world.numbers:
                found.append(Fault(f"{at}/to", "number_own", "one of your own: lead to its queue instead"))
        elif rule.to != queue and rule.to not in world.overflows:
            found.append(Fault(f"{at}/to", "queue_unknown", f"there is no queue {rule.to}"))
        elif (way := loop(queue, {**world.overflows, queue: [rule]})) is not None:
            found.append(Fault(f"{at}/to", "overflow_loop", f"it leads back: {' → '.join(way)}"))
        if rule in rules[:place]:
            found.append(Fault(at, "twice", "stands there twice"))
    return found
