"""What lies on an installation's disks during a call and after it: nothing names the caller or opens a door."""

import asyncio
import base64
import secrets
from collections.abc import Iterator
from pathlib import Path

import asyncpg
from tests.support.callers import Callers
from tests.support.operators import PASSWORD, make_operator
from tests.support.stack import Stack
from tests.telephony.conftest import Team

from ovoz.lib.sealing import installation_key, internal_token, spool_key

KNOWN, NAME = "+992900000777", "Известный Абонент"


def forms(words: str) -> list[bytes]:
    """As text, as Postgres shows bytes, in base64 whatever stands before it."""
    raw = words.encode()
    inner = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    return [raw, raw.hex().encode(), *(part for part in inner if len(part) > 8)]


async def dump(stack: Stack) -> bytes:
    """Every row of every table of ours, as a dump of the database has it."""
    connection = await asyncpg.connect(stack.endpoints.database_admin_url)
    parts: list[bytes] = []

    async def take(data: bytes) -> None:
        parts.append(data)

    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname = 'ovoz' OR schemaname LIKE 't\\_%'"
        )
        assert len(tables) > 20
        for table in tables:
            await connection.copy_from_query(f"SELECT * FROM {table['name']}", output=take)
    finally:
        await connection.close()
    return b"".join(parts)


def files_of(home: Path) -> Iterator[Path]:
    """Everything on the disk, the database's own files and its write-ahead log among them."""
    for path in home.rglob("*"):
        # The raw sound of a conversation lies there until it is stored: no words are in it.
        if path.is_file() and path.suffix != ".raw":
            yield path


async def test_nothing_at_rest_names_the_caller_or_opens_a_door(stack: Stack, callers: Callers) -> None:
    team = Team(stack, await make_operator(stack))
    number, note = f"+99293{secrets.randbelow(10**7):07}", f"просила перезвонить {secrets.token_hex(6)}"
    try:
        agent = await team.agent(ready=False)
        stranger = await callers.call(team.operator.number, number, tone_hz=440)
        await agent.choose("ready")
        await agent.until_state("talking")
        known = await callers.call(team.operator.number, KNOWN, tone_hz=440)
        during = await dump(stack)
        await agent.order("hang-up")
        await stranger.ended(5)
        await agent.wrap_up(note=note)
        await agent.until_state("talking", within_s=10)
        await known.hang_up()
        await agent.until_state("wrap_up")
        await asyncio.sleep(0.5)
        shown = str(await agent.ask("GET", f"/api/interactions?number=%2B{number[1:]}"))
        assert number in shown, "who may see it sees it"
        after = await dump(stack)
        home = stack.settings.home
        doors = [
            PASSWORD,
            *(cookie.partition("=")[2] for cookie in agent.headers["Cookie"].split("; ")),
            agent.phones[-1].password,
            internal_token(home),
            spool_key(home).hex(),
            *(key.key.hex() for key in installation_key(home).wrapping_keys()),
        ]
        assert all(len(door) > 8 for door in doors)
        wanted = {words: forms(words) for words in (number[4:], KNOWN[4:], NAME, note, *doors)}
        for moment, dumped in (("during", during), ("after", after)):
            assert {words for words, ways in wanted.items() if any(way in dumped for way in ways)} == set(), (
                moment
            )
        found: dict[str, set[str]] = {}
        for path in files_of(home):
            content = path.read_bytes()
            for words, ways in wanted.items():
                if any(way in content for way in ways):
                    found.setdefault(str(path.relative_to(home)), set()).add(words)
        for allowed in ("run/endpoints.json", "installation.key"):
            found.pop(allowed, None)
        assert found == {}
    finally:
        await team.close()
