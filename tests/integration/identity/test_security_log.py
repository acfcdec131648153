"""ASVS 5.0, V16: what the process of the API writes while somebody signs in, guesses, forges and reaches too far."""

import json
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from tests.support.api_process import Web
from tests.support.operators import PASSWORD, Operator
from tests.support.stack import eventually

from ovoz.engines.layout import Layout
from ovoz.lib.settings import REPOSITORY

Line = dict[str, Any]


class Log:
    """The API's log from now on."""

    def __init__(self, web: Web) -> None:
        self._path = Layout(web.stack.settings).log / "api.log"
        self._begin = self._path.stat().st_size

    @property
    def text(self) -> str:
        with self._path.open("rb") as file:
            file.seek(self._begin)
            return file.read().decode()

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.text.splitlines()]

    async def line(self, event: str, **fields: Any) -> Line:
        """The one line with these fields; it may still be on its way."""

        def found() -> list[Line]:
            return [
                line
                for line in self.lines()
                if line["event"] == event and all(line.get(name) == value for name, value in fields.items())
            ]

        await eventually(found, within_s=5, what=f"{event} {fields}")
        [only] = found()
        return only


def somewhere() -> str:
    return f"2001:db8:7::{secrets.token_hex(2)}"


async def test_signing_in_and_out_is_logged(web: Web, operator: Operator) -> None:
    """16.3.1, 16.2.1: who, where, when, by which factor; the same account has the same name in every line."""
    log, here, email = Log(web), somewhere(), operator.emails[1]
    browser = web.browser(operator.slug)
    assert (await browser.sign_in(email, "a-wrong-password", x_forwarded_for=here)).status == 401
    assert (await browser.sign_in(email, PASSWORD, x_forwarded_for=here)).status == 201
    me = (await browser.ask("GET", "/api/session")).body["user"]["id"]
    assert (await browser.ask("DELETE", "/api/session", x_forwarded_for=here)).status == 204

    failed = await log.line("identity.sign_in_failed", address=here)
    signed_in = await log.line("identity.signed_in", address=here)
    signed_out = await log.line("identity.signed_out", address=here)
    assert (failed["problem"], failed["level"]) == ("sign-in-failed", "warning")
    assert failed["account"] == signed_in["account"]
    assert (signed_in["user"], signed_in["factors"]) == (me, ["password"])
    assert signed_in["session"] == signed_out["session"]
    for line in (failed, signed_in, signed_out):
        assert (line["process"], line["tenant"]) == ("api", operator.tenant_id)
        assert email not in str(line)
        assert PASSWORD not in str(line)


async def test_who_is_locked_out_is_logged(web: Web, operator: Operator) -> None:
    """16.3.1, 16.3.3."""
    log, here, nobody = Log(web), somewhere(), f"{secrets.token_hex(6)}@nowhere.test"
    for _ in range(6):
        answer = await web.browser(operator.slug).sign_in(nobody, "x" * 12, x_forwarded_for=here)
    assert answer.status == 429
    locked = await log.line("identity.sign_in_failed", address=here, problem="too-many-attempts")
    assert locked["account"]
    # What was typed into the field may be a stranger's address, or a password.
    assert nobody.partition("@")[0] not in log.text


async def test_refusals_are_logged(web: Web, operator: Operator) -> None:
    """16.3.2, 16.3.3: rights, forged requests, tokens that admit nobody, input that no page sends, sockets."""
    log, agent = Log(web), await web.signed_in(operator.slug, operator.emails[0], PASSWORD)
    invitation = secrets.token_urlsafe(32)
    where = {what: somewhere() for what in ("right", "origin", "csrf", "token", "input", "link", "socket")}
    await agent.ask("GET", "/api/people?search=Farrukh", x_forwarded_for=where["right"])
    await agent.ask("DELETE", "/api/session", origin="https://evil.example", x_forwarded_for=where["origin"])
    await agent.ask("DELETE", "/api/session", x_csrf_token="wrong", x_forwarded_for=where["csrf"])
    await agent.ask("GET", "/api/session", cookie="ovoz_session=stolen", x_forwarded_for=where["token"])
    await agent.ask("GET", "/api/session?admin=true", x_forwarded_for=where["input"])
    await agent.ask("GET", f"/api/invitations/{invitation}", x_forwarded_for=where["link"])
    await agent.close_code("/api/live", origin="https://evil.example", x_forwarded_for=where["socket"])

    expected = {
        "right": ("right-missing", 403, "/api/people", "warning"),
        "origin": ("request-forged", 403, "/api/session", "warning"),
        "csrf": ("request-forged", 403, "/api/session", "warning"),
        "token": ("not-signed-in", 401, "/api/session", "warning"),
        "input": ("parameter-unknown", 422, "/api/session", "info"),
        "link": ("invitation-invalid", 404, "/api/invitations/{token}", "warning"),
        "socket": ("request-forged", 403, "/api/live", "warning"),
    }
    for what, (problem, status, route, level) in expected.items():
        line = await log.line("request.refused", address=where[what])
        assert (line["problem"], line["status"], line["route"], line["level"]) == (
            problem,
            status,
            route,
            level,
        ), what
        assert line["tenant"] == operator.tenant_id, what
    right = await log.line("request.refused", address=where["right"])
    assert right["right"] == "people.read"
    assert right["user"]
    assert right["session"]
    # Neither tokens nor what was searched for.
    for secret in (agent.token, agent.cookies["ovoz_csrf"], invitation, "stolen", "Farrukh"):
        assert secret not in log.text


async def test_who_only_asks_whether_they_are_signed_in_is_no_alarm(web: Web, operator: Operator) -> None:
    log, here = Log(web), somewhere()
    await web.browser(operator.slug).ask("GET", "/api/session", x_forwarded_for=here)
    assert (await log.line("request.refused", address=here))["level"] == "info"


async def test_a_line_is_an_object_in_utc_and_nobody_writes_a_second_one(
    web: Web, operator: Operator
) -> None:
    """16.2.2, 16.2.4, 16.4.1."""
    log, here = Log(web), somewhere()
    begun = datetime.now().astimezone()
    forged = '{"event": "identity.signed_in"}'
    browser = web.browser(operator.slug)
    email = f"a@b.test\r\n{forged}\u2028{forged}"
    await browser.sign_in(email, forged, x_forwarded_for=here, user_agent=f"x \u2028 \u202e \x9b31m {forged}")
    await browser.ask("GET", f"/api/session?%0d%0a{forged}=%0a", x_forwarded_for=here)
    await log.line("request.refused", address=here, problem="parameter-unknown")
    said = log.text
    for line in said.split("\n")[:-1]:
        found = json.loads(line)
        at = datetime.fromisoformat(found["timestamp"])
        assert at.utcoffset() == timedelta()
        assert {"event", "level", "logger", "process"} <= set(found)
        assert at >= begun - timedelta(seconds=1)
    assert not [line for line in log.lines() if line["event"] == "identity.signed_in"]
    assert not any(character in said for character in "\r\x0b\x0c\x1b\x80\x85\x9b\u2028\u2029\u202e")


async def test_a_flood_is_said_once_a_minute(web: Web, operator: Operator) -> None:
    """16.3.3; what is refused a thousand times must not push everything else out of the log."""
    log, here = Log(web), somewhere()
    limit = web.stack.settings.rate_address_per_min
    browser = web.browser(operator.slug)
    refused = 0
    # While asking takes its time, more is allowed again: on a slow machine that are many more than the limit.
    for _ in range(5 * limit):
        refused += (await browser.ask("GET", "/api/site", x_forwarded_for=here)).status == 429
        if refused == 20:
            break
    assert refused == 20
    await log.line("request.refused", address=here, problem="rate-limited")


async def test_logs_are_where_the_inventory_says(web: Web) -> None:
    """16.2.3: and everywhere below the installation's folder nothing else calls itself a log."""
    inventory = (REPOSITORY / "docs" / "security" / "logging.md").read_text()
    listed = set(re.findall(r"`([\w/@]+\.log)`", inventory))
    home, folder = web.stack.settings.home, Layout(web.stack.settings).log
    found = {path for path in home.rglob("*.log*") if path.is_file()}
    assert len(found) >= 4
    named = {folder / name for name in listed} | {home / name for name in listed}
    assert found - named == set()
