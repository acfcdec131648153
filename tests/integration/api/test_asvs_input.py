"""ASVS 5.0, V1 and V15 where input is concerned: read once, kept as it was said, written as what it is."""

import json

import pytest
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import Browser
from tests.support.operators import Operator

SAID = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)> &amp; &lt;",
    "%3Cscript%3E %253C %00 %0d%0aSet-Cookie: x=1",
    "\\u003cscript\\u003e \\x3c {{7*7}} ${7*7} %(x)s {0}",
    '"}, "admin": true, {"x": "',
    "'; DROP SCHEMA ovoz CASCADE; --",
    "\u2028\u2029 \u202e отан \u0301",
)


@pytest.mark.parametrize("said", SAID)
async def test_text_comes_back_as_it_was_said(operator: Operator, browser: NewBrowser, said: str) -> None:
    """1.1.1, 1.1.2, 1.2.1: decoded once on the way in, encoded as JSON on the way out, and nothing in between."""
    admin = await browser(slug=operator.slug).sign_in(operator.emails[2])
    made = await admin.ask("POST", "/api/teams", json={"name": said})
    assert made.status_code == 201, made.text
    assert made.json()["name"] == said.strip()
    listed = await admin.ask("GET", "/api/teams")
    assert [team["name"] for team in listed.json()] == [said.strip()]
    assert listed.headers["content-type"] == "application/json"
    assert json.loads(listed.content) == listed.json()
    assert not {"x", "set-cookie"} & set(listed.headers)


async def test_a_parameter_is_decoded_once(operator: Operator, browser: NewBrowser) -> None:
    """1.1.1: `%2525` is `%25`, and no wildcard of SQL's either."""
    admin = await browser(slug=operator.slug).sign_in(operator.emails[2])
    body = {"email": "half@new.test", "name": "Half %25 off", "roles": ["agent"]}
    assert (await admin.ask("POST", "/api/people", json=body)).status_code == 201
    for search, found in (("%2525", 1), ("%25", 1), ("%252525", 0), ("_%25", 0), ("%25%25", 0)):
        page = (await admin.ask("GET", f"/api/people?search={search}")).json()
        assert len(page["items"]) == found, search


@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=100", "limit=1&limit=1", "sort=started_at&sort=-started_at", "number=%2B1&number=%2B2"],
)
async def test_a_parameter_is_said_once(supervisor: Browser, query: str) -> None:
    """15.3.7: of two values each part on the way may take another one."""
    answer = await supervisor.ask("GET", f"/api/interactions?{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/input-invalid")
    assert answer.json()["errors"] == [{"pointer": f"/{query.partition('=')[0]}", "detail": "say it once"}]


async def test_a_source_does_not_stand_in_for_another(agent: Browser) -> None:
    """15.3.7: what belongs into the body is not taken from the query, and the other way round."""
    answer = await agent.ask("PATCH", "/api/session/preferences?theme=dark", json={})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/parameter-unknown")
    for headers in ({"x-csrf-token": None, "cookie": f"ovoz_csrf={agent.csrf}"}, {"x-csrf-token": None}):
        answer = await agent.ask(
            "PATCH", "/api/session/preferences", json={"csrf": agent.csrf}, headers=headers
        )
        assert answer.status_code in (401, 403)


@pytest.mark.parametrize("query", ["to=0.5", "from=1700000000", "to=tomorrow", "from=-1"])
@pytest.mark.parametrize("path", ["/api/interactions", "/api/audit", "/api/audit/export"])
async def test_a_moment_is_no_number(operator: Operator, browser: NewBrowser, path: str, query: str) -> None:
    """2.2.1: what is documented as a moment is one; seconds since 1970 are not."""
    admin = await browser(slug=operator.slug).sign_in(operator.emails[2])
    good = await admin.ask("GET", f"{path}?from=2026-11-24T00:00:00Z&to=2026-11-24T10:00:00%2B05:00")
    assert good.status_code == 200, good.text
    answer = await admin.ask("GET", f"{path}?{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/input-invalid")
    assert answer.json()["errors"][0]["pointer"] == f"/{query.partition('=')[0]}"


@pytest.mark.parametrize("nearly", [0, 1, "true", "false"])
async def test_a_value_is_of_its_type(agent: Browser, nearly: object) -> None:
    """2.2.1: nothing is converted to what it might have meant."""
    answer = await agent.ask("PATCH", "/api/session/preferences", json={"auto_answer": nearly})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/input-invalid")
    assert answer.json()["errors"][0]["pointer"] == "/auto_answer"
    kept = await agent.ask("PATCH", "/api/session/preferences", json={"auto_answer": True})
    assert (kept.status_code, kept.json()["auto_answer"]) == (200, True)


async def test_a_value_deep_inside_is_named(operator: Operator, browser: NewBrowser) -> None:
    """The pointer leads to the list that it stands in."""
    admin = await browser(slug=operator.slug).sign_in(operator.emails[2])
    grants = [{"right": "session.use"}, {"right": "interactions.read", "conditions": {"corporate": "true"}}]
    answer = await admin.ask(
        "POST", "/api/roles", json={"code": "nearly", "name": "Nearly", "grants": grants}
    )
    assert answer.json()["errors"][0]["pointer"] == "/grants", answer.text
    assert answer.json()["errors"][0]["detail"].startswith("Expected `bool")
