"""How the routes of queues, holidays and skills are called: see `examples`."""

from tests.integration.tenancy.tries import Try

_NAMES = {"ru": "Навык", "tg": "Маҳорат", "en": "Skill"}
_RING = {"after_s": 0, "everyone": True}
_SETTINGS = {
    "name": "Новая",
    "rings": [_RING],
    "music": "default",
    "hours": {"always": False, "windows": [{"day": 1, "from": "08:00", "until": "20:00"}]},
    "overflow": [{"when": "closed", "then": "number", "to": "+992446000199"}],
    "dispositions": ["{own.disposition}"],
}
_OF_THE_OTHER = {
    "members": ["{agent}"],
    "rings": [_RING | {"teams": ["{team}"]}],
    "caller_number": "{entry_number}",
}
_WHEN = {"regions": ["Суғд"], "products": ["Салом"], "languages": ["tg"], "network": ["poor"]}
_THEN = {"head_start_s": 30, "prefer": "manager"}

SETTINGS: dict[str, list[Try]] = {
    # Before queues are made here with codes of the other operator.
    "GET /api/routing-rules": [Try(refused=200)],
    "PUT /api/routing-rules": [
        Try(
            body={
                "rules": [
                    {
                        "name": "Правило",
                        "when": _WHEN | {"dialled": ["{own.entry_number}"]},
                        "then": _THEN | {"queue": "{own.queue_to_lead_to}"},
                    }
                ],
                "last_agent": {"within_days": 3, "wait_s": 20},
            },
            headers={"if-match": "*"},
            refused=200,
        ),
        *(
            Try(
                body={"rules": [{"name": "Правило"} | rule]},
                headers={"if-match": "*"},
                refused="routing-rules-invalid",
                own=own,
            )
            for rule, own in (
                ({"when": {"dialled": ["{entry_number}"]}, "then": {"head_start_s": 5}}, 200),
                ({"then": {"queue": "{queue_to_lead_to}"}}, 200),
                # The own skill is one that nobody has.
                ({"then": {"skills": {"{skill_code}": 5}}}, "routing-rules-invalid"),
            )
        ),
    ],
    "POST /api/routing-rules/preview": [
        Try(
            body={
                "settings": {
                    "rules": [
                        {
                            "name": "Правило",
                            "when": _WHEN | {"dialled": ["{entry_number}"]},
                            "then": _THEN | {"queue": "{queue_to_lead_to}"},
                        }
                    ]
                },
                "caller": {
                    "dialled": "{own.entry_number}",
                    "region": "Суғд",
                    "product": "Салом",
                    "language": "tg",
                    "network": "poor",
                    "manager_id": "{agent}",
                    "last_agent_id": "{agent}",
                },
            },
            refused=200,
            shows=False,
        ),
        Try(
            body={"settings": {}, "caller": {"dialled": "{entry_number}", "number": "{number}"}},
            refused="routing-rules-invalid",
        ),
    ],
    "POST /api/routing-rules/replay": [
        Try(
            body={
                "day": "2026-11-01",
                "settings": {"rules": [{"name": "Правило", "when": _WHEN} | rule]},
            },
            refused="routing-rules-invalid",
            own=own,
        )
        for rule, own in (
            ({"when": {"dialled": ["{entry_number}"]}, "then": {"head_start_s": 5}}, 200),
            ({"then": {"queue": "{queue_to_lead_to}"}}, 200),
            # The own skill is one that nobody has.
            ({"then": {"skills": {"{skill_code}": 5}}}, "routing-rules-invalid"),
        )
    ],
    "GET /api/routing-rules/versions": [Try(refused=200, shows=False)],
    "POST /api/routing-rules/restore": [
        Try(
            body={"version": 4711},
            headers={"if-match": "*"},
            refused="routing-rules-version-not-found",
            own="routing-rules-version-not-found",
        )
    ],
    "GET /api/calling-rules": [Try(refused=200)],
    "PUT /api/calling-rules": [
        Try(
            body={"caller_number": "{entry_number}", "recording_pause_s": 60},
            headers={"if-match": "*"},
            refused="calling-rules-invalid",
        )
    ],
    "GET /api/queues": [Try(refused=200)],
    "POST /api/queues": [
        Try(
            body={"code": "{queue_to_take}", "settings": _SETTINGS},
            refused=201,
            own="queue-code-taken",
        ),
        *(
            Try(
                body={"code": "q_{nonce}", "settings": {"name": "Новая", "rings": [_RING]} | settings},
                refused="queue-settings-invalid",
                own=201,
            )
            for settings in (
                {"members": ["{agent}"]},
                {"rings": [_RING | {"teams": ["{team}"]}]},
                {"dispositions": ["{disposition}"]},
                {"caller_number": "{entry_number}"},
                {"overflow": [{"when": "closed", "then": "queue", "to": "{queue_to_lead_to}"}]},
            )
        ),
    ],
    "POST /api/queues/replay": [
        Try(
            body={
                "day": "2026-11-01",
                "code": "{queue_to_take}",
                "settings": _SETTINGS | _OF_THE_OTHER,
            },
            refused=200,
            shows=False,
        )
    ],
    "POST /api/queues/preview": [
        Try(
            body={
                "code": "{queue_to_take}",
                "settings": _SETTINGS | _OF_THE_OTHER,
            },
            refused=200,
            shows=False,
        )
    ],
    # The same for everybody: what the installation has.
    "GET /api/queues/sounds": [Try(refused=200, shows=False)],
    "GET /api/queues/{queue_id:uuid}": [Try(refused="queue-not-found")],
    "PUT /api/queues/{queue_id:uuid}": [
        Try(
            path="/api/queues/{queue_to_archive}",
            body=_SETTINGS,
            headers={"if-match": "*"},
            refused="queue-not-found",
        ),
        *(
            Try(
                path="/api/queues/{own.queue_to_archive}",
                body=_SETTINGS | settings,
                headers={"if-match": "*"},
                refused="queue-settings-invalid",
            )
            for settings in (
                {"members": ["{agent}"]},
                {"rings": [_RING | {"teams": ["{team}"]}]},
                {"caller_number": "{entry_number}"},
            )
        ),
    ],
    "GET /api/queues/{queue_id:uuid}/versions": [
        Try(path="/api/queues/{queue_to_archive}/versions", refused="queue-not-found", shows=False)
    ],
    "POST /api/queues/{queue_id:uuid}/restore": [
        Try(
            path="/api/queues/{queue_to_archive}/restore",
            body={"version": 1},
            headers={"if-match": "*"},
            refused="queue-not-found",
        )
    ],
    "PUT /api/queues/{queue_id:uuid}/archived": [
        Try(
            path="/api/queues/{queue_to_archive}/archived",
            body={"archived": True},
            headers={"if-match": "*"},
            refused="queue-not-found",
        )
    ],
    "GET /api/holidays": [Try(refused=200)],
    "POST /api/holidays": [
        Try(
            body={
                "date": "2027-03-21",
                "name": "Навруз",
                "spans": [{"from": "10:00", "until": "14:00"}],
                "queues": ["{queue_to_take}"],
            },
            refused=201,
            own=201,
        ),
        Try(
            body={"date": "2027-03-22", "name": "Навруз", "queues": ["{queue_to_lead_to}"]},
            refused="holiday-invalid",
            own=201,
        ),
    ],
    "DELETE /api/holidays/{holiday_id:uuid}": [Try(refused="holiday-not-found", own=204)],
    "GET /api/skills": [Try(refused=200)],
    "POST /api/skills": [
        Try(body={"code": "{skill_to_take}", "names": _NAMES}, refused=201, own="skill-code-taken")
    ],
    "GET /api/skills/{skill_id:uuid}": [Try(refused="skill-not-found")],
    "PATCH /api/skills/{skill_id:uuid}": [
        Try(body={"names": _NAMES, "position": 7}, headers={"if-match": "*"}, refused="skill-not-found")
    ],
    "GET /api/agent-skills": [
        Try(refused=200),
        Try(query={"search": "{slug}"}, refused=200, shows=False),
        Try(query={"team_id": "{team}"}, refused=200, shows=False),
        Try(query={"cursor": "{people_cursor}"}, refused=200),
    ],
    "PATCH /api/agent-skills": [
        Try(body={"changes": [change]}, refused="skill-levels-invalid")
        for change in (
            {"user_id": "{agent}", "skill_id": "{own.skill}", "was": 0, "level": 3},
            {"user_id": "{own.agent}", "skill_id": "{skill}", "was": 3, "level": 4},
        )
    ],
    "POST /api/agent-skills/preview": [
        Try(body={"content": "id,{own.skill_code}\n{agent},3\n"}, refused=200),
        Try(body={"content": "id,{skill_code}\n{own.agent},3\n"}, refused="skill-sheet-unreadable"),
    ],
}
