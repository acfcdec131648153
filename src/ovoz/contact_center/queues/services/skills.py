"""The list of skills, and who has which of them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.queues.errors import (
    LevelsChanged,
    LevelsInvalid,
    SheetUnreadable,
    SkillCodeTaken,
    SkillNotFound,
)
from ovoz.contact_center.queues.repositories import SkillRepository
from ovoz.contact_center.queues.rules import sheet
from ovoz.contact_center.queues.schemas import (
    AgentSkills,
    LevelChange,
    LevelChanges,
    LevelsSaved,
    SheetFault,
    SheetReport,
    Skill,
    SkillCreate,
    SkillUpdate,
)
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.ids import new_id
from ovoz.lib.paging import Page
from ovoz.lib.versions import check_version
from ovoz.platform.access.api import Access, Subject
from ovoz.platform.audit.api import Act, Doer, tell


class Skills:
    """Use cases of skills."""

    def __init__(self, database: Database, clock: Clock, access: Access) -> None:
        self._database = database
        self._clock = clock
        self._access = access

    async def all(self, subject: Subject) -> list[Skill]:
        """In the operator's order; archived ones too."""
        async with self._database.tenant(subject.tenant_id) as session:
            return await SkillRepository(session).all()

    async def show(self, subject: Subject, skill_id: UUID) -> Skill:
        """Raises SkillNotFound."""
        async with self._database.tenant(subject.tenant_id) as session:
            return await _found(SkillRepository(session), skill_id)

    async def create(self, subject: Subject, doer: Doer, wish: SkillCreate) -> Skill:
        """Raises SkillCodeTaken."""
        async with self._database.tenant(subject.tenant_id) as session:
            skills = SkillRepository(session)
            skill_id = new_id()
            if not await skills.add(skill_id, wish.code, wish.names):
                raise SkillCodeTaken(errors=[{"pointer": "/code", "detail": "another skill's"}])
            skill = await _found(skills, skill_id)
            await self._told(session, Act("skills.created", doer, "skill", skill.code, after=_said(skill)))
        return skill

    async def change(
        self, subject: Subject, doer: Doer, skill_id: UUID, if_match: str | None, wish: SkillUpdate
    ) -> Skill:
        """Changes what stands in the wish. Raises SkillNotFound, and what `check_version` raises."""
        async with self._database.tenant(subject.tenant_id) as session:
            skills = SkillRepository(session)
            before = await _found(skills, skill_id)
            check_version(if_match, before.version)
            wanted = {
                name: value for name, value in msgspec.structs.asdict(wish).items() if value is not UNSET
            }
            after = msgspec.structs.replace(before, **wanted)
            if after == before:
                return before
            after = msgspec.structs.replace(after, version=before.version + 1)
            now = self._clock()
            await skills.replace(after, now)
            was, is_ = _said(before), _said(after)
            changed = [name for name in is_ if was[name] != is_[name]]
            act = Act(
                "skills.changed",
                doer,
                "skill",
                after.code,
                before={name: was[name] for name in changed},
                after={name: is_[name] for name in changed},
            )
            await self._told(session, act)
        return after

    # Who has them

    async def page_of_agents(
        self,
        subject: Subject,
        *,
        cursor: str | None,
        limit: int,
        search: str | None,
        team_id: UUID | None,
    ) -> Page[AgentSkills]:
        """Agents by name, of those whom the person may see. Raises CursorInvalid."""
        readable = await self._access.reach(subject, "people.read")
        changeable = await self._access.reach(subject, "skills.manage")
        async with self._database.tenant(subject.tenant_id) as session:
            return await SkillRepository(session).page_of_agents(
                readable, changeable, cursor=cursor, limit=limit, search=search, team_id=team_id
            )

    async def give(self, subject: Subject, doer: Doer, wish: LevelChanges) -> LevelsSaved:
        """Every level as wished, or none. A level that is there already is no change, so that it may be sent again.

        Raises LevelsInvalid, LevelsChanged.
        """
        wanted = {(change.user_id, change.skill_id): change for change in wish.changes}
        people = sorted({change.user_id for change in wish.changes})
        changeable = await self._access.reach(subject, "skills.manage")
        async with self._database.tenant(subject.tenant_id) as session:
            repository = SkillRepository(session)
            within_reach = await repository.hold_agents(changeable, people)
            skills = {skill.id: skill for skill in await repository.all()}
            _check(wish, within_reach, skills, len(wanted))
            present = await repository.levels(people)
            _check_unchanged(wish, present)
            changed = {
                key: change.level for key, change in wanted.items() if present.get(key, 0) != change.level
            }
            if changed:
                now = self._clock()
                await repository.set_levels(changed, now, doer.id)
                for act in _acts(doer, changed, present, skills):
                    await tell(session, now, act)
                await repository.tell_switchboard()
        return LevelsSaved(len(changed), len({user_id for user_id, _ in changed}))

    async def read_sheet(self, subject: Subject, content: str) -> SheetReport:
        """What a table would change, and what is wrong with which line; nothing is changed. Raises SheetUnreadable."""
        readable = await self._access.reach(subject, "people.read")
        changeable = await self._access.reach(subject, "skills.manage")
        async with self._database.tenant(subject.tenant_id) as session:
            repository = SkillRepository(session)
            agents = await repository.agents(readable, changeable)
            skills = {skill.code: skill.id for skill in await repository.all() if not skill.archived}
            by_word = {word: agent for agent in agents for word in (str(agent.id), agent.email)}
            present = await repository.levels([agent.id for agent in agents])
        try:
            found = sheet.read(
                content, {word: agent.may_change for word, agent in by_word.items()}, frozenset(skills)
            )
        except sheet.NoTable as error:
            raise SheetUnreadable(
                str(error), errors=[{"pointer": "/content", "detail": str(error)}]
            ) from None
        rows, wrong = _each_once(found, {word: agent.id for word, agent in by_word.items()})
        changes = [
            [
                LevelChange(agent_id, skills[code], was, level)
                for code, level in row.levels.items()
                if (was := present.get((agent_id, skills[code]), 0)) != level
            ]
            for agent_id, row in rows
        ]
        return SheetReport(
            lines=len(rows) + len(wrong),
            same=sum(not of_line for of_line in changes),
            unknown_columns=found.unknown_columns,
            faults=[SheetFault(one.line, one.fault, one.column, one.found) for one in wrong],
            changes=[change for of_line in changes for change in of_line],
        )

    async def _told(self, session: AsyncSession, act: Act) -> None:
        await tell(session, self._clock(), act)
        await SkillRepository(session).tell_switchboard()


def _each_once(
    found: sheet.Read, ids: Mapping[str, UUID]
) -> tuple[list[tuple[UUID, sheet.Row]], list[sheet.Wrong]]:
    """One line for each person, however they are named in it: of two lines the first counts."""
    rows: list[tuple[UUID, sheet.Row]] = []
    wrong = list(found.wrong)
    seen: set[UUID] = set()
    for row in found.rows:
        agent_id = ids[row.agent]
        if agent_id in seen:
            wrong.append(sheet.Wrong(row.line, "agent_twice", None, row.agent))
        else:
            seen.add(agent_id)
            rows.append((agent_id, row))
    return rows, sorted(wrong, key=lambda one: one.line)


def _check(wish: LevelChanges, agents: set[UUID], skills: dict[UUID, Skill], different: int) -> None:
    errors = []
    for place, change in enumerate(wish.changes):
        if change.user_id not in agents:
            errors.append({"pointer": f"/changes/{place}/user_id", "detail": "no agent whom you may change"})
        if change.skill_id not in skills:
            errors.append({"pointer": f"/changes/{place}/skill_id", "detail": "no such skill"})
    if different < len(wish.changes):
        errors.append({"pointer": "/changes", "detail": "the same level stands there twice"})
    if errors:
        raise LevelsInvalid(errors=errors)


def _check_unchanged(wish: LevelChanges, present: dict[tuple[UUID, UUID], int]) -> None:
    errors = [
        {"pointer": f"/changes/{place}/was", "detail": f"it is {now} now"}
        for place, change in enumerate(wish.changes)
        if (now := present.get((change.user_id, change.skill_id), 0)) not in (change.was, change.level)
    ]
    if errors:
        raise LevelsChanged("Read them again; none of the changes was made.", errors=errors)


def _acts(
    doer: Doer,
    changed: dict[tuple[UUID, UUID], int],
    present: dict[tuple[UUID, UUID], int],
    skills: dict[UUID, Skill],
) -> list[Act]:
    """One for each person, with the codes of the skills."""
    of_person: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for (user_id, skill_id), level in changed.items():
        of_person[user_id][skill_id] = level
    return [
        Act(
            "skills.given",
            doer,
            "person",
            str(user_id),
            before={skills[skill_id].code: present.get((user_id, skill_id), 0) for skill_id in levels},
            after={skills[skill_id].code: level for skill_id, level in levels.items()},
        )
        for user_id, levels in of_person.items()
    ]


def _said(skill: Skill) -> dict[str, Any]:
    return {
        "names": msgspec.to_builtins(skill.names),
        "position": skill.position,
        "archived": skill.archived,
    }


async def _found(skills: SkillRepository, skill_id: UUID) -> Skill:
    skill = await skills.one(skill_id)
    if skill is None:
        raise SkillNotFound(str(skill_id))
    return skill
