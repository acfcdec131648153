"""How a caller is treated: the operator's rules on what is known of them, turned into terms.

Every rule that holds has its say, from the top; each aspect (and each skill) is decided by the first that names it.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import msgspec

from ovoz.contact_center.callers.contracts import (
    Applied,
    Aspect,
    Because,
    CallerProfile,
    RoutingRules,
    RuleThen,
    RuleWhen,
    Unknown,
)
from ovoz.contact_center.routing.contracts import Agent, Need, Preference, Ring, Terms
from ovoz.contact_center.routing.rules.qualifying import first_ring


class Treatment(msgspec.Struct, frozen=True):
    """What the rules make of one caller; `queue` is a code. It is kept with the call, so that a successor has it."""

    applied: tuple[Applied, ...] = ()
    queue: str | None = None
    head_start_s: float = 0.0
    target_s: float | None = None
    needs: tuple[Need, ...] = ()
    needs_for_s: float | None = None
    """How long the needs hold; None: as long as the caller waits."""
    preferred: tuple[Preference, ...] = ()
    unknown: Unknown | None = None
    needs_dropped: bool = False
    """Nobody at all has what the rules ask for, so that it is not asked."""

    @property
    def says_something(self) -> bool:
        return bool(self.applied or self.preferred or self.unknown)


def treat(
    rules: RoutingRules,
    profile: CallerProfile | None,
    dialled: str,
    last_agent: UUID | None = None,
    unknown: Unknown | None = None,
) -> Treatment:
    """What the rules say of a caller of whom this is known; None: nothing is, and only the number dialled counts."""
    applied: list[Applied] = []
    decided: dict[Aspect, RuleThen] = {}
    levels: dict[str, int] = {}
    account = profile is not None and profile.answer_target_s is not None
    manager = profile is not None and profile.manager_id is not None
    for rule in rules.rules:
        because = holds(rule.when, profile, dialled)
        if because is None:
            continue
        said = aspects(rule.then, account=account, manager=manager)
        new = [
            aspect
            for aspect in said
            if aspect not in decided or (aspect == "skills" and rule.then.skills.keys() - levels.keys())
        ]
        for aspect in new:
            decided.setdefault(aspect, rule.then)
        if "skills" in new:
            levels = rule.then.skills | levels
        applied.append(Applied(rule.name, because, tuple(new)))
    target = decided.get("target")
    skills = decided.get("skills")
    head_start = decided.get("head_start")
    queue = decided.get("queue")
    return Treatment(
        applied=tuple(applied),
        queue=queue.queue if queue else None,
        head_start_s=float(head_start.head_start_s or 0) if head_start else 0.0,
        target_s=_target(target, profile) if target else None,
        needs=tuple(sorted(Need(code, level) for code, level in levels.items())),
        needs_for_s=float(skills.skills_for_s) if skills and skills.skills_for_s is not None else None,
        preferred=_preferred(rules, decided.get("prefer"), profile, last_agent),
        unknown=unknown,
    )


def holds(when: RuleWhen, profile: CallerProfile | None, dialled: str) -> tuple[Because, ...] | None:
    """The attributes that make it hold; None where it does not."""
    because: list[Because] = []
    for attribute, wanted, listed in (
        ("vip", when.vip, ()),
        ("corporate", when.corporate, ()),
        ("outage", when.outage, ()),
        ("region", None, when.regions),
        ("product", None, when.products),
        ("language", None, when.languages),
        ("network", None, when.network),
        ("dialled", None, when.dialled),
    ):
        if wanted is None and not listed:
            continue
        value = dialled if attribute == "dialled" else getattr(profile, attribute, None)
        if value is None or (value not in listed if listed else value is not wanted):
            return None
        said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        because.append(Because(attribute, said))  # type: ignore[arg-type]
    return tuple(because)


def aspects(then: RuleThen, *, account: bool = True, manager: bool = True) -> tuple[Aspect, ...]:
    """What a rule has a say in; whether the caller's account has a target of its own, and a manager, may matter."""
    found: list[Aspect] = []
    if then.queue is not None:
        found.append("queue")
    if then.head_start_s is not None:
        found.append("head_start")
    if then.target_s is not None or (then.account_target and account):
        found.append("target")
    if then.skills:
        found.append("skills")
    if then.prefer == "last_agent" or (then.prefer == "manager" and manager):
        found.append("prefer")
    return tuple(found)


def _target(then: RuleThen, profile: CallerProfile | None) -> float | None:
    own = profile.answer_target_s if then.account_target and profile is not None else None
    target = own if own is not None else then.target_s
    return float(target) if target is not None else None


def _preferred(
    rules: RoutingRules, then: RuleThen | None, profile: CallerProfile | None, last_agent: UUID | None
) -> tuple[Preference, ...]:
    found: list[Preference] = []
    last_wait_s = float(rules.last_agent.wait_s)
    if then is not None and then.prefer == "last_agent":
        last_wait_s = float(then.prefer_wait_s)
    if then is not None and then.prefer == "manager" and profile is not None and profile.manager_id:
        found.append(Preference(profile.manager_id, float(then.prefer_wait_s), "personal_manager"))
    if last_agent is not None and last_wait_s > 0 and all(one.agent != last_agent for one in found):
        found.append(Preference(last_agent, last_wait_s, "last_agent"))
    return tuple(found)


def treated(terms: Terms, treatment: Treatment | None) -> Terms:
    """The queue's terms as this caller has them."""
    if treatment is None:
        return terms
    return msgspec.structs.replace(
        terms,
        rings=_narrowed(terms.rings, treatment.needs, treatment.needs_for_s),
        head_start_s=terms.head_start_s + treatment.head_start_s,
        target_s=terms.target_s if treatment.target_s is None else treatment.target_s,
    )


def _narrowed(rings: tuple[Ring, ...], needs: tuple[Need, ...], for_s: float | None) -> tuple[Ring, ...]:
    """Rings that ask for more, and after `for_s` for what they asked before."""
    if not needs:
        return rings
    narrow = tuple(msgspec.structs.replace(ring, needs=_both(ring.needs, needs)) for ring in rings)
    if for_s is None:
        return narrow
    return (
        *(ring for ring in narrow if ring.after_s < for_s),
        *(msgspec.structs.replace(ring, after_s=max(ring.after_s, for_s)) for ring in rings),
    )


def _both(needs: Iterable[Need], more: Iterable[Need]) -> tuple[Need, ...]:
    levels: dict[str, int] = {}
    for need in (*needs, *more):
        levels[need.skill] = max(need.level, levels.get(need.skill, 0))
    return tuple(sorted(Need(skill, level) for skill, level in levels.items()))


def servable(terms: Terms, treatment: Treatment, agents: Sequence[Agent]) -> Treatment:
    """The treatment for these agents: asking for nothing that nobody has, and waiting for nobody who cannot come."""
    if not (treatment.needs or treatment.preferred):
        return treatment
    treatment, reached = reaching(terms, treatment, agents)
    return waiting_for(treatment, reached, {agent.id for agent in agents if agent.available})


def reaching(
    terms: Terms, treatment: Treatment, agents: Sequence[Agent]
) -> tuple[Treatment, frozenset[UUID]]:
    """Asking for nothing that nobody has; and whom the call can come to."""
    wanted = treated(terms, treatment)
    reached = frozenset(
        agent.id for agent in agents if first_ring(wanted.rings, dict(agent.skills), agent.groups) is not None
    )
    if treatment.needs and not reached:
        without = msgspec.structs.replace(treatment, needs=(), needs_for_s=None, needs_dropped=True)
        return reaching(terms, without, agents)
    return treatment, reached


def waiting_for(treatment: Treatment, reached: Collection[UUID], there: Collection[UUID]) -> Treatment:
    """Waiting for nobody who cannot come.

    A manager takes their own callers, qualified or not; the last agent only what comes to them anyhow.
    """
    return msgspec.structs.replace(
        treatment,
        preferred=tuple(
            one
            for one in treatment.preferred
            if one.agent in there and (one.why == "personal_manager" or one.agent in reached)
        ),
    )
