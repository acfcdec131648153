"""All SQL of the rules for calls; a session is handed in, opened for the tenant where nothing else is said."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.calling.schemas import CallingNumber, CallingQueue, CallingRules


class CallingRepository:
    """The rules, and what they may name."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rules(self, *, hold: bool = False) -> tuple[CallingRules, int]:
        """With `hold` nobody else changes them until this transaction ends."""
        rows = await self._session.execute(
            text(
                "SELECT caller_number, recording_pause_s, version FROM calling_rules"
                f"{' FOR UPDATE' if hold else ''}"
            )
        )
        row = rows.one()
        return CallingRules(row.caller_number, row.recording_pause_s), row.version

    async def replace(self, rules: CallingRules, version: int) -> None:
        """At the commit the switchboard reads the tenant's configuration again."""
        await self._session.execute(
            text(
                "UPDATE calling_rules SET caller_number = :number, recording_pause_s = :pause, version = :version"
            ),
            {"number": rules.caller_number, "pause": rules.recording_pause_s, "version": version},
        )
        await self._session.execute(text("SELECT ovoz.tell_settings_changed()"))

    async def entry_points(self) -> list[CallingNumber]:
        """What callers dial, in the order in which the first is the first."""
        rows = await self._session.execute(text("SELECT number, name FROM entry_point ORDER BY number"))
        return [CallingNumber(row.number, row.name) for row in rows]

    async def queues(self) -> list[CallingQueue]:
        """Those with a number of their own."""
        rows = await self._session.execute(
            text(
                "SELECT name, caller_number FROM queue"
                " WHERE caller_number IS NOT NULL AND archived_at IS NULL ORDER BY name, code"
            )
        )
        return [CallingQueue(row.name, row.caller_number) for row in rows]


async def numbers_of(control: AsyncSession, tenant_id: str) -> set[str]:
    """Whose a number is, the control schema says."""
    return set(
        await control.scalars(
            text("SELECT number FROM ovoz.number WHERE tenant_id = :tenant"), {"tenant": tenant_id}
        )
    )
