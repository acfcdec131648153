"""When subscribers call."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.simulator.arrivals import FIRST_WITHIN_S, IDLE_SHARE, MOST_WAITING, Arrivals

STEP_S = 0.25
SEEDS = st.integers(0, 2**64)


def calls(arrivals: Arrivals, until_s: float, waiting: int, since_s: float = 0.0) -> list[float]:
    moments = [since_s + index * STEP_S for index in range(int((until_s - since_s) / STEP_S) + 1)]
    return [now for now in moments if arrivals.is_due(now, waiting)]


@given(SEEDS)
def test_the_first_call_comes_soon(seed: int) -> None:
    assert calls(Arrivals(random.Random(seed), 2, 0.0), FIRST_WITHIN_S + STEP_S, 0)


@given(SEEDS)
def test_whoever_is_free_has_a_caller_within_half_a_minute(seed: int) -> None:
    moments = calls(Arrivals(random.Random(seed), 2, 0.0), 600, waiting=0)
    distances = [b - a for a, b in itertools.pairwise(moments)]
    assert max(distances) <= IDLE_SHARE * 30 + STEP_S < 30


@given(SEEDS, st.integers(MOST_WAITING, 50))
def test_a_full_queue_gets_nobody(seed: int, waiting: int) -> None:
    assert calls(Arrivals(random.Random(seed), 30, 0.0), 300, waiting) == []


@pytest.mark.parametrize("rate", [0.5, 2, 20])
def test_the_rate_is_kept(rate: float) -> None:
    hours = 40 / rate
    made = calls(Arrivals(random.Random(5), rate, 0.0), hours * 3600, waiting=1)
    assert len(made) / (hours * 60) == pytest.approx(rate, rel=0.1)


@given(SEEDS)
def test_a_changed_rate_counts_at_once(seed: int) -> None:
    arrivals = Arrivals(random.Random(seed), 2, 0.0)
    arrivals.set_rate(0, 0.0)
    assert calls(arrivals, 600, 0) == []
    arrivals.set_rate(60, 600.0)
    assert arrivals.calls_per_minute == 60
    assert calls(arrivals, 601, 0, since_s=600.0)
