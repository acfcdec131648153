"""What is wrong with routing rules: each fault with a JSON pointer to its field."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from ovoz.contact_center.callers.contracts import RoutingRule, RoutingRules, RuleWhen
from ovoz.contact_center.routing.contracts import Agent, Need, Terms
from ovoz.contact_center.routing.rules.qualifying import first_ring
from ovoz.contact_center.routing.rules.treatment import Treatment, aspects, treated

RuleFaultCode = Literal[
    "does_nothing",
    "queue_unknown",
    "skill_unknown",
    "number_unknown",
    "span_pointless",
    "nobody_ever",
    "nobody_in_queue",
    "never_decides",
    "value_unknown",
    "name_twice",
]
RULE_WARNINGS: frozenset[RuleFaultCode] = frozenset({"nobody_in_queue", "value_unknown"})
"""Worth knowing, and no reason to refuse."""


class RuleFault(msgspec.Struct, frozen=True):
    pointer: str
    fault: RuleFaultCode
    detail: str


class Surroundings(msgspec.Struct, frozen=True):
    """What rules may name: skills, terms of queues by code, numbers with the queue they lead to, everyone who works
    here, and what regions and products the subscribers have.
    """

    skills: frozenset[str]
    queues: Mapping[str, Terms]
    numbers: Mapping[str, str]
    agents: Sequence[Agent]
    regions: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()


def rule_faults(rules: RoutingRules, around: Surroundings) -> list[RuleFault]:
    """Every fault, rule by rule."""
    found: list[RuleFault] = []
    for place, rule in enumerate(rules.rules):
        at = f"/rules/{place}"
        above = rules.rules[:place]
        if any(other.name == rule.name for other in above):
            found.append(RuleFault(f"{at}/name", "name_twice", f"another rule is called {rule.name}"))
        found += _names(at, rule, around)
        if not aspects(rule.then):
            found.append(RuleFault(f"{at}/then", "does_nothing", "say what becomes of the caller"))
        elif (before := _decided_before(rule, above)) is not None:
            detail = f"whatever it says, {before.name} above has said already for the same callers"
            found.append(RuleFault(at, "never_decides", detail))
        found += _reach(at, rule, around)
    return found


def _names(at: str, rule: RoutingRule, around: Surroundings) -> list[RuleFault]:
    when, then = rule.when, rule.then
    found = [
        RuleFault(f"{at}/when/dialled/{number}", "number_unknown", f"{dialled} is none of your numbers")
        for number, dialled in enumerate(when.dialled)
        if dialled not in around.numbers
    ]
    for field, values, known in (
        ("regions", when.regions, around.regions),
        ("products", when.products, around.products),
    ):
        found += [
            RuleFault(f"{at}/when/{field}/{number}", "value_unknown", f"no subscriber has {value}")
            for number, value in enumerate(values)
            if value not in known
        ]
    if then.queue is not None and then.queue not in around.queues:
        found.append(RuleFault(f"{at}/then/queue", "queue_unknown", f"there is no queue {then.queue}"))
    found += [
        RuleFault(f"{at}/then/skills/{code}", "skill_unknown", f"there is no skill {code}")
        for code in then.skills
        if code not in around.skills
    ]
    if then.skills_for_s is not None and not then.skills:
        found.append(
            RuleFault(f"{at}/then/skills_for_s", "span_pointless", "no skill is asked for: leave it out")
        )
    return found


def _reach(at: str, rule: RoutingRule, around: Surroundings) -> list[RuleFault]:
    """Where nobody works yet, nobody can be missed; what is asked for a while only keeps nobody waiting for ever."""
    skills = {code: level for code, level in rule.then.skills.items() if code in around.skills}
    if not skills or not around.agents:
        return []
    asked = Treatment(needs=tuple(sorted(Need(code, level) for code, level in skills.items())))
    led_to = (
        {rule.then.queue}
        if rule.then.queue is not None
        else {around.numbers[number] for number in rule.when.dialled if number in around.numbers}
    )
    queues = sorted(code for code in around.queues if not led_to or code in led_to)
    missed = [code for code in queues if not _anybody(treated(around.queues[code], asked), around.agents)]
    if missed and missed == queues:
        detail = "no agent has these skills and gets calls of the queue: it would never be asked for"
        return [RuleFault(f"{at}/then/skills", "nobody_ever", detail)]
    if missed:
        detail = f"no agent of {', '.join(missed)} has these skills: there they are not asked for"
        return [RuleFault(f"{at}/then/skills", "nobody_in_queue", detail)]
    return []


def _anybody(terms: Terms, agents: Sequence[Agent]) -> bool:
    return any(first_ring(terms.rings, dict(agent.skills), agent.groups) is not None for agent in agents)


def _decided_before(rule: RoutingRule, above: Sequence[RoutingRule]) -> RoutingRule | None:
    """A rule above that leaves this one nothing, when those above that hold whenever it does decide all it says."""
    open_ = set(aspects(rule.then))
    skills = set(rule.then.skills)
    last: RoutingRule | None = None
    for other in above:
        if not _always_with(other.when, rule.when):
            continue
        taken = set(aspects(other.then)) & open_
        if other.then.account_target and other.then.target_s is None:
            taken.discard("target")
        if other.then.prefer == "manager":
            taken.discard("prefer")
        if "skills" in taken:
            skills -= other.then.skills.keys()
            if skills:
                taken.discard("skills")
        if taken:
            open_ -= taken
            last = other
    return last if not open_ else None


def _always_with(wide: RuleWhen, narrow: RuleWhen) -> bool:
    """Whether `wide` holds for every caller for whom `narrow` does."""
    for name in ("vip", "corporate", "outage"):
        wanted = getattr(wide, name)
        if wanted is not None and getattr(narrow, name) is not wanted:
            return False
    for name in ("regions", "products", "languages", "network", "dialled"):
        listed = getattr(wide, name)
        if listed and not (getattr(narrow, name) and set(getattr(narrow, name)) <= set(listed)):
            return False
    return True
