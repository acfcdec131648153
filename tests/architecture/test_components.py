"""Which packages there are, and from where: ASVS 5.0, 15.1.2."""

import json
import subprocess
import tomllib
from pathlib import Path

from ovoz.lib.settings import REPOSITORY

UV_LOCK = REPOSITORY / "uv.lock"
NPM_LOCK = REPOSITORY / "frontend" / "package-lock.json"


def test_the_lists_name_every_locked_package(tmp_path: Path) -> None:
    subprocess.run(
        ["bash", "scripts/sbom.sh", str(tmp_path)], cwd=REPOSITORY, check=True, capture_output=True
    )
    python, frontend = (
        {(part["name"], part["version"]) for part in json.loads((tmp_path / name).read_text())["components"]}
        for name in ("python.cdx.json", "frontend.cdx.json")
    )
    locked = {
        (package["name"], package["version"])
        for package in tomllib.loads(UV_LOCK.read_text())["package"]
        if package["name"] != "ovoz"
    }
    assert len(locked) > 50
    assert locked - python == set()
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    npm = {
        (name.rpartition("node_modules/")[2], package["version"])
        for name, package in packages.items()
        if name
    }
    assert len(npm) > 100
    assert npm - frontend == set()


def test_packages_come_from_the_registries_with_their_digests() -> None:
    """No branch, no fork, no file, no address of its own."""
    for package in tomllib.loads(UV_LOCK.read_text())["package"]:
        if package["name"] == "ovoz":
            continue
        assert set(package["source"]) == {"registry"}, package["name"]
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(file["hash"].startswith("sha256:") for file in files), package["name"]
    for name, package in json.loads(NPM_LOCK.read_text())["packages"].items():
        if name and not package.get("inBundle"):
            assert package["integrity"].startswith("sha512-"), name
            assert not package.get("link"), name
            assert not package.get("resolved", "https://").startswith("git"), name
