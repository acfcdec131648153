"""A port that somebody has already: one clear line, and nothing is left running."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest
from tests.support.command_line import PORT_BASE, Installation, free

from ovoz.engines import host
from ovoz.engines.host import PortTaken, check_ports

Take = Callable[..., int]


@pytest.fixture
def take() -> Iterator[Take]:
    """Takes a port, any or a certain one, as another program would."""
    sockets: list[socket.socket] = []

    def take(port: int = 0, *, kind: int = socket.SOCK_STREAM, address: str = "127.0.0.1") -> int:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        taken = socket.socket(family, kind)
        sockets.append(taken)
        taken.bind((address, port))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        return int(taken.getsockname()[1])

    yield take
    for taken in sockets:
        taken.close()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_the_message_names_the_port_its_user_and_the_setting(take: Take, kind: int, address: str) -> None:
    port = take(kind=kind, address=address)
    me = f"{psutil.Process().name()} (pid {os.getpid()})"
    with pytest.raises(PortTaken) as refused:
        check_ports({"postgres": port})
    assert str(refused.value) == (
        f"Port {port} (postgres) is taken by {me}. Stop that, or choose others with OVOZ_PORT_BASE."
    )


def test_who_has_the_same_number_of_the_other_kind_is_not_accused(take: Take) -> None:
    """TCP and UDP count apart: the line must not send anybody after the wrong program."""
    port = take(kind=socket.SOCK_DGRAM)
    code = (
        f"import socket; s = socket.create_server(('127.0.0.1', {port})); print('ready', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        assert host._taken_by(port, socket.SOCK_DGRAM).endswith(f"(pid {os.getpid()})")
        assert host._taken_by(port, socket.SOCK_STREAM).endswith(f"(pid {other.pid})")
        other.kill()


def test_the_web_address_has_a_setting_of_its_own(take: Take) -> None:
    port = take()
    with pytest.raises(PortTaken, match=rf"Port {port} \(api\) .* choose others with OVOZ_HTTP_PORT\."):
        check_ports({"api": port})


def test_a_free_port_is_free_even_after_a_connection(take: Take) -> None:
    """A connection that was closed a moment ago keeps its port for a minute (TIME-WAIT), but not from us."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()
    check_ports({"api": port})


@pytest.mark.parametrize(
    ("port", "name", "setting"),
    [(PORT_BASE - 1, "api", "OVOZ_HTTP_PORT"), (PORT_BASE + 8, "asterisk SIP", "OVOZ_PORT_BASE")],
)
async def test_up_says_so_in_one_line_and_ends(
    installation: Installation, take: Take, port: int, name: str, setting: str
) -> None:
    take(port, kind=socket.SOCK_DGRAM if "SIP" in name else socket.SOCK_STREAM)
    said = await installation.ovoz("up")
    assert said.code == 1
    me = f"{psutil.Process().name()} (pid {os.getpid()})"
    assert said.err.splitlines() == [
        f"Error: Port {port} ({name}) is taken by {me}. Stop that, or choose others with {setting}."
    ]
    assert said.out == ""
    assert installation.processes() == {}
    assert free(*set(installation.ports()) - {port})


async def test_down_does_not_harm_who_has_the_port(installation: Installation, take: Take) -> None:
    take(PORT_BASE - 1)
    assert (await installation.ovoz("up")).code == 1
    said = await installation.ovoz("down")
    assert (said.code, said.err) == (0, "Ovoz does not run.\n")
    with socket.create_connection(("127.0.0.1", PORT_BASE - 1)):
        pass
