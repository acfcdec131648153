"""Schemathesis as every role, with a seed of the day's own: `make test-deep`."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import give_role
from tests.support.explorer import explore, furnish, served
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.lib.settings import REPOSITORY
from ovoz.platform.access.api import read_roles

ROLES = sorted(role.code for role in read_roles(REPOSITORY).roles)
SEED = int(os.environ.get("OVOZ_SEED") or datetime.now(UTC).strftime("%Y%m%d"))
MAX_TIME_S = 300

pytestmark = [pytest.mark.deep, pytest.mark.timeout(MAX_TIME_S + 120)]


@pytest.mark.parametrize("role", ROLES)
async def test_nothing_is_found(
    engines: Stack, operator: Operator, browser: NewBrowser, tmp_path: Path, role: str
) -> None:
    await give_role(engines, operator, operator.emails[3], role)
    person = await browser(slug=operator.slug).sign_in(operator.emails[3])
    await furnish(engines, operator, operator.emails[3])
    async with served(engines, operator) as address:
        found = await explore(address, person, tmp_path, seed=SEED, max_time_s=MAX_TIME_S, max_examples=300)
    assert not found, f"OVOZ_SEED={SEED}\n{found}"
