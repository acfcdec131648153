"""The control address and `ovoz call`."""

import asyncio
from typing import Any

import aiohttp
import msgspec
import pytest
from click.testing import CliRunner
from tests.support.stack import eventually
from tests.unit.simulator.conftest import CALLER, NUMBER, Operator

from ovoz.entrypoints.call_command import call as call_command
from ovoz.lib.settings import Ports

ORDER = {"to": NUMBER, "from": CALLER, "patience_s": 30}


async def ask(
    control: aiohttp.ClientSession, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, Any]:
    async with control.request(method, path, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_call_is_placed_seen_and_hung_up(control: aiohttp.ClientSession) -> None:
    status, placed = await ask(control, "POST", "/calls", ORDER)
    assert status == 201
    path = f"/calls/{placed['id']}"

    async def state() -> bool:
        return bool((await ask(control, "GET", path))[1]["state"] == "waiting")

    await eventually(state, within_s=3)
    status, report = await ask(control, "GET", "/calls")
    assert [each["id"] for each in report["items"]] == [placed["id"]]
    assert (await ask(control, "DELETE", path))[0] == 202
    _, report = await ask(control, "GET", path)
    assert (report["state"], report["ended_by"], report["ending"]) == ("over", "us", "asked")
    assert (report["to"], report["from"], report["sip_code"]) == (NUMBER, CALLER, 200)


async def test_changes_come_line_by_line(control: aiohttp.ClientSession, operator: Operator) -> None:
    _, placed = await ask(control, "POST", "/calls", ORDER)
    seen: list[Any] = []
    async with control.get(f"/calls/{placed['id']}/changes") as lines:
        async for line in lines.content:
            seen.append(msgspec.json.decode(line))
            if seen[-1].get("state") == "waiting":
                operator.switch.calls[0].leg.hang_up()
    assert [line["state"] for line in seen] == ["calling", "ringing", "waiting", "over", "over"]
    assert seen[-1]["id"] == placed["id"]


async def test_who_reads_no_further_disturbs_nobody(
    control: aiohttp.ClientSession, operator: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    _, placed = await ask(control, "POST", "/calls", ORDER)
    async with control.get(f"/calls/{placed['id']}/changes") as lines:
        await lines.content.readline()
    lines.close()
    call = operator.carrier.calls[placed["id"]]
    call.hang_up()
    await asyncio.wait_for(call.until_over(), 2)
    await asyncio.sleep(0.05)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"to": "100"}, ""),
        ({"to": "sip:evil", "from": CALLER}, "/to"),
        ({"to": NUMBER, "from": CALLER + "\r\nX: y"}, "/from"),
        ({"to": NUMBER, "from": CALLER, "seconds": -1}, "/seconds"),
        ({"to": NUMBER, "from": CALLER, "digits": "12x"}, "/digits"),
        ({"to": NUMBER, "from": CALLER, "colour": "red"}, ""),
    ],
)
async def test_bad_orders_say_which_field(
    control: aiohttp.ClientSession, operator: Operator, body: dict[str, Any], pointer: str
) -> None:
    status, problem = await ask(control, "POST", "/calls", body)
    assert (status, problem["status"]) == (422, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert operator.carrier.calls == {}


async def test_other_bad_requests(control: aiohttp.ClientSession) -> None:
    assert (await ask(control, "GET", "/calls/call-99"))[0] == 404
    assert (await ask(control, "GET", "/nothing"))[0] == 404
    assert (await ask(control, "PUT", "/rate", {"calls_per_minute": 5, "operator": "x"}))[0] == 422
    async with control.post("/calls", data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 400
    async with control.post("/calls", data=msgspec.json.encode(ORDER)) as answer:
        assert answer.status == 415


@pytest.mark.parametrize("header", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
async def test_web_pages_are_refused(
    control: aiohttp.ClientSession, operator: Operator, header: dict[str, str]
) -> None:
    assert (await ask(control, "POST", "/calls", ORDER, **header))[0] == 403
    assert operator.carrier.calls == {}


async def test_the_rate(control: aiohttp.ClientSession, operator: Operator) -> None:
    assert await ask(control, "GET", "/rate") == (200, {"somon": 2})
    assert await ask(control, "PUT", "/rate", {"calls_per_minute": 7.5}) == (200, {"somon": 7.5})
    body = {"calls_per_minute": 0, "operator": "somon"}
    assert await ask(control, "PUT", "/rate", body) == (200, {"somon": 0})
    assert operator.demand.calls_per_minute == 0


async def test_faults(control: aiohttp.ClientSession, operator: Operator) -> None:
    wanted = {"rtp_loss": 0.5, "late_ack_s": 1.0, "duplicate_invite": True, "malformed_header": False}
    assert await ask(control, "PUT", "/faults", wanted) == (200, wanted)
    assert operator.carrier.faults.rtp_loss == 0.5
    assert (await ask(control, "PUT", "/faults", {"rtp_loss": 2}))[0] == 422
    assert await ask(control, "GET", "/faults") == (200, wanted)
    assert (await ask(control, "PUT", "/faults", {}))[1]["rtp_loss"] == 0


async def run(monkeypatch: pytest.MonkeyPatch, port: int, *arguments: str) -> tuple[int, str]:
    # Not through OVOZ_PORT_BASE: the system's free ports go beyond what that may be.
    monkeypatch.setattr(Ports, "simulator_http", property(lambda _: port))
    result = await asyncio.to_thread(CliRunner().invoke, call_command, arguments)
    return result.exit_code, result.output


async def test_ovoz_call_follows_a_call_to_its_end(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, output = await run(
        monkeypatch, operator.port, "--to", NUMBER, "--from", CALLER, "--patience", "0.3"
    )
    # The operator runs in this process too, and logs.
    lines = [line for line in output.splitlines() if "simulator." not in line]
    assert code == 0, output
    assert lines[0].endswith(f"calling {NUMBER} from {CALLER}")
    assert [line.split(" s  ")[1] for line in lines[1:4]] == [
        *("rings", "answered: greeting or music", "over: us impatient")
    ]
    assert "packets sent" in lines[4]


async def test_ovoz_call_says_what_is_wrong(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    code, output = await run(monkeypatch, operator.port, "--to", "x", "--from", CALLER)
    assert code == 1
    assert "to: Expected `str` matching regex" in output
    code, output = await run(monkeypatch, unused_port, "--to", NUMBER, "--from", CALLER)
    assert code == 1
    assert "does not run" in output


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
