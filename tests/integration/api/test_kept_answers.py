"""Idempotency-Key: acts once, answers the same, whatever comes between."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, post
from litestar.datastructures import State
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult, DefineMiddleware
from litestar.params import JSONBody
from sqlalchemy import text
from tests.support.api_client import user_id
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.entrypoints.problem_answers import EXCEPTION_HANDLERS
from ovoz.lib.clock import utc_now
from ovoz.lib.ids import new_id
from ovoz.lib.problems import DomainError
from ovoz.platform.identity.contracts import Actor
from ovoz.platform.requests import services
from ovoz.platform.requests.api import KeptAnswers, forget_old_answers
from ovoz.platform.requests.contracts import KEEPS_ANSWER
from ovoz.platform.requests.deps import KeptAnswerMiddleware


class TeamCreate(msgspec.Struct):
    name: str
    go: str = "well"


class Taken(DomainError):
    status = 409
    slug = "not-possible-now"


@pytest.fixture
async def client(api: Litestar, engines: Stack, house: Operator) -> AsyncIterator[httpx.AsyncClient]:
    """A creating route on the real table, for one person of the house."""
    who = await user_id(engines, house, house.emails[0])
    actor = Actor(
        *(house.tenant_id, house.slug, "n", who, "n", "e@x", True, frozenset({"agent"})),
        *(UUID(int=9), "csrf", "ru", "system", False),
    )

    class Signed(AbstractAuthenticationMiddleware):
        async def authenticate_request(self, _: Any) -> AuthenticationResult:
            return AuthenticationResult(user=actor, auth=None)

    @post("/teams", operation_id="CreateTeam", opt={KEEPS_ANSWER: True})
    async def create(request: Request[Any, Any, Any], data: JSONBody[TeamCreate]) -> dict[str, str]:
        async with engines.database.tenant(house.tenant_id) as session:
            await session.execute(text("SELECT 1"))
        if data.go == "refused before":
            raise Taken
        id_ = new_id()
        async with engines.database.tenant(house.tenant_id) as session:
            await session.execute(
                text("INSERT INTO team (id, name) VALUES (:id, :name)"),
                {"id": id_, "name": f"{data.name} {id_}"},
            )
            if data.go == "slow":
                await asyncio.sleep(0.3)
            if data.go == "rolled back":
                raise RuntimeError("on purpose")
        if data.go == "refused after":
            raise Taken
        if data.go == "failed after":
            raise RuntimeError("on purpose")
        return {"id": str(id_)}

    app = Litestar(
        [create],
        middleware=[
            DefineMiddleware(Signed),
            DefineMiddleware(KeptAnswerMiddleware, kept_answers=KeptAnswers(engines.database, utc_now)),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        logging_config=None,
        state=State({"privacy": api.state.privacy}),
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house.localhost") as client:
        yield client


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "WAITS_S", 2.0)


async def made(stack: Stack, operator: Operator, name: str) -> int:
    [row] = await stack.rows(
        operator.slug, "SELECT count(*) AS n FROM team WHERE name LIKE :n", n=f"{name} %"
    )
    return int(row["n"])


async def create(client: httpx.AsyncClient, key: object, name: str, go: str = "well") -> httpx.Response:
    headers = {"idempotency-key": str(key)} if key else {}
    return await client.post("/teams", json={"name": name, "go": go}, headers=headers)


async def test_the_same_again_is_the_same_answer(
    client: httpx.AsyncClient, engines: Stack, house: Operator
) -> None:
    key, name = uuid4(), "same"
    first, again = await create(client, key, name), await create(client, key, name)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert await made(engines, house, name) == 1
    await create(client, None, name)
    await create(client, uuid4(), name)
    assert await made(engines, house, name) == 3


async def test_many_at_once_act_once(client: httpx.AsyncClient, engines: Stack, house: Operator) -> None:
    key = uuid4()
    answers = await asyncio.gather(*(create(client, key, "crowd", "slow") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await made(engines, house, "crowd") == 1


async def test_another_body_is_refused(client: httpx.AsyncClient, engines: Stack, house: Operator) -> None:
    key = uuid4()
    await create(client, key, "mine")
    answer = await create(client, key, "yours")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert await made(engines, house, "yours") == 0
    assert (await create(client, "no uuid", "yours")).json()["type"] == "/problems/idempotency-key-invalid"


@pytest.mark.parametrize(("go", "status"), [("refused before", 409), ("rolled back", 500)])
async def test_what_did_nothing_may_be_tried_again(
    client: httpx.AsyncClient, engines: Stack, house: Operator, go: str, status: int
) -> None:
    key = uuid4()
    assert (await create(client, key, "again", go)).status_code == status
    kept = await engines.rows(house.slug, "SELECT 1 FROM kept_answer WHERE key = :key", key=key)
    assert kept == []


async def test_what_was_done_is_never_done_twice(
    client: httpx.AsyncClient, engines: Stack, house: Operator
) -> None:
    refused, failed = uuid4(), uuid4()
    answers = [await create(client, refused, "once", "refused after") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].content == answers[1].content
    assert (await create(client, failed, "twice", "failed after")).status_code == 500
    again = await create(client, failed, "twice", "failed after")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/outcome-unknown")
    assert (await made(engines, house, "once"), await made(engines, house, "twice")) == (1, 1)


async def _age(stack: Stack, house: Operator, key: UUID, age: timedelta) -> None:
    async with stack.database.tenant(house.tenant_id) as session:
        await session.execute(
            text("UPDATE kept_answer SET at = at - CAST(:age AS interval) WHERE key = :key"),
            {"key": key, "age": age},
        )


async def test_who_lost_the_claim_cannot_commit(
    client: httpx.AsyncClient, engines: Stack, house: Operator
) -> None:
    """The first one hangs for longer than its claim; the second takes it over, and only the second's row is there."""
    key = uuid4()
    slow = asyncio.create_task(create(client, key, "lost", "slow"))
    for _ in range(100):
        if await engines.rows(house.slug, "SELECT 1 FROM kept_answer WHERE key = :key", key=key):
            break
        await asyncio.sleep(0.01)
    await _age(engines, house, key, timedelta(minutes=2))
    taken_over = await create(client, key, "lost", "slow")
    assert (taken_over.status_code, (await slow).status_code) == (201, 500)
    assert await made(engines, house, "lost") == 1


async def test_answers_are_forgotten_after_a_day(
    client: httpx.AsyncClient, engines: Stack, house: Operator
) -> None:
    old, fresh = uuid4(), uuid4()
    await create(client, old, "old")
    await create(client, fresh, "old")
    await _age(engines, house, old, timedelta(hours=25))
    async with engines.database.tenant(house.tenant_id) as session:
        await forget_old_answers(session, utc_now())
    query = "SELECT key FROM kept_answer WHERE key IN (:old, :fresh)"
    assert [row["key"] for row in await engines.rows(house.slug, query, old=old, fresh=fresh)] == [fresh]
