"""Schemathesis against a running API: every phase, every check, as one person of an operator."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import uvicorn
from sqlalchemy import text
from tests.support.api_client import Browser, api_settings
from tests.support.operators import Operator
from tests.support.stack import HTTP_PORT, PORT_BASE, Stack, eventually

from ovoz.entrypoints.api import ClosingWithReason, application

FORWARDED = (
    *("ShowDesk", "ListTargets", "ChangeState", "TakePhone", "HangUp", "Hold", "Resume", "Reject"),
    *(
        "TransferCall",
        "FinishWrapUp",
        "WithdrawBreakRequest",
        "ShowTeam",
        "DecideBreak",
        "Consult",
        "Swap",
        "JoinParties",
        "CompleteTransfer",
        "ReturnToCaller",
    ),
    *("RemoveParty", "PauseRecording", "ResumeRecording", "MakeCall"),
)
"""Operations that the switchboard carries out: without it each answers 503. tests/telephony has them."""
ENDS_THE_RUN = ("SignOut",)
FAILURES_KEPT = 20_000
_ALWAYS = ("2xx", "401", "403", "404", "409", "429")
_REFUSES: dict[tuple[str, ...], tuple[str, ...]] = {
    # A cursor that no list gave.
    ("ListInteractions", "ListPeople", "ListAgentSkills"): ("422",),
    # The same, and a `subject_id` without its `subject_kind`.
    ("ListAuditEntries", "ExportAudit"): ("422",),
    # A password that is not the present one, or too easy to guess.
    ("ChangePassword", "AcceptInvitation"): ("422",),
    # Roles and teams that are not there.
    ("InvitePerson",): ("422",),
    # The same, for a version that is missing or not the present one.
    ("ChangePerson",): ("412", "422", "428"),
    # Conditions that the right cannot have.
    ("PreviewRole",): ("422",),
    # The same, neither or both of `grants` and `copy_of`, or a key that came with another body.
    ("CreateRole",): ("422",),
    # The same conditions, and a version that is missing or not the present one.
    ("ReplaceRole",): ("412", "422", "428"),
    ("RemoveRole",): ("412", "428"),
    # A key that came with another body.
    ("CreateTeam", "CreateSkill", "CreateBreakReason"): ("422",),
    # An order that does not name every reason.
    ("OrderBreakReasons",): ("422",),
    # The same, or queues that are not there.
    ("CreateHoliday",): ("422",),
    # Agents and skills that are not there; a table without a column that is known.
    ("GiveSkills", "PreviewSkillSheet"): ("422",),
    # A version that is missing or not the present one.
    ("ChangeSkill", "ArchiveQueue", "ReplaceBreakReason"): ("412", "428"),
    # Settings by which nobody could ever answer.
    ("CreateQueue", "PreviewQueue"): ("422",),
    # A day that is not over; rules that do nothing.
    ("ReplayDay", "ReplayRoutingRules"): ("422",),
    # A caller who dials what leads to no queue.
    ("PreviewRoutingRules",): ("422",),
    # Rules that do nothing, and a version that is missing or not the present one.
    ("ChangeRoutingRules", "RestoreRoutingRules"): ("412", "422", "428"),
    # Numbers that are not the operator's, and a version that is missing or not the present one.
    ("ChangeCallingRules",): ("412", "422", "428"),
    # The same, and a version that is missing or not the present one.
    ("ChangeQueue", "RestoreQueue"): ("412", "422", "428"),
    # A reason without a word in it.
    ("RevealPersonalData",): ("422",),
}
"""What is of the right form and refused all the same, by operation."""
_MAY_REFUSE = "".join(
    f"""
[[operations]]
include-operation-id = "{name}"
checks.positive_data_acceptance.expected-statuses = {json.dumps([*_ALWAYS, *statuses])}
"""
    for names, statuses in _REFUSES.items()
    for name in names
)


@asynccontextmanager
async def served(stack: Stack, operator: Operator) -> AsyncIterator[str]:
    """The API at an address of its own where the host's name is no matter: the operator is the default.

    Without a switchboard: at the usual port there may be one that another test has put there.
    """
    ports = msgspec.structs.replace(stack.settings.ports, base=PORT_BASE + 50)
    app = application(api_settings(stack, default_tenant=operator.slug, ports=ports), stack.endpoints)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", HTTP_PORT + 1))
        server = uvicorn.Server(
            uvicorn.Config(
                ClosingWithReason(app),
                host="127.0.0.1",
                port=HTTP_PORT + 1,
                log_config=None,
                access_log=False,
                server_header=False,
                ws="websockets-sansio",
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[probe]))
        try:
            await eventually(lambda: server.started, within_s=10, every_s=0.02)
            yield f"http://127.0.0.1:{HTTP_PORT + 1}"
        finally:
            server.should_exit = True
            await serving


async def explore(
    address: str, person: Browser, folder: Path, *, seed: int, max_time_s: int, max_examples: int
) -> str:
    """Runs Schemathesis; returns what it says when something was found, else nothing.

    Warnings are about the share of requests that were refused, which says nothing here.
    """
    (folder / "schemathesis.toml").write_text(_MAY_REFUSE)
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    excluded = [part for name in (*FORWARDED, *ENDS_THE_RUN) for part in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "st"),
        *("run", f"{address}/api/schema/openapi.json", "--checks", "all", *excluded),
        *("-H", f"Cookie: {cookie}", "-H", f"X-CSRF-Token: {person.csrf}"),
        *("--seed", str(seed), "--max-time", str(max_time_s), "--max-examples", str(max_examples)),
        *("--continue-on-failure", "--generation-database", "none", "--no-color", "--warnings", "off"),
        *("--suppress-health-check", "all", "--generation-with-security-parameters", "false"),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "160"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), max_time_s + 60)
    finally:
        if process.returncode is None:
            process.kill()
    return "" if process.returncode == 0 else said.decode()[-FAILURES_KEPT:]


async def furnish(stack: Stack, operator: Operator, email: str) -> None:
    """Gives links something to follow: calls of this person, each with a recording, and other sessions."""
    async with stack.database.tenant(operator.tenant_id) as session:
        for statement in _FURNITURE:
            await session.execute(text(statement), {"email": email})


_FURNITURE = (
    "INSERT INTO interaction (id, channel, direction, state, caller_hidden, entry_number, agent_id,"
    " node, started_at, ended_at, end_reason, talk_ms, epoch, seq) SELECT gen_random_uuid(), 'voice', 'inbound',"
    " 'closed', false, '100', u.id, 'n', now() - n * interval '1 minute', now(), 'caller_hung_up',"
    " n * 100, 1, 1"
    " FROM user_account u, generate_series(1, 150) n WHERE u.email = :email",
    "INSERT INTO recording (id, interaction_id, state, raw_name, started_at) SELECT gen_random_uuid(), id, 'failed',"
    " 'x.raw', now() FROM interaction WHERE :email <> ''",
    "INSERT INTO session (id, token_hash, user_id, created_at, rotated_at, last_seen_at, expires_at)"
    " SELECT gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), u.id, now(), now(), now(),"
    " now() + interval '1 day' FROM user_account u, generate_series(1, 50) WHERE u.email = :email",
)
