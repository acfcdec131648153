"""A recorded day played under other rules: what changes nothing changes nothing, and what a rule says happens."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.routing.test_recorded import AGENTS, HOURS, PEOPLE, TERMS, real_day, record
from tests.unit.routing.test_treatment import LINE, OTHER_LINE, documents, plainly_holds, profiles

from ovoz.contact_center.callers.contracts import (
    CallerProfile,
    LastAgent,
    OnRecord,
    RoutingRule,
    RoutingRules,
    RuleThen,
    RuleWhen,
)
from ovoz.contact_center.routing.contracts import EVERYONE, Ring, Terms
from ovoz.contact_center.routing.rules.recorded import Contact, Person, Stretch, arrivals_of, play, was
from ovoz.contact_center.routing.rules.recorded_callers import (
    RecordedDay,
    arrivals_under,
    play_rules,
    queue_of,
    treatments,
)
from ovoz.contact_center.routing.rules.simulation import Arrival
from ovoz.contact_center.routing.rules.treatment import treat

VIP = CallerProfile(vip=True)
FIRST_VIPS = RoutingRules((RoutingRule("VIP", RuleWhen(vip=True), RuleThen(head_start_s=300)),))
SHIFT = tuple(Stretch(person, 0.0, HOURS * 3600.0) for person in PEOPLE)
ALL = frozenset({EVERYONE})
LINES = {code: Terms(code, "voice", 20.0, (Ring(0.0, (), ALL),)) for code in ("support", "vip")}
TWO = {
    UUID(int=1): Person(UUID(int=1), (("tajik", 4),), ALL),
    UUID(int=2): Person(UUID(int=2), (), ALL),
}


def busy_day(seed: int = 5) -> RecordedDay:
    """Every tenth caller is a VIP, and of every seventh nobody knows who it is."""
    contacts = record(real_day(seed, 1.1))
    known = {
        contact.id: OnRecord(contact.queue, None, VIP if place % 10 == 0 else CallerProfile())
        for place, contact in enumerate(contacts)
        if place % 7
    }
    return RecordedDay(contacts, known, SHIFT, PEOPLE, TERMS, {})


def small(
    contacts: Sequence[Contact], known: dict[UUID, OnRecord], people: dict[UUID, Person] = TWO
) -> RecordedDay:
    return RecordedDay(
        contacts, known, [Stretch(person, 0.0, 10_000.0) for person in people], people, LINES, {}
    )


def test_rules_that_hold_for_nobody_change_nothing() -> None:
    day = busy_day()
    idle = RoutingRules((RoutingRule("elsewhere", RuleWhen(dialled=(OTHER_LINE,)), RuleThen(target_s=5)),))
    found = play_rules(day, RoutingRules(), idle)
    assert found.live == found.draft
    assert (found.otherwise, found.moved, found.unknown) == (0, 0, -(-len(day.contacts) // 7))
    assert [(one.held, one.decided, one.draft) for one in found.rules] == [(0, 0, None)]
    plain = play(day.contacts, day.stretches, day.people, day.terms, {})
    assert found.live.occupancy == plain.occupancy
    assert len(found.live.outcomes) == plain.all.offered
    renamed = msgspec.structs.replace(FIRST_VIPS.rules[0], name="Important")
    again = play_rules(day, FIRST_VIPS, RoutingRules((renamed,)))
    assert (again.live, again.otherwise) == (again.draft, 0)


def test_a_head_start_is_won_by_some_and_paid_by_the_rest() -> None:
    day = busy_day()
    found = play_rules(day, RoutingRules(), FIRST_VIPS)
    [vip] = found.rules
    assert vip.live is not None
    assert vip.draft is not None
    assert vip.held == vip.decided == found.otherwise == vip.was.offered  # type: ignore[union-attr]
    assert vip.draft.mean_wait_s < 0.8 * vip.live.mean_wait_s
    assert vip.draft.abandonment < vip.live.abandonment
    vips = {id_ for id_, known in day.known.items() if known.profile == VIP}
    assert len(vips) == vip.held

    def mean(run: object) -> float:
        waits = [one.waited_s for one in run.outcomes if one.arrival.offer.id not in vips]  # type: ignore[attr-defined]
        return sum(waits) / len(waits)

    assert mean(found.draft) > mean(found.live)
    assert found.was == was(day.contacts, day.stretches, day.terms)


def arrivals_of_day(day: RecordedDay, rules: RoutingRules) -> list[Arrival]:
    return arrivals_under(day, arrivals_of(day.contacts, day.terms), treatments(day, rules))


calls = st.lists(
    st.tuples(
        st.builds(
            Contact,
            id=st.uuids(),
            queue=st.sampled_from(["support", "vip", "archived"]),
            since=st.floats(0, 9_000),
            waited_s=st.floats(0, 600),
            handling_s=st.none() | st.floats(1, 900),
            dialled=st.sampled_from([LINE, OTHER_LINE]),
        ),
        st.none()
        | st.builds(
            OnRecord,
            st.sampled_from([None, "support", "vip", "archived"]),
            st.sampled_from([None, "vip"]),
            st.none() | profiles,
            st.sampled_from([None, UUID(int=1), UUID(int=2)]),
        ),
    ),
    max_size=12,
    unique_by=lambda one: one[0].id,
)


@given(calls, documents, documents)
def test_every_day_under_every_rules(
    found: list[tuple[Contact, OnRecord | None]], live: RoutingRules, draft: RoutingRules
) -> None:
    day = small([one for one, _ in found], {one.id: known for one, known in found if known})
    counted = [(one, known or OnRecord()) for one, known in found if one.queue in LINES]
    same = play_rules(day, live, live)
    assert (same.live, same.otherwise, same.moved) == (same.draft, 0, 0)
    other = play_rules(day, live, draft)
    assert other.live == same.live, "a draft changes nothing of how it is"
    assert other == play_rules(day, live, draft), "the same on every run"
    assert other.moved <= other.otherwise <= len(counted)
    for run in (other.was, other.live, other.draft):
        assert {one.arrival.offer.id for one in run.outcomes} == {one.id for one, _ in counted}
        assert all(one.arrival.tags[0] == one.arrival.offer.terms.queue for one in run.outcomes)
    for rule, one in zip(draft.rules, other.rules, strict=True):
        holding = [
            contact.id
            for contact, known in counted
            if plainly_holds(rule.when, known.profile, contact.dialled)
        ]
        assert one.held == len(holding)
        deciding = [
            contact.id
            for contact, known in counted
            for applied in treat(draft, known.profile, contact.dialled, known.last_agent).applied
            if applied.rule == rule.name and applied.decided
        ]
        assert (
            one.decided
            == len(deciding)
            == (one.draft.offered if one.draft else 0)
            == (one.was.offered if one.was else 0)
        )


@given(calls, documents)
def test_nobody_is_led_away_by_what_led_them_that_day(
    found: list[tuple[Contact, OnRecord | None]], rules: RoutingRules
) -> None:
    """Who was passed on, or whom overflow led elsewhere, is still on record with that queue."""
    for contact, known in found:
        [said] = treatments(small([contact], {contact.id: known} if known else {}), rules)
        named = said.queue if said.queue in LINES else None
        kept = OnRecord(
            "support", named, known.profile if known else None, known.last_agent if known else None
        )
        assert queue_of(contact, kept, said, LINES) == contact.queue


def test_a_draft_leads_into_another_queue_and_back() -> None:
    contact = Contact(UUID(int=9), "support", 100.0, 5.0, 60.0, LINE)
    led = RoutingRules((RoutingRule("VIP", RuleWhen(vip=True), RuleThen(queue="vip")),))
    come = small([contact], {contact.id: OnRecord("support", None, VIP)})
    there = play_rules(come, RoutingRules(), led)
    assert (there.moved, there.otherwise) == (1, 1)
    assert [one.arrival.tags for one in there.draft.outcomes] == [("vip",)]
    assert [one.arrival.tags for one in there.was.outcomes] == [("support",)]
    in_vip = msgspec.structs.replace(contact, queue="vip")
    back = play_rules(small([in_vip], {contact.id: OnRecord("support", "vip", VIP)}), led, RoutingRules())
    assert [one.arrival.tags for one in back.live.outcomes] == [("vip",)]
    assert [one.arrival.tags for one in back.draft.outcomes] == [("support",)]


def test_the_last_agent_is_waited_for_who_is_there() -> None:
    asked = RoutingRules(last_agent=LastAgent(wait_s=60))
    first, second = UUID(int=1), UUID(int=2)
    contacts = [
        Contact(UUID(int=100 + place), "support", since, 0.0, 300.0, LINE)
        for place, since in enumerate((100.0, 200.0, 250.0))
    ]
    known = {contact.id: OnRecord("support", None, VIP, first) for contact in contacts}
    there = small(contacts, known)
    found = play_rules(there, RoutingRules(), asked).draft.outcomes
    # Seats are by place: the first stretch is the first agent's.
    assert [one.agent for one in found] == [first, second, first]
    assert [one.waited_s for one in found] == [0.0, 60.0, 150.0], "after a minute anybody will do"
    away = msgspec.structs.replace(there, stretches=[Stretch(second, 0.0, 10_000.0)])
    assert all(not one.offer.preferred for one in arrivals_of_day(away, asked))
    out = msgspec.structs.replace(
        there, stretches=[Stretch(first, 0.0, 150.0), Stretch(second, 0.0, 10_000.0)]
    )
    assert [len(one.offer.preferred) for one in arrivals_of_day(out, asked)] == [1, 0, 0]


def test_a_skill_that_nobody_has_is_not_asked_for() -> None:
    contact = Contact(UUID(int=9), "support", 100.0, 5.0, 60.0, LINE)
    day = small([contact], {contact.id: OnRecord("support", None, VIP)})

    def rings(level: int) -> tuple[Ring, ...]:
        rules = RoutingRules((RoutingRule("tajik", RuleWhen(), RuleThen(skills={"tajik": level})),))
        [arrival] = arrivals_of_day(day, rules)
        return arrival.offer.terms.rings

    assert [need.level for need in rings(4)[0].needs] == [4]
    assert rings(5)[0].needs == ()


def test_agents_are_as_many_as_were_there() -> None:
    day = busy_day()
    half = msgspec.structs.replace(day, stretches=day.stretches[: AGENTS // 2])
    full, fewer = (play_rules(one, FIRST_VIPS, FIRST_VIPS).live for one in (day, half))
    assert sum(one.agent is None for one in fewer.outcomes) > sum(one.agent is None for one in full.outcomes)
