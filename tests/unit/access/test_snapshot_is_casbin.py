"""The snapshot decides as Casbin does, on random policies and requests."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.rights import PEOPLE, QUEUES, RIGHTS, TEAMS, conditions, grants, things

from ovoz.platform.access.contracts import Grant
from ovoz.platform.access.rules.conditions import Attributes, Person, Thing, holds
from ovoz.platform.access.rules.snapshot import beyond, widest
from ovoz.platform.access.services.policy import as_json, compile_snapshot, enforcer, from_json, policies

DOMAINS = ("t1", "t2")
ROLES = ("one", "two", "three")
NAMES = ("ann", "bob")

POLICIES = st.dictionaries(
    st.sampled_from(DOMAINS), st.dictionaries(st.sampled_from(ROLES), st.lists(grants(), max_size=4))
)
ASSIGNMENTS = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(ROLES), st.sampled_from(DOMAINS)))
ATTRIBUTES = st.builds(
    Attributes,
    person=st.builds(
        Person,
        id=st.sampled_from(PEOPLE),
        team=st.none() | st.sampled_from(TEAMS),
        queues=st.frozensets(st.sampled_from(QUEUES)),
    ),
    minute=st.integers(0, 24 * 60 - 1),
    thing=st.none() | things(),
)
REQUESTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(DOMAINS), st.sampled_from(RIGHTS), ATTRIBUTES),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(POLICIES, ASSIGNMENTS, REQUESTS)
def test_every_decision_is_casbins(
    policy: dict[str, dict[str, list[Grant]]],
    assignments: set[tuple[str, str, str]],
    requests: list[tuple[str, str, str, Attributes]],
) -> None:
    source = enforcer(
        {rule for domain, roles in policy.items() for rule in policies(domain, roles)}, assignments
    )
    snapshots = {domain: compile_snapshot(source, domain, 1) for domain in DOMAINS}
    for name, domain, right, attributes in requests:
        roles = frozenset(role for who, role, where in assignments if (who, where) == (name, domain))
        mine = snapshots[domain].allows(roles, right, attributes)
        assert mine == source.enforce(name, domain, right, attributes)


@given(st.lists(grants(), max_size=6), ATTRIBUTES)
def test_a_scope_lists_what_would_be_allowed(given_: list[Grant], attributes: Attributes) -> None:
    """The disjuncts for SQL, with the hours judged, say the same of a thing as the decision."""
    snapshot = compile_snapshot(enforcer(policies("t1", {"one": given_})), "t1", 1)
    for right in RIGHTS:
        scope = snapshot.scope_of(["one"], right, attributes.minute)
        asked = Attributes(attributes.person, attributes.minute, attributes.thing or Thing())
        listed = any(holds(reach, asked) for reach in scope)
        assert listed == snapshot.allows(["one"], right, asked)


@given(conditions(), conditions(), ATTRIBUTES)
def test_what_covers_holds_wherever_the_other_does(
    wide: object, narrow: object, attributes: Attributes
) -> None:
    kept = widest([wide, narrow])  # type: ignore[list-item]
    asked = Attributes(attributes.person, attributes.minute, attributes.thing or Thing())
    assert any(holds(one, asked) for one in kept) == (holds(wide, asked) or holds(narrow, asked))  # type: ignore[arg-type]


@given(st.lists(grants(), max_size=5), st.lists(grants(), max_size=5))
def test_nothing_is_beyond_itself(some: list[Grant], more: list[Grant]) -> None:
    assert beyond(some, some) == []
    assert beyond(some, some + more) == []
    for grant in beyond(some, more):
        assert grant in some
        assert grant not in more


@given(conditions())
def test_conditions_survive_the_policy(one: object) -> None:
    assert from_json(as_json(one)) == one  # type: ignore[arg-type]
