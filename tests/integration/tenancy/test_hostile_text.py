"""Texts that would be SQL, templates, paths or markup somewhere, in every text that a route takes.

What takes text is read from the routes, as in test_isolation.py. Whatever is sent: no fault of ours, nothing of another
operator or of the installation changes, nothing of one's own that the route does not say; a text that is taken comes
back byte for byte.
"""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.integration.tenancy.examples import EXAMPLES
from tests.integration.tenancy.test_isolation import ROUTES
from tests.integration.tenancy.tries import OK, Try
from tests.support.api_process import Answer, Web
from tests.support.route_inputs import Input, inputs_of, values_at, with_value_at
from tests.support.routes import Route
from tests.support.sides import Side, changed, installation_fingerprint
from tests.support.stack import eventually

HOSTILE = (
    "'",
    "''",
    '"',
    "\\",
    "\\'; SELECT 1; --",
    "'; RESET ROLE; DROP SCHEMA {schema} CASCADE; --",
    "'); SET ROLE ovoz_owner; UPDATE {schema}.user_account SET name = 'canary'; --",
    "') OR 1=1 --",
    "x' UNION SELECT email FROM {schema}.user_account --",
    "' || (SELECT ovoz.emit(gen_random_uuid(), 'x', 'x', now(), '{}')) || '",
    "' || (SELECT current_user) || '",
    "1); CREATE ROLE canary LOGIN; --",
    "$$; RESET ROLE; $$",
    "$1 :name :id %s %(name)s ? {0}",
    "%' OR name LIKE '%",
    "\x00",
    "a\x00'; RESET ROLE; --",
    '{"$enc": "AAAA"}',
    '{"$type": "x", "__class__": "y"}',
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "{self.__class__}{0.__globals__}",
    "../../../../etc/passwd",
    "..%2f..%2f%00",
    "line\r\nSet-Cookie: canary=1",
    "<script>alert(1)</script>",
    "ʼ; RESET ROLE; ＇ ′",
    "\u202eSELECT\u202c\u200b\ufeff",
    "е\u0301 ﷽ 𝕊 👩‍👩‍👧",
    "null",
    "-1",
    "x" * 5000,
    "'" * 39,
)
NOISE = {"session", "kept_answer", "sign_in_failure", "access_state", "ovoz.outbox"}
"""Changes with whoever asks, also where what was asked is refused."""
SAYS_OTHERWISE = {
    "POST /api/roles/preview": "answers who would gain and lose what",
    "POST /api/queues/preview": "answers who would get calls",
    "POST /api/queues/replay": "answers with figures",
    "POST /api/routing-rules/preview": "answers who would get a call",
    "POST /api/routing-rules/replay": "answers with figures",
}


def texts() -> list[tuple[str, Input]]:
    return [
        (name, given)
        for name in EXAMPLES
        for given in inputs_of(ROUTES[name])
        if given.text or given.place == "path"
    ]


def sent(route: Route, call: Try, given: Input, text: str) -> tuple[str, Any, dict[str, str]]:
    """Path with query, body and headers of the call with this text in that place."""
    path, query, body, headers = call.path, dict(call.query), call.body, dict(call.headers)
    if given.place == "path":
        before = route.path[: route.path.index("{")]
        behind = route.path[route.path.index("}") + 1 :]
        path = f"{before}{quote(text, safe='')}{behind}"
    elif given.place == "query":
        query[given.name] = text
    elif given.place == "body":
        body = with_value_at(body, given.name, text)
    else:
        headers[given.name.lower()] = (
            text.encode("unicode_escape").decode().replace("\r", "").replace("\n", "")
        )
    return path + (f"?{urlencode(query)}" if query else ""), body, headers


def example_with(name: str, given: Input) -> Try:
    """One whose body has a place for it."""
    for example in EXAMPLES[name]:
        if given.place != "body" or values_at(example.body, given.name):
            return example
    raise AssertionError(f"{name} has no example with {given.name}")


def strings(value: Any) -> set[str]:
    """Every text in an answer's JSON."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {found for one in inner for found in strings(one)}


@pytest.fixture(scope="module")
async def hostile(web: Web, sides: dict[str, Side]) -> Side:
    for name in ("theirs", "hostile"):
        await sides[name].settle()
    return sides["hostile"]


def test_there_are_texts() -> None:
    assert len(texts()) > 60


@pytest.mark.parametrize(("name", "given"), texts(), ids=lambda of: of if isinstance(of, str) else of.name)
async def test_hostile_text_is_taken_as_text_or_refused(
    web: Web, hostile: Side, theirs: Side, name: str, given: Input
) -> None:
    route, example = ROUTES[name], example_with(name, given)
    schema = f"t_{theirs.operator.tenant_id}"
    browser = hostile.who(example.who)
    found: dict[str, Any] = {}
    taken = False
    before = await hostile.fingerprint()
    others = await theirs.fingerprint(), await installation_fingerprint(web.stack)
    for number, pattern in enumerate(HOSTILE):
        text = pattern.replace("{schema}", schema)
        call = example.filled(route.path, hostile.names, hostile.names)
        path, body, headers = sent(route, call, given, text)
        headers.setdefault("x-forwarded-for", f"203.0.113.{number}")
        answer = await browser.ask(route.method, path, body, **headers)
        if wrong := fault(answer, given, text, told=route.unsafe and name not in SAYS_OTHERWISE):
            found[pattern] = wrong, answer.status, answer.body
        taken |= answer.status in OK
    assert found == {}
    own = changed(before, await hostile.fingerprint())
    may = set(TABLES.get(name, ())) if taken else set()
    assert own - may - NOISE - {"audit_entry"} == set()
    assert (await theirs.fingerprint(), await installation_fingerprint(web.stack)) == others


async def test_a_note_comes_back_byte_for_byte(web: Web, hostile: Side) -> None:
    """It is taken once for each call: so all that Postgres can keep together."""
    person, call = hostile.who("everyone"), hostile.names["interaction"]
    note = "\n".join(text for text in HOSTILE if "\x00" not in text and len(text) < 1000)
    at = f"/api/desk/interactions/{call}"
    assert (await person.ask("POST", f"{at}/hang-up")).status == 200
    wrapped = await person.ask("POST", f"{at}/wrap-up", {"disposition": "resolved", "note": note})
    assert wrapped.status == 200, wrapped.body

    async def kept() -> bool:
        shown = await person.ask("GET", f"/api/interactions/{call}")
        assert shown.status == 200, shown.body
        return bool(shown.body["note"] == note)

    await eventually(kept, within_s=10, what="the note")


def fault(answer: Answer, given: Input, text: str, *, told: bool) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if "canary" in str(answer.headers):
        return "it became a header"
    if answer.status in (500, 502, 504) or (
        answer.status == 503 and answer.problem != "switchboard-unavailable"
    ):
        return "a fault of ours"
    if answer.status >= 400:
        return "" if answer.problem else "no problem document"
    if "49" in strings(answer.body) or "root:" in str(answer.body):
        return "it was carried out"
    if told and given.place == "body" and answer.body and given.name not in NOT_TOLD_AGAIN:
        # Addresses are lower case; a reason's spaces are one each.
        kept = {text, text.strip(), text.lower(), " ".join(text.split())}
        return "" if kept & strings(answer.body) else "taken, and not what was sent"
    return ""


NOT_TOLD_AGAIN = {"password", "current", "new", "copy_of", "content"}
TABLES: dict[str, tuple[str, ...]] = {
    "POST /api/sessions": ("sign_in_failure",),
    "POST /api/session/password": ("user_account",),
    "PUT /api/desk/state": ("agent_state", "event_log", "ovoz.live"),
    "POST /api/desk/phone": (),
    "POST /api/settings/break-reasons": ("break_reason",),
    "PUT /api/settings/break-reasons": ("break_reason",),
    "PUT /api/settings/break-reasons/{reason:str}": ("break_reason",),
    "POST /api/desk/interactions/{interaction_id:uuid}/hold": (
        "interaction",
        "handling",
        "segment",
        "event_log",
        "ovoz.live",
    ),
    "POST /api/desk/interactions/{interaction_id:uuid}/hang-up": (
        "interaction",
        "handling",
        "segment",
        "leg",
        "agent_state",
        "recording",
        "event_log",
        "ovoz.live",
    ),
    "POST /api/desk/interactions/{interaction_id:uuid}/transfer": (
        "interaction",
        "handling",
        "segment",
        "leg",
        "agent_state",
        "recording",
        "event_log",
        "ovoz.live",
    ),
    "POST /api/desk/interactions/{interaction_id:uuid}/consult": (
        "interaction",
        "handling",
        "segment",
        "leg",
        "agent_state",
        "recording",
        "event_log",
        "ovoz.live",
    ),
    "POST /api/desk/interactions/{interaction_id:uuid}/wrap-up": (
        "interaction",
        "handling",
        "segment",
        "agent_state",
        "event_log",
        "ovoz.live",
    ),
    "POST /api/reveals": ("reveal",),
    "POST /api/people": ("user_account", "role_assignment", "invitation"),
    "PATCH /api/people/{person_id:uuid}": ("user_account", "role_assignment"),
    "POST /api/teams": ("team",),
    "PATCH /api/teams/{team_id:uuid}": ("team",),
    "POST /api/invitations/{token:str}/accept": ("user_account", "invitation"),
    "POST /api/queues": ("queue", "queue_version"),
    "PUT /api/queues/{queue_id:uuid}": ("queue", "queue_version"),
    "POST /api/holidays": ("holiday",),
    "PUT /api/routing-rules": ("routing_rules", "routing_rules_version"),
    "PUT /api/calling-rules": ("calling_rules",),
    "POST /api/skills": ("skill",),
    "PATCH /api/skills/{skill_id:uuid}": ("skill",),
    "POST /api/roles": ("role",),
    "PUT /api/roles/{code:str}": ("role",),
    # A role may be called `null`.
    "DELETE /api/roles/{code:str}": ("role",),
}
"""What a route may change when it takes the text, beside the audit."""
