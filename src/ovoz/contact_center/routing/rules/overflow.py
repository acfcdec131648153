"""Which rules lead an offer out of its queue, and when to look next."""

from collections.abc import Iterable, Iterator

from ovoz.contact_center.routing.contracts import Overflow, Situation


def holding(rules: Iterable[Overflow], situation: Situation) -> Iterator[Overflow]:
    """Rules that hold, in their order; what is not known is no reason."""
    return (rule for rule in rules if _holds(rule, situation))


def next_look(rules: Iterable[Overflow], waited_s: float) -> float | None:
    """The next wait at which a rule falls due; None: there is none. Other rules hold by what happens."""
    later = [rule.at_least for rule in rules if rule.when == "wait_s" and rule.at_least is not None]
    return min((wait for wait in later if wait > waited_s), default=None)


def _holds(rule: Overflow, situation: Situation) -> bool:
    if rule.when == "closed":
        return not situation.open
    if rule.when == "no_agents":
        return situation.agents == 0
    figure = {
        "wait_s": situation.waited_s,
        "length": situation.length,
        "estimated_wait_s": situation.estimated_wait_s,
    }[rule.when]
    return figure is not None and rule.at_least is not None and figure >= rule.at_least
