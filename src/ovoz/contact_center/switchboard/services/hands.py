"""Hands: carries actions out on the media node, in order for each interaction, side by side between them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import structlog

from ovoz.contact_center.switchboard.ports import MediaUnavailable
from ovoz.contact_center.switchboard.state.actions import Action

log = structlog.get_logger(__name__)


class Hands:
    """`perform` is the media node's (or whoever does the action); failures are told to `on_failure`."""

    def __init__(
        self,
        perform: Callable[[Action], Awaitable[None]],
        on_failure: Callable[[Action, Exception], None],
    ) -> None:
        self._perform = perform
        self._on_failure = on_failure
        self._tails: dict[UUID, asyncio.Task[None]] = {}

    def do(self, actions: Sequence[Action]) -> None:
        """Queues actions behind those of the same interaction; returns at once."""
        for action in actions:
            before = self._tails.get(action.interaction_id)
            task = asyncio.create_task(self._one(action, before))
            self._tails[action.interaction_id] = task
            task.add_done_callback(partial(self._forget, action.interaction_id))

    async def rest(self) -> None:
        """Returns when nothing is being done."""
        while self._tails:
            await asyncio.gather(*self._tails.values(), return_exceptions=True)

    async def _one(self, action: Action, before: "asyncio.Task[None] | None") -> None:
        if before is not None and not before.done():
            await asyncio.wait([before])
        try:
            await self._perform(action)
        except MediaUnavailable as error:
            log.warning("media.action_failed", action=type(action).__name__, error=str(error))
            self._on_failure(action, error)
        except Exception as error:
            log.exception("media.action_broken", action=type(action).__name__)
            self._on_failure(action, error)

    def _forget(self, key: UUID, done: "asyncio.Task[None]") -> None:
        if self._tails.get(key) is done:
            del self._tails[key]
