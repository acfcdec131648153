"""Which overflow rules hold, against what is known; and that nobody looks too late."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.routing.api import holding, next_look
from ovoz.contact_center.routing.contracts import Overflow, Situation

CALM = Situation(waited_s=0, length=1, estimated_wait_s=None, agents=3, open=True)
RULES = st.lists(
    st.builds(
        lambda when, at_least: Overflow(
            when, "goodbye", at_least if when.endswith(("_s", "length")) else None
        ),
        st.sampled_from(["wait_s", "length", "estimated_wait_s", "no_agents", "closed"]),
        st.integers(1, 100),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        (Overflow("wait_s", "goodbye", 60), {"waited_s": 60}),
        (Overflow("length", "goodbye", 5), {"length": 5}),
        (Overflow("estimated_wait_s", "goodbye", 90), {"estimated_wait_s": 90.0}),
        (Overflow("no_agents", "goodbye"), {"agents": 0}),
        (Overflow("closed", "queue", to="vip"), {"open": False}),
    ],
)
def test_a_rule_holds_from_its_figure_on(rule: Overflow, known: dict[str, Any]) -> None:
    assert list(holding([rule], CALM)) == []
    assert list(holding([rule], msgspec.structs.replace(CALM, **known))) == [rule]
    if rule.at_least is not None:
        [(name, figure)] = known.items()
        assert list(holding([rule], msgspec.structs.replace(CALM, **{name: figure - 1}))) == []


def test_what_is_not_known_is_no_reason() -> None:
    rules = [Overflow("length", "goodbye", 1), Overflow("estimated_wait_s", "goodbye", 1)]
    assert list(holding(rules, msgspec.structs.replace(CALM, length=None))) == []


@given(rules=RULES, waited=st.integers(0, 110))
def test_between_two_looks_nothing_falls_due(rules: list[Overflow], waited: int) -> None:
    """A caller with whom nothing happens is looked at exactly when time alone makes a rule hold."""
    look = next_look(rules, waited)
    before = list(holding(rules, msgspec.structs.replace(CALM, waited_s=waited)))
    for second in range(waited, 130):
        now = list(holding(rules, msgspec.structs.replace(CALM, waited_s=second)))
        if look is None or second < look:
            assert now == before
        elif second == look:
            assert len(now) > len(before)
