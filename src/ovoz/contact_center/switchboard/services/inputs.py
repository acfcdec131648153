"""What media nodes report, turned into inputs of the floors."""

import structlog

from ovoz.contact_center.switchboard.ports import (
    CallerArrived,
    ChannelEnded,
    DigitPressed,
    LegAnswered,
    LegRinging,
    MediaEvent,
    MediaUnavailable,
    NodeDown,
    NodeReplaced,
    NodeUp,
    PhoneGone,
    PhoneRegistered,
    PlaybackEnded,
)
from ovoz.contact_center.switchboard.services.cell import Cell
from ovoz.contact_center.switchboard.state import arrivals, conversation, presence, recovery
from ovoz.contact_center.switchboard.state.actions import Dissolve
from ovoz.contact_center.switchboard.state.call import Caller
from ovoz.contact_center.switchboard.state.floor import Floor
from ovoz.lib.db import DatabaseUnavailable

log = structlog.get_logger(__name__)

UNALLOCATED_NUMBER = 1
CONGESTION = 42


class NodeInputs:
    """Listens to the cell's media node until another switchboard takes it."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._boot: str | None = None

    async def run(self) -> None:
        """Returns when the node says that another switchboard listens."""
        self._boot = await self._cell.directory.node_boot(self._cell.node.id)
        async for event in self._cell.node.events():
            if isinstance(event, NodeReplaced):
                log.error("switchboard.replaced")
                return
            try:
                await self._handle(event)
            except Exception:
                # One event that cannot be handled must not stop the calls of everybody else.
                log.exception("switchboard.event_broken", kind=type(event).__name__)

    async def _handle(self, event: MediaEvent) -> None:
        match event:
            case NodeUp():
                await self._node_up(event)
            case NodeDown():
                log.warning("media.node_down", reason=event.reason)
                self._cell.media_changed(f"The media node does not answer: {event.reason}")
            case CallerArrived():
                self._caller_arrived(event)
            case _:
                self._on_floor(event)

    def _on_floor(self, event: MediaEvent) -> None:
        """Everything that concerns a channel or a phone that is known already."""
        cell = self._cell
        now = cell.clock()
        floor: Floor | None
        match event:
            case LegRinging(leg):
                if floor := cell.floor_with_channel(leg):
                    conversation.leg_ringing(floor, now, leg)
            case LegAnswered(leg):
                if floor := cell.floor_with_channel(leg):
                    conversation.leg_answered(floor, now, leg)
                else:
                    cell.spawn(cell.node.refuse(leg, 16))
            case ChannelEnded(channel, cause):
                if floor := cell.floor_with_channel(channel):
                    conversation.caller_left(floor, now, channel, cause)
                    conversation.leg_ended(floor, now, channel, cause)
            case DigitPressed(channel, digit):
                if floor := cell.floor_with_channel(channel):
                    arrivals.digit_pressed(floor, now, channel, digit)
            case PlaybackEnded(playback_id):
                if floor := cell.floor_with_playback(playback_id):
                    arrivals.playback_finished(floor, now, playback_id)
            case PhoneRegistered(endpoint):
                if floor := cell.floor_with_endpoint(endpoint):
                    presence.phone_registered(floor, now, endpoint)
            case PhoneGone(endpoint):
                if floor := cell.floor_with_endpoint(endpoint):
                    presence.phone_gone(floor, now, endpoint)
            case _:
                return
        if floor is not None:
            cell.commit(floor)

    def _caller_arrived(self, event: CallerArrived, *, observed_late: bool = False) -> None:
        found = self._cell.entry_points.get(event.number_called)
        if found is None:
            self._cell.spawn(self._unknown_number(event))
            return
        tenant_id, entry = found
        floor = self._cell.floors[tenant_id]
        if floor.call_of(event.channel) is not None:
            return
        interaction_id = self._cell.new_id()
        arrivals.caller_arrived(
            floor,
            self._cell.clock(),
            interaction_id=interaction_id,
            node=self._cell.node.id,
            channel=event.channel,
            sip_call_id=event.sip_call_id,
            caller=Caller(event.caller_number, hidden=event.hidden),
            entry=entry,
            observed_late=observed_late,
            recognising=not event.hidden and floor.routing.rules.asks_for_caller,
        )
        self._cell.commit(floor)
        if not event.hidden:
            self._cell.spawn(self._cell.recognise(floor, event.caller_number, interaction_id))

    async def _unknown_number(self, event: CallerArrived) -> None:
        """A number that was not known at the start: perhaps a new tenant's, else it leads nowhere."""
        try:
            tenant_id = await self._cell.directory.tenant_of_number(event.number_called)
            if tenant_id is not None:
                await self._cell.reload(tenant_id)
        except (DatabaseUnavailable, LookupError) as error:
            log.warning("call.number_not_looked_up", error=str(error))
            await self._cell.node.refuse(event.channel, CONGESTION)
            return
        if event.number_called in self._cell.entry_points:
            self._caller_arrived(event)
        else:
            log.info("call.number_unknown", number_called=event.number_called)
            await self._cell.node.refuse(event.channel, UNALLOCATED_NUMBER)

    async def _node_up(self, event: NodeUp) -> None:
        """Events flow again: end what died, adopt what lives, and give the phones back."""
        cell = self._cell
        restarted = self._boot is not None and self._boot != event.boot
        if restarted:
            log.warning("media.node_restarted", node=cell.node.id)
            for floor in cell.floors.values():
                recovery.media_lost(floor, cell.clock(), cell.node.id)
                cell.commit(floor)
        try:
            await self._push_phones()
            await self._reconcile()
        except MediaUnavailable as error:
            # The node went again: its next NodeUp repeats all of this.
            log.warning("media.not_reconciled", error=str(error))
            return
        self._boot = event.boot
        cell.media_changed(None)
        log.info("media.node_up", node=cell.node.id, version=event.version, restarted=restarted)
        try:
            await cell.directory.save_node_boot(cell.node.id, event.boot)
        except DatabaseUnavailable as error:
            log.warning("media.boot_not_saved", error=str(error))

    async def _push_phones(self) -> None:
        for floor in self._cell.floors.values():
            for agent in floor.agents.values():
                if agent.phone_id is not None:
                    password = self._cell.password(agent.endpoint, agent.phone_id)
                    await self._cell.node.push_phone(agent.endpoint, password, floor.tenant_id)

    async def _reconcile(self) -> None:
        cell = self._cell
        snapshot = await cell.node.snapshot()
        callers = {caller.channel: caller for caller in await cell.node.callers()}
        now = cell.clock()
        for floor in cell.floors.values():
            for agent in list(floor.agents.values()):
                if agent.endpoint in snapshot.registered:
                    presence.phone_registered(floor, now, agent.endpoint)
                else:
                    presence.phone_gone(floor, now, agent.endpoint)
            recovery.reconcile(floor, now, cell.node.id, snapshot)
            cell.commit(floor)
        channels, bridges = recovery.strangers(cell.floors.values(), snapshot)
        for channel in channels:
            if channel in callers:
                self._caller_arrived(callers[channel], observed_late=True)
            else:
                await cell.node.refuse(channel, 16)
        for bridge in bridges:
            await cell.node.perform(Dissolve(cell.new_id(), bridge))
        known = {agent.endpoint for floor in cell.floors.values() for agent in floor.agents.values()}
        for endpoint in snapshot.phones - known:
            await cell.node.forget_phone(endpoint)
