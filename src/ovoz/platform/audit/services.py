"""Writing acts down."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.ids import new_id
from ovoz.platform.audit.contracts import Act
from ovoz.platform.audit.repositories import AuditRepository


async def tell(session: AsyncSession, now: datetime, act: Act) -> None:
    """Puts an act on record in the caller's own transaction: neither is there without the other."""
    await AuditRepository(session).add(new_id(), now, act)
