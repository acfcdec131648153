"""ASVS 5.0, 4.1.3, 4.2.1, 15.3.4: where a request ends and whom it is from, as the process itself decides it.

What is sent here no client library sends: bytes on a socket.
"""

import asyncio
from typing import Any

import pytest
from tests.integration.identity.test_security_log import Log, somewhere
from tests.support.api_process import Web
from tests.support.operators import PASSWORD, Operator, make_operator

from ovoz.entrypoints.api import server_config
from ovoz.lib.settings import Settings

BEHIND = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
"""What a proxy would take for a part of the first request, or for another person's."""
POST = b"POST /api/sessions HTTP/1.1\r\nHost: a\r\n"
GET = b"GET /health HTTP/1.1\r\n"

AMBIGUOUS = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "the same length twice": POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "a list of lengths": POST + b"Content-Length: 0, 5\r\n\r\n",
    "a signed length": POST + b"Content-Length: +0\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a hexadecimal length": POST + b"Content-Length: 0x0\r\n\r\n",
    "a length beyond 64 bits": POST + b"Content-Length: 18446744073709551616\r\n\r\n",
    "a space before the colon": POST + b"Content-Length : 0\r\n\r\n",
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked is not the last coding": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a tab before the coding": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a prefixed chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
    "a negative chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "a chunk size beyond 64 bits": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
    "a chunk longer than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "chunk lines that end with LF": POST + b"Transfer-Encoding: chunked\r\n\r\n0\n\n",
    "a chunk extension that ends with LF": POST + b"Transfer-Encoding: chunked\r\n\r\n0;a\n\r\n",
    "a folded line": GET + b"Host: a\r\nX: 1\r\n Content-Length: 5\r\n\r\n",
    "lines that end with LF": b"GET /health HTTP/1.1\nHost: a\n\n",
    "one line that ends with LF": GET + b"Host: a\nX: 1\r\n\r\n",
    "one line that ends with CR": GET + b"Host: a\rX: 1\r\n\r\n",
    "a zero byte": GET + b"Host: a\r\nX: 1\x002\r\n\r\n",
    "another version": b"GET /health HTTP/9.9\r\nHost: a\r\n\r\n",
}


async def said_to(web: Web, message: bytes) -> tuple[bytes, bool]:
    """What is answered within a second, and whether the connection is closed then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", web.stack.settings.ports.http)
    writer.write(message)
    answer = b""
    try:
        while True:
            part = await asyncio.wait_for(reader.read(65_536), 1)
            answer += part
            if not part:
                return answer, True
    except TimeoutError:
        return answer, False
    finally:
        writer.close()


@pytest.mark.parametrize("what", AMBIGUOUS)
async def test_a_message_without_a_clear_end_ends_the_connection(web: Web, what: str) -> None:
    """4.2.1: refused, and nothing behind it is read as a request."""
    answer, closed = await said_to(web, AMBIGUOUS[what] + BEHIND)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    assert closed


async def test_a_message_with_a_clear_end_does_not(web: Web) -> None:
    """The cases above are refused for what is wrong with them."""
    answer, closed = await said_to(web, GET + b"Host: a\r\nContent-Length: 0\r\n\r\n" + BEHIND)
    assert answer.count(b"HTTP/1.1 200 ") == 2, answer
    assert not closed


@pytest.mark.parametrize(
    "hosts", [b"", b"Host: %s\r\nHost: pamir.localhost\r\n", b"Host: %s\r\nHost: %s\r\n"]
)
async def test_one_host_is_named(web: Web, operator: Operator, hosts: bytes) -> None:
    """4.2.1, 8.4.1: of two hosts a proxy may take another one than we do."""
    mine = f"{operator.slug}.localhost".encode()
    one, _ = await said_to(web, b"GET /api/site HTTP/1.1\r\nHost: " + mine + b"\r\n\r\n")
    assert one.startswith(b"HTTP/1.1 200 ")
    answer, _ = await said_to(web, b"GET /api/site HTTP/1.1\r\n" + hosts.replace(b"%s", mine) + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 404 "), answer


async def test_the_clients_address_is_what_the_nearest_proxy_saw(web: Web) -> None:
    """4.1.3, 15.3.4: what stands before it in X-Forwarded-For, the client may have written there itself."""
    # Whose account no other test has locked.
    operator = await make_operator(web.stack, agents=1)
    log, here, email = Log(web), somewhere(), operator.emails[0]
    browser = web.browser(operator.slug)
    for forged in ("1.2.3.4", "::1, 8.8.8.8"):
        headers = {
            "x_forwarded_for": f"{forged}, {here}",
            "x_real_ip": forged,
            "forwarded": f"for={forged}",
            "x_client_ip": forged,
            "x_forwarded_host": "pamir.localhost",
            "x_user_id": "admin",
        }
        assert (await browser.sign_in(email, "a-wrong-password", **headers)).status == 401
    assert len([line for line in log.lines() if line["event"] == "identity.sign_in_failed"]) == 2
    assert {line["address"] for line in log.lines() if "address" in line} == {here}
    answer = await browser.sign_in(email, PASSWORD, x_forwarded_for=f"9.9.9.9, {here}")
    assert answer.status == 201
    other = await web.signed_in(operator.slug, email, PASSWORD)
    [seen] = (await other.ask("GET", "/api/session/others")).body
    assert seen["address"] == here


async def test_nobody_but_a_proxy_of_this_machine_is_believed() -> None:
    """4.1.3: uvicorn's middleware, as `ovoz api` configures it, for a client of another machine."""
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope)

    config = server_config(app, Settings.from_environment({"OVOZ_HOME": "/nowhere"}))
    config.load()
    for peer in ("203.0.113.5", "127.0.0.1"):
        scope = {
            "type": "http",
            "scheme": "http",
            "client": (peer, 1),
            "headers": [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-proto", b"https")],
        }
        await config.loaded_app(scope, None, None)
    assert [(scope["client"][0], scope["scheme"]) for scope in heard] == [
        ("203.0.113.5", "http"),
        ("198.51.100.7", "https"),
    ]
