"""Making operators: what is wrong is said clearly, and whatever fails, nothing is left."""

import asyncio
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from sqlalchemy.exc import DBAPIError
from tests.support.operators import make_operator
from tests.support.stack import Stack

from ovoz.entrypoints.provisioning import CELL
from ovoz.lib.db import schema_of
from ovoz.lib.db.migrations import snapshot_path
from ovoz.lib.problems import DomainError
from ovoz.lib.sealing import installation_key
from ovoz.platform.identity.api import hash_password
from ovoz.platform.tenancy.api import TenantKeys, TenantMaker, TenantRepository
from ovoz.platform.tenancy.errors import NumberTaken, SlugTaken

BLUEPRINT: dict[str, Any] = {
    "name": "Test operator",
    "users": [
        {"email": "agent@x.test", "name": "Agent", "roles": ["agent"], "password": "a-long-test-password"}
    ],
    "queues": [{"code": "support", "name": "Support", "members": ["agent@x.test"]}],
    "entry_points": [],
}
Traces = tuple[set[str], ...]


class Workshop:
    """Makes operators from blueprints and migrations of the test's own; looks for what was left."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self.folder = folder
        (folder / "tenants" / "blueprints").mkdir(parents=True)
        shutil.copytree(stack.settings.data_dir / "migrations", folder / "migrations")

    def blueprint(self, **changes: Any) -> str:
        name = f"b{secrets.token_hex(4)}"
        path = self.folder / "tenants" / "blueprints" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(BLUEPRINT | changes))
        return name

    async def make(
        self,
        slug: str,
        blueprint: str,
        *,
        demo: bool = True,
        cell: str = CELL,
        hashing: Callable[[str], str] = hash_password,
    ) -> str:
        maker = TenantMaker(
            admin_url=self.stack.endpoints.database_admin_url,
            data_dir=self.folder,
            installation_key=installation_key(self.stack.settings.home),
            hash_password=hashing,
            cell_id=cell,
        )
        return await maker.create(slug, blueprint, demo=demo)

    async def traces(self) -> Traces:
        """Schemas, roles, privileges and rows of all tenants."""
        connection = await asyncpg.connect(self.stack.endpoints.database_admin_url)
        queries = (
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_'",
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^t_'",
            "SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = 'ovoz_app'::regrole",
            "SELECT array_to_string(nspacl, ' ') FROM pg_namespace WHERE nspname = 'ovoz'",
            "SELECT array_to_string(proacl, ' ') FROM pg_proc WHERE pronamespace = 'ovoz'::regnamespace",
            "SELECT d.defaclnamespace::regnamespace::text FROM pg_default_acl d",
            "SELECT slug FROM ovoz.tenant",
            "SELECT tenant_id || version FROM ovoz.tenant_key",
            "SELECT number || tenant_id FROM ovoz.number",
        )
        found = [{str(row[0]) for row in await connection.fetch(query)} for query in queries]
        await connection.close()
        return tuple(found)


@pytest.fixture
def workshop(engines: Stack, tmp_path: Path) -> Workshop:
    return Workshop(engines, tmp_path / "data")


def free_slug() -> str:
    return f"new-{secrets.token_hex(4)}"


def free_number() -> str:
    return f"+99255{secrets.randbelow(10**7):07}"


async def test_a_new_operator_has_schema_role_key_numbers_and_people(workshop: Workshop) -> None:
    slug, number = free_slug(), free_number()
    entry = {"number": number, "name": "Line", "queue": "support"}
    before = await workshop.traces()
    tenant_id = await workshop.make(slug, workshop.blueprint(entry_points=[entry]))
    schema = schema_of(tenant_id)
    new = [sorted(now - then) for now, then in zip(await workshop.traces(), before, strict=True)]
    assert new[0] == new[1] == new[2] == new[5] == [schema]
    assert new[6:] == [[slug], [f"{tenant_id}1"], [f"{number}{tenant_id}"]]
    people = await workshop.stack.rows(
        slug,
        "SELECT u.email, u.is_agent, a.role FROM user_account u JOIN role_assignment a ON a.user_id = u.id",
    )
    assert people == [{"email": "agent@x.test", "is_agent": True, "role": "agent"}]
    keys = TenantKeys(
        TenantRepository(workshop.stack.database), installation_key(workshop.stack.settings.home)
    )
    version, key = await keys.current(tenant_id)
    assert (version, len(key)) == (1, 32)


async def refused(workshop: Workshop, slug: str, blueprint: str, **how: Any) -> DomainError:
    """The problem; nothing was left."""
    before = await workshop.traces()
    with pytest.raises(DomainError) as problem:
        await workshop.make(slug, blueprint, **how)
    assert await workshop.traces() == before
    return problem.value


async def test_a_taken_slug_is_refused(workshop: Workshop) -> None:
    problem = await refused(workshop, "somon", workshop.blueprint())
    assert (problem.slug, problem.detail) == ("slug-taken", "somon is taken.")


@pytest.mark.parametrize(
    "slug",
    ["console", "api", "www", "status", "", "a", "Somon", "1st", "-a", "so mon", "so.mon", "a" * 32, "ab\n"],
)
async def test_what_cannot_be_an_address_is_refused(workshop: Workshop, slug: str) -> None:
    problem = await refused(workshop, slug, workshop.blueprint())
    assert problem.slug == "slug-invalid"
    assert repr(slug) in problem.detail
    assert "2 to 31 of a-z" in problem.detail


async def test_a_taken_number_is_refused_and_named(workshop: Workshop, engines: Stack) -> None:
    other = await make_operator(engines, agents=1)
    numbers = [free_number(), other.number]
    entries = [{"number": number, "name": "Line", "queue": "support"} for number in numbers]
    problem = await refused(workshop, free_slug(), workshop.blueprint(entry_points=entries))
    assert problem.slug == "number-taken"
    assert other.number in problem.detail
    assert numbers[0] not in problem.detail


async def test_a_blueprint_that_is_not_there_is_refused_with_those_that_are(workshop: Workshop) -> None:
    there = workshop.blueprint()
    problem = await refused(workshop, free_slug(), "nothing")
    assert problem.slug == "blueprint-invalid"
    assert there in problem.detail


async def test_a_wrong_blueprint_is_refused_with_its_place(workshop: Workshop) -> None:
    name = workshop.blueprint(queues=[{"code": "support", "name": "Support", "members": ["ghost@x.test"]}])
    problem = await refused(workshop, free_slug(), name)
    assert problem.slug == "blueprint-invalid"
    assert f"{name}.yaml" in problem.detail
    assert "ghost@x.test" in problem.detail


async def test_people_in_a_blueprint_serve_demos_only(workshop: Workshop) -> None:
    problem = await refused(workshop, free_slug(), workshop.blueprint(), demo=False)
    assert problem.slug == "blueprint-invalid"
    assert "--demo" in problem.detail
    without = workshop.blueprint(users=[], queues=[{"code": "support", "name": "Support"}])
    assert await workshop.make(free_slug(), without, demo=False)


def break_the_migrations(workshop: Workshop) -> None:
    """The last statement of what fills a new schema."""
    snapshot = snapshot_path(workshop.folder)
    snapshot.write_text(f"{snapshot.read_text()}\nSELECT nonsense;\n")


@pytest.mark.parametrize("step", ["migrate", "insert", "load"])
async def test_a_step_that_fails_leaves_nothing_and_can_be_tried_again(workshop: Workshop, step: str) -> None:
    slug, number = free_slug(), free_number()
    name = workshop.blueprint(entry_points=[{"number": number, "name": "Line", "queue": "support"}])
    before = await workshop.traces()
    how: dict[str, Any] = {}
    if step == "migrate":
        break_the_migrations(workshop)
    elif step == "insert":
        how["cell"] = "a-cell-that-is-not-there"
    else:
        how["hashing"] = lambda _: "\0"  # which Postgres does not keep
    with pytest.raises((DBAPIError, asyncpg.PostgresError)):
        await workshop.make(slug, name, **how)
    assert await workshop.traces() == before
    again = Workshop(workshop.stack, workshop.folder.parent / "again")
    entry = {"number": number, "name": "Line", "queue": "support"}
    assert await again.make(slug, again.blueprint(entry_points=[entry]))


NUMBER = "INSERT INTO ovoz.number (number, tenant_id) SELECT '{}', id FROM ovoz.tenant WHERE slug = 'somon'"
OBSTACLES = {
    "schema made": "LOCK TABLE ovoz.tenant_key IN SHARE MODE",
    "rows made": NUMBER,
}
"""What somebody else does in an open transaction, so that a creation waits in its middle."""


@pytest.mark.parametrize("obstacle", OBSTACLES.values(), ids=OBSTACLES)
async def test_a_creation_that_is_cancelled_leaves_nothing(workshop: Workshop, obstacle: str) -> None:
    number = free_number()
    entry = {"number": number, "name": "Line", "queue": "support"}
    before = await workshop.traces()
    url = workshop.stack.endpoints.database_admin_url
    # Inside a transaction `pg_stat_activity` stays as it was.
    other, watcher = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(obstacle.format(number))
        making = asyncio.create_task(workshop.make(free_slug(), workshop.blueprint(entry_points=[entry])))
        waiting = "SELECT pid FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))"
        while (pid := await watcher.fetchval(waiting, other.get_server_pid())) is None:
            assert not making.done()
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        await transaction.rollback()
        # A backend that waits for a lock sees only afterwards that nobody is there any more.
        while await watcher.fetchval("SELECT 1 FROM pg_stat_activity WHERE pid = $1", pid):
            pass
    finally:
        await other.close()
        await watcher.close()
    assert await workshop.traces() == before


async def test_of_two_at_once_one_gets_the_slug(workshop: Workshop) -> None:
    slug = free_slug()
    outcomes = await asyncio.gather(
        *(workshop.make(slug, workshop.blueprint()) for _ in range(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, str)] == [SlugTaken] * 2
    [tenant_id] = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert await workshop.stack.tenant_id(slug) == tenant_id
    schemas, roles, *_ = await workshop.traces()
    assert schemas == roles


async def test_of_two_at_once_one_gets_the_number(workshop: Workshop) -> None:
    number = free_number()
    name = workshop.blueprint(entry_points=[{"number": number, "name": "Line", "queue": "support"}])
    outcomes = await asyncio.gather(
        *(workshop.make(free_slug(), name) for _ in range(2)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, str)] == [NumberTaken]


async def test_the_command_says_what_is_wrong_in_one_line(engines: Stack) -> None:
    async def command(*words: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ovoz", "tenant", *words),
            env={**os.environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    refused, listed = await asyncio.gather(
        command("create", "somon", "--blueprint", "mobile-operator"), command("list")
    )
    assert refused == (1, "Error: Another operator has this address already. somon is taken.\n")
    assert listed[0] == 0
    assert "Somon Mobile (demo)" in listed[1]
