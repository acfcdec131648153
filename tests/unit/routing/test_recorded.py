"""A day that was simulated, recorded as the history would have it, and played again comes out nearly as it was."""

import random
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ovoz.contact_center.routing.contracts import EVERYONE, Agent, Need, Offer, Policy, Ring, Terms
from ovoz.contact_center.routing.rules.matching import Matcher
from ovoz.contact_center.routing.rules.recorded import (
    NEVER_S,
    Contact,
    Person,
    Stretch,
    arrivals_of,
    as_it_was,
    mean_patience_s,
    shifts_of,
)
from ovoz.contact_center.routing.rules.simulation import Arrival, Day, Shift, Simulation, figures

ALL = frozenset({EVERYONE})
TERMS = {
    skill: Terms(skill, "voice", 20.0, (Ring(0.0, (Need(skill, 1),), ALL),))
    for skill in ("internet", "tariffs")
}
HOURS, AGENTS, HANDLING_S, PATIENCE_S = 8, 20, 240.0, 90.0
PEOPLE = {
    UUID(int=number): Person(
        UUID(int=number), (("internet", 5), ("tariffs", 3)) if number % 2 else (("tariffs", 5),), ALL
    )
    for number in range(1, AGENTS + 1)
}


def real_day(seed: int, load: float) -> Day:
    draw = random.Random(seed)
    at, arrivals = 0.0, []
    while (at := at + draw.expovariate(load * AGENTS / HANDLING_S)) < HOURS * 3600:
        offer = Offer(UUID(int=draw.getrandbits(128)), TERMS[draw.choice(["internet", "tariffs"])], at)
        patience, handling = draw.expovariate(1 / PATIENCE_S), draw.expovariate(1 / HANDLING_S)
        arrivals.append(Arrival(offer, patience, handling, (offer.terms.queue,)))
    people = [Agent(one.id, one.skills, one.groups, 0.0, 0.0) for one in PEOPLE.values()]
    shifts = [Shift(agent, HOURS * 3600.0) for agent in people]
    return Simulation(Matcher(Policy()), arrivals, shifts).run()


def record(day: Day) -> list[Contact]:
    """What the history keeps of it: no patience of who was answered, no handling of who was lost."""
    return [
        Contact(
            outcome.arrival.offer.id,
            outcome.arrival.offer.terms.queue,
            outcome.arrival.offer.since,
            outcome.waited_s,
            outcome.arrival.handling_s if outcome.agent is not None else None,
        )
        for outcome in day.outcomes
    ]


@pytest.mark.parametrize("load", [0.9, 1.05])
def test_a_day_played_again_is_near_what_it_was(load: float) -> None:
    differences: list[tuple[float, float]] = []
    for seed in (1, 2, 3):
        contacts = record(real_day(seed, load))
        was = figures(as_it_was(contacts, TERMS), short_s=0.0)
        stretches = [Stretch(person, 0.0, HOURS * 3600.0) for person in PEOPLE]
        again = Simulation(
            Matcher(Policy()), arrivals_of(contacts, TERMS), shifts_of(stretches, PEOPLE)
        ).run()
        is_ = figures(again.outcomes, short_s=0.0)
        assert is_.offered == was.offered == len(contacts)
        differences.append((is_.service_level - was.service_level, is_.abandonment - was.abandonment))
    for difference in (sum(column) / 3 for column in zip(*differences, strict=True)):
        assert abs(difference) < 0.02, differences


def test_fewer_agents_lose_more() -> None:
    contacts = record(real_day(5, 0.95))
    lost = []
    for people in (AGENTS, AGENTS * 3 // 4):
        stretches = [Stretch(person, 0.0, HOURS * 3600.0) for person in list(PEOPLE)[:people]]
        again = Simulation(
            Matcher(Policy()), arrivals_of(contacts, TERMS), shifts_of(stretches, PEOPLE)
        ).run()
        lost.append(figures(again.outcomes, short_s=0.0).abandonment)
    assert lost[1] > lost[0] + 0.05


contacts_ = st.lists(
    st.builds(
        Contact,
        id=st.uuids(),
        queue=st.sampled_from(["internet", "tariffs", "gone"]),
        since=st.floats(0, 86_400),
        waited_s=st.floats(0, 600),
        handling_s=st.none() | st.floats(1, 3600),
    ),
    max_size=30,
    unique_by=lambda one: one.id,
)


@given(contacts_)
@example([Contact(UUID(int=1), "internet", 0.0, 0.0)])
def test_everything_on_record_stays_as_it_was(contacts: list[Contact]) -> None:
    arrivals = {one.offer.id: one for one in arrivals_of(contacts, TERMS)}
    assert set(arrivals) == {one.id for one in contacts if one.queue in TERMS}
    for contact in contacts:
        if contact.queue not in TERMS:
            continue
        one = arrivals[contact.id]
        assert (one.offer.since, one.tags) == (contact.since, (contact.queue,))
        if contact.answered:
            assert one.patience_s >= contact.waited_s
            assert one.handling_s == contact.handling_s
        else:
            assert one.patience_s == contact.waited_s
            assert one.handling_s > 0
    assert arrivals_of(contacts, TERMS) == list(arrivals.values()), "the same on every run"


def test_patience_is_what_all_waits_show() -> None:
    def contact(waited_s: float, handling_s: float | None) -> Contact:
        return Contact(UUID(int=1), "internet", 0.0, waited_s, handling_s)

    assert mean_patience_s([contact(30, 100), contact(10, None), contact(20, None)]) == 30
    assert mean_patience_s([contact(30, 100)]) == NEVER_S


def test_whoever_is_no_agent_any_more_is_not_there() -> None:
    stretches = [Stretch(UUID(int=99), 0, 100), Stretch(UUID(int=1), 50, 50), Stretch(UUID(int=1), 60, 90)]
    [shift] = shifts_of(stretches, PEOPLE)
    assert (shift.agent.signed_in_at, shift.until, shift.agent.skills) == (60, 90, PEOPLE[UUID(int=1)].skills)
