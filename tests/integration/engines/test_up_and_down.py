"""`ovoz up`, `status`, `doctor`, `down`: a whole installation, as somebody has it who has just cloned it."""

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from tests.support.command_line import WITHOUT_RABBITMQ, Installation, Said, free
from tests.support.tiny import runs

from ovoz.engines import frontend
from ovoz.engines.asterisk_package import AsteriskPackage
from ovoz.engines.layout import Layout
from ovoz.lib.settings import REPOSITORY

UNITS = {
    *("postgres", "valkey", "rabbitmq", "asterisk"),
    *("setup", "api", "switchboard", "standby", "worker", "relay", "simulator"),
}
SECRETS = {
    "a phone number": "+992900000101",
    "a phone number as it is shown": "+992 90 000 01 02",
    "a number without its plus": "992900000103",
    "an address": "madina@somon.example",
    "a password": "ovoz-demo-2026",
    "a token": "eyJhbGciOiJIUzI1NiJ9",
    "a login in an address": "Correct-Horse",
    "a key": "sk_live_51HxYz",
}
TALKATIVE = """
{"event": "call.arrived", "from": "+992900000101", "shown": "+992 90 000 01 02"}
NOTICE: Endpoint 992900000103 is reachable, INVITE sip:992900000103@127.0.0.1
{"event": "sign_in.refused", "email": "madina@somon.example", "password": "ovoz-demo-2026"}
Authorization: Bearer eyJhbGciOiJIUzI1NiJ9
could not connect to postgresql://ovoz_app:Correct-Horse@db/ovoz
partner answered 401, key=sk_live_51HxYz
"""


@pytest.fixture(scope="module")
async def built() -> None:
    """What the very first `make up` of a machine does besides: it takes as long as the network does."""
    await asyncio.to_thread(frontend.build, REPOSITORY / "frontend")
    shared = Layout(Installation().settings).shared
    await asyncio.to_thread(AsteriskPackage(shared, REPOSITORY / "asterisk" / "packages.lock").get)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("built")
async def test_an_installation_from_its_first_start_to_its_end(installation: Installation) -> None:
    up = await installation.ovoz("up")
    print(f"up took {up.took_s:.1f} s with an empty database")
    assert up.code == 0, up.err
    assert up.took_s < 60
    _says_where_everything_is(installation, up)

    status = await installation.status()
    assert set(status) == UNITS
    for name, unit in status.items():
        assert set(unit) == {"state", "version", "pid", "port", "detail"}, name
        assert (unit["state"], unit["detail"]) == ("running", "done" if name == "setup" else ""), name
        assert re.match(r"\d+\.\d+", unit["version"]), name
        assert name == "setup" or runs(unit["pid"]), name
    assert (status["api"]["port"], status["postgres"]["port"]) == (
        installation.settings.ports.http,
        installation.settings.ports.postgres,
    )
    await _somebody_can_sign_in(installation)

    again = await installation.ovoz("up")
    print(f"up took {again.took_s:.1f} s while everything ran")
    assert (again.code, again.out) == (0, up.out)
    assert "Ovoz runs already." in again.err
    assert await installation.status() == status

    await _doctor_tells_no_secrets(installation, status)

    down = await installation.ovoz("down")
    assert (down.code, down.err) == (0, "Ovoz is stopped.\n")
    _nothing_is_left(installation, status)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("built")
async def test_without_rabbitmq_the_rest_runs(installation: Installation) -> None:
    up = await installation.ovoz("up", PYTHONPATH=str(WITHOUT_RABBITMQ))
    assert up.code == 0, up.err
    assert "without RabbitMQ events wait in the outbox" in up.err
    status = await installation.status()
    missing = status.pop("rabbitmq")
    assert (missing["state"], missing["pid"]) == ("missing", None)
    assert missing["detail"] == (
        "without RabbitMQ events wait in the outbox and reach no one:"
        " ask an administrator for `apt-get install rabbitmq-server`."
    )
    assert {unit["state"] for unit in status.values()} == {"running"}
    await _somebody_can_sign_in(installation)
    assert free(installation.settings.ports.amqp)
    assert (await installation.ovoz("down")).code == 0
    _nothing_is_left(installation, status)
    assert (await installation.status())["rabbitmq"] == missing


def _says_where_everything_is(installation: Installation, up: Said) -> None:
    for slug in ("somon", "pamir"):
        blueprint = yaml.safe_load((REPOSITORY / "tenants" / "blueprints" / f"{slug}.yaml").read_text())
        assert f"{blueprint['name']}: http://{slug}.localhost:{installation.settings.ports.http}\n" in up.out
        for user in blueprint["users"]:
            lines = [line.split() for line in up.out.splitlines()]
            assert [*user["roles"], user["email"], user["password"]] in lines


async def _somebody_can_sign_in(installation: Installation) -> None:
    address = f"http://127.0.0.1:{installation.settings.ports.http}"
    for slug, email in (("somon", "madina@somon.example"), ("pamir", "gulnora@pamir.example")):
        host = f"{slug}.localhost:{installation.settings.ports.http}"
        headers = {"Host": host, "Origin": f"http://{host}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            answer = await session.post(
                f"{address}/api/sessions", json={"email": email, "password": "ovoz-demo-2026"}
            )
            assert answer.status == 201, await answer.text()
            page = await (await session.get(f"{address}/")).text()
            assert re.search(r'src="/main-\w+\.js"', page), "the desk is served"


async def _doctor_tells_no_secrets(installation: Installation, status: dict[str, Any]) -> None:
    log = installation.home / "log" / "api.log"
    with log.open("a") as file:
        file.write(TALKATIVE)
    doctor = await installation.ovoz("doctor")
    assert doctor.code == 0
    report = Path(doctor.out.strip()).read_text()
    assert report.startswith("Ovoz, ")
    for name, unit in status.items():
        assert f'"{name}"' in report
        assert f'"version": "{unit["version"]}"' in report
    assert '"state": "running"' in report
    assert re.search(r"^litestar \d", report, re.M), "versions of packages"
    assert "call.arrived" in report, "the log itself is there"
    told = {what for what, secret in SECRETS.items() if secret in report}
    own = Layout(installation.settings).secrets()
    told |= {name for name in own.__struct_fields__ if getattr(own, name) in report}
    assert told == set()


def _nothing_is_left(installation: Installation, status: dict[str, Any]) -> None:
    assert [name for name, unit in status.items() if unit["pid"] and runs(unit["pid"])] == []
    assert installation.processes() == {}
    assert [port for port in installation.ports() if not free(port)] == []
    assert list((installation.home / "run").glob("*.pid")) == []
