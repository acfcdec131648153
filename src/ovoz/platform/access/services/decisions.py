"""Who may do what: answered from a snapshot for each tenant, which is never older than the last change heard of."""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.lib.clock import Clock
from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.platform.access.contracts import PROVIDER, Grant, Reach, Right, Subject
from ovoz.platform.access.errors import LastManager, RightMissing
from ovoz.platform.access.repositories import AccessRepository
from ovoz.platform.access.rules.conditions import Attributes, Person, Thing
from ovoz.platform.access.rules.snapshot import Snapshot
from ovoz.platform.access.schemas import RolesFile
from ovoz.platform.access.services.policy import compile_snapshot, enforcer, policies

PATIENCE_S = 1.0
"""For a snapshot when an older one is known; and how long nobody tries again after that."""

Listener = Callable[[str | None], None]
"""Told that a tenant's rights changed, or (None) that anybody's may have."""


class Access:
    """Decides for one process.

    While the process hears of changes (`hears`), a snapshot counts until one is heard; otherwise the revision is read
    with every question. While Postgres is away the last snapshot answers: whoever was admitted goes on working.
    """

    def __init__(self, shipped: RolesFile, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.shipped: dict[str, list[Grant]] = {role.code: role.grants for role in shipped.roles}
        self._provider = self.compile(
            PROVIDER, 1, {role.code: role.grants for role in shipped.provider_roles}
        )
        self._snapshots: dict[str, Snapshot] = {}
        self._stale: set[str] = set()
        self._loads: dict[str, tuple[tuple[int, int], asyncio.Task[Snapshot]]] = {}
        self._away_until = 0.0
        self._changes: dict[str, int] = {}
        self._interruptions = 0
        self._hears = False
        self._listeners: list[Listener] = []

    # Changes

    def hear(self, tenant_id: str) -> None:
        """The tenant's rights changed."""
        self._stale.add(tenant_id)
        self._changes[tenant_id] = self._changes.get(tenant_id, 0) + 1
        # Postgres is there: it said so.
        self._away_until = 0.0
        self._tell(tenant_id)

    def set_hears(self, hears: bool) -> None:
        """Whether changes are heard from now on; what happened before that is not known."""
        if hears:
            self._interruptions += 1
            self._away_until = 0.0
            self._stale.update(self._snapshots)
        self._hears = hears
        if hears:
            self._tell(None)

    @property
    def hears(self) -> bool:
        return self._hears

    def on_change(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def _tell(self, tenant_id: str | None) -> None:
        for listener in self._listeners:
            listener(tenant_id)

    # Snapshots

    async def snapshot(self, domain: str) -> Snapshot:
        """What the domain's roles allow now."""
        if domain == PROVIDER:
            return self._provider
        known = self._snapshots.get(domain)
        now = asyncio.get_running_loop().time()
        if known is not None and ((self._hears and domain not in self._stale) or now < self._away_until):
            return known
        load = self._load_of(domain)
        if known is None:
            return await asyncio.shield(load)
        await asyncio.wait({load}, timeout=PATIENCE_S)
        if not load.done() or isinstance(load.exception(), DatabaseUnavailable):
            self._away_until = now + PATIENCE_S
            return known
        return load.result()

    async def current(self, domain: str) -> Snapshot:
        """Never an older one, however long it takes; raises DatabaseUnavailable."""
        if domain == PROVIDER:
            return self._provider
        if self._hears and domain in self._snapshots and domain not in self._stale:
            return self._snapshots[domain]
        return await asyncio.shield(self._load_of(domain))

    def _load_of(self, domain: str) -> "asyncio.Task[Snapshot]":
        """The one load under way since the last change; one that began before it could have read too early."""
        heard = self._heard(domain)
        began, load = self._loads.get(domain, (None, None))
        if load is None or load.done() or began != heard:
            load = asyncio.get_running_loop().create_task(self._load(domain, heard))
            # Nobody may be waiting any more when it fails.
            load.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            self._loads[domain] = (heard, load)
        return load

    async def _load(self, domain: str, heard: tuple[int, int]) -> Snapshot:
        known = self._snapshots.get(domain)
        async with self._database.tenant(domain) as session:
            if (
                known is not None
                and domain not in self._stale
                and await AccessRepository(session).revision() == known.revision
            ):
                return known
            snapshot = await self.as_seen_by(session, domain)
        if self._heard(domain) == heard:
            # One assignment: whoever asks meanwhile gets the old one whole, or the new one.
            self._snapshots[domain] = snapshot
            self._stale.discard(domain)
        return snapshot

    def _heard(self, domain: str) -> tuple[int, int]:
        return self._interruptions, self._changes.get(domain, 0)

    def compile(self, domain: str, revision: int, roles: dict[str, list[Grant]]) -> Snapshot:
        """A snapshot of these roles, by way of Casbin's policy."""
        return compile_snapshot(enforcer(policies(domain, roles)), domain, revision, roles)

    async def as_seen_by(self, session: AsyncSession, tenant_id: str) -> Snapshot:
        """What the roles allow as this transaction has them."""
        revision, custom = await AccessRepository(session).custom()
        return self.compile(tenant_id, revision, {**custom, **self.shipped})

    async def keep_manager(self, session: AsyncSession, tenant_id: str) -> None:
        """Raises LastManager when, after what this transaction did, nobody could manage people any more."""
        snapshot = await self.as_seen_by(session, tenant_id)
        for _, _, roles in await AccessRepository(session).holders(signed_in=True):
            if "people.manage" in snapshot.rights(roles):
                return
        raise LastManager("Give somebody else a role with people.manage first.")

    # Questions

    async def may(self, subject: Subject, right: Right, thing: Thing | None = None) -> bool:
        """Whether the right is there now; without a thing: for any thing at all."""
        snapshot = await self.snapshot(subject.domain)
        return snapshot.allows(subject.roles, right, self.attributes(subject, thing))

    async def demand(self, subject: Subject, right: Right, thing: Thing | None = None) -> None:
        """Raises RightMissing, which says which right is missing and why."""
        snapshot = await self.snapshot(subject.domain)
        attributes = self.attributes(subject, thing)
        if not snapshot.allows(subject.roles, right, attributes):
            raise refusal(snapshot, subject, right, attributes)

    async def reach(self, subject: Subject, *rights: Right) -> Reach:
        """What a list may show by any of the rights, for `within`."""
        snapshot = await self.snapshot(subject.domain)
        minute = self._minute(subject.time_zone)
        return Reach(
            subject,
            tuple(met for right in rights for met in snapshot.scope_of(subject.roles, right, minute)),
        )

    def attributes(self, subject: Subject, thing: Thing | None = None) -> Attributes:
        """The request's attributes at this moment.

        The person's queues are not in it: things with a queue are judged where they are, by `within`.
        """
        return Attributes(Person(subject.user_id, subject.team_id), self._minute(subject.time_zone), thing)

    def _minute(self, time_zone: str) -> int:
        local = self._clock().astimezone(_zone(time_zone))
        return local.hour * 60 + local.minute


def refusal(snapshot: Snapshot, subject: Subject, right: Right, attributes: Attributes) -> RightMissing:
    """Which right is missing, and which conditions of the grants that are there do not hold."""
    failed = snapshot.failed(subject.roles, right, attributes)
    if not failed:
        return RightMissing(
            f"This needs the right {right}; none of your roles gives it.",
            right=right,
            why="no_role",
            conditions=[],
        )
    names = sorted({name for _, found in failed for name in found})
    windows = sorted(
        {
            f"{conditions.hours.from_}–{conditions.hours.until}"
            for conditions, found in failed
            if "hours" in found and conditions.hours is not None
        }
    )
    said = f"between {' or '.join(windows)} ({subject.time_zone})" if windows else "for other things"
    return RightMissing(
        f"This needs the right {right}; your roles give it only {said}.",
        right=right,
        why="conditions",
        conditions=names,
    )


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
