"""Who qualifies for which ring. What is found for one set of skills and groups holds for all agents who have it."""

from collections.abc import Mapping
from itertools import pairwise

from ovoz.contact_center.routing.contracts import EVERYONE, Ring, Terms


def qualifies(ring: Ring, skills: Mapping[str, int], groups: frozenset[str]) -> bool:
    """Whether someone with these skills and groups is reached by the ring."""
    if EVERYONE not in ring.groups and ring.groups.isdisjoint(groups):
        return False
    return all(skills.get(need.skill, 0) >= need.level for need in ring.needs)


def first_ring(rings: tuple[Ring, ...], skills: Mapping[str, int], groups: frozenset[str]) -> int | None:
    """The earliest ring that reaches them; they stay reached from there on."""
    for number, ring in enumerate(rings):
        if qualifies(ring, skills, groups):
            return number
    return None


def check(terms: Terms) -> None:
    """Refuse terms that mean nothing, with what would be right."""
    if not terms.rings:
        raise ValueError(f"queue {terms.queue}: at least one ring is needed")
    starts = [ring.after_s for ring in terms.rings]
    if not starts[0] >= 0 or not all(earlier <= later for earlier, later in pairwise(starts)):
        raise ValueError(
            f"queue {terms.queue}: rings begin at {starts}; each must begin at 0 or later, in order"
        )
    if not 0 < terms.target_s < float("inf"):
        raise ValueError(f"queue {terms.queue}: the target is {terms.target_s} s; it must be more than 0")
    if not 0 < terms.weight < float("inf"):
        raise ValueError(f"queue {terms.queue}: the weight is {terms.weight}; it must be more than 0")
    if not 0 <= terms.head_start_s < float("inf"):
        raise ValueError(
            f"queue {terms.queue}: the head start is {terms.head_start_s} s; it must be 0 or more"
        )
