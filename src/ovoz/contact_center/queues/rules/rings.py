"""Who may get a queue's calls, and from which wait on."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from ovoz.contact_center.queues.contracts import QueueSettings, RingRule
from ovoz.contact_center.routing.contracts import EVERYONE, Need, Ring, Terms, members_group, team_group


def groups_of(queues: Iterable[str], team_id: UUID | None) -> frozenset[str]:
    """The groups of an agent who is a member of these queues and in this team."""
    teams = [team_group(team_id)] if team_id is not None else []
    return frozenset([*map(members_group, queues), *teams, EVERYONE])


def rings_of(queue: str, rules: Sequence[RingRule]) -> tuple[Ring, ...]:
    """The rules as the routing engine takes them, in the order of their wait; the queue's members belong to each."""
    return tuple(
        Ring(
            after_s=float(rule.after_s),
            needs=tuple(sorted(Need(skill, level) for skill, level in rule.skills.items())),
            groups=frozenset(
                [
                    members_group(queue),
                    *map(team_group, rule.teams),
                    *([EVERYONE] if rule.everyone else []),
                ]
            ),
        )
        for rule in sorted(rules, key=lambda rule: rule.after_s)
    )


def terms_of(queue: str, settings: QueueSettings) -> Terms:
    """How the routing engine treats a call of the queue, before anything of the caller changes that."""
    return Terms(
        queue=queue,
        channel="voice",
        target_s=float(settings.target_s),
        rings=rings_of(queue, settings.rings),
        head_start_s=float(settings.priority),
        weight=settings.weight,
    )


class Candidate(msgspec.Struct, frozen=True):
    """An agent as rings see one."""

    id: UUID
    skills: dict[str, int]
    groups: frozenset[str]


def reached(rings: Sequence[Ring], agents: Iterable[Candidate]) -> list[list[UUID]]:
    """For each ring the agents who come in by it, in their order; each agent once, by the first that takes them."""
    found: list[list[UUID]] = [[] for _ in rings]
    for agent in agents:
        for place, ring in enumerate(rings):
            if _takes(ring, agent):
                found[place].append(agent.id)
                break
    return found


def _takes(ring: Ring, agent: Candidate) -> bool:
    return not ring.groups.isdisjoint(agent.groups) and all(
        agent.skills.get(need.skill, 0) >= need.level for need in ring.needs
    )
