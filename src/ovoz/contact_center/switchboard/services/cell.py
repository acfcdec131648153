"""The cell at work: one input after the other into the floors, and what they want out again."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from ovoz.contact_center.switchboard.ports import (
    LiveFeed,
    MediaNode,
    MediaUnavailable,
    RecordingJobs,
)
from ovoz.contact_center.switchboard.repositories import Directory, TenantSetup
from ovoz.contact_center.switchboard.services.feed import Desks
from ovoz.contact_center.switchboard.services.hands import Hands
from ovoz.contact_center.switchboard.services.journal import Journal, Store
from ovoz.contact_center.switchboard.services.spool import Spool
from ovoz.contact_center.switchboard.state import arrivals, recovery
from ovoz.contact_center.switchboard.state.actions import Action, Dial, Ring, StartRecording, StoreRecording
from ovoz.contact_center.switchboard.state.breaks import change_breaks
from ovoz.contact_center.switchboard.state.facts import Step
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.presence import agent_known
from ovoz.contact_center.switchboard.state.rows import entry_of
from ovoz.contact_center.switchboard.state.rules import EntryPoint, Limits
from ovoz.contact_center.switchboard.state.treating import change_rules
from ovoz.lib.db import DatabaseUnavailable
from ovoz.platform.tenancy.errors import KeyUnavailable

log = structlog.get_logger(__name__)

CHANGES_RETURNS = frozenset(
    {"calls.call_started.v1", "calls.call_answered.v1", "calls.dial_answered.v1", "calls.call_ended.v1"}
)
"""Facts upon which others may wait to be called back."""


class Cell:
    """Everything one switchboard holds in memory, and the one way to change it.

    Every method that changes a floor ends with `commit`, and nothing awaits between the change and the commit:
    that is what orders transitions.
    """

    def __init__(
        self,
        *,
        cell_id: str,
        epoch: int,
        directory: Directory,
        store: Store,
        spool_path: Path,
        spool_key: bytes,
        node: MediaNode,
        feed: LiveFeed,
        jobs: RecordingJobs,
        may_record: Callable[[], bool],
        phone_key: bytes,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
    ) -> None:
        self.cell_id = cell_id
        self.epoch = epoch
        self.clock = clock
        self.new_id = new_id
        self.node = node
        self.directory = directory
        self.media_problem: str | None = "The media node has not answered yet."
        self.floors: dict[str, Floor] = {}
        self.entry_points: dict[str, tuple[str, EntryPoint]] = {}
        self.journal = Journal(store, Spool(spool_path, spool_key), epoch, self._journal_changed)
        self.desks = Desks(feed, epoch, clock, lambda: self.media_problem)
        self.hands = Hands(self._perform, self._action_failed)
        self.taken_over = False
        """False while what was live is still being read: an order would meet an empty floor."""
        self._jobs = jobs
        self._may_record = may_record
        self._phone_key = phone_key
        self._written: dict[UUID, int] = {}
        self._timer = asyncio.Event()
        self._loading: dict[str, asyncio.Lock] = {}
        self._background: set[asyncio.Task[None]] = set()

    # Floors

    async def take_over(self) -> None:
        """Puts on record what a predecessor left in the spool, then reads what was live."""
        await self.journal.replay()
        calls, agents = await self.directory.live()
        for tenant_id in await self.directory.tenants():
            setup = await self.directory.setup(tenant_id)
            floor = self._build(setup)
            for agent in agents.get(tenant_id, []):
                floor.put_agent(agent)
                self._written[agent.id] = agent.seq
            for call in calls.get(tenant_id, []):
                floor.put_call(call)
                self._written[call.id] = call.seq
            self._refresh_agents(floor, setup)
            change_breaks(floor, self.clock(), setup.breaks)
            floor.look_at_waiting()
            self.commit(floor)
            self._recognise_again(floor)
        self.taken_over = True

    async def floor(self, tenant_id: str) -> Floor:
        """The tenant's floor; one that was created after the start is loaded now. Raises LookupError."""
        if tenant_id not in self.floors:
            await self.reload(tenant_id)
        return self.floors[tenant_id]

    async def reload(self, tenant_id: str) -> None:
        """Reads the tenant's configuration again: new people, queues and numbers."""
        async with self._loading.setdefault(tenant_id, asyncio.Lock()):
            setup = await self.directory.setup(tenant_id)
            known = self.floors.get(tenant_id)
            if known is None:
                known = self._build(setup)
            else:
                known.change_queues(setup.queues)
                known.limits = replace(known.limits, max_calls=setup.max_calls)
                self._index(setup)
                if known.suspended == setup.active:
                    log.info("tenant.admission_changed", tenant=tenant_id, suspended=not setup.active)
                    arrivals.operator_suspended(known, self.clock(), suspended=not setup.active)
            self._refresh_agents(known, setup)
            change_breaks(known, self.clock(), setup.breaks)
            self.commit(known)

    async def refresh(self, tenant_id: str) -> None:
        """The control schema says that the tenant changed: read it again where it is known here, forget it if gone."""
        if tenant_id not in self.floors:
            return
        try:
            await self.reload(tenant_id)
        except LookupError:
            floor = self.floors[tenant_id]
            if not floor.active_calls:
                del self.floors[tenant_id]
                self._forget_numbers(tenant_id)
                for agent in floor.agents.values():
                    self._written.pop(agent.id, None)
                    if agent.phone_id is not None:
                        self.spawn(self._forget_phone(agent.endpoint))
                log.info("tenant.gone", tenant=tenant_id)

    def _build(self, setup: TenantSetup) -> Floor:
        floor = Floor(
            setup.tenant_id, setup.queues, new_id=self.new_id, limits=Limits(max_calls=setup.max_calls)
        )
        floor.intents_allowed = self.journal.available
        floor.suspended = not setup.active
        self.floors[setup.tenant_id] = floor
        self._index(setup)
        return floor

    def _index(self, setup: TenantSetup) -> None:
        floor = self.floors[setup.tenant_id]
        floor.entry_points = {entry.id: entry for entry in setup.entry_points.values()}
        floor.calling = setup.calling
        change_rules(floor, self.clock(), setup.routing)
        self._forget_numbers(setup.tenant_id)
        for number, entry in setup.entry_points.items():
            self.entry_points[number] = (setup.tenant_id, entry)

    def _forget_numbers(self, tenant_id: str) -> None:
        for number in [number for number, (owner, _) in self.entry_points.items() if owner == tenant_id]:
            del self.entry_points[number]

    def _refresh_agents(self, floor: Floor, setup: TenantSetup) -> None:
        now = self.clock()
        for known in setup.agents:
            agent_known(
                floor,
                now,
                agent_id=known.id,
                name=known.name,
                endpoint=endpoint_of(floor.tenant_id, known.id),
                queues=known.queues,
                team_id=known.team_id,
                skills=known.skills,
            )
        floor.match(now)

    # One step

    def commit(self, floor: Floor) -> "asyncio.Future[bool]":
        """Does what the step wants, hands its rows to the journal, and tells the desks once they are on record."""
        step = floor.take_step()
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if step.empty:
            done.set_result(True)
            return done
        self.hands.do(step.now)
        entry = entry_of(floor, step, self._written, self.clock())
        if entry is None:
            done.set_result(True)
        else:
            done = self.journal.submit(entry)
        done.add_done_callback(lambda written: self._on_record(floor, step, written))
        self._timer.set()
        return done

    def _on_record(self, floor: Floor, step: Step, written: "asyncio.Future[bool]") -> None:
        if written.cancelled():
            return
        agents = set(step.agents)
        for call_id in step.calls:
            call = floor.calls.get(call_id)
            if call is not None:
                agents.update(share.agent_id for share in call.open_shares if not share.wraps_up)
        if agents or step.calls or step.queues:
            self.desks.changed(floor, agents)
        if any(fact.type in CHANGES_RETURNS for fact in step.facts):
            self.desks.callers_changed(floor.tenant_id)
        for call_id in step.calls:
            floor.forget_closed(call_id)
            if call_id not in floor.calls:
                self._written.pop(call_id, None)
        self._begin(floor, step.then, journalled=written.result())

    def _begin(self, floor: Floor, actions: Sequence[Action], *, journalled: bool) -> None:
        """Intents: begun when they stand in Postgres, taken back when they do not."""
        for action in actions:
            if isinstance(action, Ring | Dial):
                if not journalled:
                    recovery.withdraw(floor, self.clock(), action.interaction_id, action.leg)
                    self.commit(floor)
                elif floor.leg_wanted(action.leg):
                    self.hands.do([action])
            elif isinstance(action, StoreRecording):
                # In the spool the row is not there yet: the worker's reconciler finds it later.
                if journalled:
                    self.spawn(self._store_recording(floor.tenant_id, action))
            else:
                self.hands.do([action])

    async def _store_recording(self, tenant_id: str, action: StoreRecording) -> None:
        try:
            await self._jobs.recording_captured(tenant_id, action.recording_id)
        except Exception as error:
            log.warning("recording.trigger_failed", error=str(error))

    async def _perform(self, action: Action) -> None:
        if isinstance(action, StartRecording) and not self._may_record():
            raise MediaUnavailable("the folder for recordings is full")
        await self.node.perform(action)

    def _action_failed(self, action: Action, error: Exception) -> None:
        floor = self._floor_of(action.interaction_id)
        if floor is None:
            return
        recovery.action_failed(floor, self.clock(), action, str(error))
        self.commit(floor)

    def _floor_of(self, interaction_id: UUID) -> Floor | None:
        return next((floor for floor in self.floors.values() if interaction_id in floor.calls), None)

    def floor_with_channel(self, channel: str) -> Floor | None:
        """The floor whose call holds this channel."""
        return next((floor for floor in self.floors.values() if floor.call_of(channel) is not None), None)

    def floor_with_playback(self, playback_id: str) -> Floor | None:
        """The floor whose call hears this prompt."""
        return next(
            (floor for floor in self.floors.values() if arrivals.owner(floor, playback_id) is not None), None
        )

    def floor_with_endpoint(self, endpoint: str) -> Floor | None:
        return next((floor for floor in self.floors.values() if floor.agent_at(endpoint) is not None), None)

    def _journal_changed(self, available: bool) -> None:
        for floor in self.floors.values():
            floor.intents_allowed = available
            if available:
                floor.match(self.clock())
                self.commit(floor)
                self._recognise_again(floor)

    # Callers

    async def recognise(self, floor: Floor, number: str, interaction_id: UUID) -> None:
        """Reads who calls, beside the greeting: nobody waits for it longer than `Limits.recognition_s`."""
        known, name = None, None
        try:
            known, name = await self.directory.caller(
                floor.tenant_id, number, self.clock(), floor.routing.rules.last_agent.within_days
            )
        except (DatabaseUnavailable, KeyUnavailable) as error:
            log.warning("call.caller_not_looked_up", error=str(error))
        arrivals.caller_known(floor, self.clock(), interaction_id, known, name)
        self.commit(floor)

    def _recognise_again(self, floor: Floor) -> None:
        """Who could not be looked up, or for whom a predecessor had only asked, is now."""
        for call in floor.calls.values():
            if call.recognition in ("asked", "unavailable") and call.ended_at is None and call.caller.number:
                self.spawn(self.recognise(floor, call.caller.number, call.id))

    def media_changed(self, problem: str | None) -> None:
        """The media node came or went: every desk says so."""
        self.media_problem = problem
        for floor in self.floors.values():
            self.desks.changed(
                floor, {agent.id for agent in floor.agents.values() if agent.state != "offline"}
            )

    # Time

    async def keep_time(self) -> None:
        """Lets deadlines pass; sleeps until the next one."""
        while True:
            dues = [
                due for floor in self.floors.values() if (due := floor.next_due(self.clock())) is not None
            ]
            pause = max(0.0, (min(dues) - self.clock()).total_seconds()) if dues else None
            try:
                await asyncio.wait_for(self._timer.wait(), pause)
            except TimeoutError:
                now = self.clock()
                for floor in self.floors.values():
                    due = floor.next_due(now)
                    if due is not None and due <= now:
                        recovery.time_passed(floor, now)
                        self.commit(floor)
            self._timer.clear()

    # Phones

    def password(self, endpoint: str, phone_id: str) -> str:
        """The SIP password of one browser's phone: derived, so that it can be pushed again after a restart."""
        return hmac.new(self._phone_key, f"{endpoint}:{phone_id}".encode(), hashlib.sha256).hexdigest()

    async def _forget_phone(self, endpoint: str) -> None:
        try:
            await self.node.forget_phone(endpoint)
        except MediaUnavailable as error:
            # Whose phone it was is asked again when the node is back.
            log.warning("phone.not_forgotten", error=str(error))

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Runs `work` beside everything else; kept alive until it is done."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def endpoint_of(tenant_id: str, agent_id: UUID) -> str:
    """Name of the agent's softphone at the media node; the tenant's id is in it."""
    return f"t_{tenant_id}-{agent_id.hex}"
