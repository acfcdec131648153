"""Publishing: what the world outside the installation learns of a fact."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ovoz.platform.privacy.rules.lens import Lens
from ovoz.platform.privacy.rules.plan import see_keys
from ovoz.platform.privacy.services.numbers import Numbers
from ovoz.platform.privacy.services.policy import Policy

AUDIENCE: Final = "bi_service"
"""The role whose sight decides: events go to business intelligence, the warehouse, partners."""

Publish = Callable[[dict[str, Any]], dict[str, Any]]


class Publication:
    """Makes the data of published events from facts; `keys` is the allow-list with the kind of each."""

    def __init__(self, policy: Policy, numbers: Numbers, keys: Mapping[str, str]) -> None:
        self._sight = policy.sight({AUDIENCE})
        self._numbers = numbers
        self._keys = keys

    async def of(self, tenant_id: str) -> Publish:
        """How this tenant's facts are published; without its key numbers are masked and have no pseudonym."""
        keys = await self._numbers.keys_of(tenant_id)
        pseudonym: Callable[[str], str | None] = keys.pseudonym if keys is not None else lambda _: None

        def publish(data: dict[str, Any]) -> dict[str, Any]:
            return see_keys(data, self._keys, Lens(self._sight, None, pseudonym=pseudonym))

        return publish
