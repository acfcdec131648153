"""Publishing: what the world outside the installation learns of a fact."""

from collections.abc import Mapping
from typing import Any, Final

from ovoz.lib.sealed_fields import FieldKeys
from ovoz.platform.privacy.rules.lens import Lens
from ovoz.platform.privacy.rules.plan import see_keys
from ovoz.platform.privacy.services.policy import Policy

AUDIENCE: Final = "bi_service"
"""The role whose sight decides: events go to business intelligence, the warehouse, partners."""


class Publication:
    """What becomes of facts: published for others, sealed at rest; `keys` is the allow-list with the kind of each."""

    def __init__(self, policy: Policy, keys: Mapping[str, str]) -> None:
        self._sight = policy.sight({AUDIENCE})
        self._kinds = keys

    def published(self, data: dict[str, Any], keys: FieldKeys) -> dict[str, Any]:
        """What of a fact leaves the installation."""
        return see_keys(data, self._kinds, Lens(self._sight, None, pseudonym=keys.pseudonym))

    def personal(self, key: str) -> bool:
        """Whether a fact's member is sealed at rest: every one that nobody called public."""
        return self._kinds.get(key) != "public"
