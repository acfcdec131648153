"""What identity needs of the composition root."""

from typing import Protocol, runtime_checkable

from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.schemas import DemoAccount
from ovoz.platform.tenancy.contracts import Tenant


class SessionListener(Protocol):
    """Told after the fact; what it does may fail without undoing anything, and must not raise."""

    async def signed_out(self, actor: Actor, *, sessions_left: int) -> None:
        """The session is over; `sessions_left` counts others of the same person."""
        ...


@runtime_checkable
class DemoAccounts(Protocol):
    """Sign-ins of a demo operator; none for a real one."""

    def __call__(self, tenant: Tenant) -> list[DemoAccount]: ...
