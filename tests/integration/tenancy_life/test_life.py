"""Suspending, renaming, deleting: what people are told, what stays, what is gone, and that it stays gone."""

import secrets
from typing import Any

import asyncpg
import pytest
from redis.asyncio import from_url
from sqlalchemy import text
from tests.support.recordings import Installation

from ovoz.entrypoints.provisioning import TenantDesk
from ovoz.lib.ids import new_id
from ovoz.lib.sealing import InstallationKey, installation_key
from ovoz.platform.audit.api import Doer
from ovoz.platform.tenancy.api import TenantFinder, TenantKeys, TenantRepository, refuse_suspended
from ovoz.platform.tenancy.contracts import Operation
from ovoz.platform.tenancy.errors import (
    OperatorSuspended,
    OperatorUnknown,
    SlugInvalid,
    SlugTaken,
)

DOER = Doer("provider", name="Vendor", address="127.0.0.1")


async def do(desk: TenantDesk, kind: Any, of: str, /, **parameters: Any) -> Operation:
    """Asks and carries out, as the command does."""
    return await desk.runner.run((await desk.operations.ask(kind, of, DOER, parameters)).id, wait=True)


async def make(desk: TenantDesk) -> tuple[str, str]:
    """An operator without people: slug and id."""
    slug = f"l{secrets.token_hex(5)}"
    asked = await desk.operations.ask_to_create(slug, "mobile-operator", "", DOER)
    done = await desk.runner.run(asked.id, wait=True)
    assert (done.state, done.error) == ("done", None)
    return slug, done.tenant_id


async def acts(place: Installation, tenant_id: str) -> list[tuple[str, str | None]]:
    async with place.database.tenant(tenant_id) as session:
        rows = await session.execute(text("SELECT act, reason FROM audit_entry ORDER BY position"))
        return [(row.act, row.reason) for row in rows]


async def owner_query(place: Installation, sql: str, *arguments: Any) -> list[Any]:
    driver = await asyncpg.connect(place.endpoints.database_admin_url)
    try:
        return [tuple(row) for row in await driver.fetch(sql, *arguments)]
    finally:
        await driver.close()


def finder(place: Installation) -> TenantFinder:
    """A new one each time: it knows nothing from before."""
    return TenantFinder(TenantRepository(place.database), "localhost")


async def test_a_suspended_operator_is_told_why_and_loses_nothing(
    desk: TenantDesk, place: Installation
) -> None:
    slug, tenant_id = await make(desk)
    assert (await do(desk, "suspend", slug, reason="The invoice of October is open")).state == "done"
    with pytest.raises(OperatorSuspended) as refused:
        refuse_suspended(await finder(place).by_host(f"{slug}.localhost"))
    document = refused.value.document()
    assert document["reason"] == "The invoice of October is open"
    assert document["state"] == "suspended"
    assert "The invoice of October is open" in document["detail"]
    async with place.database.tenant(tenant_id) as session:
        assert await session.scalar(text("SELECT count(*) FROM queue")) > 0

    assert (await do(desk, "resume", slug)).state == "done"
    assert (await finder(place).by_host(f"{slug}.localhost")).state == "active"
    assert await acts(place, tenant_id) == [
        ("tenancy.created", None),
        ("tenancy.suspended", "The invoice of October is open"),
        ("tenancy.resumed", None),
    ]
    (provider,) = await owner_query(place, "SELECT id FROM ovoz.tenant WHERE kind = 'provider'")
    seen = await owner_query(
        place,
        f"SELECT act FROM t_{provider[0]}.audit_entry WHERE subject_id = $1 ORDER BY position",
        tenant_id,
    )
    assert [act for (act,) in seen] == ["tenancy.created", "tenancy.suspended", "tenancy.resumed"]


async def test_an_old_address_leads_nowhere(desk: TenantDesk, place: Installation) -> None:
    slug, tenant_id = await make(desk)
    taken, _ = await make(desk)
    for wrong in ("console", "api", "www", "status", "Upper", "x", "1st"):
        with pytest.raises(SlugInvalid):
            await desk.operations.ask("rename", slug, DOER, {"slug": wrong})
    with pytest.raises(SlugTaken):
        await desk.operations.ask("rename", slug, DOER, {"slug": taken})
    new = f"n{secrets.token_hex(5)}"
    assert (await do(desk, "rename", slug, slug=new)).result == {"slug": new}
    with pytest.raises(OperatorUnknown):
        await finder(place).by_host(f"{slug}.localhost")
    assert (await finder(place).by_host(f"{new}.localhost")).id == tenant_id


async def test_a_deletion_can_be_taken_back_until_its_time_is_over(
    desk: TenantDesk, place: Installation
) -> None:
    slug, tenant_id = await make(desk)
    await do(desk, "suspend", slug, reason="closing down")
    assert (await do(desk, "delete", slug, grace_s=86_400)).state == "done"
    with pytest.raises(OperatorSuspended) as refused:
        refuse_suspended(await finder(place).by_host(f"{slug}.localhost"))
    assert refused.value.document()["delete_after"]
    assert (await do(desk, "resume", slug)).state == "failed"
    assert not [
        op for op in await desk.runner.due() if (await desk.operations.get(op)).tenant_id == tenant_id
    ]
    assert (await do(desk, "undelete", slug)).state == "done"
    found = await TenantRepository(place.database).by_slug(slug)
    assert found is not None
    assert (found.state, found.suspended_reason) == ("suspended", "closing down")


async def test_what_is_deleted_is_gone_everywhere_and_stays_gone(
    desk: TenantDesk, place: Installation
) -> None:
    slug, tenant_id = await make(desk)
    other_slug, other_id = await make(desk)
    keys = TenantKeys(TenantRepository(place.database), b"")
    objects = place.settings.home / "objects" / tenant_id / "recordings"
    objects.mkdir(parents=True)
    (objects / "one.ovr").write_bytes(b"sealed")
    redis = from_url(place.endpoints.redis_url)
    await redis.set(f"ovoz:limit:{tenant_id}:x", 1)
    await redis.set(f"ovoz:limit:{other_id}:x", 1)
    backup = await owner_query(place, "SELECT * FROM ovoz.tenant WHERE id = $1", tenant_id)
    backup_key = await owner_query(place, "SELECT * FROM ovoz.tenant_key WHERE tenant_id = $1", tenant_id)

    await do(desk, "delete", slug, grace_s=0)
    await purge(desk, tenant_id)

    assert await TenantRepository(place.database).by_slug(slug) is None
    for sql in (
        f"SELECT 1 FROM pg_namespace WHERE nspname = 't_{tenant_id}'",
        f"SELECT 1 FROM pg_roles WHERE rolname = 't_{tenant_id}'",
        f"SELECT 1 FROM ovoz.tenant_key WHERE tenant_id = '{tenant_id}'",
        f"SELECT 1 FROM ovoz.number WHERE tenant_id = '{tenant_id}'",
        f"SELECT 1 FROM ovoz.outbox WHERE tenant_id = '{tenant_id}'",
        f"SELECT 1 FROM ovoz.tenant_migration WHERE tenant_id = '{tenant_id}'",
    ):
        assert await owner_query(place, sql) == [], sql
    assert not list((place.settings.home / "objects").rglob("*.ovr"))
    assert await redis.get(f"ovoz:limit:{tenant_id}:x") is None
    assert await redis.get(f"ovoz:limit:{other_id}:x") == b"1", "somebody else's"
    await redis.aclose()
    assert (await finder(place).by_host(f"{other_slug}.localhost")).id == other_id

    # An older backup of the whole database: the tenant is back, and the tombstone's row is not.
    driver = await asyncpg.connect(place.endpoints.database_admin_url)
    await driver.execute("DELETE FROM ovoz.tombstone WHERE tenant_id = $1", tenant_id)
    await driver.execute(
        f"CREATE ROLE t_{tenant_id}; CREATE SCHEMA t_{tenant_id}; CREATE TABLE t_{tenant_id}.x ()"
    )
    await _insert(driver, "tenant", backup[0])
    await _insert(driver, "tenant_key", backup_key[0])
    await driver.close()
    assert await desk.life.honour_tombstones() == [tenant_id], "as `setup` does before anything is served"
    assert await TenantRepository(place.database).by_slug(slug) is None
    assert tenant_id not in [found.id for found in await TenantRepository(place.database).all()]
    with pytest.raises(OperatorUnknown):
        await finder(place).by_host(f"{slug}.localhost")
    with pytest.raises(LookupError):
        await keys.current(tenant_id)
    await purge(desk, tenant_id)
    assert await owner_query(place, f"SELECT 1 FROM pg_namespace WHERE nspname = 't_{tenant_id}'") == []
    assert await owner_query(place, "SELECT 1 FROM ovoz.tenant WHERE id = $1", tenant_id) == []


async def test_a_conversation_is_not_cut_by_a_deletion(desk: TenantDesk, place: Installation) -> None:
    slug, tenant_id = await make(desk)
    live = f"i:{new_id()}"
    await owner_query(
        place,
        "INSERT INTO ovoz.live (key, cell_id, tenant_id, epoch, seq, state) VALUES ($1, 'cell-1', $2, 1, 1, '{}')",
        live,
        tenant_id,
    )
    await do(desk, "delete", slug, grace_s=0)
    await desk.runner.due()
    (purge_id,) = await owed_purges(desk, tenant_id)
    waiting = await desk.runner.run(purge_id)
    assert (waiting.state, waiting.error) == ("owed", f"{slug} has conversations")
    assert await TenantKeys(TenantRepository(place.database), _key(place)).current(tenant_id)
    await owner_query(place, "DELETE FROM ovoz.live WHERE key = $1", live)
    await owner_query(place, "UPDATE ovoz.tenant_operation SET not_before = now() WHERE id = $1", purge_id)
    assert (await desk.runner.run(purge_id)).state == "done"


async def test_an_operation_that_was_cut_off_is_taken_up_and_given_up_in_the_end(
    desk: TenantDesk, place: Installation
) -> None:
    slug, _ = await make(desk)
    asked = await desk.operations.ask("suspend", slug, DOER, {"reason": "cut off"})
    # As a worker leaves it that was killed: begun, and nobody at it.
    await owner_query(
        place, "UPDATE ovoz.tenant_operation SET state = 'running', attempts = 4 WHERE id = $1", asked.id
    )
    assert asked.id in await desk.runner.due()
    assert (await desk.runner.run(asked.id)).state == "done"

    hopeless = await desk.operations.ask("resume", slug, DOER)
    await owner_query(
        place, "UPDATE ovoz.tenant_operation SET state = 'running', attempts = 5 WHERE id = $1", hopeless.id
    )
    given_up = await desk.runner.run(hopeless.id)
    assert given_up.state == "failed"
    assert "cut off" in (given_up.error or "")


async def test_one_at_a_time_for_each_tenant(desk: TenantDesk, place: Installation) -> None:
    slug, tenant_id = await make(desk)
    asked = await desk.operations.ask("suspend", slug, DOER, {"reason": "waiting"})
    holder = await asyncpg.connect(place.endpoints.database_admin_url)
    lock = "SELECT pg_advisory_lock(hashtextextended('ovoz tenant operation ' || $1, 0))"
    await holder.fetchval(lock, tenant_id)
    assert (await desk.runner.run(asked.id)).state == "owed"
    await holder.close()
    assert (await desk.runner.run(asked.id, wait=True)).state == "done"


async def purge(desk: TenantDesk, tenant_id: str) -> None:
    """What the worker does when the time of grace is over."""
    await desk.runner.due()
    (operation_id,) = await owed_purges(desk, tenant_id)
    done = await desk.runner.run(operation_id)
    assert (done.state, done.error) == ("done", None)


async def owed_purges(desk: TenantDesk, tenant_id: str) -> list[Any]:
    return [
        operation.id
        for operation in (await desk.operations.page(sort="-requested_at", cursor=None, limit=100)).items
        if operation.tenant_id == tenant_id
        if operation.kind == "purge" and not operation.settled
    ]


async def _insert(driver: Any, table: str, row: Any) -> None:
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    await driver.execute(f"INSERT INTO ovoz.{table} VALUES ({places})", *row)


def _key(place: Installation) -> InstallationKey:
    return installation_key(place.settings.home)
