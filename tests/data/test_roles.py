"""The shipped roles: right as they are, and a wrong file is refused with the place and the reason."""

from typing import Any, get_args

import pytest
import yaml

from ovoz.lib.settings import REPOSITORY
from ovoz.platform.access.api import CATALOGUE, parse_roles, read_roles
from ovoz.platform.access.contracts import DESK_ROLES, ProviderRole, ShippedRole
from ovoz.platform.access.errors import RolesFileInvalid

FILE = REPOSITORY / "tenants" / "roles.yaml"


def test_the_file_has_the_roles_that_the_code_names() -> None:
    roles = read_roles(REPOSITORY)
    assert [role.code for role in roles.roles] == list(get_args(ShippedRole))
    assert [role.code for role in roles.provider_roles] == list(get_args(ProviderRole))
    with_desk = {role.code for role in roles.roles if any(grant.right == "desk.use" for grant in role.grants)}
    assert with_desk == DESK_ROLES


def test_everybody_may_have_a_session_and_every_right_is_given_by_somebody() -> None:
    roles = read_roles(REPOSITORY)
    everyone = [*roles.roles, *roles.provider_roles]
    assert all("session.use" in [grant.right for grant in role.grants] for role in everyone)
    assert {grant.right for role in everyone for grant in role.grants} == set(CATALOGUE)


def _unknown_right(roles: dict[str, Any]) -> None:
    roles["roles"][0]["grants"].append({"right": "world.rule"})


def _condition_that_nothing_asks(roles: dict[str, Any]) -> None:
    roles["roles"][0]["grants"].append({"right": "desk.use", "conditions": {"corporate": True}})


def _tenant_with_the_providers_right(roles: dict[str, Any]) -> None:
    roles["roles"][0]["grants"].append({"right": "tenants.manage"})


def _twice(roles: dict[str, Any]) -> None:
    roles["roles"].append(roles["roles"][0])


def _language_missing(roles: dict[str, Any]) -> None:
    del roles["roles"][0]["purpose"]["tg"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_unknown_right, "$.roles[0].grants[10].right"),
        (_condition_that_nothing_asks, "roles.agent/10/conditions/corporate: desk.use can have: hours"),
        (
            _tenant_with_the_providers_right,
            "roles.agent/10/right: tenants.manage is for the provider's staff only",
        ),
        (_twice, "agent: stands there twice"),
        (_language_missing, "`tg`"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_wrong_file_is_refused_with_its_place(spoil: Any, said: str) -> None:
    roles = yaml.safe_load(FILE.read_text())
    spoil(roles)
    with pytest.raises(RolesFileInvalid) as refused:
        parse_roles(yaml.safe_dump(roles, allow_unicode=True), "wrong.yaml")
    assert refused.value.detail.startswith("wrong.yaml: ")
    assert said in refused.value.detail
