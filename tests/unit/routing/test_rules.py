"""Single rules, by example: what is refused, capacity, who may have what, and a small simulated day."""

from uuid import UUID

import pytest
from tests.unit.routing.worlds import agent_id

from ovoz.contact_center.routing.contracts import (
    EVERYONE,
    Agent,
    Capacity,
    Need,
    Offer,
    Policy,
    Preference,
    Ring,
    Terms,
)
from ovoz.contact_center.routing.rules import matching
from ovoz.contact_center.routing.rules.capacity import free_channels
from ovoz.contact_center.routing.rules.matching import Matcher
from ovoz.contact_center.routing.rules.simulation import Arrival, Shift, Simulation, figures, occupancy_spread

ALL = frozenset({EVERYONE})
ANYONE = Terms("q", "voice", 20.0, (Ring(0.0, (), ALL),))


def agent(number: int, worked_s: float = 0.0, **skills: int) -> Agent:
    return Agent(agent_id(number), tuple(skills.items()), frozenset(), 0.0, 0.0, worked_s)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (Terms("q", "voice", 20.0, ()), "at least one ring"),
        (Terms("q", "voice", 20.0, (Ring(9.0, (), ALL), Ring(3.0, (), ALL))), "in order"),
        (Terms("q", "voice", 0.0, ANYONE.rings), "target is 0.0"),
        (Terms("q", "voice", float("nan"), ANYONE.rings), "target is nan"),
        (Terms("q", "voice", 20.0, ANYONE.rings, weight=-1.0), "weight is -1.0"),
        (Terms("q", "voice", 20.0, ANYONE.rings, head_start_s=-1.0), "head start is -1.0"),
    ],
)
def test_terms_without_meaning_are_refused(terms: Terms, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Matcher(Policy()).put_offer(Offer(UUID(int=1), terms, 0.0))


def test_a_call_may_come_on_top_of_chats_and_not_the_other_way() -> None:
    capacity = Capacity((("voice", 1), ("chat", 2)), frozenset({("voice", "chat")}))

    def free(*load: tuple[str, int]) -> tuple[str, ...]:
        return free_channels(Agent(agent_id(1), (), frozenset(), 0.0, 0.0, load=load, capacity=capacity))  # type: ignore[arg-type]

    assert free() == ("voice", "chat")
    assert free(("chat", 1)) == ("voice", "chat")
    assert free(("chat", 2)) == ("voice",)
    assert free(("voice", 1)) == ()


def test_the_late_yield_until_the_guard() -> None:
    late, in_time = Offer(UUID(int=1), ANYONE, 0.0), Offer(UUID(int=2), ANYONE, 25.0)
    for now, first in ((30.0, in_time), (61.0, late)):
        matcher = Matcher(Policy(guard_s=60.0))
        matcher.put_offer(late)
        matcher.put_offer(in_time)
        matcher.put_agent(agent(1))
        assert [one.offer for one in matcher.match(now)] == [first.id]


def test_where_most_wait_is_helped_first() -> None:
    """Of two heads, the younger one has three behind it that wait for the same people."""
    ru, tg = (Terms(skill, "voice", 20.0, (Ring(0.0, (Need(skill),), ALL),)) for skill in ("ru", "tg"))
    matcher = Matcher(Policy())
    matcher.put_offer(Offer(UUID(int=1), ru, 0.0))
    for number in range(2, 6):
        matcher.put_offer(Offer(UUID(int=number), tg, float(number)))
    matcher.put_agent(agent(1, ru=5, tg=5))
    assert [one.offer for one in matcher.match(10.0)] == [UUID(int=2)]


def test_who_can_do_what_few_can_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least occupied also speaks Tajik: while nobody else who is idle does, the other one is taken."""
    ru = Terms("ru", "voice", 20.0, (Ring(0.0, (Need("ru"),), ALL),))
    russian, both = agent(1, worked_s=600.0, ru=5), agent(2, ru=5, tg=5)
    others = [agent(number, worked_s=900.0, tg=5) for number in range(3, 13)]

    def taken(policy: Policy, *agents: Agent) -> tuple[UUID, int]:
        matcher = Matcher(policy)
        for one in agents:
            matcher.put_agent(one)
        matcher.put_offer(Offer(UUID(int=1), ru, 0.0))
        made = matcher.match(0.0)
        return made[0].agent, made[0].reason.spared

    assert taken(Policy(), russian, both) == (russian.id, 1)
    assert taken(Policy(), russian, both, *others) == (both.id, 0)
    assert taken(Policy(spare_s=0.0), russian, both) == (both.id, 0)
    assert taken(Policy("longest_idle"), both, russian) == (russian.id, 0)
    monkeypatch.setattr(matching, "LOOKED_AT", 1)
    assert taken(Policy(), russian, both) == (both.id, 0)


def test_a_preferred_agent_is_waited_for_and_then_anybody() -> None:
    matcher = Matcher(Policy())
    busy = Agent(agent_id(1), (), frozenset(), 0.0, 0.0, load=(("voice", 1),))
    matcher.put_agent(busy)
    matcher.put_agent(agent(2))
    matcher.put_offer(Offer(UUID(int=1), ANYONE, 0.0, (Preference(busy.id, 15.0, "last_agent"),)))
    assert matcher.match(0.0) == []
    assert matcher.next_due(0.0) == 15.0
    assert matcher.waiting(UUID(int=1), 1.0).waits_for == busy.id
    made = matcher.match(15.0)
    assert [(one.agent, one.reason.by) for one in made] == [(agent_id(2), "longest_relative_wait")]


def test_who_could_ever_serve() -> None:
    rings = (Ring(0.0, (Need("ru", 4),), ALL), Ring(30.0, (Need("ru", 2),), ALL))
    matcher = Matcher(Policy())
    for one in (agent(1, ru=2), agent(2, ru=5), agent(3, tg=5)):
        matcher.put_agent(one)
    assert matcher.eligible(Terms("q", "voice", 20.0, rings)) == ((agent_id(2), 0), (agent_id(1), 1))
    assert matcher.eligible(Terms("q", "chat", 20.0, rings)) == ()


def test_a_small_day_counted_by_hand() -> None:
    """One agent, 100 s a call: the first is answered at once, the second after 30 s, the third gives up after 10."""
    arrivals = [
        Arrival(Offer(UUID(int=1), ANYONE, 0.0), 60.0, 100.0),
        Arrival(Offer(UUID(int=2), ANYONE, 70.0), 60.0, 100.0, ("vip",)),
        Arrival(Offer(UUID(int=3), ANYONE, 110.0), 10.0, 100.0),
    ]
    day = Simulation(Matcher(Policy()), arrivals, [Shift(agent(1), 400.0)]).run()
    counted = figures(day.outcomes)
    assert (counted.offered, counted.service_level, counted.abandonment) == (3, 1 / 3, 1 / 3)
    assert counted.mean_wait_s == 15.0
    assert figures(day.outcomes, tag="vip").p99_wait_s == 30.0
    assert occupancy_spread(day.presences) == (0.5, 0.0)
