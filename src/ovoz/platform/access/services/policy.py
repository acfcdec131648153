"""Casbin's policy is the source of truth; a snapshot compiled from it answers, as Casbin is linear in its size."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import casbin
import msgspec

from ovoz.platform.access.contracts import Conditions, Grant
from ovoz.platform.access.rules.conditions import Attributes, holds
from ovoz.platform.access.rules.snapshot import Snapshot

MODEL = Path(__file__).parent.parent / "model.conf"


def enforcer(rules: Iterable[Sequence[str]], assignments: Iterable[Sequence[str]] = ()) -> casbin.Enforcer:
    """Casbin with the model.

    Rules are (role, domain, right, conditions as JSON), assignments (person, role, domain).
    """
    source = casbin.Enforcer(str(MODEL))
    source.add_function("holds", _holds)
    source.add_policies([list(rule) for rule in rules])
    source.add_grouping_policies([list(rule) for rule in assignments])
    return source


def policies(domain: str, roles: Mapping[str, Iterable[Grant]]) -> list[tuple[str, str, str, str]]:
    """Casbin's rules for the roles of a domain."""
    return [
        (role, domain, grant.right, as_json(grant.conditions))
        for role, grants in roles.items()
        for grant in grants
    ]


def compile_snapshot(
    source: casbin.Enforcer, domain: str, revision: int, roles: Iterable[str] = ()
) -> Snapshot:
    """Everything the policy says of a domain, ready to answer."""
    return Snapshot.of(
        domain,
        revision,
        (
            (role, right, from_json(conditions))
            for role, _, right, conditions in source.get_filtered_policy(1, domain)
        ),
        roles,
    )


def as_json(conditions: Conditions) -> str:
    """Always the same text for the same conditions."""
    return msgspec.json.encode(conditions, order="deterministic").decode()


@lru_cache(maxsize=10_000)
def from_json(conditions: str) -> Conditions:
    return msgspec.json.decode(conditions, type=Conditions)


def _holds(conditions: str, attributes: Attributes) -> bool:
    """The matcher's function: pure, of the policy's conditions and the request's attributes."""
    return holds(from_json(conditions), attributes)
