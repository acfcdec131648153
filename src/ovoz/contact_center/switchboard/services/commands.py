"""What agents order: checked, deduplicated, carried out, answered with the desk as it is then."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

import msgspec
import structlog

from ovoz.contact_center.switchboard.contracts import DIALLED, Command
from ovoz.contact_center.switchboard.errors import (
    AgentUnknown,
    CommandInvalid,
    InteractionUnknown,
    SwitchboardUnavailable,
    TargetUnknown,
)
from ovoz.contact_center.switchboard.ports import MediaUnavailable
from ovoz.contact_center.switchboard.services.cell import Cell
from ovoz.contact_center.switchboard.state import (
    breaks,
    consulting,
    conversation,
    outgoing,
    presence,
    recordings,
    transfers,
    view,
)
from ovoz.contact_center.switchboard.state.agent import Agent, ChosenState, NextState
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.duty import own_call
from ovoz.contact_center.switchboard.state.floor import Floor
from ovoz.contact_center.switchboard.state.transfers import Destination
from ovoz.lib.db import DatabaseUnavailable

log = structlog.get_logger(__name__)

REMEMBERED = 10_000
"""Commands whose answers are kept, so that a repeated one is not carried out twice."""
REGISTER_EXPIRES_S = 120


class StateArguments(msgspec.Struct, frozen=True):
    state: ChosenState
    reason: str | None = None


class WrapUpArguments(msgspec.Struct, frozen=True):
    disposition: str
    note: str = ""
    next: ChosenState = "ready"
    reason: str | None = None


class TransferArguments(msgspec.Struct, frozen=True):
    kind: Literal["agent", "queue", "entry_point"]
    id: UUID


class ConsultArguments(msgspec.Struct, frozen=True):
    kind: Literal["agent", "queue"]
    id: UUID


class OneArguments(msgspec.Struct, frozen=True):
    id: UUID


class OutsideArguments(msgspec.Struct, frozen=True):
    number: Annotated[str, msgspec.Meta(pattern=DIALLED)]


class DecisionArguments(msgspec.Struct, frozen=True):
    wish_id: UUID
    approved: bool
    by: UUID
    by_name: str
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


Arguments = TypeVar(
    "Arguments",
    StateArguments,
    WrapUpArguments,
    TransferArguments,
    ConsultArguments,
    OneArguments,
    OutsideArguments,
    DecisionArguments,
)

_PLAIN: Final[dict[str, Callable[[Floor, datetime, Agent, Call], None]]] = {
    "hang_up": conversation.hang_up,
    "reject": conversation.reject,
    "hold": conversation.hold,
    "resume": conversation.resume,
    "swap": consulting.swap,
    "join": consulting.join,
    "complete": consulting.complete,
    "come_back": consulting.come_back,
    "pause_recording": recordings.pause_recording,
    "resume_recording": recordings.resume_recording,
}
"""Orders about the agent's call that say nothing more."""


class Commands:
    """Carries commands out on the cell; raises problems for what cannot be done."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._answers: OrderedDict[tuple[str, UUID, UUID], asyncio.Future[dict[str, Any]]] = OrderedDict()

    def health(self) -> dict[str, Any]:
        """The cell in a few words, for status and readiness."""
        cell = self._cell
        return {
            "cell": cell.cell_id,
            "epoch": cell.epoch,
            "media": cell.media_problem or "ok",
            "journal": "ok" if cell.journal.available else "spooling",
            "entries_refused": cell.journal.refused,
            "calls": sum(floor.active_calls for floor in cell.floors.values()),
        }

    async def desk(self, tenant_id: str, agent_id: UUID) -> dict[str, Any]:
        """The agent's desk now."""
        floor, _ = await self._agent(tenant_id, agent_id)
        return self._cell.desks.view(floor, agent_id)

    async def targets(self, tenant_id: str, agent_id: UUID) -> dict[str, Any]:
        """Whom the agent can pass a call on to now."""
        floor, agent = await self._agent(tenant_id, agent_id)
        return view.targets(floor, agent, self._cell.clock())

    async def team(self, tenant_id: str, *, as_colleagues: bool) -> dict[str, Any]:
        """Everybody of the tenant now, as supervisors or as colleagues see them."""
        try:
            floor = await self._cell.floor(tenant_id)
        except LookupError:
            raise AgentUnknown() from None
        except DatabaseUnavailable as error:
            raise SwitchboardUnavailable("The database does not answer.") from error
        return self._cell.desks.team.colleagues(floor) if as_colleagues else self._cell.desks.team.view(floor)

    async def carry_out(self, command: Command) -> dict[str, Any]:
        """The command's answer: a desk, or a phone. The same agent's same command id gives the same answer."""
        key = (command.tenant_id, command.agent_id, command.command_id)
        known = self._answers.get(key)
        if known is not None:
            return await asyncio.shield(known)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[key] = answer
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        try:
            answer.set_result(await self._carry_out(command))
        except BaseException:
            # A refusal is not remembered: the same command may be right a moment later.
            self._answers.pop(key, None)
            answer.cancel()
            raise
        return answer.result()

    async def _carry_out(self, command: Command) -> dict[str, Any]:
        floor, agent = await self._agent(command.tenant_id, command.agent_id)
        if command.verb == "phone":
            return await self._issue_phone(floor, agent)
        now = self._cell.clock()
        match command.verb:
            case "state":
                wanted = _arguments(command, StateArguments)
                await self._know_break(floor, wanted.state, wanted.reason)
                presence.choose_state(floor, now, floor.agents[agent.id], wanted.state, wanted.reason)
            case "sign_out":
                presence.choose_state(floor, now, agent, "offline")
            case "wrap_up":
                done = _arguments(command, WrapUpArguments)
                await self._know_break(floor, done.next, done.reason)
                agent, wanted_next = floor.agents[agent.id], NextState(done.next, done.reason)
                # Asked first: a break that cannot be leaves the call's result unsaid, to be sent again.
                asks = done.next == "break" and breaks.needs_answer(floor, now, agent, done.reason)
                conversation.finish_wrap_up(
                    floor,
                    now,
                    agent,
                    _call(floor, agent, command),
                    disposition=done.disposition,
                    note=done.note,
                    next_state=NextState("ready") if asks else wanted_next,
                )
                if asks:
                    breaks.ask(floor, now, floor.agents[agent.id], str(done.reason))
            case "withdraw_break":
                breaks.withdraw(floor, now, agent)
            case "decide_break":
                word = _arguments(command, DecisionArguments)
                breaks.decide(
                    floor,
                    now,
                    agent,
                    word.wish_id,
                    approved=word.approved,
                    note=word.note,
                    by=word.by,
                    by_name=word.by_name,
                )
            case "consult":
                whom = _arguments(command, ConsultArguments)
                call = _call(floor, agent, command)
                consulting.consult(floor, now, agent, call, Destination(whom.kind, whom.id))
            case "consult_outside":
                outside = _arguments(command, OutsideArguments)
                call = _call(floor, agent, command)
                consulting.consult(floor, now, agent, call, Destination("number", number=outside.number))
            case "call_colleague":
                colleague = _arguments(command, OneArguments)
                outgoing.call_colleague(
                    floor,
                    now,
                    agent,
                    colleague.id,
                    interaction_id=self._cell.new_id(),
                    node=self._cell.node.id,
                )
            case "call_number":
                outside = _arguments(command, OutsideArguments)
                if _dialled(floor, outside.number).kind == "entry_point":
                    raise TargetUnknown("That is a number of the operator's own.")
                outgoing.call_number(
                    floor,
                    now,
                    agent,
                    outside.number,
                    interaction_id=self._cell.new_id(),
                    node=self._cell.node.id,
                )
            case "remove":
                guest = _arguments(command, OneArguments)
                consulting.remove(floor, now, agent, _call(floor, agent, command), guest.id)
            case "transfer":
                to = _arguments(command, TransferArguments)
                call = _call(floor, agent, command)
                transfers.transfer(floor, now, agent, call, Destination(to.kind, to.id))
            case "transfer_outside":
                outside = _arguments(command, OutsideArguments)
                call = _call(floor, agent, command)
                transfers.transfer(floor, now, agent, call, _dialled(floor, outside.number))
            case verb:
                _PLAIN[verb](floor, now, agent, _call(floor, agent, command))
        await self._cell.commit(floor)
        return self._cell.desks.view(floor, agent.id)

    async def _issue_phone(self, floor: Floor, agent: Agent) -> dict[str, Any]:
        phone_id = secrets.token_hex(8)
        password = self._cell.password(agent.endpoint, phone_id)
        try:
            await self._cell.node.push_phone(agent.endpoint, password, floor.tenant_id)
        except MediaUnavailable as error:
            raise SwitchboardUnavailable(f"The media node does not answer: {error}") from error
        presence.phone_issued(floor, self._cell.clock(), floor.agents[agent.id], phone_id)
        await self._cell.commit(floor)
        self._cell.desks.superseded(floor.tenant_id, agent.id, phone_id)
        return {
            "phone_id": phone_id,
            "uri": f"sip:{agent.endpoint}@ovoz.invalid",
            "username": agent.endpoint,
            "password": password,
            "websocket_path": "/sip",
            "register_expires_s": REGISTER_EXPIRES_S,
        }

    async def _know_break(self, floor: Floor, state: str, reason: str | None) -> None:
        """A reason that was made a moment ago is read; while Postgres is away the known ones count."""
        if state == "break" and reason is not None and reason not in floor.breaks:
            try:
                await self._cell.reload(floor.tenant_id)
            except (LookupError, DatabaseUnavailable):
                log.warning("breaks.not_read_again", tenant=floor.tenant_id)

    async def _agent(self, tenant_id: str, agent_id: UUID) -> tuple[Floor, Agent]:
        if not self._cell.taken_over:
            raise SwitchboardUnavailable("It is taking the cell over.")
        try:
            floor = await self._cell.floor(tenant_id)
            if agent_id not in floor.agents:
                await self._cell.reload(tenant_id)
        except LookupError:
            raise AgentUnknown() from None
        except DatabaseUnavailable as error:
            raise SwitchboardUnavailable("The database does not answer.") from error
        agent = floor.agents.get(agent_id)
        if agent is None:
            raise AgentUnknown()
        return floor, agent


def _call(floor: Floor, agent: Agent, command: Command) -> Call:
    if command.interaction_id is None:
        raise CommandInvalid("interaction_id is missing.")
    if command.interaction_id not in floor.calls:
        raise InteractionUnknown("It is over, or it is not one of yours.")
    return own_call(floor, agent, command.interaction_id)


def _dialled(floor: Floor, number: str) -> Destination:
    """A number; one of the tenant's own is that entry point, and no call through the carrier."""
    own = next((entry for entry in floor.entry_points.values() if entry.number == number), None)
    return Destination("entry_point", own.id) if own is not None else Destination("number", number=number)


def _arguments(command: Command, kind: type[Arguments]) -> Arguments:
    try:
        return msgspec.convert(command.arguments, kind)
    except msgspec.ValidationError as error:
        raise CommandInvalid(str(error)) from None
