"""What subscribers decide, for any random numbers."""

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ovoz.simulator.behaviour import (
    LONGEST_CONVERSATION_S,
    NOTHING_HEARD_S,
    Ending,
    Plan,
    Situation,
    ending,
    make_plan,
)
from ovoz.simulator.carrier import Order, plan_of

NUMBER = "+992900000101"
SEEDS = st.integers(0, 2**64)


def plan(seed: int) -> Plan:
    return make_plan(random.Random(seed), NUMBER)


@given(SEEDS)
def test_a_plan_keeps_its_bounds(seed: int) -> None:
    made = plan(seed)
    assert made == plan(seed)
    assert 45 <= made.patience_s <= 120
    assert 20 <= made.talk_s <= 60
    assert made.leaves_after_s is None or 3 <= made.leaves_after_s <= made.patience_s
    assert 3 <= len(made.says) <= 5
    assert all(2 <= sentence.pause_s <= 4 for sentence in made.says)
    assert all(set(press.digits) <= set("0123456789*#") for press in made.presses)


def test_subscribers_differ_in_the_proportions_that_were_meant() -> None:
    plans = [plan(seed) for seed in range(4000)]
    assert 0.08 < sum(each.leaves_after_s is not None for each in plans) / 4000 < 0.12
    assert 0.67 < sum(each.hangs_up for each in plans) / 4000 < 0.73
    assert 0.035 < sum(each.hidden for each in plans) / 4000 < 0.065
    assert 0.27 < sum(bool(each.presses) for each in plans) / 4000 < 0.33
    assert len({each.says for each in plans}) > 3900


@given(SEEDS)
def test_a_waiting_subscriber_has_limited_patience(seed: int) -> None:
    made = plan(seed)
    limit = made.patience_s if made.leaves_after_s is None else made.leaves_after_s

    def at(since_s: float) -> Ending | None:
        return ending(made, Situation(waits=True, since_s=since_s, talked_s=0, deaf_s=0))

    assert at(limit - 0.01) is None
    assert at(limit) is (Ending.IMPATIENT if made.leaves_after_s is None else Ending.LEFT_WAITING)


@given(SEEDS, st.floats(0.1, 1000))
def test_who_has_talked_does_not_leave_the_queue_but_loses_patience_on_hold(
    seed: int, talked_s: float
) -> None:
    made = plan(seed)
    now = Situation(waits=True, since_s=made.patience_s - 0.01, talked_s=talked_s, deaf_s=0)
    assert ending(made, now) is None
    assert ending(made, msgspec.structs.replace(now, since_s=made.patience_s)) is Ending.IMPATIENT


@given(SEEDS, st.floats(0, 1000))
def test_every_conversation_ends(seed: int, talked_s: float) -> None:
    made = plan(seed)
    told = ending(made, Situation(waits=False, since_s=talked_s, talked_s=talked_s, deaf_s=0))
    if made.hangs_up:
        assert (told is not None) == (talked_s >= made.talk_s)
    else:
        assert (told is not None) == (talked_s >= LONGEST_CONVERSATION_S)


@given(SEEDS, st.booleans())
def test_a_dead_line_is_left(seed: int, waits: bool) -> None:
    now = Situation(waits=waits, since_s=0, talked_s=0, deaf_s=NOTHING_HEARD_S + 0.01)
    assert ending(plan(seed), now) is Ending.LINE_DEAD


@given(SEEDS)
def test_an_order_is_obeyed(seed: int) -> None:
    order = Order(to="100", from_=NUMBER, hidden=True, seconds=7, patience_s=300, digits="5#")
    made = plan_of(order, plan(seed))
    assert (made.hidden, made.talk_s, made.hangs_up, made.patience_s) == (True, 7, True, 300)
    assert made.leaves_after_s is None
    assert [(press.digits, press.after_s, press.in_conversation) for press in made.presses] == [
        ("5#", 2, False)
    ]
    assert made.says == plan(seed).says
    assert plan_of(Order(to="100", from_=NUMBER), plan(seed)) == plan(seed)
    assert plan_of(Order(to="100", from_=NUMBER, digits=""), plan(seed)).presses == ()
