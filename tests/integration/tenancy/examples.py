"""How each route is called: with what names something of one operator, in every place that takes such a name."""

import msgspec
from tests.integration.tenancy.examples_of_settings import SETTINGS
from tests.integration.tenancy.tries import Try
from tests.support.operators import PASSWORD

OUTSIDE = {
    "GET /": "a page, the same for everybody",
    "GET /{path:path}": "files of the front end",
    "GET /health": "whether the process answers",
    "GET /problems/{slug:str}": "pages about problems",
    "GET /api/schema": "the document of the API",
    "GET /api/schema/openapi.json": "the document of the API",
    "GET /api/schema/{path:str}": "nothing but a refusal",
}
"""Routes that know no operator, and why; test_guards.py holds that they are all of these."""

NO_TEXT_OF_ANYBODY = {
    "Idempotency-Key": "must be a UUID",
    "If-Match": "compared with a version",
    "Range": "numbers",
    "If-Range": "compared with a date",
}
"""Headers: they name nothing of an operator but what a test of their own tries."""

_GRANTS = [
    {
        "right": "interactions.read",
        "conditions": {"whose": "own", "regions": ["Суғд"], "hours": {"from": "08:00", "until": "20:00"}},
    }
]
_TITLES = {"ru": "Перерыв", "tg": "Танаффус", "en": "Break"}
_NEW_PASSWORD = "quiet harbours 2027 violet"
_ELSEWHERE = Try(refused="not-found", own="not-found")
"""Provider's routes are not there at an operator's address; test_provider_api.py is about them at the provider's."""


def _provider(**body: str) -> list[Try]:
    return [msgspec.structs.replace(_ELSEWHERE, body=body)]


def _provider_list(**query: str) -> list[Try]:
    return [msgspec.structs.replace(_ELSEWHERE, query=query)]


EXAMPLES: dict[str, list[Try]] = {
    "GET /api/site": [Try(refused=200)],
    "POST /api/sessions": [
        Try(
            body={"email": "{email}", "password": PASSWORD},
            refused="sign-in-failed",
            own=201,
            who="visitor",
            headers={"x-forwarded-for": "203.0.113.9"},
        )
    ],
    "GET /api/session": [Try(refused=200)],
    "GET /api/session/others": [Try(refused=200)],
    "PATCH /api/session/preferences": [Try(body={"theme": "dark", "locale": "tg"}, refused=200)],
    "DELETE /api/session/others/{session_id:uuid}": [Try(refused="session-not-found", own=204)],
    "GET /api/desk": [Try(refused=200)],
    "PUT /api/desk/state": [
        Try(body={"state": "break", "reason": "{break_reason}"}, who="other", refused="reason-unknown")
    ],
    "POST /api/desk/phone": [Try(refused="switchboard-unavailable", own="switchboard-unavailable")],
    # Refused before anything is done, also to one's own people: the call is needed for what follows.
    "POST /api/desk/interactions/{interaction_id:uuid}/transfer": [
        Try(
            body={"to": "agent", "id": "{own.agent}"},
            refused="interaction-unknown",
            own="transfer-target-not-free",
        ),
        Try(
            path="/api/desk/interactions/{own.interaction}/transfer",
            body={"to": "agent", "id": "{agent}"},
            refused="transfer-target-unknown",
            own="transfer-target-not-free",
        ),
        Try(
            path="/api/desk/interactions/00000000-0000-0000-0000-000000000000/transfer",
            body={"to": "number", "number": "{number}"},
            refused="interaction-unknown",
            own="interaction-unknown",
        ),
    ],
    "POST /api/desk/interactions/{interaction_id:uuid}/consult": [
        Try(
            body={"to": "agent", "id": "{own.agent}"},
            refused="interaction-unknown",
            own="transfer-target-not-free",
        ),
        Try(
            path="/api/desk/interactions/{own.interaction}/consult",
            body={"to": "queue", "id": "{queue}"},
            refused="transfer-target-unknown",
            own="transfer-target-not-free",
        ),
        Try(
            path="/api/desk/interactions/00000000-0000-0000-0000-000000000000/consult",
            body={"to": "number", "number": "{number}"},
            refused="interaction-unknown",
            own="interaction-unknown",
        ),
    ],
    "POST /api/desk/calls": [
        Try(
            body={"to": "agent", "id": "{agent}"}, refused="phone-not-registered", own="phone-not-registered"
        ),
        Try(
            body={"to": "number", "number": "{number}"},
            refused="phone-not-registered",
            own="phone-not-registered",
        ),
        Try(
            body={"to": "number", "number_token": "{number_token}"},
            refused="number-token-invalid",
            own="number-token-invalid",
        ),
    ],
    "DELETE /api/desk/interactions/{interaction_id:uuid}/parties/{party_id:uuid}": [
        Try(refused="interaction-unknown", own="transfer-target-unknown")
    ],
    **{
        f"POST /api/desk/interactions/{{interaction_id:uuid}}/{order}": [
            Try(refused="interaction-unknown", own="not-possible-now")
        ]
        for order in ("swap", "join", "complete", "return", "recording/resume")
    },
    "POST /api/desk/interactions/{interaction_id:uuid}/recording/pause": [Try(refused="interaction-unknown")],
    "POST /api/desk/interactions/{interaction_id:uuid}/resume": [
        Try(refused="interaction-unknown", own="not-possible-now")
    ],
    "POST /api/desk/interactions/{interaction_id:uuid}/reject": [
        Try(refused="interaction-unknown", own="not-possible-now")
    ],
    "POST /api/desk/interactions/{interaction_id:uuid}/hold": [Try(refused="interaction-unknown")],
    "POST /api/desk/interactions/{interaction_id:uuid}/hang-up": [Try(refused="interaction-unknown")],
    "GET /api/desk/targets": [Try(refused=200)],
    "POST /api/desk/interactions/{interaction_id:uuid}/wrap-up": [
        Try(
            body={
                "disposition": "{own.disposition}",
                "note": "Перезвонить",
                "next": "break",
                "reason": "{own.break_reason}",
            },
            refused="interaction-unknown",
        ),
        Try(
            path="/api/desk/interactions/{own.interaction}/wrap-up",
            body={"disposition": "{disposition}"},
            refused="disposition-unknown",
            own="interaction-unknown",
        ),
        Try(
            path="/api/desk/interactions/{own.interaction}/wrap-up",
            body={"disposition": "{own.disposition}", "next": "break", "reason": "{break_reason}"},
            refused="reason-unknown",
            own="interaction-unknown",
        ),
    ],
    "GET /api/break-reasons": [Try(refused=200)],
    "DELETE /api/desk/break-request": [Try(who="other", refused="not-possible-now", own="not-possible-now")],
    "GET /api/desk/day": [Try(refused=200, shows=False)],
    "GET /api/team": [Try(refused=200)],
    "POST /api/team/{agent_id:uuid}/break-decision": [
        Try(
            body={"wish_id": "{own.agent}", "approved": True, "note": "Да"},
            who="supervisor",
            refused="agent-unknown",
            own="not-possible-now",
        ),
        Try(
            path="/api/team/{own.agent}/break-decision",
            body={"wish_id": "{agent}", "approved": False},
            who="supervisor",
            refused="not-possible-now",
            own="not-possible-now",
        ),
    ],
    "GET /api/settings/break-reasons": [Try(refused=200)],
    "POST /api/settings/break-reasons": [
        Try(
            body={"code": "{reason_to_take}", "names": _TITLES, "limit_s": 600},
            refused=201,
            own="break-reason-code-taken",
        )
    ],
    "PUT /api/settings/break-reasons": [
        Try(
            body={"codes": ["{break_reason}"]}, refused="break-order-incomplete", own="break-order-incomplete"
        )
    ],
    "GET /api/settings/break-reasons/{reason:str}": [Try(refused="break-reason-not-found", shows=False)],
    "PUT /api/settings/break-reasons/{reason:str}": [
        Try(
            body={"names": _TITLES, "at_once": 2, "needs_approval": True},
            headers={"if-match": "*"},
            refused="break-reason-not-found",
        )
    ],
    "GET /api/dispositions": [Try(refused=200)],
    "GET /api/interactions": [
        Try(refused=200),
        Try(query={"queue_id": "{queue}", "end_reason": "moved"}, refused=200, shows=False),
        Try(query={"agent_id": "{agent}"}, refused=200),
        Try(query={"number": "{number}"}, refused=200),
        Try(query={"number_token": "{number_token}"}, who="admin", refused="number-token-invalid"),
        Try(query={"cursor": "{cursor}"}, refused=200),
    ],
    "GET /api/interactions/{interaction_id:uuid}": [Try(refused="interaction-not-found")],
    "GET /api/returns": [Try(refused=200), Try(query={"queue_id": "{queue}"}, refused=200)],
    "PUT /api/returns/{interaction_id:uuid}/taken": [
        Try(path="/api/returns/{lost}/taken", refused="return-not-found", own=204)
    ],
    "DELETE /api/returns/{interaction_id:uuid}/taken": [
        Try(path="/api/returns/{lost}/taken", refused="return-not-found", own=204)
    ],
    "POST /api/returns/{interaction_id:uuid}/settlement": [
        Try(
            path="/api/returns/{lost_to_settle}/settlement",
            body={"outcome": "not_needed"},
            refused="return-not-found",
            own=204,
        )
    ],
    "GET /api/recordings/{recording_id:uuid}/audio": [
        Try(refused="recording-not-found", own="recording-not-stored")
    ],
    "GET /api/recordings/{recording_id:uuid}/download": [
        Try(refused="recording-not-found", own="recording-not-stored")
    ],
    "GET /api/audit": [
        Try(query={"actor_id": "{agent}"}, refused=200),
        Try(query={"subject_kind": "person", "subject_id": "{person}", "act": "people."}, refused=200),
        Try(query={"cursor": "{audit_cursor}"}, refused=200),
    ],
    "GET /api/audit/export": [
        Try(query={"actor_id": "{agent}"}, refused=200),
        Try(query={"subject_kind": "person", "subject_id": "{person}", "act": "people."}, refused=200),
    ],
    "GET /api/audit/anchors": [Try(refused=200, shows=False)],
    "GET /api/audit/{entry_id:uuid}": [Try(refused="audit-entry-not-found")],
    "POST /api/reveals": [
        Try(
            body={"subject_kind": kind, "subject_id": id_, "kinds": ["name"], "reason": "Жалоба 4711"},
            refused="subject-not-found",
            own=201,
        )
        for kind, id_ in (("interaction", "{interaction}"), ("person", "{person}"))
    ],
    "GET /api/reveals": [Try(refused=200)],
    "GET /api/people": [
        Try(query={"search": "{slug}"}, refused=200),
        Try(query={"role": "{role}"}, refused=200, shows=False),
        Try(query={"team_id": "{team}"}, refused=200),
        Try(query={"cursor": "{people_cursor}"}, refused=200),
    ],
    "POST /api/people": [
        Try(
            body={"email": "new-{nonce}@nobody.test", "name": "Новый", "roles": ["{role}"], "region": "Суғд"},
            refused="role-unknown",
            own=201,
        ),
        Try(
            body={
                "email": "new-{nonce}@nobody.test",
                "name": "Новый",
                "roles": ["agent"],
                "team_id": "{team}",
            },
            refused="team-unknown",
            own=201,
        ),
        Try(body={"email": "{email}", "name": "Новый", "roles": ["agent"]}, refused=201, own="email-taken"),
    ],
    "GET /api/people/{person_id:uuid}": [Try(refused="person-not-found")],
    "PATCH /api/people/{person_id:uuid}": [
        Try(body={"name": "Новый", "region": "Суғд"}, headers={"if-match": "*"}, refused="person-not-found"),
        Try(
            path="/api/people/{own.person}",
            body={"roles": ["{role}"]},
            headers={"if-match": "*"},
            refused="role-unknown",
        ),
        Try(
            path="/api/people/{own.person}",
            body={"team_id": "{team}"},
            headers={"if-match": "*"},
            refused="team-unknown",
        ),
    ],
    "POST /api/people/{person_id:uuid}/disable": [
        Try(path="/api/people/{leaver}/disable", refused="person-not-found")
    ],
    "POST /api/people/{person_id:uuid}/end-sessions": [
        Try(path="/api/people/{leaver}/end-sessions", refused="person-not-found", own=204)
    ],
    "POST /api/people/{person_id:uuid}/enable": [
        Try(path="/api/people/{leaver}/enable", refused="person-not-found")
    ],
    "POST /api/people/{person_id:uuid}/invitation": [Try(refused="person-not-found", own=201)],
    "GET /api/people/{person_id:uuid}/rights": [Try(refused="person-not-found", shows=False)],
    "GET /api/teams": [Try(refused=200)],
    "POST /api/teams": [Try(body={"name": "{team_name}"}, refused=201, own="team-name-taken")],
    "PATCH /api/teams/{team_id:uuid}": [Try(body={"name": "Команда {nonce}"}, refused="team-not-found")],
    "DELETE /api/teams/{team_id:uuid}": [
        Try(path="/api/teams/{team_to_remove}", refused="team-not-found", own=204)
    ],
    "GET /api/invitations/{token:str}": [Try(refused="invitation-invalid")],
    "POST /api/invitations/{token:str}/accept": [
        Try(body={"password": _NEW_PASSWORD}, refused="invitation-invalid")
    ],
    "GET /api/rights": [Try(refused=200, shows=False)],
    "GET /api/roles": [Try(refused=200)],
    "GET /api/roles/{code:str}": [Try(refused="role-not-found")],
    "POST /api/roles": [
        Try(
            body={"code": "copy_{nonce}", "name": "Копия", "copy_of": "{role}"},
            refused="role-not-found",
            own=201,
        ),
        Try(
            body={"code": "{role_to_take}", "name": "Такая же", "grants": _GRANTS},
            refused=201,
            own="role-code-taken",
        ),
    ],
    "POST /api/roles/preview": [Try(body={"code": "{role}", "grants": _GRANTS}, refused=200)],
    "PUT /api/roles/{code:str}": [
        Try(body={"name": "Другая", "grants": _GRANTS}, headers={"if-match": "*"}, refused="role-not-found")
    ],
    "DELETE /api/roles/{code:str}": [
        Try(path="/api/roles/{role_to_remove}", headers={"if-match": "*"}, refused="role-not-found", own=204)
    ],
    "GET /api/provider/tenants": _provider_list(search="{slug}", cursor="{cursor}"),
    "GET /api/provider/tenants/{slug:str}": [_ELSEWHERE],
    "GET /api/provider/operations": _provider_list(slug="{slug}", cursor="{cursor}"),
    "GET /api/provider/operations/{operation_id:uuid}": [_ELSEWHERE],
    "GET /api/provider/operations/{operation_id:uuid}/archive": [_ELSEWHERE],
    "POST /api/provider/tenants": _provider(slug="{slug}", blueprint="{slug}", name="Оператор"),
    "POST /api/provider/tenants/{slug:str}/suspend": _provider(reason="Потому что"),
    "POST /api/provider/tenants/{slug:str}/resume": [_ELSEWHERE],
    "POST /api/provider/tenants/{slug:str}/rename": _provider(slug="{slug}"),
    "POST /api/provider/tenants/{slug:str}/export": _provider(recipient="0" * 64),
    "POST /api/provider/tenants/{slug:str}/delete": _provider(slug="{slug}"),
    "POST /api/provider/tenants/{slug:str}/undelete": [_ELSEWHERE],
    # Last: what it is called with does not count any more.
    "POST /api/session/password": [
        Try(body={"current": PASSWORD, "new": _NEW_PASSWORD}, who="other", refused=204, own=204)
    ],
    "DELETE /api/session": [Try(who="guest", refused=204, own="not-signed-in")],
    **SETTINGS,
}
"""By the route's name, in the order in which they are called."""
