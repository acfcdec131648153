"""What every file of the repository keeps."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ovoz.contact_center.agents.errors
import ovoz.contact_center.calls.errors
import ovoz.contact_center.recordings.errors
import ovoz.contact_center.switchboard.errors
import ovoz.lib.paging
import ovoz.lib.versions
import ovoz.platform.access.errors
import ovoz.platform.audit.errors
import ovoz.platform.identity.errors
import ovoz.platform.people.errors
import ovoz.platform.privacy.errors
import ovoz.platform.requests.errors
import ovoz.platform.tenancy.errors  # noqa: F401 - imported so that every problem is known
from ovoz.lib.problems import DomainError
from ovoz.lib.settings import REPOSITORY

LONGEST_FILE = 400


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    return [path for name in listed.split("\0") if name and (path := REPOSITORY / name).is_file()]


def _problems(kind: type[DomainError] = DomainError) -> set[str]:
    return {kind.slug} | {slug for below in kind.__subclasses__() for slug in _problems(below)}


@pytest.mark.parametrize(
    "folder", ["src", "tenants", "billing", "migrations", "frontend", "helm", "onprem", "asterisk", "tests"]
)
def test_the_fixed_folders_are_there(folder: str) -> None:
    assert _tracked(folder), f"nothing is tracked in {folder}/"


def test_every_problem_has_a_page_and_every_page_a_problem() -> None:
    pages = {path.stem for path in (REPOSITORY / "docs" / "problems").glob("*.md")} - {"README"}
    assert pages == _problems()


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): lines
        for path in _tracked("src/*.py", "tests/*.py")
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_generated_files_are_up_to_date() -> None:
    ovoz = Path(sys.executable).parent / "ovoz"
    answer = subprocess.run(
        [ovoz, "generate", "--check"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_no_path_of_a_machine_is_written_down() -> None:
    pattern = re.compile("|".join(("/work" + "/(main|shared)", "/root" + "/", "/home" + "/[a-z]+/")))
    found = [
        str(path.relative_to(REPOSITORY))
        for path in _tracked("*.py", "*.ts", "*.sh", "*.toml", "*.yaml", "*.md", "*.conf", "Makefile")
        if pattern.search(path.read_text())
    ]
    assert found == []


def test_no_registry_is_named() -> None:
    """But by uv, in its lock file."""
    hosts = re.compile("|".join(("pypi" + r"\.org", "registry" + r"\.npmjs", "pythonhosted" + r"\.org")))
    found = [
        str(path.relative_to(REPOSITORY))
        for path in _tracked("*.py", "*.sh", "*.toml", "*.yaml", "*.json", "Makefile")
        if hosts.search(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "path",
    sorted(REPOSITORY.glob("tests/deep/test_*.py")) + sorted(REPOSITORY.glob("tests/bench/*.py")),
    ids=lambda path: path.stem,
)
def test_what_make_test_does_not_run_can_be_imported(path: Path) -> None:
    """Long runs and measurements break unseen otherwise."""
    importlib.import_module(".".join(path.relative_to(REPOSITORY).with_suffix("").parts))
