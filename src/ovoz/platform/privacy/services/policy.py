"""Reading the policy: `tenants/privacy.yaml`, shipped with the roles."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast, get_args

import msgspec
import yaml

from ovoz.platform.privacy.contracts import Kind, Level
from ovoz.platform.privacy.rules.sight import RoleSight, Sight
from ovoz.platform.privacy.schemas import PrivacyPolicy, RolePolicy

POLICY_FILE = "privacy.yaml"
KINDS: tuple[str, ...] = get_args(Kind)


class Policy:
    """What which role sees."""

    def __init__(self, policy: PrivacyPolicy) -> None:
        self._roles = {code: _role_sight(role) for code, role in policy.roles.items()}
        self._other = _role_sight(policy.other_roles)
        self._sight = lru_cache(maxsize=1000)(self._merged)

    @property
    def roles(self) -> frozenset[str]:
        """Roles that stand in the policy."""
        return frozenset(self._roles)

    def sight(self, roles: Iterable[str]) -> Sight:
        """What these roles together see; a role that is not named has the level of those that tenants make."""
        return self._sight(frozenset(roles))

    def _merged(self, roles: frozenset[str]) -> Sight:
        return Sight([self._roles.get(role, self._other) for role in sorted(roles)])


def read_policy(data_dir: Path) -> Policy:
    """The shipped policy; raises ValueError with the place of what is wrong."""
    return Policy(parse_policy((data_dir / "tenants" / POLICY_FILE).read_text()))


def parse_policy(content: str) -> PrivacyPolicy:
    """A policy from YAML; raises ValueError with the place of what is wrong."""
    try:
        return msgspec.convert(yaml.safe_load(content), PrivacyPolicy)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ValueError(f"{POLICY_FILE}: {error}") from None


def policy_schema() -> dict[str, Any]:
    """JSON Schema of the policy: `tenants/privacy.schema.json`."""
    schema = msgspec.json.schema(PrivacyPolicy)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Ovoz privacy policy",
        **schema,
    }


def _role_sight(role: RolePolicy) -> RoleSight:
    kinds: Mapping[str, Any] = {kind: getattr(role, kind) for kind in KINDS}
    return RoleSight(
        own={kind: _level(wish, "own") for kind, wish in kinds.items()},
        others={kind: _level(wish, "others") for kind, wish in kinds.items()},
        own_fields={path: _level(wish, "own") for path, wish in role.fields.items()},
        other_fields={path: _level(wish, "others") for path, wish in role.fields.items()},
    )


def _level(wish: Any, whose: str) -> Level:
    return cast(Level, wish if isinstance(wish, str) else getattr(wish, whose))
