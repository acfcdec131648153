"""The policy of personal data: the one that is shipped is right, and wrong ones are refused with the place."""

import pytest

from ovoz.lib.settings import REPOSITORY
from ovoz.platform.access.api import read_roles
from ovoz.platform.privacy.api import read_policy
from ovoz.platform.privacy.services.policy import KINDS, POLICY_FILE, Policy, parse_policy

SHIPPED = (REPOSITORY / "tenants" / POLICY_FILE).read_text()


def test_the_shipped_policy_is_right() -> None:
    policy = read_policy(REPOSITORY)
    for role in policy.roles:
        for kind in KINDS:
            policy.sight({role}).level(kind, (), False)


def test_events_and_strangers_get_nothing_in_clear() -> None:
    policy = read_policy(REPOSITORY)
    for role in ("bi_service", "vendor", "nobody_heard_of_this_role"):
        for kind in ("phone", "name", "email", "text"):
            assert policy.sight({role}).level(kind, (), False) != "clear"


def test_every_shipped_role_stands_in_the_policy() -> None:
    shipped = read_roles(REPOSITORY)
    codes = {role.code for role in (*shipped.roles, *shipped.provider_roles)}
    assert codes == read_policy(REPOSITORY).roles


def test_who_has_no_role_sees_nothing() -> None:
    nobody = read_policy(REPOSITORY).sight(())
    assert {nobody.level(kind, (), own) for kind in KINDS for own in (True, False)} == {"hidden"}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("roles: {agent: {phone: shown}}\nother_roles: {}", "agent.phone|roles[...].phone"),
        ("roles: {agent: {name: pseudonym}}\nother_roles: {}", "name"),
        ("roles: {agent: {colour: clear}}\nother_roles: {}", "colour"),
        ("roles: {agent: {fields: {note: clear}}}\nother_roles: {}", "fields"),
        ("roles: {}", "other_roles"),
        ("roles: [", "privacy.yaml"),
    ],
)
def test_a_wrong_policy_is_refused(wrong: str, place: str) -> None:
    with pytest.raises(ValueError, match=POLICY_FILE) as refused:
        parse_policy(wrong)
    assert any(part in str(refused.value) for part in place.split("|"))


def test_a_field_can_be_told_apart() -> None:
    policy = Policy(
        parse_policy("roles: {a: {text: hidden, fields: {Interaction.note: clear}}}\nother_roles: {}")
    )
    sight = policy.sight({"a"})
    assert sight.level("text", ("Interaction.note",), False) == "clear"
    assert sight.level("text", ("Other.note",), False) == "hidden"
