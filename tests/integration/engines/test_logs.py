"""The logs of an installation stay below their limit, whoever writes them."""

from pathlib import Path

import pytest
from tests.integration.engines.conftest import Supervise
from tests.support.stack import eventually
from tests.support.tiny import Diary

from ovoz.engines import supervisor as module

LIMIT = 500_000
"""Each of two units has half of a megabyte."""
TALKS = """
for number in range(20_000):
    print(f"line {number:06} " + "." * 60)
tell("begin")
while True:
    time.sleep(0.01)
    print("still here", flush=True)
"""


async def test_a_log_keeps_its_newest_part(
    supervise: Supervise, diary: Diary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOG_CHECK_EVERY_S", 0.05)
    running = supervise(diary.unit("talkative", TALKS), diary.stays("quiet"), logs_limit_mb=1)
    await running.wait_ready(timeout_s=10)
    path = tmp_path / "log" / "talkative.log"
    await eventually(lambda: path.stat().st_size <= LIMIT, within_s=5, what="a log below its limit")
    cut = path.stat().st_size
    await eventually(lambda: path.stat().st_size > cut + 100, within_s=5, what="lines after the cut")
    kept = path.read_bytes()
    assert b"line 019999" in kept
    assert b"line 000000" not in kept
    assert kept.endswith(b"still here\n")
    assert b"\0" not in kept, "the writer goes on where the log ends now"


async def test_one_log_that_cannot_be_read_does_not_free_the_others(
    supervise: Supervise, diary: Diary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOG_CHECK_EVERY_S", 0.05)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "gone.log").symlink_to(tmp_path / "nothing")
    running = supervise(diary.unit("talkative", TALKS), diary.stays("quiet"), logs_limit_mb=1)
    await running.wait_ready(timeout_s=10)
    path = tmp_path / "log" / "talkative.log"
    await eventually(lambda: path.stat().st_size <= LIMIT, within_s=5, what="a log below its limit")
