"""What people need of the composition root."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class PeopleListener(Protocol):
    """Told after the fact; what it does may fail without undoing anything, and must not raise."""

    async def sessions_ended(self, tenant_id: str, session_ids: Sequence[UUID]) -> None:
        """These sessions are over: their sockets close."""
        ...

    async def left_the_desk(self, tenant_id: str, user_id: UUID) -> None:
        """The person is no agent any more, or disabled: nobody rings them."""
        ...
