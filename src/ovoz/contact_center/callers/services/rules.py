"""Routing rules: read, tried, put in place, brought back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from ovoz.contact_center.callers.contracts import CallerProfile, RoutingRules
from ovoz.contact_center.callers.errors import RoutingRulesInvalid, RoutingRulesVersionNotFound
from ovoz.contact_center.callers.repositories import CallerRepository, RulesRepository, Working
from ovoz.contact_center.callers.schemas import (
    KeptRoutingRules,
    RoutingChoices,
    RoutingFault,
    RoutingPreview,
    RoutingPreviewAsk,
    RoutingRulesVersion,
    RuleNumber,
    RuleQueue,
    Tried,
    TriedAgent,
    TriedPreference,
    TriedRing,
    TryCaller,
)
from ovoz.contact_center.queues.api import Queues, groups_of, terms_of
from ovoz.contact_center.routing.api import (
    RULE_WARNINGS,
    Surroundings,
    first_ring,
    rule_faults,
    servable,
    treat,
    treated,
)
from ovoz.contact_center.routing.contracts import Agent
from ovoz.lib.clock import Clock
from ovoz.lib.db import Database
from ovoz.lib.versions import check_version
from ovoz.platform.access.api import Access, Subject
from ovoz.platform.audit.api import Act, Doer, tell
from ovoz.platform.privacy.api import Fields


class _World(msgspec.Struct, frozen=True):
    """What there is beside the rules."""

    around: Surroundings
    queues: Mapping[str, str]
    """Names by code, of those that take callers."""
    numbers: Sequence[RuleNumber]
    agents: Mapping[UUID, Working]


class Routing:
    """Use cases of the routing rules."""

    def __init__(
        self, database: Database, clock: Clock, queues: Queues, fields: Fields, access: Access
    ) -> None:
        self._database = database
        self._clock = clock
        self._queues = queues
        self._fields = fields
        self._access = access

    async def show(self, subject: Subject) -> KeptRoutingRules:
        """The rules that hold."""
        world = await self._world(subject)
        async with self._database.tenant(subject.tenant_id) as session:
            rules, version = await RulesRepository(session).rules()
        return _kept(rules, version, world)

    async def change(
        self, subject: Subject, doer: Doer, if_match: str | None, rules: RoutingRules
    ) -> KeptRoutingRules:
        """Puts the rules in place. Raises RoutingRulesInvalid, and what `check_version` raises."""
        return await self._put(subject, doer, if_match, rules)

    async def restore(
        self, subject: Subject, doer: Doer, if_match: str | None, version: int
    ) -> KeptRoutingRules:
        """Puts an older version in place, as a new one.

        Raises RoutingRulesVersionNotFound, RoutingRulesInvalid, and what `check_version` raises.
        """
        return await self._put(subject, doer, if_match, None, restored_from=version)

    async def versions(self, subject: Subject) -> list[RoutingRulesVersion]:
        """The latest first."""
        async with self._database.tenant(subject.tenant_id) as session:
            repository = RulesRepository(session)
            found = await repository.versions()
            rules, version = await repository.rules()
        # What nobody has changed yet is its own first version.
        return found or [RoutingRulesVersion(version, rules, None, None, None)]

    async def preview(self, subject: Subject, ask: RoutingPreviewAsk) -> RoutingPreview:
        """What a draft would mean, and what it makes of a caller; nothing is changed.

        Raises RightMissing where a number is given by who may not find contacts by their number.
        """
        world = await self._world(subject)
        return RoutingPreview(
            faults=[
                RoutingFault(one.pointer, one.fault, one.detail, one.fault in RULE_WARNINGS)
                for one in rule_faults(ask.settings, world.around)
            ],
            tried=await self._tried(subject, ask.settings, ask.caller, world) if ask.caller else None,
        )

    async def demand_sound(self, subject: Subject, draft: RoutingRules) -> None:
        """Raises RoutingRulesInvalid where the draft could not be put in place."""
        _check(draft, await self._world(subject), "Nothing was played.", at="/settings")

    async def _put(
        self,
        subject: Subject,
        doer: Doer,
        if_match: str | None,
        rules: RoutingRules | None,
        restored_from: int | None = None,
    ) -> KeptRoutingRules:
        world = await self._world(subject)
        async with self._database.tenant(subject.tenant_id) as session:
            repository = RulesRepository(session)
            before, version = await repository.rules(hold=True)
            check_version(if_match, version)
            if restored_from is not None:
                rules = await repository.settings_at(restored_from)
            if rules is None:
                raise RoutingRulesVersionNotFound(
                    errors=[{"pointer": "/version", "detail": "not in the history"}]
                )
            _check(rules, world)
            if rules != before:
                now = self._clock()
                await repository.keep_version(before, version, None, None)
                version += 1
                await repository.replace(rules, version)
                await repository.keep_version(rules, version, now, doer.id, restored_from)
                was, is_ = _said(before), _said(rules)
                await tell(
                    session,
                    now,
                    Act("routing.changed", doer, "routing_rules", subject.tenant_id, before=was, after=is_),
                )
        return _kept(rules, version, world)

    async def _world(self, subject: Subject) -> _World:
        queues = [queue for queue in await self._queues.all(subject) if not queue.archived]
        async with self._database.tenant(subject.tenant_id) as session:
            repository = RulesRepository(session)
            agents = await repository.agents()
            numbers = await repository.numbers()
            around = Surroundings(
                skills=await repository.skills(),
                queues={queue.code: terms_of(queue.code, queue.settings) for queue in queues},
                numbers={one.number: one.queue for one in numbers},
                agents=tuple(
                    Agent(
                        agent.id,
                        tuple(sorted(agent.skills.items())),
                        groups_of(
                            (queue.code for queue in queues if agent.id in queue.settings.members),
                            agent.team_id,
                        ),
                        0.0,
                        0.0,
                    )
                    for agent in agents
                ),
                regions=frozenset(await repository.regions()),
                products=frozenset(await repository.products()),
            )
        return _World(
            around,
            {queue.code: queue.settings.name for queue in queues},
            numbers,
            {agent.id: agent for agent in agents},
        )

    async def _tried(
        self, subject: Subject, rules: RoutingRules, caller: TryCaller, world: _World
    ) -> Tried | None:
        first = next((one.queue for one in world.numbers if one.number == caller.dialled), None)
        if first is None or first not in world.queues:
            raise RoutingRulesInvalid(
                "Nothing was tried.",
                errors=[{"pointer": "/caller/dialled", "detail": f"{caller.dialled} leads to no queue"}],
            )
        profile, last_agent, known = _profile_of(caller), caller.last_agent_id, False
        if caller.number is not None:
            await self._access.demand(subject, "interactions.find")
            async with self._database.tenant(subject.tenant_id) as session:
                profile, last_agent, known = await self._looked_up(session, subject, rules, caller.number)
        treatment = treat(rules, profile, caller.dialled, last_agent)
        code = treatment.queue if treatment.queue in world.queues else first
        assert code is not None
        queue = world.around.queues[code]
        treatment = servable(queue, treatment, world.around.agents)
        terms = treated(queue, treatment)
        rings: list[list[TriedAgent]] = [[] for _ in terms.rings]
        for agent in world.around.agents:
            ring = first_ring(terms.rings, dict(agent.skills), agent.groups)
            if ring is not None:
                rings[ring].append(TriedAgent(agent.id, world.agents[agent.id].name))
        return Tried(
            known=known,
            vip=profile.vip,
            corporate=profile.corporate,
            outage=profile.outage,
            region=profile.region,
            product=profile.product,
            language=profile.language,
            network=profile.network,
            applied=list(treatment.applied),
            queue=RuleQueue(code, world.queues[code]),
            moved=code != first,
            target_s=terms.target_s,
            head_start_s=terms.head_start_s,
            skills={need.skill: need.level for need in treatment.needs},
            skills_for_s=treatment.needs_for_s,
            dropped=treatment.needs_dropped,
            preferred=[
                TriedPreference(TriedAgent(one.agent, world.agents[one.agent].name), one.why, one.wait_s)
                for one in treatment.preferred
            ],
            rings=[
                TriedRing(ring.after_s, agents)
                for ring, agents in zip(terms.rings, rings, strict=True)
                if agents or ring is terms.rings[0]
            ],
        )

    async def _looked_up(
        self, session: AsyncSession, subject: Subject, rules: RoutingRules, number: str
    ) -> tuple[CallerProfile, UUID | None, bool]:
        keys = await self._fields.of(subject.tenant_id)
        repository = CallerRepository(session)
        pseudonym = keys.pseudonym(number)
        found = await repository.subscriber(pseudonym)
        last = await repository.last_agent(pseudonym, self._clock(), rules.last_agent.within_days)
        return (found.profile if found else CallerProfile()), last, found is not None


def _profile_of(caller: TryCaller) -> CallerProfile:
    return CallerProfile(**{name: getattr(caller, name) for name in CallerProfile.__struct_fields__})


def _check(rules: RoutingRules, world: _World, detail: str = "Nothing was changed.", at: str = "") -> None:
    errors = [
        {"pointer": at + one.pointer, "detail": one.detail}
        for one in rule_faults(rules, world.around)
        if one.fault not in RULE_WARNINGS
    ]
    if errors:
        raise RoutingRulesInvalid(detail, errors=errors)


def _kept(rules: RoutingRules, version: int, world: _World) -> KeptRoutingRules:
    return KeptRoutingRules(
        settings=rules,
        version=version,
        choices=RoutingChoices(
            queues=[RuleQueue(code, name) for code, name in world.queues.items()],
            numbers=list(world.numbers),
            regions=sorted(world.around.regions),
            products=sorted(world.around.products),
        ),
    )


def _said(rules: RoutingRules) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(rules)
    return said
