"""The machine under us: the unprivileged user for engines, Debian packages, free ports, folders they can reach."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ENGINE_USER = "ovoz"
POLICY = Path("/usr/sbin/policy-rc.d")
_APT = threading.Lock()
_USER = threading.Lock()


class EngineMissing(Exception):
    """An engine cannot be had here; the message says why and what will not work."""


class PortTaken(Exception):
    """A port that an engine needs is in use; the message names the port, its user and the setting."""


def is_root() -> bool:
    return os.geteuid() == 0


def engine_user() -> pwd.struct_passwd | None:
    """The user that engines run as when we are root (made when it is not there); None: as ourselves."""
    if not is_root():
        return None
    with _USER:
        try:
            return pwd.getpwnam(ENGINE_USER)
        except KeyError:
            run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ENGINE_USER])
            return pwd.getpwnam(ENGINE_USER)


def own(folder: Path) -> Path:
    """Makes a folder that the engines' user may write."""
    folder.mkdir(parents=True, exist_ok=True)
    user = engine_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def reachable(path: Path) -> bool:
    """Whether a user other than root gets as far as `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents] if parent.is_dir())


def package_folder(name: str) -> Path:
    """Where a wheel's files are, without importing it (some write files when they are imported)."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EngineMissing(f"the Python package {name} is not installed; `make up` installs it.")
    return Path(found.origin).parent


def run(command: Sequence[str], **options: object) -> str:
    """Runs a command quietly; its output is shown only when it fails."""
    done = subprocess.run(  # noqa: S603
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return str(done.stdout)


def apt_install(packages: Sequence[str], why: str) -> None:
    """Installs Debian packages when we are root; a package's own service is not started."""
    if not is_root():
        raise EngineMissing(f"{why}: ask an administrator for `apt-get install {' '.join(packages)}`.")
    say(f"installing {', '.join(packages)} (Debian packages)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        with _APT, _no_services():
            run(["apt-get", "update"], env=environment)
            run(
                [
                    "apt-get",
                    "-o",
                    "DPkg::Lock::Timeout=300",
                    "install",
                    "-y",
                    "--no-install-recommends",
                    *packages,
                ],
                env=environment,
            )
    except (RuntimeError, OSError) as error:
        raise EngineMissing(f"{why}: {error}") from error


def need_program(program: str, package: str, why: str) -> str:
    """Path of a program, after installing its Debian package where it is not there."""
    if shutil.which(program) is None:
        apt_install([package], why)
    found = shutil.which(program)
    if found is None:
        raise EngineMissing(f"{why}: {package} was installed but {program} is not there.")
    return found


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian starts a server when it is installed; ours are started by us, in a place of their own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def check_ports(wanted: dict[str, int]) -> None:
    """Refuses to begin while any port that we are about to use is taken by somebody else."""
    for name, port in wanted.items():
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind is socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    setting = "OVOZ_HTTP_PORT" if name == "api" else "OVOZ_PORT_BASE"
                    raise PortTaken(
                        f"Port {port} ({name}) is taken{_taken_by(port, kind)}."
                        f" Stop that, or choose others with {setting}."
                    ) from None


def _taken_by(port: int, kind: socket.SocketKind) -> str:
    known = psutil.net_connections("tcp" if kind is socket.SOCK_STREAM else "udp")
    # Who listens comes first: a connection of somebody else may have the same number at its own end.
    for connection in sorted(known, key=lambda one: one.status != psutil.CONN_LISTEN):
        if connection.laddr and connection.laddr.port == port and connection.pid:
            try:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                continue
    return ""


def main_address() -> str:
    """Address of the interface that leads out; loopback where there is none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def say(message: str) -> None:
    """Progress for the person who waits."""
    print(f"  {message}", file=sys.stderr, flush=True)
