"""What access needs of the composition root."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.platform.audit.contracts import Act


@runtime_checkable
class Audit(Protocol):
    """Puts an act on record in the caller's transaction (`ovoz.platform.audit.api.tell`)."""

    async def __call__(self, session: AsyncSession, now: datetime, act: Act) -> None: ...
