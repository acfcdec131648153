"""What tests of the journal share."""

import secrets

import pytest
from tests.support.journal import EPOCH, Desk, journal_store
from tests.support.operators import make_operator
from tests.support.stack import Stack


@pytest.fixture
async def desk(engines: Stack) -> Desk:
    operator = await make_operator(engines, agents=1)
    cell_id = f"cell-{secrets.token_hex(4)}"
    desk = Desk(engines, cell_id, operator, journal_store(engines, cell_id))
    await desk.as_owner("INSERT INTO ovoz.cell (id, epoch) VALUES ($1, $2)", cell_id, EPOCH)
    await desk.as_owner("UPDATE ovoz.tenant SET cell_id = $1 WHERE id = $2", cell_id, operator.tenant_id)
    return desk
