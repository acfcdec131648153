"""What the switchboard reads: tenants, their configuration, and what was live."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog
from sqlalchemy import text

from ovoz.contact_center.callers.api import CallerRepository, RulesRepository
from ovoz.contact_center.switchboard.contracts import LIVE_STATE
from ovoz.contact_center.switchboard.repositories.queue_rules import (
    HOLIDAYS,
    QUEUES,
    Surroundings,
    own,
    queue_rules,
)
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call, Known, with_first_share
from ovoz.contact_center.switchboard.state.routing import Routing
from ovoz.contact_center.switchboard.state.rules import BreakRules, Calling, EntryPoint, QueueRules
from ovoz.lib.clock import Clock, utc_now
from ovoz.lib.db import Database
from ovoz.lib.sealed_fields import FieldUnreadable
from ovoz.lib.sounds import Sounds
from ovoz.platform.privacy.api import Fields
from ovoz.platform.tenancy.contracts import SUBSCRIBER_NAME

log = structlog.get_logger(__name__)

_LIVING = "NOT EXISTS (SELECT FROM ovoz.tombstone d WHERE d.tenant_id = t.id)"


class AgentSetup(msgspec.Struct, frozen=True):
    """An agent as the settings have them; `skills` are codes with levels."""

    id: UUID
    name: str
    queues: tuple[UUID, ...]
    team_id: UUID | None
    skills: tuple[tuple[str, int], ...]


class TenantSetup(msgspec.Struct, frozen=True):
    """What the switchboard knows of a tenant: queues, entry points by number, agents, admission."""

    tenant_id: str
    active: bool
    """False while it is suspended, or on its way out."""
    max_calls: int
    queues: list[QueueRules]
    entry_points: dict[str, EntryPoint]
    agents: list[AgentSetup]
    breaks: list[BreakRules]
    calling: Calling = Calling()
    routing: Routing = Routing()


class Directory:
    """Reads tenants, their configuration and what was live."""

    def __init__(
        self,
        database: Database,
        cell_id: str,
        fields: Fields,
        *,
        sounds: Sounds,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._cell_id = cell_id
        self._fields = fields
        self._sounds = sounds
        self._clock = clock

    async def tenants(self) -> list[str]:
        async with self._database.control() as session:
            rows = await session.execute(
                text(f"SELECT t.id FROM ovoz.tenant t WHERE t.cell_id = :cell AND {_LIVING} ORDER BY t.id"),
                {"cell": self._cell_id},
            )
            return [row.id for row in rows]

    async def tenant_of_number(self, number: str) -> str | None:
        async with self._database.control() as session:
            row = await session.execute(
                text(
                    "SELECT t.id FROM ovoz.number n JOIN ovoz.tenant t ON t.id = n.tenant_id "
                    f"WHERE n.number = :number AND t.cell_id = :cell AND {_LIVING}"
                ),
                {"number": number, "cell": self._cell_id},
            )
            found: str | None = row.scalar_one_or_none()
            return found

    async def setup(self, tenant_id: str) -> TenantSetup:
        """The tenant's present configuration; raises LookupError for one that is not in this cell."""
        async with self._database.control() as session:
            tenant = (
                await session.execute(
                    text(
                        "SELECT t.max_calls, t.time_zone, t.state = 'active' AS active,"
                        " (SELECT coalesce(array_agg(n.number), '{}') FROM ovoz.number n"
                        " WHERE n.tenant_id = t.id) AS numbers"
                        f" FROM ovoz.tenant t WHERE t.id = :id AND t.cell_id = :cell AND {_LIVING}"
                    ),
                    {"id": tenant_id, "cell": self._cell_id},
                )
            ).one_or_none()
        if tenant is None:
            raise LookupError(tenant_id)
        # The control schema says whose a number is: an entry point alone (restored elsewhere) draws no call.
        numbers = set(tenant.numbers)
        async with self._database.tenant(tenant_id) as session:
            queues = await session.execute(text(QUEUES))
            holidays = await session.execute(text(HOLIDAYS))
            entries = await session.execute(
                text("SELECT id, number, name, queue_id, greeting FROM entry_point")
            )
            agents = await session.execute(
                text(
                    "SELECT u.id, u.name, u.team_id, array(SELECT m.queue_id FROM queue_member m"
                    " WHERE m.user_id = u.id ORDER BY m.queue_id) AS queues,"
                    " (SELECT coalesce(jsonb_object_agg(s.code, k.level), '{}') FROM agent_skill k"
                    " JOIN skill s ON s.id = k.skill_id WHERE k.user_id = u.id AND s.archived_at IS NULL) AS skills"
                    " FROM user_account u WHERE u.is_agent AND u.disabled_at IS NULL ORDER BY u.id"
                )
            )
            rules = await session.execute(text("SELECT caller_number FROM calling_rules"))
            presented = rules.scalar_one_or_none()
            codes = await session.execute(text("SELECT code, id FROM queue WHERE archived_at IS NULL"))
            routing, _ = await RulesRepository(session).rules()
            breaks = await session.execute(
                text(
                    "SELECT code, limit_s, needs_approval, at_once, archived_at IS NOT NULL AS archived"
                    " FROM break_reason"
                )
            )
            return TenantSetup(
                tenant_id=tenant_id,
                active=tenant.active,
                max_calls=tenant.max_calls,
                queues=queue_rules(
                    queues.all(),
                    holidays.all(),
                    Surroundings(ZoneInfo(tenant.time_zone), self._clock(), numbers, self._sounds),
                ),
                calling=Calling(caller_number=own(presented, numbers)),
                entry_points={
                    row.number: EntryPoint(row.id, row.number, row.name, row.queue_id, tuple(row.greeting))
                    for row in entries
                    if row.number in numbers
                },
                agents=[
                    AgentSetup(
                        row.id, row.name, tuple(row.queues), row.team_id, tuple(sorted(row.skills.items()))
                    )
                    for row in agents
                ],
                breaks=[BreakRules(**row._mapping) for row in breaks],
                routing=Routing(routing, {row.code: row.id for row in codes}),
            )

    async def caller(
        self, tenant_id: str, number: str, now: datetime, within_days: int
    ) -> tuple[Known, str | None]:
        """What is known of a number, with who talked to it last within so many days; and its name, if it has one."""
        keys = await self._fields.of(tenant_id)
        pseudonym = keys.pseudonym(number)
        async with self._database.tenant(tenant_id) as session:
            callers = CallerRepository(session)
            found = await callers.subscriber(pseudonym)
            last_agent = await callers.last_agent(pseudonym, now, within_days)
        if found is None:
            return Known(last_agent=last_agent), None
        return Known(found.profile, last_agent), keys.open(found.name, SUBSCRIBER_NAME, found.id)

    async def live(self) -> tuple[dict[str, list[Call]], dict[str, list[Agent]]]:
        """What was live in the cell, by tenant: the one table a take-over reads."""
        calls: dict[str, list[Call]] = {}
        agents: dict[str, list[Agent]] = {}
        async with self._database.control() as session:
            found = await session.execute(
                text("SELECT key, tenant_id, state FROM ovoz.live WHERE cell_id = :cell ORDER BY key"),
                {"cell": self._cell_id},
            )
            rows = found.all()
        keys = await self._fields.of_all({row.tenant_id for row in rows})
        for row in rows:
            try:
                state = keys[row.tenant_id].open_json(row.state, LIVE_STATE, row.key)
            except (KeyError, FieldUnreadable) as error:
                # The calls of others must not wait for it.
                log.error("switchboard.live_unreadable", tenant=row.tenant_id, key=row.key, error=repr(error))
                continue
            if row.key.startswith("i:"):
                calls.setdefault(row.tenant_id, []).append(with_first_share(msgspec.convert(state, Call)))
            else:
                agents.setdefault(row.tenant_id, []).append(msgspec.convert(state, Agent))
        return calls, agents

    async def node_boot(self, node_id: str) -> str | None:
        """The boot of the media node that a predecessor saw last."""
        async with self._database.control() as session:
            row = await session.execute(
                text("SELECT boot FROM ovoz.media_node WHERE id = :id"), {"id": node_id}
            )
            found: str | None = row.scalar_one_or_none()
            return found

    async def save_node_boot(self, node_id: str, boot: str) -> None:
        async with self._database.control() as session:
            await session.execute(
                text("UPDATE ovoz.media_node SET boot = :boot WHERE id = :id"), {"id": node_id, "boot": boot}
            )
