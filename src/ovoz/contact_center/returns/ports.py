"""What returning calls needs of the world; the adapter is in `ovoz.integrations`."""

from typing import Protocol


class Notices(Protocol):
    async def publish(self, channel: str, message: bytes) -> None:
        """May be lost; raises whatever the fan-out raises."""
        ...
