"""The worker as a process seals what was put on record."""

import asyncio
import os
import signal
import sys

from tests.integration.audit.conftest import Audited
from tests.support.stack import eventually

from ovoz.lib.settings import REPOSITORY


async def test_the_worker_seals(audited: Audited) -> None:
    await audited.happen("a.one", "a.two")
    log = audited.stack.settings.home / "worker-of-audit.log"
    with log.open("wb") as output:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ovoz", "worker"),
            cwd=REPOSITORY,
            env=os.environ,
            stdout=output,
            stderr=output,
        )
    try:

        async def sealed() -> bool:
            return (await audited.verify()).sealed == 2

        await eventually(sealed, within_s=60, every_s=0.2, what="a seal")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 20) == 0
    assert (await audited.verify()).findings == ()
