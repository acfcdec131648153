"""`make bench-tenancy`: many tenants against few, in one run: queries, memory, provisioning, migrations, drift.

A fleet for each size, in a database of its own on one PostgreSQL; what is compared is measured in turn. The last line
is JSON; the bars are in docs/developer/testing.md. `make bench-tenancy TENANTS=10,100` is a shorter run.
"""

import asyncio
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy import text
from tests.support.fleets import TestFleet, scratch_fleet, tenant_maker
from tests.support.stack import Stack, eventually

from ovoz.lib.db import Database, OwnerDatabase
from ovoz.lib.db.migrations import newest_schema_sql
from ovoz.lib.ids import new_tenant_id
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.tenancy.api import schema_statements

ROUNDS = 5
QUERIES = 400
PROVISIONED = 20
MIGRATIONS = 3
QUERY = """
SELECT i.id, i.state, q.name AS queue, u.name AS agent FROM interaction i
LEFT JOIN queue q ON q.id = i.queue_id LEFT JOIN user_account u ON u.id = i.agent_id
ORDER BY i.started_at DESC, i.id DESC LIMIT 20
"""
CHANGE = (
    "ALTER TABLE team ADD COLUMN bench{number} text NOT NULL DEFAULT ''; CREATE INDEX ON team (bench{number})"
)


async def main(sizes: Sequence[int]) -> None:
    stack = await Stack.start("bench-tenancy", ("postgres",), ())
    try:
        async with contextlib.AsyncExitStack() as fleets:
            folder = Path(fleets.enter_context(tempfile.TemporaryDirectory()))
            admin = stack.endpoints.database_admin_url
            made: dict[int, TestFleet] = {}
            provisioning: dict[int, tuple[list[float], list[float]]] = {}
            for size in sizes:
                made[size] = await fleets.enter_async_context(scratch_fleet(admin, folder / str(size)))
                say(f"{size} tenants: making them")
                await make(made[size], max(0, size - PROVISIONED))
                provisioning[size] = await provision(made[size], min(PROVISIONED, size))
            say("queries, in turn")
            queries = await query(stack, made)
            say("migrations, in turn")
            migrations = await migrate(made)
            say("a migrator that is killed, then every schema compared")
            drift = await kill_and_verify(made)
        report(sizes, provisioning, queries, migrations, drift)
    finally:
        await stack.stop()


async def make(fleet: TestFleet, count: int) -> None:
    """Four at once, as nobody watches the time here."""
    waiting = [new_tenant_id() for _ in range(count)]
    fleet.tenants.extend(waiting)

    async def work() -> None:
        maker = tenant_maker(fleet.url, fleet.data_dir)
        while waiting:
            id_ = waiting.pop()
            await maker.create(id_, "mobile-operator", tenant_id=id_)

    await asyncio.gather(*(work() for _ in range(4)))


async def provision(fleet: TestFleet, count: int) -> tuple[list[float], list[float]]:
    """Seconds of a tenant, and of its DDL alone, in turn at the same size.

    The floor is what Postgres must do in any case: role, schema, privileges, tables, sent as one message over an open
    connection (a tenant has one too, as in the worker). A tenant is more: the blueprint, its rows in both schemas.
    """
    ours, raw = [], []
    owner = OwnerDatabase(fleet.url, kept=1)
    maker = tenant_maker(fleet.url, fleet.data_dir, owner)
    driver = await asyncpg.connect(fleet.url)
    for _ in range(count):
        id_ = new_tenant_id()
        began = time.perf_counter()
        await maker.create(id_, "mobile-operator", tenant_id=id_)
        ours.append(time.perf_counter() - began)
        fleet.tenants.append(id_)
        bare = new_tenant_id()
        began = time.perf_counter()
        async with driver.transaction():
            script = (*schema_statements(f"t_{bare}"), f"SET LOCAL search_path TO t_{bare}", "")
            await driver.execute(";".join(script) + newest_schema_sql(REPOSITORY, bare))
        raw.append(time.perf_counter() - began)
        await driver.execute(f"DROP SCHEMA t_{bare} CASCADE; DROP OWNED BY t_{bare}; DROP ROLE t_{bare}")
    await driver.close()
    await owner.close()
    return ours, raw


async def query(stack: Stack, made: dict[int, TestFleet]) -> dict[int, tuple[list[float], float]]:
    """Median seconds of a unit of work in each round, and what the backend held in the end, in MB."""
    databases = {
        size: Database(
            f"{stack.endpoints.database_url.rpartition('/')[0]}/{fleet.url.rpartition('/')[2]}", pool_size=1
        )
        for size, fleet in made.items()
    }
    dice = random.Random(7)
    medians: dict[int, list[float]] = {size: [] for size in made}
    for size, fleet in made.items():
        for tenant_id in fleet.tenants:
            await ask(databases[size], tenant_id)
    for _ in range(ROUNDS):
        for size, fleet in made.items():
            took = [await ask(databases[size], dice.choice(fleet.tenants)) for _ in range(QUERIES)]
            medians[size].append(statistics.median(took))
    memory = {size: await backend_mb(databases[size], made[size]) for size in made}
    for database in databases.values():
        await database.close()
    return {size: (medians[size], memory[size]) for size in made}


async def ask(database: Database, tenant_id: str) -> float:
    began = time.perf_counter()
    async with database.tenant(tenant_id) as session:
        (await session.execute(text(QUERY))).all()
    return time.perf_counter() - began


async def backend_mb(database: Database, fleet: TestFleet) -> float:
    """Memory of the one backend that served every tenant: what is its own, not the shared buffers."""
    async with database.tenant(fleet.tenants[0]) as session:
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
    return float(psutil.Process(pid).memory_full_info().uss) / 1e6


async def migrate(made: dict[int, TestFleet]) -> dict[int, list[float]]:
    """Seconds of each migration over each fleet."""
    took: dict[int, list[float]] = {size: [] for size in made}
    for number in range(MIGRATIONS):
        for size in made:
            made[size] = made[size].add_revision(CHANGE.format(number=number))
            began = time.perf_counter()
            result = await made[size].fleet().migrate()
            took[size].append(time.perf_counter() - began)
            assert (result.done, result.failed) == (size, [])
    return took


async def kill_and_verify(made: dict[int, TestFleet]) -> int:
    """Kills a migrator in the largest fleet, lets the next one finish, and counts what differs in all."""
    largest = max(made)
    fleet = made[largest] = made[largest].add_revision(CHANGE.format(number=99))
    process = await fleet.migrator()

    async def half() -> bool:
        done = await fleet.query(
            "SELECT count(*) FROM ovoz.tenant_migration WHERE revision = $1 AND state = 'done'", fleet.head
        )
        return int(done[0]["count"]) >= largest // 3

    await eventually(half, within_s=120, every_s=0.01)
    process.kill()
    await process.wait()
    await fleet.fleet().migrate()
    drift = 0
    for each in made.values():
        check = await each.fleet().verify()
        drift += len(check.drift) + len(check.behind)
    return drift


def report(
    sizes: Sequence[int],
    provisioning: dict[int, tuple[list[float], list[float]]],
    queries: dict[int, tuple[list[float], float]],
    migrations: dict[int, list[float]],
    drift: int,
) -> None:
    say(f"\nload average {os.getloadavg()[0]:.1f}, {psutil.cpu_count()} cores")
    say("tenants   query p50   backend   provision p95   of raw DDL   migration   of one tenant")
    ratios = {}
    for size in sizes:
        ours, raw = provisioning[size]
        ratios[size] = statistics.median(mine / floor for mine, floor in zip(ours, raw, strict=True))
        migration = statistics.median(migrations[size])
        say(
            f"{size:7}   {statistics.median(queries[size][0]) * 1e3:6.2f} ms   {queries[size][1]:4.0f} MB"
            f"   {percentile(ours, 95):11.3f} s   {ratios[size]:10.2f}   {migration:7.2f} s"
            f"   {migration / size * 1e3:10.1f} ms"
        )
    few, many = min(sizes), max(sizes)
    middle = sorted(sizes)[-2] if len(sizes) > 1 else many
    per_round = [b / a for a, b in zip(queries[few][0], queries[many][0], strict=True)]
    growth = [b / a for a, b in zip(migrations[middle], migrations[many], strict=True)]
    say(f"query ratio {min(per_round):.2f} to {max(per_round):.2f}")
    say(f"migration ratio {min(growth):.2f} to {max(growth):.2f}")
    found = {
        "bench": "tenancy",
        "tenants": list(sizes),
        f"query_p50_ratio_{many}_to_{few}": round(statistics.median(per_round), 3),
        "backend_mb": round(queries[many][1], 1),
        "provision_p95_s": round(percentile(provisioning[many][0], 95), 3),
        "provision_to_ddl_ratio": round(ratios[many], 3),
        f"migrate_{many}_to_{middle}_ratio": round(statistics.median(growth), 3),
        "drift": drift,
    }
    print(json.dumps(found))


def percentile(values: Sequence[float], wanted: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(len(ordered) * wanted / 100))]


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    asyncio.run(
        main([int(size) for size in (sys.argv[1] if len(sys.argv) > 1 else "10,100,1000").split(",")])
    )
