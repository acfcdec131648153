"""What must be there before our processes start."""

from ovoz.lib.settings import Settings


async def prepare(settings: Settings) -> None:
    return None
