"""Queues: everything that can be set of them, what a draft would mean, and every version kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.queues.contracts import Holiday, QueueSettings
from ovoz.contact_center.queues.errors import (
    HolidayInvalid,
    HolidayNotFound,
    QueueCodeTaken,
    QueueInUse,
    QueueNotFound,
    QueueSettingsInvalid,
    QueueVersionNotFound,
)
from ovoz.contact_center.queues.repositories import QueueRepository, SkillRepository
from ovoz.contact_center.queues.repositories.queues import StoredQueue
from ovoz.contact_center.queues.rules.hours import holidays_of, is_open, next_change
from ovoz.contact_center.queues.rules.validation import WARNINGS, coming_in, faults
from ovoz.contact_center.queues.schemas import (
    KeptHoliday,
    Queue,
    QueueCreate,
    QueueFault,
    QueuePreview,
    QueueSounds,
    QueueVersion,
    RingAgent,
    RingPreview,
)
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.ids import new_id
from ovoz.lib.sounds import Sounds
from ovoz.lib.versions import check_version
from ovoz.platform.access.api import Subject
from ovoz.platform.audit.api import Act, Doer, tell


class Queues:
    """Use cases of queues and holidays."""

    def __init__(self, database: Database, clock: Clock, sounds: Sounds) -> None:
        self._database = database
        self._clock = clock
        self._sounds = sounds

    def sounds(self) -> QueueSounds:
        """What callers can hear here."""
        return QueueSounds(list(self._sounds.languages), list(self._sounds.music))

    async def all(self, subject: Subject) -> list[Queue]:
        """By name, archived ones too."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            holidays = await repository.holidays()
            return [self._shown(subject, queue, holidays) for queue in await repository.all()]

    async def show(self, subject: Subject, queue_id: UUID) -> Queue:
        """Raises QueueNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            queue = await _found(repository, queue_id)
            return self._shown(subject, queue, await repository.holidays())

    async def create(self, subject: Subject, doer: Doer, wish: QueueCreate) -> Queue:
        """Raises QueueCodeTaken, QueueSettingsInvalid."""
        queue = StoredQueue(new_id(), wish.code, wish.settings, False, 1)
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            await repository.hold_all()
            await self._check(repository, queue)
            if not await repository.add(queue):
                raise QueueCodeTaken(errors=[{"pointer": "/code", "detail": "another queue's"}])
            now = self._clock()
            await repository.keep_version(queue, now, doer.id)
            after = msgspec.to_builtins(queue.settings) | {"code": queue.code}
            await _told(session, now, Act("queues.created", doer, "queue", str(queue.id), after=after))
            return self._shown(subject, queue, await repository.holidays())

    async def change(
        self, subject: Subject, doer: Doer, queue_id: UUID, if_match: str | None, settings: QueueSettings
    ) -> Queue:
        """Puts the settings in place. Raises QueueNotFound, QueueSettingsInvalid, and what `check_version` raises."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            await repository.hold_all()
            before = await _found(repository, queue_id)
            check_version(if_match, before.version)
            after = msgspec.structs.replace(before, settings=settings)
            await self._check(repository, after)
            return await self._put(session, subject, doer, before, after)

    async def restore(
        self, subject: Subject, doer: Doer, queue_id: UUID, if_match: str | None, version: int
    ) -> Queue:
        """Puts the settings of an older version in place, as a new one; who is no agent any more stays out.

        Raises QueueNotFound, QueueVersionNotFound, QueueSettingsInvalid, and what `check_version` raises.
        """
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            await repository.hold_all()
            before = await _found(repository, queue_id)
            check_version(if_match, before.version)
            settings = await repository.settings_at(queue_id, version)
            if settings is None:
                raise QueueVersionNotFound(errors=[{"pointer": "/version", "detail": "not in the history"}])
            agents = {agent.id for agent in (await repository.world(self._sounds)).agents}
            members = tuple(member for member in settings.members if member in agents)
            after = msgspec.structs.replace(
                before, settings=msgspec.structs.replace(settings, members=members)
            )
            await self._check(repository, after)
            return await self._put(session, subject, doer, before, after, restored_from=version)

    async def archive(
        self, subject: Subject, doer: Doer, queue_id: UUID, if_match: str | None, archived: bool
    ) -> Queue:
        """Puts it aside, or takes it back. Raises QueueNotFound, QueueInUse, and what `check_version` raises."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            await repository.hold_all()
            before = await _found(repository, queue_id)
            check_version(if_match, before.version)
            after = msgspec.structs.replace(before, archived=archived)
            if archived:
                await _check_unused(repository, before)
            else:
                await self._check(repository, after)
            return await self._put(session, subject, doer, before, after)

    async def versions(self, subject: Subject, queue_id: UUID) -> list[QueueVersion]:
        """The latest first. Raises QueueNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            queue = await _found(repository, queue_id)
            found = await repository.versions(queue_id)
        # A queue that nobody has changed yet is its own first version.
        return found or [QueueVersion(queue.version, queue.settings, queue.archived, None, None, None)]

    async def preview(self, subject: Subject, wish: QueueCreate) -> QueuePreview:
        """What settings would mean: faults, who would get calls and when, and the hours."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            world = await repository.world(self._sounds)
            in_rings = coming_in(wish.code, wish.settings, world)
            names = await repository.names([agent for ring in in_rings for agent in ring])
            holidays = await repository.holidays()
        open_now, changes_at = self._hours(subject, wish.code, wish.settings, holidays)
        return QueuePreview(
            faults=[
                QueueFault(one.pointer, one.fault, one.detail, one.fault in WARNINGS)
                for one in faults(wish.code, wish.settings, world)
            ],
            rings=[
                RingPreview(ring.after_s, [RingAgent(agent, names[agent]) for agent in agents])
                for ring, agents in zip(
                    sorted(wish.settings.rings, key=lambda ring: ring.after_s), in_rings, strict=True
                )
            ],
            open_now=open_now,
            changes_at=changes_at,
        )

    # Holidays

    async def holidays(self, subject: Subject) -> list[KeptHoliday]:
        """In the order of their days."""
        async with self._database.tenant(subject.tenant_id) as session:
            return await QueueRepository(session).holidays()

    async def add_holiday(self, subject: Subject, doer: Doer, holiday: Holiday) -> KeptHoliday:
        """Raises HolidayInvalid."""
        kept = KeptHoliday(new_id(), holiday)
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            await repository.hold_all()
            codes = {queue.code for queue in await repository.all()}
            errors = [
                {"pointer": f"/queues/{place}", "detail": f"there is no queue {code}"}
                for place, code in enumerate(holiday.queues)
                if code not in codes
            ]
            for other in await repository.holidays():
                same = set(other.holiday.queues) & set(holiday.queues) or (
                    not other.holiday.queues and not holiday.queues
                )
                if other.holiday.date == holiday.date and same:
                    errors.append({"pointer": "/date", "detail": f"it is {other.holiday.name} already"})
            if errors:
                raise HolidayInvalid(errors=errors)
            await repository.add_holiday(kept)
            said = msgspec.to_builtins(holiday)
            await _told(
                session, self._clock(), Act("holidays.created", doer, "holiday", str(kept.id), after=said)
            )
        return kept

    async def remove_holiday(self, subject: Subject, doer: Doer, holiday_id: UUID) -> None:
        """The day is as its weekday again. Raises HolidayNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = QueueRepository(session)
            kept = next((one for one in await repository.holidays() if one.id == holiday_id), None)
            if kept is None:
                raise HolidayNotFound(str(holiday_id))
            await repository.remove_holiday(holiday_id)
            said = msgspec.to_builtins(kept.holiday)
            act = Act("holidays.removed", doer, "holiday", str(holiday_id), before=said)
            await _told(session, self._clock(), act)

    async def _put(
        self,
        session: AsyncSession,
        subject: Subject,
        doer: Doer,
        before: StoredQueue,
        after: StoredQueue,
        restored_from: int | None = None,
    ) -> Queue:
        repository = QueueRepository(session)
        if _said(after) != _said(before):
            now = self._clock()
            after = msgspec.structs.replace(after, version=before.version + 1)
            await repository.keep_version(before, None, None)
            await repository.replace(after, now)
            await repository.keep_version(after, now, doer.id, restored_from)
            was, is_ = _said(before), _said(after)
            changed = [name for name in is_ if was[name] != is_[name]]
            act = Act(
                "queues.changed",
                doer,
                "queue",
                str(after.id),
                before={name: was[name] for name in changed},
                after={name: is_[name] for name in changed},
            )
            await _told(session, now, act)
        return self._shown(subject, after, await repository.holidays())

    async def _check(self, repository: QueueRepository, queue: StoredQueue) -> None:
        errors = [
            {"pointer": one.pointer, "detail": one.detail}
            for one in faults(queue.code, queue.settings, await repository.world(self._sounds))
            if one.fault not in WARNINGS
        ]
        if errors:
            raise QueueSettingsInvalid("Nothing was changed.", errors=errors)

    def _shown(self, subject: Subject, queue: StoredQueue, holidays: Iterable[KeptHoliday]) -> Queue:
        open_now, changes_at = self._hours(subject, queue.code, queue.settings, holidays)
        return Queue(
            id=queue.id,
            code=queue.code,
            settings=queue.settings,
            archived=queue.archived,
            version=queue.version,
            open_now=open_now,
            changes_at=changes_at,
        )

    def _hours(
        self, subject: Subject, code: str, settings: QueueSettings, holidays: Iterable[KeptHoliday]
    ) -> tuple[bool, datetime | None]:
        zone, now = ZoneInfo(subject.time_zone), self._clock()
        days = holidays_of((kept.holiday for kept in holidays), code)
        return is_open(settings.hours, days, zone, now), next_change(settings.hours, days, zone, now)


async def _told(session: AsyncSession, now: datetime, act: Act) -> None:
    await tell(session, now, act)
    await SkillRepository(session).tell_switchboard()


async def _found(repository: QueueRepository, queue_id: UUID) -> StoredQueue:
    queue = await repository.one(queue_id)
    if queue is None:
        raise QueueNotFound(str(queue_id))
    return queue


async def _check_unused(repository: QueueRepository, queue: StoredQueue) -> None:
    errors = [
        {"pointer": "", "detail": f"the entry point {name}"}
        for name in await repository.entry_points_of(queue.id)
    ]
    errors += [
        {"pointer": "", "detail": f"the overflow of {other.settings.name}"}
        for other in await repository.all()
        if not other.archived
        and other.id != queue.id
        and any(rule.then == "queue" and rule.to == queue.code for rule in other.settings.overflow)
    ]
    if errors:
        raise QueueInUse("Lead them elsewhere first.", errors=errors)


def _said(queue: StoredQueue) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(queue.settings)
    # In whatever order they were sent: who is a member is a set.
    said["members"] = sorted(str(member) for member in queue.settings.members)
    return said | {"archived": queue.archived}
