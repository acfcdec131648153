"""A database of its own with small tenants, and a copy of the migrations to which a test adds revisions."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from ovoz.lib.db import OwnerDatabase
from ovoz.lib.db.migrations import head, migrate
from ovoz.lib.sealing import installation_key
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.tenancy.api import Fleet, TenantMaker

CELL = "cell-1"
_TREE = ("env.py", "script.py.mako", "snapshot.sql")
_REVISION = '''"""Only for a test."""

from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    op.execute("""{sql}""")
'''


class TestFleet(msgspec.Struct, frozen=True):
    """`url` is the owner's login on the fleet's own database; `data_dir` has the migrations."""

    __test__ = False

    url: str
    data_dir: Path
    tenants: list[str]

    @property
    def head(self) -> str:
        return head(self.data_dir, "tenant")

    def fleet(self, workers: int = 4) -> Fleet:
        return Fleet(self.url, self.data_dir, workers=workers)

    async def make(self, count: int, prefix: str = "f") -> list[str]:
        """So many tenants without people; their ids."""
        made = [
            await tenant_maker(self.url, self.data_dir).create(
                f"{prefix}{secrets.token_hex(4)}", "mobile-operator"
            )
            for _ in range(count)
        ]
        self.tenants.extend(made)
        return made

    def add_revision(self, sql: str) -> "TestFleet":
        """The same fleet with one more revision, under a folder of its own (the trees are cached by folder)."""
        folder = self.data_dir.with_name(f"data-{secrets.token_hex(4)}")
        copy_tree(self.data_dir, folder)
        revision = f"29990101_{len(list((folder / 'migrations/tenant/versions').glob('*.py'))):04}"
        (folder / "migrations" / "tenant" / "versions" / f"{revision}_test.py").write_text(
            _REVISION.format(revision=revision, down=self.head, sql=sql)
        )
        return TestFleet(self.url, folder, self.tenants)

    async def query(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        """Rows, as the owner."""
        driver = await asyncpg.connect(self.url)
        try:
            return [dict(row) for row in await driver.fetch(sql, *arguments)]
        finally:
            await driver.close()

    async def execute(self, sql: str) -> None:
        driver = await asyncpg.connect(self.url)
        try:
            await driver.execute(sql)
        finally:
            await driver.close()

    async def migrator(self, workers: int = 4) -> asyncio.subprocess.Process:
        """`Fleet.migrate` as a process, to be killed."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.fleets",
            self.url,
            str(self.data_dir),
            str(workers),
            stdout=asyncio.subprocess.DEVNULL,
            cwd=REPOSITORY,
        )


def copy_tree(source: Path, folder: Path) -> None:
    """Blueprints by link, the tenant tree by copy of its names."""
    tenant = folder / "migrations" / "tenant"
    (tenant / "versions").mkdir(parents=True)
    (folder / "tenants").symlink_to((source / "tenants").resolve())
    (folder / "migrations" / "control").symlink_to((source / "migrations" / "control").resolve())
    for name in _TREE:
        (tenant / name).symlink_to((source / "migrations" / "tenant" / name).resolve())
    for path in (source / "migrations" / "tenant" / "versions").glob("*.py"):
        (tenant / "versions" / path.name).symlink_to(path.resolve())


def tenant_maker(url: str, data_dir: Path, owner: OwnerDatabase | None = None) -> TenantMaker:
    """Makes tenants in a scratch database; their keys are wrapped by one that lies beside the blueprints."""
    return TenantMaker(
        admin_url=url,
        owner=owner,
        data_dir=data_dir,
        installation_key=installation_key(data_dir),
        hash_password=lambda _: "-",
        cell_id=CELL,
    )


@asynccontextmanager
async def scratch_fleet(admin_url: str, folder: Path) -> AsyncIterator[TestFleet]:
    """A fleet without tenants, in a database that is gone afterwards with every role that belonged to it."""
    database = f"fleet_{secrets.token_hex(6)}"
    url = f"{admin_url.rpartition('/')[0]}/{database}"
    copy_tree(REPOSITORY, folder / "data")
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"CREATE DATABASE {database}")
        driver = await asyncpg.connect(url)
        await driver.execute("CREATE SCHEMA ovoz")
        await migrate(url, folder / "data", "control", "ovoz")
        await driver.execute(f"INSERT INTO ovoz.cell (id) VALUES ('{CELL}')")
        await driver.close()
        fleet = TestFleet(url, folder / "data", [])
        try:
            yield fleet
        finally:
            await admin.execute(f"DROP DATABASE {database} WITH (FORCE)")
            for tenant_id in fleet.tenants:
                await admin.execute(f"DROP ROLE IF EXISTS t_{tenant_id}")
    finally:
        await admin.close()


if __name__ == "__main__":
    asyncio.run(Fleet(sys.argv[1], Path(sys.argv[2]), workers=int(sys.argv[3])).migrate())
