"""Overflow rules as the routing engine takes them, and whether they lead back to where a caller came from."""

from collections.abc import Mapping, Sequence

from ovoz.contact_center.queues.contracts import OFFERED, OverflowRule
from ovoz.contact_center.routing.contracts import Overflow


def overflows_of(rules: Sequence[OverflowRule], ids: Mapping[str, str]) -> tuple[Overflow, ...]:
    """Those that can be followed, each with its place among all of them; `ids` has the queues by their codes."""
    found: list[Overflow] = []
    for place, rule in enumerate(rules):
        to = ids.get(rule.to or "") if rule.then == "queue" else rule.to
        if rule.then in OFFERED and (rule.then == "goodbye" or to is not None):
            found.append(Overflow(rule.when, rule.then, rule.at_least, to, place))  # type: ignore[arg-type]
    return tuple(found)


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
