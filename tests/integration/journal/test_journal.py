"""The journal while Postgres comes and goes: what was spooled is replayed in order, once, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import msgspec
import pytest
from structlog.testing import capture_logs
from tests.support.journal import EPOCH, Desk, make_agent, make_call, make_entry, make_fact
from tests.support.stack import eventually

from ovoz.contact_center.switchboard.contracts import JournalEntry
from ovoz.contact_center.switchboard.services.journal import Journal
from ovoz.contact_center.switchboard.services.spool import Spool, SpoolTaken, refused_entries
from ovoz.lib.ids import new_id

KEY = b"k" * 32


class Running:
    """A journal at work, with its spool."""

    def __init__(self, desk: Desk, path: Path) -> None:
        self.desk = desk
        self.path = path
        self.spool = Spool(path, KEY)
        self.changes: list[bool] = []
        self.journal = Journal(desk.store, self.spool, EPOCH, self.changes.append)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self.journal.run())

    async def __aenter__(self) -> "Running":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def end(self) -> None:
        """As a process that is killed: what stands in the file stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.spool.close()

    def tell(self, *names: str) -> "list[asyncio.Future[bool]]":
        return [self.journal.submit(told(self.desk, name)) for name in names]


def told(desk: Desk, name: str) -> JournalEntry:
    return make_entry(desk.tenant_id, facts=[make_fact(make_call(), name)])


def line(entry: JournalEntry, key: bytes = KEY) -> bytes:
    """An entry as it stands in the spool."""
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "one", key)
        spool.append([entry])
        spool.close()
        return (Path(folder) / "one").read_bytes()


@pytest.fixture
async def running(desk: Desk, tmp_path: Path) -> AsyncIterator[Running]:
    async with Running(desk, tmp_path / "cell.jsonl") as running:
        running.start()
        yield running


class Blocked:
    """Postgres does not answer: the cell's row is locked, so that no write gets past the epoch."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __aenter__(self) -> None:
        self._connection = await asyncpg.connect(self._desk.stack.endpoints.database_admin_url)
        self._transaction = self._connection.transaction()
        await self._transaction.start()
        await self._connection.execute("SELECT 1 FROM ovoz.cell WHERE id = $1 FOR UPDATE", self._desk.cell_id)

    async def __aexit__(self, *_: object) -> None:
        await self._transaction.rollback()
        await self._connection.close()


async def test_entries_reach_postgres_in_the_order_in_which_they_came(running: Running) -> None:
    names = [f"tests.step_{number:03}.v1" for number in range(250)]
    assert await asyncio.gather(*running.tell(*names)) == [True] * 250
    assert await running.desk.told() == names
    assert running.spool.empty
    await running.journal.drained()


async def test_while_postgres_is_down_entries_are_spooled_and_then_replayed_in_order(
    running: Running,
) -> None:
    supervisor = running.desk.stack.supervisor
    assert await running.tell("tests.before.v1")[0]
    await supervisor.stop_unit("postgres")
    try:
        away = [f"tests.away_{number}.v1" for number in range(5)]
        for name in away:
            assert await running.tell(name)[0] is False
        assert len(running.path.read_bytes().splitlines()) == 5
        assert (running.journal.available, running.changes) == (False, [False])
    finally:
        supervisor.resume("postgres")
        await supervisor.wait_ready("postgres")
    back = running.tell("tests.back.v1")
    await eventually(lambda: running.journal.available, within_s=20)
    await asyncio.gather(*back)
    await eventually(lambda: running.spool.empty, within_s=10)
    assert await running.tell("tests.after.v1")[0] is True
    assert await running.desk.told() == ["tests.before.v1", *away, "tests.back.v1", "tests.after.v1"]
    assert running.changes == [False, True]
    assert running.path.read_bytes() == b""


async def test_a_postgres_that_hangs_counts_as_away_after_two_seconds(running: Running) -> None:
    async with Blocked(running.desk):
        begun = asyncio.get_running_loop().time()
        assert await running.tell("tests.hanging.v1")[0] is False
        assert 1.5 < asyncio.get_running_loop().time() - begun < 4
    await eventually(lambda: running.journal.available, within_s=10)
    assert await running.desk.told() == ["tests.hanging.v1"]
    assert running.spool.empty


async def test_what_was_replayed_twice_is_told_once(running: Running) -> None:
    """The answer to the first COMMIT was lost: the entry stands in Postgres and in the spool."""
    entry = told(running.desk, "tests.once.v1")
    await running.desk.write(entry)
    running.spool.append([entry, entry])
    assert await running.tell("tests.after.v1")[0]
    await eventually(lambda: running.spool.empty, within_s=10)
    assert await running.desk.told() == ["tests.once.v1", "tests.after.v1"]


async def test_a_successor_replays_what_was_left(running: Running, desk: Desk) -> None:
    with pytest.raises(SpoolTaken):
        Spool(running.path, KEY)
    await running.end()
    left = ["tests.left_1.v1", "tests.left_2.v1"]
    running.path.write_bytes(b"".join(line(told(desk, name)) for name in left))
    async with Running(desk, running.path) as successor:
        await successor.journal.replay()
        assert await desk.told() == left
        assert successor.spool.empty


@pytest.mark.parametrize("cut", [1, 20, -1], ids=["after a byte", "amid", "only the line's end"])
async def test_a_line_that_was_cut_is_passed_over(running: Running, desk: Desk, cut: int) -> None:
    """Its writer never said that it was kept. What comes after it begins a line of its own."""
    await running.end()
    whole = ["tests.whole_1.v1", "tests.whole_2.v1"]
    cut_line = line(told(desk, "tests.cut.v1"))[:cut]
    running.path.write_bytes(b"".join(map(line, (told(desk, name) for name in whole))) + cut_line)
    async with Running(desk, running.path) as successor:
        assert not successor.spool.empty
        successor.start()
        await asyncio.gather(*successor.tell("tests.new.v1"))
        await eventually(lambda: successor.spool.empty, within_s=10)
        assert await desk.told() == [*whole, "tests.new.v1"]
        assert running.path.read_bytes() == b""


async def test_a_line_that_nobody_can_open_is_kept_aside_once(running: Running, desk: Desk) -> None:
    """Damaged, or sealed before the installation's secret was replaced: the others are written all the same."""
    await running.end()
    names = ["tests.first.v1", "tests.last.v1"]
    first, last = (line(told(desk, name)) for name in names)
    strange = line(told(desk, "tests.strange.v1"), b"z" * 32)
    damaged = first[:40] + (b"A" if first[40:41] != b"A" else b"B") + first[41:]
    running.path.write_bytes(first + strange + b"no base64\n" + damaged + last)
    for _ in range(2):
        async with Running(desk, running.path) as successor:
            await successor.journal.replay()
            assert await desk.told() == names
    assert [entry for _, entry in refused_entries(running.path, KEY)] == [None] * 3


async def test_an_entry_that_postgres_refuses_is_kept_aside_and_its_neighbours_are_written(
    running: Running, desk: Desk
) -> None:
    refused = two_calls_of_one_agent(desk)
    entries = [told(desk, "tests.before.v1"), *refused, told(desk, "tests.after.v1")]
    with capture_logs() as logs:
        await asyncio.gather(*(running.journal.submit(entry) for entry in entries))
    assert "journal.entry_refused" in [entry["event"] for entry in logs]
    assert await desk.told() == ["tests.before.v1", "tests.first_call.v1", "tests.after.v1"]
    assert running.journal.refused == 1
    assert running.journal.available
    assert_kept_aside(running, refused[1])


async def test_an_entry_that_is_refused_at_the_replay_is_kept_aside_too(running: Running, desk: Desk) -> None:
    await running.end()
    refused = two_calls_of_one_agent(desk)
    entries = [told(desk, "tests.before.v1"), *refused, told(desk, "tests.after.v1")]
    running.path.write_bytes(b"".join(map(line, entries)))
    async with Running(desk, running.path) as successor:
        with capture_logs():
            await successor.journal.replay()
        assert await desk.told() == ["tests.before.v1", "tests.first_call.v1", "tests.after.v1"]
        assert successor.spool.empty
        assert_kept_aside(successor, refused[1])


def two_calls_of_one_agent(desk: Desk) -> list[JournalEntry]:
    agent_id = new_id()
    entries = []
    for name in ("first", "second"):
        call = make_call(agent_id)
        agents = [make_agent(desk.tenant_id, agent_id, call.id)] if name == "first" else []
        fact = make_fact(call, f"tests.{name}_call.v1")
        entries.append(make_entry(desk.tenant_id, calls=[call], agents=agents, facts=[fact]))
    return entries


def assert_kept_aside(running: Running, entry: JournalEntry) -> None:
    [(error, kept)] = refused_entries(running.path, KEY)
    assert "handling_one_for_agent" in error
    assert msgspec.json.encode(kept) == msgspec.json.encode(entry)


async def test_a_stale_epoch_fences_and_nothing_more_is_written(running: Running, desk: Desk) -> None:
    assert await running.tell("tests.before.v1")[0]
    await desk.as_owner("UPDATE ovoz.cell SET epoch = epoch + 1 WHERE id = $1", desk.cell_id)
    [lost] = running.tell("tests.too_late.v1")
    async with asyncio.timeout(10):
        await running.journal.fenced()
    running.tell("tests.later_still.v1")
    assert not lost.done()
    assert await desk.told() == ["tests.before.v1"]
    assert running.spool.empty, "the successor has told it otherwise: nobody may replay this"
