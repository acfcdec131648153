"""Overflow, rings and what is wrong with a queue's settings."""

from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovoz.contact_center.queues.contracts import (
    Announcements,
    OpeningHours,
    OverflowRule,
    QueueSettings,
    RingRule,
    Window,
)
from ovoz.contact_center.queues.rules.loops import loop, overflows_of
from ovoz.contact_center.queues.rules.rings import Candidate, groups_of, reached, rings_of, terms_of
from ovoz.contact_center.queues.rules.validation import WARNINGS, Fault, Member, World, coming_in, faults
from ovoz.contact_center.routing.contracts import EVERYONE, Need, Overflow

TEAM, OTHER_TEAM = UUID(int=1), UUID(int=2)
ANNA, BORIS, VERA = (
    Member(UUID(int=11), {"tariffs": 5}, TEAM, frozenset()),
    Member(UUID(int=12), {"tariffs": 2, "roaming": 4}, None, frozenset({"vip"})),
    Member(UUID(int=13), {}, TEAM, frozenset()),
)
WORLD = World(
    skills=frozenset({"tariffs", "roaming"}),
    teams=frozenset({TEAM}),
    dispositions=frozenset({"resolved"}),
    agents=(ANNA, BORIS, VERA),
    overflows={"vip": (), "night": (OverflowRule("closed", "queue", to="support"),)},
    numbers=frozenset({"+992446000100"}),
)


_EDGES = st.dictionaries(st.sampled_from("abcde"), st.lists(st.sampled_from("abcde"), max_size=3), max_size=5)


@given(edges=_EDGES)
def test_a_loop_is_found_where_one_can_walk_it(edges: dict[str, list[str]]) -> None:
    rules = {name: [OverflowRule("closed", "queue", to=to) for to in led] for name, led in edges.items()}
    reachable = set(edges.get("a", []))
    while more := {to for name in reachable for to in edges.get(name, [])} - reachable:
        reachable |= more
    way = loop("a", rules)
    assert (way is not None) == ("a" in reachable)
    if way is not None:
        assert way[0] == way[-1] == "a"
        assert all(there in edges[here] for here, there in pairwise(way))


def test_rules_are_the_routing_engines_and_keep_their_places() -> None:
    """What was saved before it was refused is passed over; so is a queue that is not there any more."""
    rules = [
        OverflowRule("wait_s", "callback", 60),
        OverflowRule("wait_s", "queue", 90, "vip"),
        OverflowRule("closed", "queue", to="gone"),
        OverflowRule("closed", "number", to="+992446000100"),
        OverflowRule("no_agents", "goodbye"),
    ]
    assert overflows_of(rules, {"vip": "id of vip"}) == (
        Overflow("wait_s", "queue", 90, "id of vip", 1),
        Overflow("closed", "number", None, "+992446000100", 3),
        Overflow("no_agents", "goodbye", None, None, 4),
    )


def test_rings_are_the_routing_engines() -> None:
    settings = QueueSettings(
        "Поддержка",
        priority=10,
        target_s=15,
        rings=(RingRule(30, everyone=True), RingRule(0, {"tariffs": 3, "roaming": 1}, (TEAM,))),
    )
    terms = terms_of("support", settings)
    assert [ring.after_s for ring in terms.rings] == [0.0, 30.0]
    assert terms.rings[0].needs == (Need("roaming", 1), Need("tariffs", 3))
    assert terms.rings[0].groups == {"queue:support", f"team:{TEAM}"}
    assert terms.rings[1].groups == {"queue:support", EVERYONE}
    assert (terms.target_s, terms.head_start_s, terms.weight) == (15.0, 10.0, 1.0)


_LEVELS = st.dictionaries(st.sampled_from(["s", "t"]), st.integers(1, 5), max_size=2)
_RULES = st.lists(
    st.builds(
        RingRule, st.integers(0, 60), _LEVELS, st.sampled_from([(), (TEAM,), (OTHER_TEAM,)]), st.booleans()
    ),
    min_size=1,
    max_size=4,
)
_AGENTS = st.lists(
    st.builds(
        lambda levels, queues, team: Candidate(uuid4(), levels, groups_of(queues, team)),
        _LEVELS,
        st.sampled_from([[], ["q"], ["other"]]),
        st.sampled_from([None, TEAM]),
    ),
    max_size=6,
)


@given(rules=_RULES, agents=_AGENTS)
def test_each_agent_comes_in_once_and_by_the_first_ring_that_takes_them(
    rules: list[RingRule], agents: list[Candidate]
) -> None:
    rings = rings_of("q", rules)
    found = reached(rings, agents)
    for agent in agents:
        takes = [
            ring.groups & agent.groups != frozenset()
            and all(agent.skills.get(need.skill, 0) >= need.level for need in ring.needs)
            for ring in rings
        ]
        places = [place for place, ids in enumerate(found) if agent.id in ids]
        assert places == ([takes.index(True)] if any(takes) else [])


def found(**changes: Any) -> list[tuple[str, str]]:
    given = {"name": "Поддержка", "members": (ANNA.id,)} | changes
    return [(one.pointer, one.fault) for one in faults("support", QueueSettings(**given), WORLD)]


def test_what_is_right_has_no_fault() -> None:
    assert (
        found(
            rings=(RingRule(0, {"tariffs": 3}), RingRule(20, {"tariffs": 1}, (TEAM,), everyone=True)),
            hours=OpeningHours(False, (Window(1, "08:00", "13:00"), Window(1, "14:00", "24:00"))),
            overflow=(OverflowRule("closed", "goodbye"), OverflowRule("wait_s", "queue", 300, "vip")),
            dispositions=("resolved",),
            announcements=Announcements(languages=("ru", "en")),
        )
        == []
    )


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"members": (uuid4(),), "rings": (RingRule(everyone=True),)}, [("/members/0", "member_unknown")]),
        ({"members": (ANNA.id, ANNA.id)}, [("/members/1", "twice")]),
        ({"rings": (RingRule(5),)}, [("/rings/0/after_s", "first_ring_later")]),
        (
            {"rings": (RingRule(0), RingRule(0, everyone=True))},
            [("/rings/1/after_s", "ring_not_later")],
        ),
        (
            {"rings": (RingRule(0, {"magic": 1}),)},
            [("/rings/0/skills/magic", "skill_unknown"), ("/rings", "nobody_ever")],
        ),
        ({"rings": (RingRule(0, teams=(OTHER_TEAM,)),)}, [("/rings/0/teams/0", "team_unknown")]),
        ({"rings": (RingRule(0), RingRule(9, {"roaming": 5}))}, [("/rings/1", "ring_adds_nobody")]),
        ({"members": (VERA.id,), "rings": (RingRule(0, {"tariffs": 1}),)}, [("/rings", "nobody_ever")]),
        ({"hours": OpeningHours(always=False)}, [("/hours/windows", "never_opens")]),
        (
            {"hours": OpeningHours(False, (Window(7, "20:00", "09:00"), Window(1, "08:00", "10:00")))},
            [("/hours/windows/1", "windows_overlap")],
        ),
        ({"overflow": (OverflowRule("wait_s", "goodbye"),)}, [("/overflow/0/at_least", "figure_missing")]),
        (
            {"overflow": (OverflowRule("closed", "goodbye", 5),)},
            [("/overflow/0/at_least", "figure_pointless")],
        ),
        ({"overflow": (OverflowRule("closed", "queue"),)}, [("/overflow/0/to", "target_missing")]),
        (
            {"overflow": (OverflowRule("closed", "goodbye", to="vip"),)},
            [("/overflow/0/to", "target_pointless")],
        ),
        ({"overflow": (OverflowRule("closed", "queue", to="gone"),)}, [("/overflow/0/to", "queue_unknown")]),
        (
            {"overflow": (OverflowRule("closed", "queue", to="support"),)},
            [("/overflow/0/to", "overflow_loop")],
        ),
        ({"overflow": (OverflowRule("closed", "queue", to="night"),)}, [("/overflow/0/to", "overflow_loop")]),
        ({"overflow": (OverflowRule("closed", "number", to="0611"),)}, [("/overflow/0/to", "number_wrong")]),
        ({"overflow": (OverflowRule("closed", "flow", to="main"),)}, [("/overflow/0/then", "not_offered")]),
        ({"overflow": (OverflowRule("closed", "callback"),)}, [("/overflow/0/then", "not_offered")]),
        ({"overflow": (OverflowRule("closed", "voicemail"),)}, [("/overflow/0/then", "not_offered")]),
        ({"overflow": (OverflowRule("closed", "goodbye"),) * 2}, [("/overflow/1", "twice")]),
        (
            {"overflow": (OverflowRule("closed", "number", to="+992446000100"),)},
            [("/overflow/0/to", "number_own")],
        ),
        ({"caller_number": "+992446000101"}, [("/caller_number", "number_not_own")]),
        ({"caller_number": "+992446000100"}, []),
        ({"music": "jazz"}, [("/music", "music_unknown")]),
        ({"language": "tg"}, [("/language", "language_not_spoken")]),
        (
            {"announcements": Announcements(languages=("ru", "tg"))},
            [("/announcements/languages/1", "language_not_spoken")],
        ),
        ({"dispositions": ("gone",)}, [("/dispositions/0", "disposition_unknown")]),
    ],
)
def test_each_fault_says_where(changes: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert found(**changes) == wrong


def test_a_ring_without_anybody_is_a_warning_only() -> None:
    assert {"ring_adds_nobody", "language_not_spoken"} == WARNINGS
    nobody = msgspec.structs.replace(WORLD, agents=())
    assert faults("support", QueueSettings("Новая"), nobody) == []
    assert Fault("/rings", "nobody_ever", "") != Fault("/rings/0", "nobody_ever", "")


def test_the_preview_counts_who_is_a_member_in_the_draft() -> None:
    settings = QueueSettings(
        "VIP", members=(ANNA.id,), rings=(RingRule(0), RingRule(30, {"roaming": 3}, everyone=True))
    )
    # Boris is a member of the queue as it is saved, and not in the draft.
    assert coming_in("vip", settings, WORLD) == [[ANNA.id], [BORIS.id]]
