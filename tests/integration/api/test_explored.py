"""Schemathesis as an agent and as a tenant's administrator: stateful, every check, a seed that stays the same."""

import zlib
from pathlib import Path

import pytest
from tests.integration.api.conftest import NewBrowser
from tests.support.explorer import explore, furnish, served
from tests.support.operators import Operator
from tests.support.stack import Stack


@pytest.mark.parametrize(("place", "role"), [(0, "agent"), (2, "admin")])
async def test_nothing_is_found(
    engines: Stack, operator: Operator, browser: NewBrowser, tmp_path: Path, place: int, role: str
) -> None:
    person = await browser(slug=operator.slug).sign_in(operator.emails[place])
    await furnish(engines, operator, operator.emails[place])
    async with served(engines, operator) as address:
        found = await explore(
            address, person, tmp_path, seed=zlib.crc32(role.encode()), max_time_s=25, max_examples=15
        )
    assert not found, found
