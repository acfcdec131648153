"""Seals while others write: nothing is left out, nothing is sealed twice, nobody waits for long."""

import asyncio
from datetime import UTC, datetime

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.audit.conftest import Audited

from ovoz.lib.clock import utc_now
from ovoz.lib.sealing import installation_key
from ovoz.platform.audit.api import SYSTEM, Act, Sealer, tell
from ovoz.platform.audit.services import sealing


async def test_an_entry_that_commits_late_is_not_passed_over(audited: Audited) -> None:
    """It took the lower position but is not there yet: the sealer waits, and puts it off in the end."""
    async with audited.stack.database.tenant(audited.tenant_id) as session:
        await tell(session, datetime.now(UTC), Act("late.one", SYSTEM, "x", "x"))
        await audited.happen("early.one")
        with structlog.testing.capture_logs() as logs:
            assert await audited.sealer.seal(audited.tenant_id) == 0
        assert [line["event"] for line in logs] == ["audit.sealing_put_off"]
    assert await audited.sealer.seal(audited.tenant_id) == 2
    found = await audited.verify()
    assert (found.sealed, found.findings) == (2, ())


async def test_writers_wait_for_the_one_look_and_no_longer(audited: Audited) -> None:
    await audited.happen("a.one")
    async with audited.stack.database.tenant(audited.tenant_id) as session:
        await session.execute(text("SELECT ovoz.settle_audit()"))
        writing = asyncio.create_task(audited.happen("b.one"))
        done, _ = await asyncio.wait({writing}, timeout=0.2)
        assert not done, "the lock does nothing"
    await asyncio.wait_for(writing, 5)


async def test_sealers_and_writers_at_once(audited: Audited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sealers and four writers, some of which roll back."""
    small = Sealer(audited.stack.database, installation_key(audited.stack.settings.home), utc_now)
    monkeypatch.setattr(sealing, "LARGEST_SEAL", 5)
    writing = True

    async def write(name: str) -> None:
        for number in range(15):
            try:
                async with audited.stack.database.tenant(audited.tenant_id) as session:
                    await tell(session, utc_now(), Act(f"{name}.done", SYSTEM, "x", str(number)))
                    if number % 5 == 4:
                        raise RuntimeError("taken back")
            except RuntimeError:
                pass

    async def keep_sealing(sealer: Sealer) -> None:
        while writing:
            await sealer.seal(audited.tenant_id)

    sealers = [asyncio.create_task(keep_sealing(each)) for each in (audited.sealer, small)]
    await asyncio.gather(*(write(f"w{index}") for index in range(4)))
    writing = False
    await asyncio.gather(*sealers)
    await audited.sealer.seal(audited.tenant_id)
    found = await audited.verify()
    assert found.findings == ()
    assert (found.entries, found.sealed, found.waiting) == (48, 48, 0)
    assert found.seals >= 10
    positions = await audited.positions()
    assert positions[-1] - positions[0] >= 48, "no gap was tried"


async def test_one_operators_trouble_is_not_anothers(audited: Audited) -> None:
    await audited.happen("a.one")
    with structlog.testing.capture_logs() as logs:
        assert await audited.sealer.seal_all(["nobodynobody", audited.tenant_id]) == 1
    assert [line["event"] for line in logs] == ["audit.sealing_failed"]


async def test_whoever_is_no_operator_settles_nothing(audited: Audited) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with audited.stack.database.control() as session:
            await session.execute(text("SELECT ovoz.settle_audit()"))
