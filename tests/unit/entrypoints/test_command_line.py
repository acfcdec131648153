"""The commands that need nothing that runs: wrong settings, and an installation that is not there."""

import json
import os
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner, Result

from ovoz.entrypoints.cli import main


def _ovoz(home: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"OVOZ_HOME": str(home), **environment})


@pytest.mark.parametrize("command", ["up", "down", "status", "doctor"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OVOZ_HTTP_PORT", "abc"),
        ("OVOZ_HTTP_PORT", "0"),
        ("OVOZ_HTTP_PORT", "70000"),
        ("OVOZ_PORT_BASE", "80"),
        ("OVOZ_DEMO_CALLS_PER_MINUTE", "nan"),
        ("OVOZ_LOGS_LIMIT_MB", "-1"),
        ("OVOZ_DATABASE_URL", "postgresql://ovoz_app@db.example/ovoz"),
    ],
)
def test_a_wrong_setting_is_one_clear_line(tmp_path: Path, command: str, name: str, value: str) -> None:
    said = _ovoz(tmp_path / "home", command, **{name: value, "OVOZ_DATABASE_ADMIN_URL": ""})
    assert said.exit_code == 1
    assert said.stdout == ""
    [line] = said.stderr.splitlines()
    assert line.startswith(f"Error: {name}")
    assert value in line or name == "OVOZ_DATABASE_URL"
    assert not (tmp_path / "home").exists(), "nothing is half done"


def test_without_an_installation_status_is_an_empty_object(tmp_path: Path) -> None:
    said = _ovoz(tmp_path, "status")
    assert (said.exit_code, json.loads(said.stdout)) == (0, {})
    assert _ovoz(tmp_path, "down").stderr == "Ovoz does not run.\n"


@pytest.mark.parametrize("supervisor", ["none", "another process has its pid", "unreadable"])
def test_what_a_dead_supervisor_said_last_is_not_believed(tmp_path: Path, supervisor: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    unit = {"version": "1", "pid": os.getpid(), "port": 1, "detail": ""}
    (run / "status.json").write_text(
        json.dumps(
            {
                "api": unit | {"state": "running"},
                "rabbitmq": unit | {"state": "missing", "pid": None, "detail": "not here"},
            }
        )
    )
    if supervisor == "another process has its pid":
        born = psutil.Process().create_time()
        (run / "supervisor.json").write_text(json.dumps({"pid": os.getpid(), "began": born - 1000}))
    elif supervisor == "unreadable":
        (run / "supervisor.json").write_text("{")
    status = json.loads(_ovoz(tmp_path, "status").stdout)
    assert status["api"] == unit | {"state": "stopped", "pid": None}
    assert status["rabbitmq"]["state"] == "missing"
    assert status["rabbitmq"]["detail"] == "not here"
