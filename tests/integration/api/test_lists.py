"""Lists: pages, order and filters, each held against a plain answer in memory; nothing of another operator."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import Browser, user_id
from tests.support.operators import Operator
from tests.support.stack import Stack

from ovoz.lib.ids import new_id

Rows = list[dict[str, Any]]

BEGAN = datetime(2026, 11, 20, 8, tzinfo=UTC)


async def make_interactions(stack: Stack, operator: Operator, count: int) -> list[dict[str, Any]]:
    """Closed calls with many equal moments and lengths, so that the id has to decide."""
    dice = random.Random(7)
    agents = [await user_id(stack, operator, email) for email in operator.emails[:2]]
    async with stack.database.tenant(operator.tenant_id) as session:
        queue_id = await session.scalar(text("SELECT id FROM queue"))
        rows = [
            {
                "id": new_id(),
                "started_at": BEGAN + timedelta(minutes=dice.randrange(10)),
                "talk_ms": dice.randrange(5) * 1500,
                "agent_id": dice.choice(agents),
                "queue_id": dice.choice([queue_id, None]),
                "end_reason": dice.choice(["caller_hung_up", "agent_hung_up"]),
            }
            for _ in range(count)
        ]
        await session.execute(
            text(
                "INSERT INTO interaction (id, channel, direction, state, caller_hidden, entry_number,"
                " agent_id, queue_id, node, started_at, end_reason, talk_ms, epoch, seq) VALUES (:id, 'voice',"
                " 'inbound', 'closed', false, '100', :agent_id, :queue_id, 'n', :started_at,"
                " :end_reason, :talk_ms, 1, 1)"
            ),
            rows,
        )
    return rows


@pytest.fixture(scope="module")
async def rows(engines: Stack, house: Operator) -> Rows:
    return await make_interactions(engines, house, 40)


async def read_all(browser: Browser, limit: int, **wanted: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in itertools.count():
        parameters = {**wanted, "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        answer = await browser.ask("GET", "/api/interactions", params=parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items
    raise AssertionError


@pytest.mark.parametrize("sort", ["started_at", "-started_at", "talk_s", "-talk_s"])
@pytest.mark.parametrize("limit", [7, 40])
async def test_pages_are_the_whole_in_order(rows: Rows, supervisor: Browser, sort: str, limit: int) -> None:
    column = "talk_ms" if sort.endswith("talk_s") else "started_at"
    wanted = sorted(rows, key=lambda row: (row[column], row["id"]), reverse=sort.startswith("-"))
    items = await read_all(supervisor, limit, sort=sort)
    assert [item["id"] for item in items] == [str(row["id"]) for row in wanted]


async def test_filters_are_and_ed(rows: Rows, supervisor: Browser) -> None:
    since, until = BEGAN + timedelta(minutes=2), BEGAN + timedelta(minutes=8)
    picked = rows[0]
    cases: list[tuple[dict[str, str], Any]] = [
        ({"from": since.isoformat()}, lambda row: row["started_at"] >= since),
        ({"to": "2026-11-20T13:08:00+05:00"}, lambda row: row["started_at"] < until),
        ({"agent_id": str(picked["agent_id"])}, lambda row: row["agent_id"] == picked["agent_id"]),
        ({"end_reason": "agent_hung_up"}, lambda row: row["end_reason"] == "agent_hung_up"),
        (
            {"queue_id": str(next(row["queue_id"] for row in rows if row["queue_id"]))},
            lambda row: row["queue_id"],
        ),
    ]
    for size in (1, 5):
        for chosen in itertools.combinations(cases, size):
            parameters = {name: value for wanted, _ in chosen for name, value in wanted.items()}
            wanted = {str(row["id"]) for row in rows if all(keep(row) for _, keep in chosen)}
            found = {item["id"] for item in await read_all(supervisor, 100, **parameters)}
            assert found == wanted, parameters


async def test_an_agent_sees_only_their_own_whatever_is_asked(
    engines: Stack, house: Operator, rows: Rows, agent: Browser
) -> None:
    own, other = [await user_id(engines, house, email) for email in house.emails[:2]]
    wanted = {str(row["id"]) for row in rows if row["agent_id"] == own}
    assert {item["id"] for item in await read_all(agent, 9, sort="talk_s")} == wanted
    assert await read_all(agent, 9, agent_id=str(other)) == []


async def test_nothing_of_another_operator(
    engines: Stack, house: Operator, rows: Rows, browser: NewBrowser, operator: Operator
) -> None:
    supervisor = await browser(slug=operator.slug).sign_in(operator.emails[1])
    assert await read_all(supervisor, 10) == []
    for name in ("agent_id", "queue_id"):
        assert (
            await read_all(supervisor, 10, **{name: str(next(row[name] for row in rows if row[name]))}) == []
        )
    answer = await supervisor.ask("GET", f"/api/interactions/{rows[0]['id']}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/interaction-not-found")


async def test_what_comes_in_meanwhile_moves_nothing(
    engines: Stack, operator: Operator, browser: NewBrowser
) -> None:
    supervisor = await browser(slug=operator.slug).sign_in(operator.emails[1])
    await make_interactions(engines, operator, 10)
    first = (await supervisor.ask("GET", "/api/interactions", params={"limit": "5"})).json()
    before = {item["id"] for item in first["items"]}
    await make_interactions(engines, operator, 10)
    following = await supervisor.ask(
        "GET", "/api/interactions", params={"limit": "100", "cursor": first["next_cursor"]}
    )
    assert before.isdisjoint(item["id"] for item in following.json()["items"])


@pytest.mark.parametrize(
    ("parameters", "slug", "pointer"),
    [
        ({"cursor": "made-by-hand"}, "cursor-invalid", "/cursor"),
        ({"cursor": "\u0411"}, "cursor-invalid", "/cursor"),
        ({"limit": "0"}, "input-invalid", "/limit"),
        ({"limit": "101"}, "input-invalid", "/limit"),
        ({"sort": "name"}, "input-invalid", "/sort"),
        ({"from": "2026-11-25T08:00:00"}, "input-invalid", "/from"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "input-invalid", "/to"),
        ({"queue_id": str(UUID(int=1))[:-1]}, "input-invalid", "/queue_id"),
        ({"number": "+992\x00"}, "input-invalid", "/number"),
        ({"end_reason": "x' OR 1=1"}, "input-invalid", "/end_reason"),
        ({"limmit": "5"}, "parameter-unknown", "/limmit"),
    ],
)
async def test_what_cannot_be_read_is_named(
    supervisor: Browser, parameters: dict[str, str], slug: str, pointer: str
) -> None:
    answer = await supervisor.ask("GET", "/api/interactions", params=parameters)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}"), answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_cursor_belongs_to_its_order(engines: Stack, operator: Operator, supervisor: Browser) -> None:
    await make_interactions(engines, operator, 5)
    page = (await supervisor.ask("GET", "/api/interactions", params={"limit": "2"})).json()
    answer = await supervisor.ask(
        "GET", "/api/interactions", params={"cursor": page["next_cursor"], "sort": "talk_s"}
    )
    assert answer.json()["type"] == "/problems/cursor-invalid"


async def test_a_page_deep_in_the_list_is_read_from_an_index(
    engines: Stack, house: Operator, rows: Rows
) -> None:
    """By plan, not by time: the place of the cursor is a condition of the index."""
    for column, index in (("started_at", "interaction_by_start"), ("talk_ms", "interaction_by_talk")):
        async with engines.database.tenant(house.tenant_id) as session:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            await session.execute(text("SET LOCAL enable_sort = off"))
            lines = await session.execute(
                text(
                    f"EXPLAIN SELECT id FROM interaction WHERE ({column}, id) > (SELECT {column}, id FROM interaction"
                    f" LIMIT 1) ORDER BY {column}, id LIMIT 5"
                )
            )
            assert any(index in line for (line,) in lines)
