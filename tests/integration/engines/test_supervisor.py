"""The supervisor with real, tiny processes: what starts when, what comes back, and that nothing is left."""

import asyncio
import dataclasses
import itertools
import time
from typing import Any

import pytest
from tests.integration.engines.conftest import Supervise
from tests.support.stack import eventually
from tests.support.tiny import Diary, runs

from ovoz.engines import supervisor as module
from ovoz.engines.unit import Unit

PAUSES = (0.05, 0.2, 0.5)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESTART_PAUSES_S", PAUSES)


async def test_units_start_in_the_order_of_their_needs_and_stop_in_reverse(
    supervise: Supervise, diary: Diary
) -> None:
    running = supervise(
        diary.stays("desk", "broker", "store", stop_takes_s=0.3),
        diary.stays("broker", "store", stop_takes_s=0.2),
        diary.stays("store"),
    )
    await running.wait_ready(timeout_s=10)
    assert {unit["state"] for unit in running.status().values()} == {"running"}
    await running.stop()
    assert diary.words() == [
        "begin store",
        "begin broker",
        "begin desk",
        "end desk",
        "end broker",
        "end store",
    ]
    assert {unit["state"] for unit in running.status().values()} == {"stopped"}


async def test_a_unit_waits_until_what_it_needs_is_prepared(supervise: Supervise, diary: Diary) -> None:
    prepared_at: list[float] = []

    async def prepare() -> None:
        await asyncio.sleep(0.3)
        prepared_at.append(time.monotonic())

    running = supervise(diary.stays("desk", "store"), diary.stays("store", after_ready=prepare))
    await running.wait_ready(timeout_s=10)
    assert diary.times("begin", "desk")[0] > prepared_at[0]


@pytest.mark.usefixtures("short_pauses")
async def test_what_dies_is_restarted_after_a_pause_that_grows(supervise: Supervise, diary: Diary) -> None:
    running = supervise(diary.dies("fragile", code=3), diary.stays("other"))
    await eventually(lambda: len(diary.times("begin", "fragile")) >= 5, within_s=10, what="five starts")
    begun = diary.times("begin", "fragile")
    gaps = [later - earlier for earlier, later in itertools.pairwise(begun)]
    # The last pause is the longest there is.
    assert all(gap > pause for gap, pause in zip(gaps, (*PAUSES, PAUSES[-1]), strict=False)), gaps
    await eventually(lambda: running.status()["fragile"]["state"] == "failed", within_s=5)
    assert running.status()["fragile"]["detail"] == "ended with 3; again in 0.5 s"
    assert running.status()["fragile"]["pid"] is None
    assert running.status()["other"]["state"] == "running", "the others do not notice"


@pytest.mark.usefixtures("short_pauses")
async def test_what_ran_well_for_a_while_comes_back_at_once(
    supervise: Supervise, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RAN_WELL_S", 0.1)
    seen: list[str] = []
    running = supervise(
        diary.dies("tired", lives_s=0.2),
        on_change=lambda: seen.append(running.status()["tired"]["detail"]),
    )
    await eventually(lambda: len(diary.times("begin", "tired")) >= 4, within_s=10, what="four starts")
    assert {detail for detail in seen if detail} == {"ended with 3; again in 0.05 s"}


async def test_a_killed_unit_comes_back(supervise: Supervise, diary: Diary) -> None:
    running = supervise(diary.stays("store"))
    await running.wait_ready()
    before = running.pid("store")
    running.kill("store")
    await running.wait_ready("store", timeout_s=5)
    assert running.pid("store") != before
    assert running.status()["store"]["pid"] == running.pid("store")


async def test_what_is_missing_is_said_and_the_rest_runs(supervise: Supervise, diary: Diary) -> None:
    running = supervise(
        Unit(name="broker", missing="without a broker nobody hears of it"),
        Unit(name="cache", port=6379, external="at cache.example, by setting"),
        diary.stays("relay", "broker", "cache"),
    )
    await running.wait_ready(timeout_s=5)
    status = running.status()
    assert status["broker"] == {
        "state": "missing",
        "version": "",
        "pid": None,
        "port": None,
        "detail": "without a broker nobody hears of it",
    }
    assert (status["cache"]["state"], status["cache"]["port"]) == ("external", 6379)
    assert status["relay"]["state"] == "running"
    await running.stop()
    assert [running.status()[name]["state"] for name in ("broker", "cache", "relay")] == [
        "missing",
        "external",
        "stopped",
    ]


async def test_a_oneshot_runs_once_before_those_that_need_it(supervise: Supervise, diary: Diary) -> None:
    running = supervise(
        diary.stays("desk", "setup"), diary.unit("setup", 'time.sleep(0.2); tell("done")', oneshot=True)
    )
    await running.wait_ready(timeout_s=5)
    assert diary.words() == ["done setup", "begin desk"]
    assert running.status()["setup"] | {"version": ""} == {
        "state": "running",
        "version": "",
        "pid": None,
        "port": None,
        "detail": "done",
    }
    running.kill("desk")
    await running.wait_ready("desk")
    assert len(diary.times("done", "setup")) == 1


@pytest.mark.usefixtures("short_pauses")
async def test_a_oneshot_that_fails_is_tried_again_and_then_said(supervise: Supervise, diary: Diary) -> None:
    running = supervise(diary.dies("setup", code=4, oneshot=True))
    with pytest.raises(RuntimeError, match=r"setup: ended with 4; see setup\.log"):
        await running.wait_ready(timeout_s=5)
    assert len(diary.times("begin", "setup")) == 2


async def test_a_process_that_ignores_the_signal_is_ended_in_time(supervise: Supervise, diary: Diary) -> None:
    running = supervise(diary.ignores("stubborn", stop_timeout_s=0.3))
    await running.wait_ready()
    pid = running.pid("stubborn")
    began = time.monotonic()
    await running.stop()
    assert 0.3 <= time.monotonic() - began < 3
    assert not runs(pid)


@pytest.mark.parametrize("end", ["dies", "is stopped"])
@pytest.mark.usefixtures("short_pauses")
async def test_nobody_outlives_the_process_that_started_it(
    supervise: Supervise, diary: Diary, end: str
) -> None:
    """A worker's encoder, a server's shell script: they are not there any more when it starts again, or is stopped."""
    child = 'import subprocess; tell(subprocess.Popen(["sleep", "60"]).pid); tell("begin"); '
    running = supervise(diary.unit("parent", child + ("time.sleep(60)" if end == "is stopped" else "")))
    await eventually(lambda: "begin parent" in diary.words(), within_s=5)
    children = [int(what) for what, *_ in diary.entries() if what.isdigit()]
    if end == "is stopped":
        await running.wait_ready()
        await running.stop()
    await eventually(lambda: not runs(children[0]), within_s=5, what="the end of the child")


@pytest.mark.usefixtures("short_pauses")
async def test_nothing_is_started_any_more_while_everything_is_stopped(
    supervise: Supervise, diary: Diary
) -> None:
    """One is between two starts, one gets what it waited for, and a third takes its time to stop."""
    stopping: list[float] = []

    async def ready() -> bool:
        return bool(stopping)

    running = supervise(
        diary.dies("fragile"),
        diary.stays("calm", stop_takes_s=1.0),
        diary.stays("late", ready=ready),
        diary.stays("waiting", "late"),
    )
    await running.wait_ready("calm")
    await eventually(lambda: running.status()["fragile"]["state"] == "failed", within_s=5)
    await eventually(lambda: "begin late" in diary.words(), within_s=5)
    stopping.append(time.monotonic())
    await running.stop()
    assert [who for what, who, at in diary.entries() if what == "begin" and at > stopping[0]] == []
    assert {unit["state"] for unit in running.status().values()} == {"stopped"}


async def test_a_stopped_unit_stays_down_until_it_is_resumed(supervise: Supervise, diary: Diary) -> None:
    running = supervise(diary.stays("store"))
    await running.wait_ready()
    pid = running.pid("store")
    await running.stop_unit("store")
    assert running.status()["store"]["state"] == "stopped"
    assert not runs(pid)
    running.resume("store")
    await running.wait_ready("store")
    assert running.pid("store") != pid
    assert diary.words() == ["begin store", "end store", "begin store"]


def _no_program(diary: Diary) -> Unit:
    return dataclasses.replace(diary.stays("broken"), argv=("there-is-no-such-program",))


def _never_ready(diary: Diary) -> Unit:
    async def never() -> bool:
        return False

    return diary.stays("broken", ready=never, ready_timeout_s=0.3)


def _cannot_be_prepared(diary: Diary) -> Unit:
    async def fail() -> None:
        raise LookupError("no such database")

    return diary.stays("broken", after_ready=fail)


@pytest.mark.parametrize(
    ("make", "detail"),
    [
        (_no_program, "No such file or directory: 'there-is-no-such-program'"),
        (_never_ready, "not ready within 0.3 s; see broken.log"),
        (_cannot_be_prepared, "no such database"),
    ],
)
@pytest.mark.usefixtures("short_pauses")
async def test_what_cannot_work_is_said_and_tried_again(
    supervise: Supervise, diary: Diary, make: Any, detail: str
) -> None:
    seen: list[tuple[str, str]] = []

    def see() -> None:
        unit = running.status()["broken"]
        seen.append((unit["state"], unit["detail"]))

    running = supervise(make(diary), diary.stays("other"), on_change=see)
    failures = await eventually(lambda: _failures(seen) if len(_failures(seen)) >= 2 else [], within_s=10)
    assert all(detail in failure for failure in failures)
    await running.wait_ready("other")
    # Each try has an end: there are never two of them.
    assert len(diary.times("begin", "broken")) <= len(_failures(seen)) + 1


def _failures(seen: list[tuple[str, str]]) -> list[str]:
    return [detail for state, detail in seen if state == "failed"]
