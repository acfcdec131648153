"""The API's way to the switchboard: one HTTP session, a short patience, the switchboard's own problems passed on."""

import asyncio
from typing import Any, Literal, TypeVar
from uuid import UUID

import aiohttp
import msgspec
import structlog

from ovoz.contact_center.agents.contracts import Desk, Phone, Targets
from ovoz.contact_center.presence.contracts import Colleagues, TeamNow
from ovoz.contact_center.switchboard.contracts import Command, Verb
from ovoz.contact_center.switchboard.errors import (
    AgentUnknown,
    BreakFull,
    CommandInvalid,
    DispositionNotAllowed,
    InteractionUnknown,
    NotPossibleNow,
    PhoneNotRegistered,
    SwitchboardUnavailable,
    TargetNotFree,
    TargetUnknown,
)
from ovoz.lib.problems import DomainError

log = structlog.get_logger(__name__)

PATIENCE_S = 5.0
WATCH_EVERY_S = 1.0
WATCH_PATIENCE_S = 2.0
_PROBLEMS: dict[str, type[DomainError]] = {
    problem.slug: problem
    for problem in (
        AgentUnknown,
        BreakFull,
        CommandInvalid,
        DispositionNotAllowed,
        InteractionUnknown,
        NotPossibleNow,
        PhoneNotRegistered,
        SwitchboardUnavailable,
        TargetNotFree,
        TargetUnknown,
    )
}
Answer = TypeVar("Answer", Desk, Phone, Targets, TeamNow, Colleagues)


class HttpSwitchboard:
    """Orders for the cell at `address`; `token` is what only our own processes know."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._available = False
        self._changed = asyncio.Event()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def desk(self, tenant_id: str, agent_id: UUID) -> Desk:
        return await self._ask("GET", f"/internal/desk/{tenant_id}/{agent_id}", None, Desk)

    async def targets(self, tenant_id: str, agent_id: UUID) -> Targets:
        return await self._ask("GET", f"/internal/targets/{tenant_id}/{agent_id}", None, Targets)

    async def team(self, tenant_id: str) -> TeamNow:
        return await self._ask("GET", f"/internal/team/{tenant_id}", None, TeamNow)

    async def colleagues(self, tenant_id: str) -> Colleagues:
        return await self._ask("GET", f"/internal/colleagues/{tenant_id}", None, Colleagues)

    async def phone(self, tenant_id: str, agent_id: UUID, command_id: UUID) -> Phone:
        return await self._command(Command(command_id, tenant_id, agent_id, "phone"), Phone)

    async def order(
        self,
        tenant_id: str,
        agent_id: UUID,
        command_id: UUID,
        verb: Verb,
        interaction_id: UUID | None = None,
        **arguments: Any,
    ) -> Desk:
        command = Command(command_id, tenant_id, agent_id, verb, interaction_id, arguments)
        return await self._command(command, Desk)

    # Watching

    @property
    def available(self) -> bool:
        """Whether the switchboard answered when it was last asked."""
        return self._available

    async def change_from(self, known: bool) -> bool:
        """Waits until `available` is not what is known, and returns it."""
        while self._available == known:
            await self._changed.wait()
        return self._available

    async def watch(self) -> None:
        """Asks for ever whether it is there: once a second for this whole process, so that no browser has to."""
        while True:
            available = await self._healthy()
            if available != self._available:
                log.info("switchboard.availability", available=available)
                self._available = available
                self._changed.set()
                self._changed = asyncio.Event()
            await asyncio.sleep(WATCH_EVERY_S)

    async def _healthy(self) -> bool:
        try:
            async with (
                asyncio.timeout(WATCH_PATIENCE_S),
                self._open().get(f"{self._address}/health") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    # Asking

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
                headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            )
        return self._session

    async def _command(self, command: Command, kind: type[Answer]) -> Answer:
        return await self._ask("POST", "/internal/commands", msgspec.json.encode(command), kind)

    async def _ask(
        self, method: Literal["GET", "POST"], path: str, body: bytes | None, kind: type[Answer]
    ) -> Answer:
        try:
            async with self._open().request(method, self._address + path, data=body) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SwitchboardUnavailable("Try again in a moment.") from error
        try:
            if answer.status >= 400:
                raise _problem(msgspec.json.decode(content, type=dict[str, Any]))
            return msgspec.json.decode(content, type=kind)
        except msgspec.DecodeError as error:
            log.error("switchboard.answer_unreadable", status=answer.status, error=str(error))
            raise SwitchboardUnavailable("The switchboard's answer cannot be read.") from error


def _problem(document: dict[str, Any]) -> DomainError:
    """The switchboard's own problem, as if it had been raised here."""
    slug = str(document.get("type", "")).removeprefix("/problems/")
    kind = _PROBLEMS.get(slug)
    if kind is None:
        log.error("switchboard.problem_unknown", problem=slug, status=document.get("status"))
        return SwitchboardUnavailable("The switchboard refused in an unknown way.")
    members = {
        key: value for key, value in document.items() if key not in ("type", "title", "status", "detail")
    }
    return kind(str(document.get("detail", "")), **members)
