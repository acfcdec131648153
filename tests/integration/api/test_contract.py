"""The document: every operation has what a reader needs, and every example is what the schema says."""

import re
from typing import Any
from urllib.parse import quote
from uuid import UUID

import jsonschema_rs
import pytest
from tests.integration.api.conftest import NewBrowser
from tests.support.api_client import Browser

from ovoz.entrypoints.generated import openapi
from ovoz.entrypoints.openapi import TAGS

DOCUMENT: dict[str, Any] = openapi()
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def check(schema: dict[str, Any], value: Any) -> None:
    jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_has_all_of_it(name: str) -> None:
    _, method, operation = OPERATIONS[name]
    assert re.fullmatch(r"(?:[A-Z][a-z0-9]+)+", name)
    assert operation["description"]
    assert operation["tags"]
    assert set(operation["tags"]) <= set(TAGS), "describe the tag in TAGS of entrypoints/openapi.py"
    for parameter in operation.get("parameters", []):
        check(parameter["schema"], parameter["example"])
    media = list(operation.get("requestBody", {}).get("content", {}).values())
    for status, response in operation["responses"].items():
        media += [part for kind, part in response.get("content", {}).items() if kind != "audio/ogg"]
        if status >= "400":
            examples = response["content"]["application/problem+json"]["examples"]
            for slug, example in examples.items():
                assert example["value"]["type"] == f"/problems/{slug}"
                assert str(example["value"]["status"]) == status
    for part in media:
        assert part["examples"]
        for example in part["examples"].values():
            check(part["schema"], example["value"])
    must = {"429", "500", "503", "404"} | (set() if operation["security"] == [] else {"401", "403"})
    must |= {"400", "413", "415", "422"} if "requestBody" in operation else set()
    assert must <= set(operation["responses"])
    assert operation["security"] == [] or ("csrf" in operation["security"][0]) == (method != "get")


def test_links_lead_to_operations_and_their_parameters() -> None:
    linked = 0
    for _, _, operation in OPERATIONS.values():
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                linked += 1
                _, _, target = OPERATIONS[link["operationId"]]
                known = {parameter["name"] for parameter in target.get("parameters", [])}
                assert set(link["parameters"]) <= known
    assert linked >= 9


def test_bodies_refuse_what_they_do_not_know() -> None:
    for _, _, operation in OPERATIONS.values():
        for part in operation.get("requestBody", {}).get("content", {}).values():
            name = part["schema"]["$ref"].rpartition("/")[2]
            assert DOCUMENT["components"]["schemas"][name]["additionalProperties"] is False, name


async def test_the_served_document_is_the_committed_one(browser: NewBrowser) -> None:
    answer = await browser().ask("GET", "/api/schema/openapi.json")
    assert answer.json() == DOCUMENT


async def test_every_problem_has_its_page(browser: NewBrowser) -> None:
    """By HTTP, for every type that the document names."""
    visitor = browser()
    types = set(re.findall(r'"/problems/([a-z-]+)"', str(DOCUMENT).replace("'", '"')))
    assert len(types) > 25
    for slug in sorted(types):
        page = await visitor.ask("GET", f"/problems/{slug}")
        assert (page.status_code, page.text[:2]) == (200, "# "), slug


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "slug"),
    [
        ("GET", "/api/nothing", {}, 404, "not-found"),
        ("GET", "/api/interactions/1", {}, 404, "not-found"),
        ("PUT", "/api/session", {}, 405, "method-not-allowed"),
        ("TRACE", "/api/session", {}, 405, "method-not-allowed"),
        ("POST", "/api/nothing", {"json": {}}, 404, "not-found"),
        (
            "PATCH",
            "/api/session/preferences",
            {"content": b"{", "headers": {"content-type": "application/json"}},
            400,
            "body-unreadable",
        ),
        (
            "PATCH",
            "/api/session/preferences",
            {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}},
            400,
            "body-unreadable",
        ),
        ("PATCH", "/api/session/preferences", {"data": {"theme": "dark"}}, 415, "content-type-unsupported"),
        (
            "PATCH",
            "/api/session/preferences",
            {"content": b'{"theme":"dark"}', "headers": {"content-type": "text/plain"}},
            415,
            "content-type-unsupported",
        ),
        (
            "PATCH",
            "/api/session/preferences",
            {"json": {"theme": "dark", "is_admin": True}},
            422,
            "input-invalid",
        ),
        ("PATCH", "/api/session/preferences", {"json": {"locale": "x" * 1_000_001}}, 413, "body-too-large"),
        ("PATCH", "/api/session/preferences?x=1", {"json": {}}, 422, "parameter-unknown"),
        ("GET", "/api/people?team_id=null", {}, 422, "input-invalid"),
        ("GET", "/api/people?state=NULL&state=active", {}, 422, "input-invalid"),
    ],
)
async def test_refusals_say_what_was_wrong(
    agent: Browser, method: str, path: str, more: dict[str, Any], status: int, slug: str
) -> None:
    answer = await agent.ask(method, path, **more)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["cache-control"] == "no-store"
    if status == 405:
        assert "GET" in answer.headers["allow"]


async def test_a_body_that_grows_while_it_is_sent_is_cut_off(agent: Browser) -> None:
    """Without Content-Length the bytes are counted."""

    async def endless() -> Any:
        yield b'{"theme": "'
        for _ in range(30):
            yield b"x" * 100_000

    answer = await agent.ask(
        "PATCH",
        "/api/session/preferences",
        content=endless(),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")


@pytest.mark.parametrize(
    "text", ["\x00", "'; DROP TABLE user_account; --", "%s%n", "🦉" * 60, quote("<script>")]
)
async def test_strange_text_is_an_answer_and_no_fault(browser: NewBrowser, text: str) -> None:
    answer = await browser().ask("POST", "/api/sessions", json={"email": f"a@{text}", "password": text})
    assert answer.status_code in (401, 422), answer.text


async def test_half_a_character_is_refused(browser: NewBrowser) -> None:
    body = b'{"email": "a@\\ud800", "password": "\\udfff"}'
    answer = await browser().ask(
        "POST", "/api/sessions", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_strange_text_in_an_address_is_an_answer_and_no_fault(admin: Browser, method: str) -> None:
    body = {"name": "x", "grants": []} if method == "PUT" else None
    answer = await admin.ask(method, "/api/roles/%00", json=body, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/role-not-found"), answer.text


async def test_limits_of_what_stands_inside_are_stated(agent: Browser) -> None:
    """Of a list's elements too, as they are held to; a reason's, where another problem than `input-invalid` says it."""
    schemas = DOCUMENT["components"]["schemas"]
    regions = schemas["Conditions"]["properties"]["regions"]["oneOf"][0]["items"]
    assert (regions["minLength"], regions["maxLength"]) == (1, 60)
    assert schemas["PersonInvite"]["properties"]["roles"]["items"]["minLength"] == 1
    assert schemas["RevealCreate"]["properties"]["reason"]["minLength"] == 5
    for reason, slug in (
        ("", "reveal-reason-poor"),
        ("12345", "reveal-reason-poor"),
        ("word\0", "input-invalid"),
    ):
        wish = {"subject_kind": "person", "subject_id": str(UUID(int=1)), "kinds": ["name"], "reason": reason}
        answer = await agent.ask("POST", "/api/reveals", json=wish)
        assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{slug}"), answer.text


async def test_a_filter_of_another_part_is_never_null(admin: Browser) -> None:
    """`null` would be as if it were not there, and the list be everything."""
    for name in ("actor_id", "from", "to"):
        answer = await admin.ask("GET", f"/api/audit?{name}=null")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}"), answer.text
    assert (await admin.ask("GET", "/api/people?search=null")).status_code == 200


async def test_options_names_every_method(agent: Browser, browser: NewBrowser) -> None:
    for path, item in DOCUMENT["paths"].items():
        if "{" in path or path == "/api/site":
            continue
        answer = await agent.ask("OPTIONS", path)
        # At an operator's address the provider's routes are not there at all.
        refused = 404 if path.startswith("/api/provider/") else 403
        assert answer.status_code in (204, refused), (path, answer.text)
        if answer.status_code == 204:
            assert set(answer.headers["allow"].split(", ")) == {*map(str.upper, item), "OPTIONS"}, path
    assert (await browser().ask("OPTIONS", "/api/session")).status_code == 401
