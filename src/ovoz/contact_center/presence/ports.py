"""What the shift needs of the switchboard; the adapter is in `ovoz.integrations`."""

from typing import Protocol

from ovoz.contact_center.presence.contracts import Colleagues, TeamNow


class ShiftSource(Protocol):
    """The tenant's cell. Raises SwitchboardUnavailable, AgentUnknown for a tenant that is not there."""

    async def team(self, tenant_id: str) -> TeamNow: ...

    async def colleagues(self, tenant_id: str) -> Colleagues: ...
