"""Where a caller goes when a queue cannot serve them, and whether that leads back to where they came from."""

from collections.abc import Mapping, Sequence

import msgspec

from ovoz.contact_center.queues.contracts import OverflowRule


class Facts(msgspec.Struct, frozen=True):
    """What is known of a waiting caller and their queue. An estimate is None while nobody can give one."""

    waited_s: float
    length: int
    """Callers who wait, this one among them."""
    estimated_wait_s: float | None
    agents: int
    """Signed in and reached by some ring, busy ones too."""
    open: bool


def overflow(rules: Sequence[OverflowRule], facts: Facts) -> OverflowRule | None:
    """The first rule that holds. An estimate that is not known is no reason."""
    return next((rule for rule in rules if _holds(rule, facts)), None)


def _holds(rule: OverflowRule, facts: Facts) -> bool:
    if rule.when == "closed":
        return not facts.open
    if rule.when == "no_agents":
        return facts.agents == 0
    figure = {
        "wait_s": facts.waited_s,
        "length": facts.length,
        "estimated_wait_s": facts.estimated_wait_s,
    }[rule.when]
    return figure is not None and rule.at_least is not None and figure >= rule.at_least


def loop(queue: str, rules: Mapping[str, Sequence[OverflowRule]]) -> list[str] | None:
    """The shortest way over other queues back to this one, from it to itself; None where there is none."""
    ways = [[queue]]
    seen: set[str] = set()
    for way in ways:
        for rule in rules.get(way[-1], ()):
            if rule.then != "queue" or rule.to is None:
                continue
            if rule.to == queue:
                return [*way, queue]
            if rule.to not in seen:
                seen.add(rule.to)
                ways.append([*way, rule.to])
    return None
