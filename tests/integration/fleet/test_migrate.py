"""Migrations over a fleet: every tenant exactly once, whatever dies; rings, locks, failures, drift."""

import asyncio
import functools
import json
import random

import asyncpg
import pytest
from tests.support.fleets import TestFleet
from tests.support.stack import eventually

from ovoz.platform.tenancy.repositories.fleet import FleetLedger

ONCE = """
INSERT INTO ovoz.proof SELECT current_schema();
ALTER TABLE team ADD COLUMN motto text NOT NULL DEFAULT '';
SELECT pg_sleep(0.1);
CREATE INDEX team_by_motto ON team (motto);
"""
MOST_KILLS = 5
PROOF = "CREATE TABLE ovoz.proof (schema text NOT NULL)"


@pytest.mark.timeout(300)
async def test_killed_at_random_every_tenant_is_migrated_exactly_once(fleet: TestFleet) -> None:
    await fleet.make(20)
    await fleet.execute(PROOF)
    newer = fleet.add_revision(ONCE)
    seed = random.randrange(1 << 30)
    dice, kills = random.Random(seed), 0
    while (await newer.fleet().status()).counts.get("done", 0) < len(newer.tenants):
        process = await newer.migrator(workers=dice.choice((1, 2, 4)))
        try:
            await eventually(functools.partial(_at_work, newer, process), within_s=30)
            await asyncio.wait_for(process.wait(), dice.uniform(0, 0.4) if kills < MOST_KILLS else 60)
            assert process.returncode == 0, f"seed {seed}"
        except TimeoutError:
            process.kill()
            await process.wait()
            kills += 1
    counted = await newer.query("SELECT schema, count(*) FROM ovoz.proof GROUP BY schema")
    assert sorted(row["schema"] for row in counted) == sorted(f"t_{tenant}" for tenant in newer.tenants)
    assert {row["count"] for row in counted} == {1}, f"seed {seed}"
    status = await newer.fleet().status()
    assert status.counts == {"done": 20}
    assert {tenant.revision for tenant in status.tenants} == {newer.head}
    check = await newer.fleet().verify()
    assert (check.checked, check.drift, check.behind) == (20, [], []), f"seed {seed}"
    rows = await newer.query("SELECT state FROM ovoz.tenant_migration WHERE revision = $1", newer.head)
    assert [row["state"] for row in rows] == ["done"] * 20
    assert kills > 0, f"nothing was killed (seed {seed}): the proof is empty"


async def test_a_kill_in_the_middle_of_one_migration_leaves_both_marks_or_none(fleet: TestFleet) -> None:
    (tenant_id,) = await fleet.make(1)
    newer = fleet.add_revision("ALTER TABLE team ADD COLUMN motto text; SELECT pg_sleep(30)")
    process = await newer.migrator(workers=1)

    async def sleeping() -> bool:
        return bool(await newer.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%'"
                                      " AND state = 'active' AND pid <> pg_backend_pid()"))  # fmt: skip

    await eventually(sleeping, within_s=20)
    process.kill()
    await process.wait()
    (row,) = await newer.query(
        "SELECT state, attempts FROM ovoz.tenant_migration WHERE revision = $1", newer.head
    )
    assert row == {"state": "running", "attempts": 1}
    columns = await newer.query(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = $1 AND column_name = 'motto'",
        f"t_{tenant_id}",
    )
    assert columns == []
    await newer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%'"
                        " AND pid <> pg_backend_pid()")  # fmt: skip
    mended = fleet.add_revision("ALTER TABLE team ADD COLUMN motto text")
    assert (await mended.fleet().migrate()).done == 1
    assert (await mended.fleet().verify()).drift == []


async def test_a_failure_in_the_canary_stops_the_rings_behind_it(fleet: TestFleet) -> None:
    canary, *others = await fleet.make(4)
    await fleet.execute(
        f"UPDATE ovoz.tenant SET ring = 0 WHERE id = '{canary}';"
        f"UPDATE ovoz.tenant SET ring = 2 WHERE id = '{others[0]}';"
        f"INSERT INTO t_{canary}.team VALUES (gen_random_uuid(), 'the one')"
    )
    newer = fleet.add_revision("ALTER TABLE team ADD CONSTRAINT nobody CHECK (name <> 'the one')")
    result = await newer.fleet().migrate()
    assert [tenant.tenant_id for tenant in result.failed] == [canary]
    assert "nobody" in (result.failed[0].error or "")
    assert result.not_begun == [1, 2]
    assert result.done == 0
    assert (await newer.fleet().status()).counts == {"failed": 1, "owed": 3}

    await fleet.execute(f"DELETE FROM t_{canary}.team")
    again = await newer.fleet().migrate()
    assert (again.done, again.failed, again.not_begun) == (4, [], [])
    assert (await newer.fleet().status()).counts == {"done": 4}


async def test_a_locked_table_is_waited_for_elsewhere(fleet: TestFleet) -> None:
    """The one whose table is held is put off; the others do not wait for it."""
    held, *others = await fleet.make(4)
    newer = fleet.add_revision("SET LOCAL lock_timeout = '50ms'; ALTER TABLE team ADD COLUMN motto text")
    holder = await asyncpg.connect(fleet.url)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute(f"LOCK TABLE t_{held}.team")
    run = asyncio.create_task(newer.fleet(workers=2).migrate())

    async def put_off() -> bool:
        tenants = {tenant.tenant_id: tenant for tenant in (await newer.fleet().status()).tenants}
        return tenants[held].attempts >= 2 and all(tenants[other].state == "done" for other in others)

    await eventually(put_off, within_s=20)
    assert not run.done()
    await transaction.rollback()
    await holder.close()
    result = await asyncio.wait_for(run, 30)
    assert (result.done, result.failed) == (4, [])


async def test_drift_is_named_by_tenant_table_and_column(fleet: TestFleet) -> None:
    tenant_id, _ = await fleet.make(2)
    await fleet.execute(
        f"ALTER TABLE t_{tenant_id}.queue ALTER COLUMN max_length SET DEFAULT 7;"
        f"ALTER TABLE t_{tenant_id}.leg DROP COLUMN cause"
    )
    check = await fleet.fleet().verify()
    (drift,) = check.drift
    assert drift.tenant_id == tenant_id
    said = [str(difference) for difference in drift.differences]
    assert said == [
        "leg column cause: missing; expected integer",
        "queue column max_length: expected integer not null default 100; found integer not null default 7",
    ]
    json.dumps([str(line) for line in said])


async def test_two_migrators_at_once_do_each_tenant_once(fleet: TestFleet) -> None:
    await fleet.make(6)
    await fleet.execute(PROOF)
    newer = fleet.add_revision(ONCE)
    one, two = await asyncio.gather(newer.fleet(2).migrate(), newer.fleet(2).migrate())
    assert one.done + two.done == 6
    assert (await newer.query("SELECT count(*) FROM ovoz.proof"))[0]["count"] == 6


async def test_a_row_is_in_one_pair_of_hands(fleet: TestFleet) -> None:
    """Claimed twice (its first worker seemed dead), migrated once: whoever is second does not wait and does nothing."""
    (tenant_id,) = await fleet.make(1)
    newer = fleet.add_revision("ALTER TABLE team ADD COLUMN motto text")
    one, two = [await asyncpg.connect(fleet.url) for _ in range(2)]
    first, second = FleetLedger(one, newer.head), FleetLedger(two, newer.head)
    await first.owe([tenant_id], [])
    assert await first.claim(1, "first") == tenant_id
    assert await second.claim(1, "second") == tenant_id
    async with one.transaction():
        assert await first.hold(tenant_id)
        async with two.transaction():
            assert not await second.hold(tenant_id)
        assert await second.claim(1, "second") is None
        await first.done(tenant_id)
    async with two.transaction():
        assert not await second.hold(tenant_id), "it is done"
    await one.close()
    await two.close()


async def test_a_revision_from_the_future_is_refused_by_name(fleet: TestFleet) -> None:
    (tenant_id,) = await fleet.make(1)
    await fleet.execute(f"UPDATE t_{tenant_id}.alembic_version SET version_num = '30000101_0000'")
    result = await fleet.fleet().migrate()
    assert [tenant.tenant_id for tenant in result.failed] == [tenant_id]
    assert "30000101_0000" in (result.failed[0].error or "")


async def _at_work(fleet: TestFleet, process: asyncio.subprocess.Process) -> bool:
    """Whether the migrator has come as far as the database, or is done already."""
    connected = await fleet.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ovoz fleet'"
    )
    return bool(connected) or process.returncode is not None
