"""Whoever is signed in at one operator and names what is another's gets nothing of it and changes nothing.

Routes are those of the applications, what they take is read from their signatures: a route, a parameter or a member of
a body that is added tomorrow is tried, or fails here for want of an example (examples.py).
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.integration.tenancy.examples import EXAMPLES, NO_TEXT_OF_ANYBODY, OUTSIDE
from tests.integration.tenancy.tries import OK, PATHS, Outcome, Try
from tests.support.api_process import Answer, Browser, Web
from tests.support.route_inputs import inputs_of, values_at
from tests.support.routes import SOCKET, Route, api_application, routes_of
from tests.support.sides import Side, changed

from ovoz.entrypoints.api import NOT_SIGNED_IN
from ovoz.platform.access.contracts import PROVIDER_ROLES, Right
from ovoz.platform.identity.deps import OUTSIDE_TENANTS, WITHOUT_CSRF
from ovoz.platform.requests.contracts import KEEPS_ANSWER

with tempfile.TemporaryDirectory() as _home:
    ROUTES = {route.name: route for route in routes_of(api_application(Path(_home)))}

Found = dict[str, Any]


def tried() -> Iterator[tuple[Route, Try]]:
    for name, examples in EXAMPLES.items():
        for example in examples:
            yield ROUTES[name], example


async def ask(browser: Browser | Side, route: Route, call: Try, **headers: str | None) -> Answer:
    """`call` is filled in already; of a side, the person whom the example wants asks."""
    if isinstance(browser, Side):
        browser = browser.who(call.who)
    path = call.path + (f"?{urlencode(call.query)}" if call.query else "")
    return await browser.ask(route.method, path, call.body, **{**call.headers, **headers})


def outcome(answer: Answer) -> Outcome:
    return answer.status if answer.status in OK else answer.problem


def told(answer: Answer, call: Try, side: Side) -> set[str]:
    """What stands in an answer and is this operator's alone, but for what was asked with."""
    text = (
        answer.body.decode(errors="replace")
        if isinstance(answer.body, bytes)
        else json.dumps(answer.body, ensure_ascii=False)
    )
    said = json.dumps([call.path, call.query, call.body], ensure_ascii=False)
    return {marker for marker in side.markers if marker in f"{text}{answer.headers}" and marker not in said}


def test_every_route_has_an_example() -> None:
    routes = {name for name, route in ROUTES.items() if route.method != SOCKET}
    assert routes == set(EXAMPLES) | set(OUTSIDE)
    assert {name for name in OUTSIDE if not ROUTES[name].opt.get(OUTSIDE_TENANTS)} == set()


def test_every_name_of_something_is_tried_with_another_operators() -> None:
    """In paths, parameters and bodies: what identifies stands in an example as a name to be filled in."""
    missing: Found = {}
    for name, examples in EXAMPLES.items():
        for given in inputs_of(ROUTES[name]):
            values = [
                value
                for example in examples
                for value in {
                    "path": [f"{{{PATHS.get(given.name, '')}}}"],
                    "query": [example.query.get(given.name)],
                    "body": values_at(example.body, given.name),
                    "header": [],
                }[given.place]
                if value is not None
            ]
            if given.place == "header":
                tried_ = given.name in NO_TEXT_OF_ANYBODY
            elif given.identifies and given.place == "path":
                tried_ = given.name in PATHS
            elif given.identifies:
                tried_ = any("{" in str(value) and "{own." not in str(value) for value in values)
            else:
                tried_ = bool(values)
            if not tried_:
                missing.setdefault(name, []).append(f"{given.place} {given.name}")
    assert missing == {}


async def test_who_tries_holds_every_right_of_an_operator(ours: Side) -> None:
    """Otherwise it is a missing right that is refused."""
    rights = set((await ours.browsers["everyone"].ask("GET", "/api/session")).body["rights"])
    assert {"vendor"} == PROVIDER_ROLES
    assert rights == set(Right.__args__) - {"tenants.read", "tenants.manage"}


@pytest.fixture(scope="module")
async def strangers_calls(ours: Side, theirs: Side) -> Found:
    """Every example with their names by our person: what was told, what changed, what was answered otherwise."""
    found: Found = {}
    before = await theirs.settle()
    for route, example in tried():
        call = example.filled(route.path, theirs.names, ours.names)
        answer = await ask(ours, route, call)
        after = await theirs.fingerprint()
        wrong = {
            "answered": outcome(answer) if outcome(answer) != example.refused else None,
            "told": told(answer, call, theirs),
            "changed": changed(before, after),
        }
        if any(wrong.values()):
            found[f"{route.name} {example.query or example.body}"] = {**wrong, "answer": answer.body}
        before = after
    return found


async def test_nothing_of_the_other_operator_is_told_or_changed(strangers_calls: Found) -> None:
    assert strangers_calls == {}


async def test_a_session_of_the_other_operator_is_none_here(ours: Side, theirs: Side) -> None:
    """Their cookie and their token at our address, with our names and with theirs."""
    found: Found = {}
    visitor = ours.browsers["everyone"].web.browser(ours.operator.slug)
    visitor.cookies = dict(theirs.browsers["everyone"].cookies)
    for side in (ours, theirs):
        await side.settle()
    for route, example in tried():
        if route.rights == ["public"]:
            continue
        before = [await side.fingerprint() for side in (ours, theirs)]
        for names in (ours.names, theirs.names):
            call = example.filled(route.path, names, ours.names)
            answer = await ask(visitor, route, call)
            visitor.cookies = dict(theirs.browsers["everyone"].cookies)
            expected = "not-found" if route.of_provider else "not-signed-in"
            if outcome(answer) != expected or told(answer, call, ours) | told(answer, call, theirs):
                found[route.name] = answer
        after = [await side.fingerprint() for side in (ours, theirs)]
        if tables := [changed(*side) for side in zip(before, after, strict=True) if changed(*side)]:
            found[f"{route.name} changed"] = tables
    assert found == {}


async def test_a_token_of_the_other_operator_is_none_here(ours: Side, theirs: Side) -> None:
    """Our session with their CSRF token: a request that could have been forged."""
    found: Found = {}
    token = theirs.browsers["everyone"].cookies["ovoz_csrf"]
    await ours.settle()
    for route, example in tried():
        if not route.unsafe or route.opt.get(WITHOUT_CSRF) or route.of_provider:
            continue
        call = example.filled(route.path, ours.names, ours.names)
        before = await ours.fingerprint()
        answer = await ask(ours.browsers["everyone"], route, call, x_csrf_token=token)
        tables = changed(before, await ours.fingerprint()) - {"session"}
        if outcome(answer) != "request-forged" or tables:
            found[route.name] = (tables, answer)
    assert found == {}


async def test_an_answer_kept_for_the_other_operator_is_not_given_here(ours: Side, theirs: Side) -> None:
    """The same key, route and body: each operator's order is carried out for itself."""
    keeping = [
        name for name, route in ROUTES.items() if route.opt.get(KEEPS_ANSWER) and not route.of_provider
    ]
    key = "0199c1a0-7a2e-7cc3-98c4-dc0c0c07398f"
    body = {"code": "kept_answer", "name": "Сохранённый", "grants": [{"right": "session.use"}]}
    titles = dict.fromkeys(("ru", "tg", "en"), "Сохранённый")
    ring = {"after_s": 0, "everyone": True}
    bodies = {
        "POST /api/teams": {"name": "Сохранённый"},
        "POST /api/roles": body,
        "POST /api/skills": {"code": "kept_answer", "names": titles},
        "POST /api/queues": {"code": "kept_answer", "settings": {"name": "Сохранённая", "rings": [ring]}},
        "POST /api/holidays": {"date": "2027-09-09", "name": "Сохранённый"},
        "POST /api/settings/break-reasons": {"code": "kept_answer", "names": titles},
    }
    assert set(keeping) == set(bodies)
    for name in keeping:
        for side in (theirs, ours):
            first, again = [
                await side.browsers["everyone"].ask(
                    "POST", ROUTES[name].path, bodies[name], idempotency_key=key
                )
                for _ in range(2)
            ]
            assert (first.status, "idempotency-replayed" in first.headers) == (201, False), side.operator
            assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")


async def test_its_own_people_get_what_the_names_stand_for(strangers_calls: Found, theirs: Side) -> None:
    """Without this the refusals above would say nothing, and no marker would have been found."""
    found: Found = {}
    for route, example in tried():
        before = await theirs.fingerprint()
        call = example.filled(route.path, theirs.names, theirs.names)
        answer = await ask(theirs, route, call)
        shown = bool(told(answer, call, theirs)) or not example.shows
        wrong = {
            "answered": outcome(answer) if outcome(answer) != example.own else None,
            "not shown": route.method == "GET" and example.own == 200 and not shown,
            "not changed": route.unsafe
            and example.own in OK
            and not route.path.endswith(("/preview", "/replay"))
            and not changed(before, await theirs.fingerprint()),
        }
        if any(wrong.values()):
            found[f"{route.name} {example.query or example.body}"] = {**wrong, "answer": answer.body}
    assert found == {}


async def test_sockets_know_no_session_of_the_other_operator(web: Web, ours: Side, theirs: Side) -> None:
    sockets = [route for route in ROUTES.values() if route.method == SOCKET]
    assert len(sockets) >= 2
    visitor = web.browser(ours.operator.slug)
    for route in sockets:
        assert inputs_of(route) == [], "names in a socket's path: try them"
        visitor.cookies = dict(theirs.browsers["everyone"].cookies)
        assert await visitor.close_code(route.path) == NOT_SIGNED_IN
