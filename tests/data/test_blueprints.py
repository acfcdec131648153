"""Blueprints: those that are shipped are right, and wrong ones are refused with the place and the reason."""

import copy
from typing import Any

import msgspec
import pytest
import yaml

from ovoz.contact_center.queues.contracts import QueueSettings
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.tenancy.errors import BlueprintInvalid
from ovoz.platform.tenancy.repositories.provisioning import _settings_of
from ovoz.platform.tenancy.services.blueprints import parse_blueprint

SHIPPED = sorted((REPOSITORY / "tenants" / "blueprints").glob("*.yaml"))
SOMON: dict[str, Any] = yaml.safe_load((REPOSITORY / "tenants" / "blueprints" / "somon.yaml").read_text())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_blueprints_are_right(path: Any) -> None:
    parse_blueprint(path.read_text(), path.name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_settings_of_queues_are_those_of_the_queues(path: Any) -> None:
    """A blueprint has structs of its own for what `contact_center.queues` reads."""
    for queue in parse_blueprint(path.read_text(), path.name).queues:
        settings = msgspec.convert(
            {"name": queue.name, **msgspec.to_builtins(_settings_of(queue))}, QueueSettings
        )
        assert [ring.after_s for ring in settings.rings] == [ring.after_s for ring in queue.rings]
        assert len(settings.hours.windows) == sum(len(window.days) for window in queue.hours)


def test_demo_operators_share_no_number() -> None:
    numbers = [
        entry["number"]
        for path in SHIPPED
        for entry in yaml.safe_load(path.read_text()).get("entry_points", [])
    ]
    assert len(numbers) == len(set(numbers))


def _without_name(blueprint: dict[str, Any]) -> None:
    del blueprint["name"]


def _unknown_field(blueprint: dict[str, Any]) -> None:
    blueprint["colour"] = "red"


def _unknown_queue(blueprint: dict[str, Any]) -> None:
    blueprint["entry_points"][0]["queue"] = "nowhere"


def _unknown_member(blueprint: dict[str, Any]) -> None:
    blueprint["queues"][0]["members"].append("ghost@somon.example")


def _member_is_no_agent(blueprint: dict[str, Any]) -> None:
    blueprint["queues"][0]["members"].append("farida@somon.example")


def _priority_below_nothing(blueprint: dict[str, Any]) -> None:
    blueprint["queues"][0]["priority"] = -1


def _same_number_twice(blueprint: dict[str, Any]) -> None:
    blueprint["entry_points"].append(blueprint["entry_points"][0])


def _same_queue_twice(blueprint: dict[str, Any]) -> None:
    blueprint["queues"].append(blueprint["queues"][0])


def _language_missing(blueprint: dict[str, Any]) -> None:
    del blueprint["break_reasons"][0]["names"]["tg"]


def _unknown_skill(blueprint: dict[str, Any]) -> None:
    blueprint["users"][0]["skills"]["juggling"] = 3


def _ring_of_an_unknown_skill(blueprint: dict[str, Any]) -> None:
    blueprint["queues"][0]["rings"][0]["skills"] = {"juggling": 1}


def _overflow_to_itself(blueprint: dict[str, Any]) -> None:
    blueprint["queues"][1]["overflow"][0]["to"] = "internet"


def _skill_too_good(blueprint: dict[str, Any]) -> None:
    blueprint["users"][0]["skills"]["tariffs"] = 6


def _skill_of_no_agent(blueprint: dict[str, Any]) -> None:
    blueprint["users"][3]["skills"] = {"tariffs": 3}


def _wrong_type(blueprint: dict[str, Any]) -> None:
    blueprint["queues"][0]["ring_timeout_s"] = "soon"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without_name, "`name`"),
        (_unknown_field, "colour"),
        (_unknown_queue, "there is no queue nowhere"),
        (_unknown_member, "ghost@somon.example is not among the users"),
        (_member_is_no_agent, "farida@somon.example has no role with a desk"),
        (_priority_below_nothing, "priority"),
        (_same_number_twice, "stands there 2 times"),
        (_same_queue_twice, "support stands there 2 times"),
        (_language_missing, "`tg`"),
        (_ring_of_an_unknown_skill, "queues.support.rings.0.skills: there is no skill juggling"),
        (_overflow_to_itself, "queues.internet.overflow.0.to: there is no other queue internet"),
        (_unknown_skill, "there is no skill juggling"),
        (_skill_too_good, "$.users[0].skills"),
        (_skill_of_no_agent, "farida@somon.example.skills: who has no role with a desk"),
        (_wrong_type, "$.queues[0].ring_timeout_s"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_wrong_blueprint_is_refused_with_its_place(spoil: Any, said: str) -> None:
    blueprint = copy.deepcopy(SOMON)
    spoil(blueprint)
    with pytest.raises(BlueprintInvalid) as refused:
        parse_blueprint(yaml.safe_dump(blueprint, allow_unicode=True), "wrong.yaml")
    assert refused.value.detail.startswith("wrong.yaml: ")
    assert said in refused.value.detail


def test_what_is_not_yaml_is_refused() -> None:
    with pytest.raises(BlueprintInvalid, match="not YAML"):
        parse_blueprint("name: [", "wrong.yaml")
