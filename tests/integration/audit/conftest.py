"""Operators with an audit, the API over it, and a superuser who forges."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from tests.support.audit_browser import Browser, api, give_role
from tests.support.operators import Operator, make_operator
from tests.support.stack import Stack

from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.platform.audit.api import Act, Anchors, Doer, Examination, Sealer, Verification, parse_anchors, tell


@pytest.fixture(scope="session")
def app(engines: Stack) -> Litestar:
    return api(engines)


class Audited:
    """One operator's audit."""

    def __init__(self, stack: Stack, operator: Operator, owner: "asyncpg.Connection[Any]") -> None:
        self.stack = stack
        self.operator = operator
        self.owner = owner
        """A superuser's connection, with the operator's tables in sight."""
        key = installation_key(stack.settings.home)
        self.sealer = Sealer(stack.database, key, utc_now)
        self.verification = Verification(stack.database, key)

    @property
    def tenant_id(self) -> str:
        return self.operator.tenant_id

    async def happen(self, *names: str) -> None:
        """Acts, each in a transaction of its own, all to the same person."""
        for name in names:
            async with self.stack.database.tenant(self.tenant_id) as session:
                doer = Doer("person", name="Мадина", address="10.0.0.1")
                act = Act(name, doer, "person", "p", after={"n": 1, "share": 0.5})
                await tell(session, datetime.now(UTC), act)

    async def seal(self, *names: str) -> int:
        """Acts, and a seal over them."""
        await self.happen(*names)
        return await self.sealer.seal(self.tenant_id)

    async def verify(self, anchors: Anchors | None = None) -> Examination:
        return await self.verification.verify(self.tenant_id, anchors)

    async def anchors(self) -> Anchors:
        return parse_anchors([line async for line in self.verification.anchors(self.tenant_id)])

    async def positions(self) -> list[int]:
        return [
            row["position"] for row in await self.owner.fetch("SELECT position FROM audit_entry ORDER BY 1")
        ]


@pytest.fixture(scope="session")
async def audited_operator(engines: Stack) -> Operator:
    """An operator whose first person is an administrator, the second a supervisor, the third an agent only."""
    operator = await make_operator(engines)
    await give_role(engines, operator, operator.emails[0], "admin")
    await give_role(engines, operator, operator.emails[1], "supervisor")
    return operator


@pytest.fixture
async def audited(engines: Stack, audited_operator: Operator) -> AsyncIterator[Audited]:
    """The operator with an empty audit whose positions begin at 1."""
    owner = await asyncpg.connect(engines.endpoints.database_admin_url)
    await owner.execute(
        f"SET search_path TO t_{audited_operator.tenant_id}; DELETE FROM audit_entry; DELETE FROM audit_seal;"
        "DELETE FROM sign_in_failure; ALTER TABLE audit_entry ALTER position SET GENERATED ALWAYS RESTART WITH 1"
    )
    try:
        yield Audited(engines, audited_operator, owner)
    finally:
        await owner.close()


@pytest.fixture
async def admin(audited: Audited, app: Litestar) -> Browser:
    """The operator's administrator, signed in."""
    browser = Browser(app, audited.operator.slug)
    assert (await browser.sign_in(audited.operator.emails[0])).status_code == 201
    return browser
