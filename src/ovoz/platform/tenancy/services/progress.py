"""How far an operation is, for whoever watches."""

from collections.abc import Awaitable, Callable

Listener = Callable[[float, str], Awaitable[None]]


class Progress:
    """Tells a listener; without one it tells nobody."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener

    async def __call__(self, done: float, step: str) -> None:
        """`done` from 0 to 1, `step` in words."""
        if self._listener is not None:
            await self._listener(min(1.0, max(0.0, done)), step)
