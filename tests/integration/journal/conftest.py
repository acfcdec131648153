"""What tests of the journal share."""

import secrets

import pytest
from tests.support.journal import EPOCH, Desk
from tests.support.operators import make_operator
from tests.support.stack import Stack

from ovoz.contact_center.switchboard.repositories import JournalStore
from ovoz.entrypoints.switchboard import publication


@pytest.fixture
async def desk(engines: Stack) -> Desk:
    operator = await make_operator(engines, agents=1)
    cell_id = f"cell-{secrets.token_hex(4)}"
    desk = Desk(
        engines,
        cell_id,
        operator,
        JournalStore(engines.switchboard_database, cell_id, publication(engines.settings, engines.database)),
    )
    await desk.as_owner("INSERT INTO ovoz.cell (id, epoch) VALUES ($1, $2)", cell_id, EPOCH)
    await desk.as_owner("UPDATE ovoz.tenant SET cell_id = $1 WHERE id = $2", cell_id, operator.tenant_id)
    return desk
