"""The hook in a small application: every kind of answer is masked, declared, or refused; and Postgres may be away."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get
from litestar.middleware import DefineMiddleware
from litestar.response import Stream
from litestar.types import ASGIApp, Receive, Scope, Send

from ovoz.lib.db import Database, DatabaseUnavailable
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.privacy.api import Numbers, Privacy, TenantKeys, read_policy
from ovoz.platform.privacy.contracts import WITHOUT_PERSONAL_DATA, PersonalPhone, PublicText, Subject
from ovoz.platform.privacy.deps import RememberRequest, masking

NUMBER = "+992930004517"


class Line(msgspec.Struct, frozen=True):
    number: PersonalPhone
    number_token: PublicText | None = None

    def personal_subject(self) -> Subject:
        return Subject("interaction", "1")


class Away:
    """Postgres, gone."""

    @contextlib.asynccontextmanager
    async def tenant(self, tenant_id: str) -> AsyncIterator[None]:
        raise DatabaseUnavailable("away")
        yield

    async def current(self, tenant_id: str) -> tuple[int, bytes]:
        raise DatabaseUnavailable("away")

    async def version(self, tenant_id: str, version: int) -> bytes:
        raise DatabaseUnavailable("away")


class As:
    """Takes the person of the request from a header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        role = dict(scope["headers"]).get(b"x-role", b"").decode()
        scope["user"] = actor(role) if role else None
        await self._app(scope, receive, send)


def actor(role: str) -> Actor:
    return Actor(
        *("a" * 12, "slug", "name", UUID(int=1), "n", "e@x", True, frozenset({role})),
        *(UUID(int=9), "csrf", "ru", "system", False),
    )


@get("/struct")
async def struct() -> Line:
    return Line(NUMBER)


@get("/list", sync_to_thread=True)
def several() -> list[Line]:
    return [Line(NUMBER)]


@get("/explicit")
async def explicit() -> Response[Line]:
    return Response(Line(NUMBER))


@get("/nothing", status_code=204)
async def nothing() -> None: ...


@get("/problem")
async def problem() -> Response[dict[str, Any]]:
    return Response(
        {"type": "/problems/x", "detail": f"{NUMBER} is taken", "retry_after_s": 3, "owner": "Фаррух"},
        media_type="application/problem+json",
    )


@get("/dict")
async def free() -> dict[str, str]:
    return {"number": NUMBER}


@get("/words")
async def words() -> str:
    return NUMBER


@get("/explicit-dict")
async def explicit_dict() -> Response[dict[str, str]]:
    return Response({"number": NUMBER})


@get("/stream")
async def stream() -> Stream:
    return Stream(iter([NUMBER]))


@get("/declared", opt={WITHOUT_PERSONAL_DATA: "a test says so"})
async def declared() -> Stream:
    return Stream(iter(["sound"]))


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    away = Away()

    def now() -> datetime:
        return datetime.now(UTC)

    privacy = Privacy(
        read_policy(REPOSITORY), cast(Database, away), Numbers(cast(TenantKeys, away), now), now
    )
    app = Litestar(
        [struct, several, explicit, nothing, problem, free, words, explicit_dict, stream, declared],
        middleware=[DefineMiddleware(As), RememberRequest()],
        after_request=masking(privacy),
        exception_handlers={Exception: refused},
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def refused(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    return Response({"refused": type(error).__name__}, status_code=500)


@pytest.mark.parametrize("path", ["/struct", "/list", "/explicit"])
@pytest.mark.parametrize(
    ("role", "shown"), [("supervisor", NUMBER), ("admin", "+992 •• ••• 45 17"), ("", "")]
)
async def test_structs_are_masked_for_the_person_of_the_request(
    client: httpx.AsyncClient, path: str, role: str, shown: str
) -> None:
    answer = (await client.get(path, headers={"x-role": role})).json()
    assert (answer[0] if isinstance(answer, list) else answer) == {"number": shown, "number_token": None}


@pytest.mark.parametrize("path", ["/dict", "/words", "/explicit-dict", "/stream"])
async def test_what_nobody_declared_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"x-role": "supervisor"})
    assert (answer.status_code, answer.json()) == (500, {"refused": "PersonalDataUndeclared"})


async def test_what_is_declared_passes(client: httpx.AsyncClient) -> None:
    assert (await client.get("/declared")).text == "sound"
    assert (await client.get("/nothing")).status_code == 204


async def test_a_problem_keeps_its_allowed_members(client: httpx.AsyncClient) -> None:
    assert (await client.get("/problem", headers={"x-role": "admin"})).json() == {
        "type": "/problems/x",
        "detail": "•••••17 is taken",
        "retry_after_s": 3,
    }
