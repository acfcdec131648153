"""Who acts."""

from uuid import UUID

import msgspec


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
