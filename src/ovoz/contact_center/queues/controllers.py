"""Skills, queues and holidays over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from ovoz.contact_center.queues.api import Queues, Replays, Skills
from ovoz.contact_center.queues.contracts import Holiday, QueueSettings
from ovoz.contact_center.queues.errors import (
    HolidayInvalid,
    HolidayNotFound,
    LevelsChanged,
    LevelsInvalid,
    QueueCodeTaken,
    QueueInUse,
    QueueNotFound,
    QueueSettingsInvalid,
    QueueVersionNotFound,
    SheetUnreadable,
    SkillCodeTaken,
    SkillNotFound,
)
from ovoz.contact_center.queues.schemas import (
    AgentSkills,
    KeptHoliday,
    LevelChanges,
    LevelsSaved,
    Queue,
    QueueArchived,
    QueueCreate,
    QueuePreview,
    QueueRestore,
    QueueSounds,
    QueueVersion,
    Replay,
    ReplayAsk,
    Sheet,
    SheetReport,
    Skill,
    SkillCreate,
    SkillUpdate,
)
from ovoz.lib.paging import CursorInvalid, Page
from ovoz.lib.versions import etag
from ovoz.platform.access.guards import requires
from ovoz.platform.audit.contracts import Doer
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests.contracts import KEEPS_ANSWER, LINKS, NEEDS_MATCH, PROBLEMS, LinkTo
from ovoz.platform.requests.deps import Cursor, IfMatch, Limit


class SkillController(Controller):
    """What agents can be good at."""

    path = "/api/skills"
    tags = ("Queues",)

    @get(
        operation_id="ListSkills",
        opt={LINKS: (LinkTo("ShowSkill", {"skill_id": "$response.body#/0/id"}, "The first one."),)},
        guards=[requires("settings.read")],
    )
    async def list_skills(
        self, actor: NamedDependency[Actor], skills: NamedDependency[Skills]
    ) -> list[Skill]:
        """Every skill in the operator's order, those that are archived too."""
        return await skills.all(actor)

    @post(
        operation_id="CreateSkill",
        opt={
            KEEPS_ANSWER: True,
            PROBLEMS: (SkillCodeTaken,),
            LINKS: (LinkTo("ShowSkill", {"skill_id": "$response.body#/id"}, "The skill."),),
        },
        guards=[requires("queues.manage")],
    )
    async def create_skill(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        skills: NamedDependency[Skills],
        data: JSONBody[SkillCreate],
    ) -> Response[Skill]:
        """A skill that nobody has yet, last in the list."""
        return _with_version(await skills.create(actor, doer, data), status_code=201)

    @get(
        "/{skill_id:uuid}",
        operation_id="ShowSkill",
        opt={PROBLEMS: (SkillNotFound,)},
        guards=[requires("settings.read")],
    )
    async def show_skill(
        self, actor: NamedDependency[Actor], skills: NamedDependency[Skills], skill_id: FromPath[UUID]
    ) -> Response[Skill]:
        """One skill; the ETag is what a change must name."""
        return _with_version(await skills.show(actor, skill_id))

    @patch(
        "/{skill_id:uuid}",
        operation_id="ChangeSkill",
        opt={NEEDS_MATCH: True, PROBLEMS: (SkillNotFound,)},
        guards=[requires("queues.manage")],
    )
    async def change_skill(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        skills: NamedDependency[Skills],
        skill_id: FromPath[UUID],
        data: JSONBody[SkillUpdate],
        if_match: IfMatch = None,
    ) -> Response[Skill]:
        """Names, place in the list, archived or back; who has the skill keeps it meanwhile."""
        return _with_version(await skills.change(actor, doer, skill_id, if_match, data))


class AgentSkillController(Controller):
    """Which agent has which skill at which level."""

    path = "/api/agent-skills"
    tags = ("Queues",)

    @get(operation_id="ListAgentSkills", opt={PROBLEMS: (CursorInvalid,)}, guards=[requires("people.read")])
    async def list_agent_skills(
        self,
        actor: NamedDependency[Actor],
        skills: NamedDependency[Skills],
        cursor: Cursor = None,
        limit: Limit = 100,
        search: Annotated[
            str | None,
            QueryParameter(min_length=1, max_length=100, pattern=r"^[^\x00]*$", description="in the name"),
        ] = None,
        team_id: Annotated[UUID | None, QueryParameter()] = None,
    ) -> Page[AgentSkills]:
        """Agents by name with the level of each skill they have, of those whom the person may see."""
        return await skills.page_of_agents(actor, cursor=cursor, limit=limit, search=search, team_id=team_id)

    @patch(
        operation_id="GiveSkills",
        opt={PROBLEMS: (LevelsInvalid, LevelsChanged)},
        guards=[requires("skills.manage")],
    )
    async def give_skills(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        skills: NamedDependency[Skills],
        data: JSONBody[LevelChanges],
    ) -> LevelsSaved:
        """Gives, changes and takes away levels: all that stand in the body, or none. It may be sent again."""
        return await skills.give(actor, doer, data)

    @post(
        "/preview",
        operation_id="PreviewSkillSheet",
        opt={PROBLEMS: (SheetUnreadable,)},
        guards=[requires("skills.manage")],
        status_code=200,
    )
    async def preview_skill_sheet(
        self, actor: NamedDependency[Actor], skills: NamedDependency[Skills], data: JSONBody[Sheet]
    ) -> SheetReport:
        """What a table (CSV) would change, and what is wrong with which line. Nothing is changed: send `changes` on."""
        return await skills.read_sheet(actor, data.content)


def _with_version(skill: Skill, status_code: int = 200) -> Response[Skill]:
    return Response(skill, status_code=status_code, headers={"ETag": etag(skill.version)})


class QueueController(Controller):
    """Where callers wait: settings, members, versions."""

    path = "/api/queues"
    tags = ("Queues",)

    @get(
        operation_id="ListQueues",
        opt={LINKS: (LinkTo("ShowQueue", {"queue_id": "$response.body#/0/id"}, "The first one."),)},
        guards=[requires("settings.read")],
    )
    async def list_queues(
        self, actor: NamedDependency[Actor], queues: NamedDependency[Queues]
    ) -> list[Queue]:
        """Every queue by name, those that are archived too."""
        return await queues.all(actor)

    @post(
        operation_id="CreateQueue",
        opt={
            KEEPS_ANSWER: True,
            PROBLEMS: (QueueCodeTaken, QueueSettingsInvalid),
            LINKS: (LinkTo("ShowQueue", {"queue_id": "$response.body#/id"}, "The queue."),),
        },
        guards=[requires("queues.manage")],
    )
    async def create_queue(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        queues: NamedDependency[Queues],
        data: JSONBody[QueueCreate],
    ) -> Response[Queue]:
        """A new queue; no number leads to it yet."""
        return _queue_with_version(await queues.create(actor, doer, data), status_code=201)

    @get("/sounds", operation_id="ShowQueueSounds", guards=[requires("settings.read")])
    async def show_queue_sounds(self, queues: NamedDependency[Queues]) -> QueueSounds:
        """In which languages and with which music callers can be served here."""
        return queues.sounds()

    @post("/preview", operation_id="PreviewQueue", guards=[requires("queues.manage")], status_code=200)
    async def preview_queue(
        self, actor: NamedDependency[Actor], queues: NamedDependency[Queues], data: JSONBody[QueueCreate]
    ) -> QueuePreview:
        """What is wrong with settings, which agents would get calls and after which wait; nothing is changed."""
        return await queues.preview(actor, data)

    @post("/replay", operation_id="ReplayDay", guards=[requires("queues.manage")], status_code=200)
    async def replay_day(
        self, actor: NamedDependency[Actor], replays: NamedDependency[Replays], data: JSONBody[ReplayAsk]
    ) -> Replay:
        """A recorded day as it was, and played again with the present settings and with a draft; nothing is changed."""
        return await replays.play(actor, data)

    @get(
        "/{queue_id:uuid}",
        operation_id="ShowQueue",
        opt={PROBLEMS: (QueueNotFound,)},
        guards=[requires("settings.read")],
    )
    async def show_queue(
        self, actor: NamedDependency[Actor], queues: NamedDependency[Queues], queue_id: FromPath[UUID]
    ) -> Response[Queue]:
        """One queue; the ETag is what a change must name."""
        return _queue_with_version(await queues.show(actor, queue_id))

    @put(
        "/{queue_id:uuid}",
        operation_id="ChangeQueue",
        opt={NEEDS_MATCH: True, PROBLEMS: (QueueNotFound, QueueSettingsInvalid)},
        guards=[requires("queues.manage")],
    )
    async def change_queue(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        queues: NamedDependency[Queues],
        queue_id: FromPath[UUID],
        data: JSONBody[QueueSettings],
        if_match: IfMatch = None,
    ) -> Response[Queue]:
        """Puts all settings in place, members too; the version before is kept."""
        return _queue_with_version(await queues.change(actor, doer, queue_id, if_match, data))

    @put(
        "/{queue_id:uuid}/archived",
        operation_id="ArchiveQueue",
        opt={NEEDS_MATCH: True, PROBLEMS: (QueueNotFound, QueueInUse, QueueSettingsInvalid)},
        guards=[requires("queues.manage")],
    )
    async def archive_queue(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        queues: NamedDependency[Queues],
        queue_id: FromPath[UUID],
        data: JSONBody[QueueArchived],
        if_match: IfMatch = None,
    ) -> Response[Queue]:
        """Puts a queue aside to which nothing leads, or takes it back."""
        return _queue_with_version(await queues.archive(actor, doer, queue_id, if_match, data.archived))

    @get(
        "/{queue_id:uuid}/versions",
        operation_id="ListQueueVersions",
        opt={PROBLEMS: (QueueNotFound,)},
        guards=[requires("settings.read")],
    )
    async def list_queue_versions(
        self, actor: NamedDependency[Actor], queues: NamedDependency[Queues], queue_id: FromPath[UUID]
    ) -> list[QueueVersion]:
        """What was set when and by whom, the latest first; 200 at most."""
        return await queues.versions(actor, queue_id)

    @post(
        "/{queue_id:uuid}/restore",
        operation_id="RestoreQueue",
        opt={NEEDS_MATCH: True, PROBLEMS: (QueueNotFound, QueueVersionNotFound, QueueSettingsInvalid)},
        guards=[requires("queues.manage")],
        status_code=200,
    )
    async def restore_queue(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        queues: NamedDependency[Queues],
        queue_id: FromPath[UUID],
        data: JSONBody[QueueRestore],
        if_match: IfMatch = None,
    ) -> Response[Queue]:
        """Puts the settings of an older version in place, as a new version."""
        return _queue_with_version(await queues.restore(actor, doer, queue_id, if_match, data.version))


class HolidayController(Controller):
    """Days that are not as their weekday."""

    path = "/api/holidays"
    tags = ("Queues",)

    @get(operation_id="ListHolidays", guards=[requires("settings.read")])
    async def list_holidays(
        self, actor: NamedDependency[Actor], queues: NamedDependency[Queues]
    ) -> list[KeptHoliday]:
        """In the order of their days, those that are past too."""
        return await queues.holidays(actor)

    @post(
        operation_id="CreateHoliday",
        opt={
            KEEPS_ANSWER: True,
            PROBLEMS: (HolidayInvalid,),
            LINKS: (LinkTo("RemoveHoliday", {"holiday_id": "$response.body#/id"}, "Take it away again."),),
        },
        guards=[requires("queues.manage")],
    )
    async def create_holiday(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        queues: NamedDependency[Queues],
        data: JSONBody[Holiday],
    ) -> KeptHoliday:
        """A day on which queues are closed, or open at other hours."""
        return await queues.add_holiday(actor, doer, data)

    @delete(
        "/{holiday_id:uuid}",
        operation_id="RemoveHoliday",
        opt={PROBLEMS: (HolidayNotFound,)},
        guards=[requires("queues.manage")],
    )
    async def remove_holiday(
        self,
        actor: NamedDependency[Actor],
        doer: NamedDependency[Doer],
        queues: NamedDependency[Queues],
        holiday_id: FromPath[UUID],
    ) -> None:
        """The day is as its weekday again."""
        await queues.remove_holiday(actor, doer, holiday_id)


def _queue_with_version(queue: Queue, status_code: int = 200) -> Response[Queue]:
    return Response(queue, status_code=status_code, headers={"ETag": etag(queue.version)})
