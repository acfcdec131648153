"""Who was admitted a short time ago: what is left to go by while Postgres is away."""

from collections import OrderedDict
from datetime import datetime
from uuid import UUID

from ovoz.platform.identity.contracts import Actor
from ovoz.platform.identity.rules import REMEMBERED_FOR

REMEMBERED_ADMISSIONS = 10_000


class RecentAdmissions:
    """Who was admitted by this process, and when: asked only while Postgres is away."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, bytes], tuple[Actor, datetime]] = OrderedDict()

    def put(self, key: tuple[str, bytes], actor: Actor, *, now: datetime) -> None:
        self._known[key] = (actor, now)
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED_ADMISSIONS:
            self._known.popitem(last=False)

    def get(self, key: tuple[str, bytes], *, now: datetime) -> Actor | None:
        actor, at = self._known.get(key, (None, now))
        return actor if now - at <= REMEMBERED_FOR else None

    def forget(self, session_id: UUID) -> None:
        for key in [key for key, (actor, _) in self._known.items() if actor.session_id == session_id]:
            del self._known[key]
