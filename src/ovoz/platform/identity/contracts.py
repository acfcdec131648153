"""Who acts."""

from typing import Literal
from uuid import UUID

import msgspec

from ovoz.platform.access.contracts import PROVIDER


class Actor(msgspec.Struct, frozen=True):
    """A signed-in person in the tenant of this request."""

    tenant_id: str
    tenant_slug: str
    tenant_name: str
    user_id: UUID
    name: str
    email: str
    is_agent: bool
    roles: frozenset[str]
    session_id: UUID
    csrf_token: str
    locale: str
    theme: str
    auto_answer: bool
    team_id: UUID | None = None
    time_zone: str = "UTC"
    """The tenant's: rights may hold at certain hours only."""
    tenant_kind: Literal["operator", "provider"] = "operator"

    @property
    def domain(self) -> str:
        return PROVIDER if self.tenant_kind == "provider" else self.tenant_id
