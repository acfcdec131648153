"""The estimated wait and its error, against simulated queues."""

import heapq
import math
import random
from uuid import UUID

import pytest

from ovoz.contact_center.routing.rules.estimate import FEWEST_OUTCOMES, FEWEST_TAKEN, WaitEstimator


def contact(number: int) -> UUID:
    return UUID(int=number)


def test_nothing_is_said_of_a_queue_that_nobody_was_taken_from() -> None:
    estimator = WaitEstimator()
    estimator.queued(contact(1), 0.0, 0)
    assert estimator.estimate(0.0, 3) is None
    for number in range(FEWEST_TAKEN - 1):
        estimator.taken(contact(100 + number), float(number))
    assert estimator.estimate(5.0, 3) is None


def test_an_even_queue_is_foretold_and_its_error_becomes_known() -> None:
    """One is taken every 10 s: the third in line waits 30 s; before 20 outcomes the error is not known."""
    estimator = WaitEstimator()
    for number in range(10):
        estimator.taken(contact(1000 + number), 10.0 * number)
    for number in range(FEWEST_OUTCOMES):
        now = 90.0 + 10.0 * number
        estimate = estimator.estimate(now, 2)
        assert estimate is not None
        assert estimate.wait_s == pytest.approx(30.0)
        assert estimate.error_s is None
        assert not estimate.worth_saying
        estimator.queued(contact(number), now, 0)
        estimator.taken(contact(number), now + 10.0)
    known = estimator.estimate(90.0 + 10.0 * FEWEST_OUTCOMES, 2)
    assert known is not None
    assert known.error_s == pytest.approx(0.0, abs=1e-6)
    assert known.worth_saying
    assert known.minutes == 1


def test_a_queue_that_stands_still_is_seen_to_stand_still() -> None:
    estimator = WaitEstimator()
    for number in range(10):
        estimator.taken(contact(number), 10.0 * number)
    soon, later = estimator.estimate(90.0, 0), estimator.estimate(690.0, 0)
    assert soon is not None
    assert later is not None
    assert later.wait_s > 7 * soon.wait_s
    assert estimator.estimate(90.0 + 3600.0, 0) is None


def test_who_leaves_early_shows_nothing_and_who_leaves_late_an_error() -> None:
    estimator = WaitEstimator()
    for number in range(10):
        estimator.taken(contact(number), 10.0 * number)
    for number in range(FEWEST_OUTCOMES):
        estimator.queued(contact(100 + number), 90.0, 0)
        estimator.left(contact(100 + number), 95.0)
    early = estimator.estimate(90.0, 0)
    assert early is not None
    assert early.outcomes == 0
    for number in range(FEWEST_OUTCOMES):
        estimator.queued(contact(200 + number), 90.0, 0)
        estimator.left(contact(200 + number), 190.0)
    late = estimator.estimate(90.0, 0)
    assert late is not None
    assert late.error_s == pytest.approx(90.0)  # 90 s too little, where 10 s had been estimated
    assert late.wait_s == pytest.approx(10.0)
    assert not late.worth_saying


@pytest.mark.parametrize("seed", range(5))
def test_the_error_that_is_told_is_the_error_that_is_made(seed: int) -> None:
    """M/M/8, overloaded a little: of later waits about 80 % are within the error that was told at their beginning."""
    chance = random.Random(seed)
    servers, handling_s, load = 8, 120.0, 1.02
    free_at = [0.0] * servers
    estimator = WaitEstimator()
    takes: list[tuple[float, int]] = []
    told: list[tuple[float, float, float]] = []
    now = 0.0
    for number in range(4000):
        now += chance.expovariate(load * servers / handling_s)
        while takes and takes[0][0] <= now:
            taken_at, taken = heapq.heappop(takes)
            estimator.taken(contact(taken), taken_at)
        begins = max(now, min(free_at))
        free_at[free_at.index(min(free_at))] = begins + chance.expovariate(1 / handling_s)
        heapq.heappush(takes, (begins, number))
        if begins == now:
            continue
        ahead = len(takes) - 1
        estimate = estimator.estimate(now, ahead)
        if estimate is not None and estimate.error_s is not None and number > 500:
            told.append((estimate.wait_s, estimate.error_s, begins - now))
        estimator.queued(contact(number), now, ahead)
    held = sum(abs(wait - came) <= error for wait, error, came in told) / len(told)
    assert len(told) > 1000
    assert 0.72 <= held <= 0.88
    assert all(math.isfinite(error) for _, error, _ in told)
