"""Every import-linter contract refuses a violation: each is tried on a copy of the source with one import added."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ovoz.lib.settings import REPOSITORY

CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
]
VIOLATIONS = {
    "root layers": ("lib/ids.py", "import ovoz.platform.tenancy.api"),
    "inside a module": ("contact_center/calls/errors.py", "import ovoz.contact_center.calls.services"),
    "modules meet only at api, contracts, events, errors (edges also at platform guards and deps)": (
        "contact_center/agents/services/desk.py",
        "import ovoz.contact_center.calls.repositories",
    ),
    "no cycles (events may be heard both ways)": (
        "platform/access/api.py",
        "import ovoz.platform.identity.api",
    ),
    "pure logic is pure": ("contact_center/switchboard/state/call.py", "import asyncio"),
    "edges never touch storage": ("contact_center/calls/controllers.py", "import sqlalchemy"),
    "adapters are independent": ("integrations/redis/fanout.py", "import ovoz.integrations.asterisk.ari"),
    "the simulated operator and the engines are outsiders": (
        "simulator/alaw.py",
        "import ovoz.contact_center.calls.api",
    ),
    "use cases know no HTTP": ("contact_center/calls/services.py", "import litestar"),
    "vendors only behind adapters": ("lib/ids.py", "import aiohttp"),
}


def test_each_contract_has_a_violation_to_try() -> None:
    assert sorted(VIOLATIONS) == sorted(CONTRACTS)


def test_the_source_keeps_every_contract(tmp_path: Path) -> None:
    answer = _lint(_copy(tmp_path))
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_violation_is_refused(name: str, tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    place, line = VIOLATIONS[name]
    with (folder / "src" / "ovoz" / place).open("a") as file:
        file.write(f"\n{line}\n")
    answer = _lint(folder)
    assert answer.returncode != 0
    broken = [row for row in " ".join(answer.stdout.split()).split(" BROKEN") if row]
    assert any(row.endswith(name) for row in broken), answer.stdout


def _copy(folder: Path) -> Path:
    shutil.copytree(REPOSITORY / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    return folder


def _lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "COLUMNS": "400", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
