"""How rules treat callers: beside a plain oracle, and what is found wrong with rules beside what they do."""

from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.callers.contracts import (
    CallerProfile,
    LastAgent,
    RoutingRule,
    RoutingRules,
    RuleThen,
    RuleWhen,
)
from ovoz.contact_center.routing.api import Surroundings, Treatment, rule_faults, servable, treat, treated
from ovoz.contact_center.routing.contracts import EVERYONE, Agent, Need, Preference, Ring, Terms

LINE, OTHER_LINE = "+992446000100", "+992446000111"
MANAGER, LAST = UUID(int=1), UUID(int=2)
SUPPORT = Terms("support", "voice", 20.0, (Ring(0.0, (), frozenset({EVERYONE})),))

profiles = st.builds(
    CallerProfile,
    vip=st.booleans(),
    corporate=st.booleans(),
    answer_target_s=st.sampled_from([None, 5]),
    region=st.sampled_from([None, "Sughd", "Khatlon"]),
    language=st.sampled_from([None, "ru", "tg"]),
    outage=st.booleans(),
    manager_id=st.sampled_from([None, MANAGER]),
)
whens = st.builds(
    RuleWhen,
    vip=st.sampled_from([None, None, True, False]),
    corporate=st.sampled_from([None, None, True]),
    regions=st.sampled_from([(), (), ("Sughd",), ("Sughd", "Khatlon")]),
    languages=st.sampled_from([(), (), ("tg",)]),
    dialled=st.sampled_from([(), (), (LINE,), (LINE, OTHER_LINE)]),
)
thens = st.builds(
    RuleThen,
    queue=st.sampled_from([None, None, "vip", "night"]),
    head_start_s=st.sampled_from([None, None, 30, 60]),
    target_s=st.sampled_from([None, None, 10]),
    account_target=st.booleans(),
    skills=st.dictionaries(st.sampled_from(["tajik", "tariffs"]), st.integers(1, 5), max_size=2),
    prefer=st.sampled_from([None, None, "manager", "last_agent"]),
)
documents = st.builds(
    lambda pairs, last: RoutingRules(
        tuple(RoutingRule(f"rule {place}", when, then) for place, (when, then) in enumerate(pairs)), last
    ),
    st.lists(st.tuples(whens, thens), max_size=6),
    st.builds(LastAgent, wait_s=st.sampled_from([0, 20])),
)
agents = st.builds(
    lambda number, skills, there: Agent(
        UUID(int=number), tuple(sorted(skills.items())), frozenset({EVERYONE}), 0.0, 0.0, available=there
    ),
    st.integers(1, 5),
    st.dictionaries(st.sampled_from(["tajik", "tariffs"]), st.integers(1, 5), max_size=2),
    st.booleans(),
)


def plainly_holds(when: RuleWhen, profile: CallerProfile | None, dialled: str) -> bool:
    if when.dialled and dialled not in when.dialled:
        return False
    asked = msgspec.structs.replace(when, dialled=())
    if asked == RuleWhen():
        return True
    if profile is None:
        return False
    return (
        (when.vip is None or when.vip == profile.vip)
        and (when.corporate is None or when.corporate == profile.corporate)
        and (not when.regions or profile.region in when.regions)
        and (not when.languages or profile.language in when.languages)
    )


@given(documents, st.none() | profiles, st.sampled_from([LINE, OTHER_LINE]), st.sampled_from([None, LAST]))
def test_the_first_rule_that_names_something_decides_it(
    rules: RoutingRules, profile: CallerProfile | None, dialled: str, last: UUID | None
) -> None:
    found = treat(rules, profile, dialled, last)
    holding = [rule for rule in rules.rules if plainly_holds(rule.when, profile, dialled)]
    assert [one.rule for one in found.applied] == [rule.name for rule in holding]
    thens = [rule.then for rule in holding]
    assert found.queue == next((then.queue for then in thens if then.queue), None)
    assert found.head_start_s == next((then.head_start_s for then in thens if then.head_start_s), 0)
    own = profile.answer_target_s if profile else None
    targets = [own if then.account_target and own else then.target_s for then in thens]
    assert found.target_s == next((target for target in targets if target), None)
    for skill in ("tajik", "tariffs"):
        wanted = next((then.skills[skill] for then in thens if skill in then.skills), None)
        assert {need.level for need in found.needs if need.skill == skill} == ({wanted} - {None})
    manager = profile.manager_id if profile else None
    prefers = next(
        (then for then in thens if then.prefer == "last_agent" or (then.prefer == "manager" and manager)),
        None,
    )
    expected = []
    if prefers and prefers.prefer == "manager":
        expected.append((MANAGER, 30.0))
    wait = 30.0 if prefers and prefers.prefer == "last_agent" else float(rules.last_agent.wait_s)
    if last and wait:
        expected.append((LAST, wait))
    assert [(one.agent, one.wait_s) for one in found.preferred] == expected


@given(documents, profiles, st.sampled_from([LINE, OTHER_LINE]))
def test_a_rule_that_is_said_to_decide_nothing_decides_nothing(
    rules: RoutingRules, profile: CallerProfile, dialled: str
) -> None:
    around = Surroundings(
        frozenset({"tajik", "tariffs"}),
        {"support": SUPPORT, "vip": SUPPORT, "night": SUPPORT},
        {LINE: "support", OTHER_LINE: "vip"},
        (),
    )
    idle = {
        rules.rules[int(one.pointer.split("/")[2])].name
        for one in rule_faults(rules, around)
        if one.fault in ("never_decides", "does_nothing")
    }
    for one in treat(rules, profile, dialled, LAST).applied:
        assert not (one.rule in idle and one.decided)


@given(
    st.lists(agents, max_size=4, unique_by=lambda agent: agent.id),
    st.dictionaries(st.sampled_from(["tajik", "tariffs"]), st.integers(1, 5), max_size=2),
    st.sampled_from([None, 30.0]),
)
def test_nobody_waits_for_whom_nobody_has(
    people: list[Agent], skills: dict[str, int], for_s: float | None
) -> None:
    asked = Treatment(
        needs=tuple(sorted(Need(code, level) for code, level in skills.items())),
        needs_for_s=for_s,
        preferred=(Preference(MANAGER, 30.0, "personal_manager"), Preference(LAST, 20.0, "last_agent")),
    )
    left = servable(SUPPORT, asked, people)

    def has(agent: Agent, needs: tuple[Need, ...]) -> bool:
        return all(dict(agent.skills).get(need.skill, 0) >= need.level for need in needs)

    if people:
        able = [agent for agent in people if has(agent, asked.needs)] if for_s is None else people
        assert left.needs_dropped == (bool(skills) and not able)
        assert any(has(agent, left.needs) for agent in people) or left.needs_for_s is not None
    for one in left.preferred:
        [agent] = [agent for agent in people if agent.id == one.agent]
        assert agent.available
        if one.why == "last_agent" and left.needs_for_s is None:
            assert has(agent, left.needs)


def test_terms_are_the_queues_with_what_the_rules_add() -> None:
    rings = (
        Ring(0.0, (Need("tariffs", 3),), frozenset({"a"})),
        Ring(20.0, (Need("tariffs", 1),), frozenset({"a"})),
        Ring(60.0, (), frozenset({EVERYONE})),
    )
    queue = Terms("support", "voice", 20.0, rings, head_start_s=5.0)
    needs = (Need("tajik", 2), Need("tariffs", 2))
    asked = treated(queue, Treatment(head_start_s=60.0, target_s=10.0, needs=needs, needs_for_s=30.0))
    assert (asked.head_start_s, asked.target_s) == (65.0, 10.0)
    tajik = Need("tajik", 2)
    assert [(ring.after_s, ring.needs) for ring in asked.rings] == [
        (0.0, (tajik, Need("tariffs", 3))),
        (20.0, (tajik, Need("tariffs", 2))),
        (30.0, (Need("tariffs", 3),)),
        (30.0, (Need("tariffs", 1),)),
        (60.0, ()),
    ]
    assert treated(queue, None) is queue


AROUND = Surroundings(
    skills=frozenset({"tajik", "vip_care"}),
    queues={
        "support": SUPPORT,
        "vip": msgspec.structs.replace(SUPPORT, rings=(Ring(0.0, (), frozenset({"vip"})),)),
    },
    numbers={LINE: "support", OTHER_LINE: "vip"},
    agents=(
        Agent(UUID(int=1), (("tajik", 3),), frozenset({EVERYONE}), 0.0, 0.0),
        Agent(UUID(int=2), (("vip_care", 5),), frozenset({EVERYONE, "vip"}), 0.0, 0.0),
    ),
    regions=frozenset({"Sughd"}),
)


@pytest.mark.parametrize(
    ("rule", "fault", "pointer"),
    [
        (RoutingRule("a"), "does_nothing", "/rules/0/then"),
        (RoutingRule("a", then=RuleThen(queue="moon")), "queue_unknown", "/rules/0/then/queue"),
        (RoutingRule("a", then=RuleThen(skills={"magic": 1})), "skill_unknown", "/rules/0/then/skills/magic"),
        (RoutingRule("a", then=RuleThen(skills={"tajik": 4})), "nobody_ever", "/rules/0/then/skills"),
        (RoutingRule("a", then=RuleThen(skills={"tajik": 3})), "nobody_in_queue", "/rules/0/then/skills"),
        (
            RoutingRule("a", RuleWhen(dialled=(OTHER_LINE,)), RuleThen(skills={"tajik": 1})),
            "nobody_ever",
            "/rules/0/then/skills",
        ),
        (
            RoutingRule("a", RuleWhen(dialled=("+99200000000",)), RuleThen(head_start_s=1)),
            "number_unknown",
            "/rules/0/when/dialled/0",
        ),
        (
            RoutingRule("a", RuleWhen(regions=("Sughd", "Mars")), RuleThen(head_start_s=1)),
            "value_unknown",
            "/rules/0/when/regions/1",
        ),
        (
            RoutingRule("a", then=RuleThen(head_start_s=1, skills_for_s=5)),
            "span_pointless",
            "/rules/0/then/skills_for_s",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(rule: RoutingRule, fault: str, pointer: str) -> None:
    [found] = rule_faults(RoutingRules((rule,)), AROUND)
    assert (found.fault, found.pointer) == (fault, pointer)


def test_a_rule_below_one_that_says_all_of_it_for_the_same_callers_is_found() -> None:
    wide = RoutingRule("wide", RuleWhen(vip=True), RuleThen(head_start_s=60))
    narrow = RoutingRule("narrow", RuleWhen(vip=True, regions=("Sughd",)), RuleThen(head_start_s=90))
    assert [(one.pointer, one.fault) for one in rule_faults(RoutingRules((wide, narrow)), AROUND)] == [
        ("/rules/1", "never_decides")
    ]
    assert rule_faults(RoutingRules((narrow, wide)), AROUND) == []
    more = msgspec.structs.replace(narrow, then=RuleThen(head_start_s=90, queue="vip"))
    assert rule_faults(RoutingRules((wide, more)), AROUND) == []


@pytest.mark.parametrize("above", [RuleThen(prefer="manager"), RuleThen(account_target=True)])
def test_what_not_every_caller_has_leaves_something_to_rules_below(above: RuleThen) -> None:
    """Not everybody has a manager, nor an account that was promised something."""
    below = RuleThen(prefer="last_agent") if above.prefer else RuleThen(target_s=9)
    rules = RoutingRules((RoutingRule("above", then=above), RoutingRule("below", then=below)))
    assert rule_faults(rules, AROUND) == []
    always = msgspec.structs.replace(rules.rules[1], name="again")
    again = RoutingRules((rules.rules[1], always))
    assert [one.fault for one in rule_faults(again, AROUND)] == ["never_decides"]
