"""The API over the engines, with a switchboard's internal address that shows marked desks."""

import dataclasses
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from tests.integration.privacy.marked import Marked, make_marked
from tests.support.stack import Stack

from ovoz.engines.layout import Layout
from ovoz.entrypoints.processes import our_units
from ovoz.lib.clock import utc_now
from ovoz.lib.settings import REPOSITORY
from ovoz.platform.privacy.api import read_policy

CUSTOM_ROLE = "made_by_the_tenant"
ROLES = [*sorted(read_policy(REPOSITORY).roles - {"vendor"}), CUSTOM_ROLE]


@pytest.fixture(scope="session")
async def marked(engines: Stack) -> Marked:
    """An operator with markers, and a person of each role."""
    return await make_marked(engines, ROLES)


@pytest.fixture(scope="session")
async def api(engines: Stack, marked: Marked) -> AsyncIterator[Stack]:
    """The API's own process; its desks come from here."""
    desks = await _serve_desks(engines, marked)
    unit = next(
        unit
        for unit in our_units(engines.settings, Layout(engines.settings), demo=False)
        if unit.name == "api"
    )
    await engines.supervisor.add(dataclasses.replace(unit, requires=("postgres", "valkey")))
    await engines.supervisor.wait_ready("api")
    yield engines
    await engines.supervisor.stop_unit("api")
    await desks.cleanup()


def desk_of(marked: Marked, role: str, seq: int = 1) -> dict[str, object]:
    """The desk of a person in a call; with a member that no contract names."""
    person, contact, now = marked.people[role], marked.contacts[role], utc_now().isoformat()
    name = f"{person.first_name} {person.secret_name}"
    return {
        "epoch": 1,
        "seq": seq,
        "at": now,
        "agent": {
            **{"id": str(person.id), "name": name, "state": "talking", "reason": None, "since": now},
            **{"next": None, "wrap_up_until": None, "break_until": None, "break_over": False},
            **{"wish": None, "answer": None},
        },
        "phone": {"available": True, "registered": True, "detail": None},
        "interaction": {
            **{"id": str(contact.id), "channel": "voice", "direction": "inbound", "state": "talking"},
            "caller": {
                "number": contact.number,
                "hidden": False,
                "name": f"{contact.first_name} {contact.secret_name}",
                "unheard_of": marked.unheard_of,
            },
            "queue": {"id": str(person.id), "name": "Общая"},
            "entry_point": {"number": "0611", "name": "Линия"},
            **{"started_at": now, "answered_at": now, "held_since": None, "ended_at": None},
            **{
                "end_reason": None,
                "recording": "on",
                "passed": {"by": {"id": str(person.id), "name": name}, "failed": None},
            },
            **{
                "recording_paused_until": None,
                "aside": False,
                "guest_of": {"id": str(person.id), "name": name},
            },
            "parties": [
                {
                    **{"id": str(contact.id), "agent": {"id": str(person.id), "name": name}},
                    **{"number": contact.number, "state": "talking", "joined": True, "lost": False},
                }
            ],
            "missed": {"agent": None, "number": contact.number, "outcome": "busy"},
            "rejoin_until": None,
            "why": None,
            "routed": {
                "rules": [
                    {
                        "rule": "VIP",
                        "because": [{"attribute": "vip", "value": "yes"}],
                        "decided": ["queue"],
                    }
                ],
                "waits_for": [{"why": "last_agent", "wait_s": 20}],
                "dropped": False,
                "unknown": None,
            },
            "segments": [
                {
                    "kind": "talk",
                    "started_at": now,
                    "ended_at": None,
                    "agent": {"id": str(person.id), "name": name},
                }
            ],
        },
        "queues": [],
        "breaks": [],
        "unheard_of": marked.unheard_of,
    }


def team_of(marked: Marked) -> dict[str, object]:
    """Everybody on duty, one with an open request; with a member that no contract names."""
    now = utc_now().isoformat()
    agents = [
        {
            **{"id": str(person.id), "name": f"{person.first_name} {person.secret_name}"},
            **{"state": "break", "reason": "lunch", "since": now, "next": None, "queue": None},
            **{"interaction_id": None, "held": False, "signed_in_at": now, "worked_s": 1, "ready_s": 1},
            **{"break_until": now, "break_over": True, "unheard_of": marked.unheard_of},
            "wish": {"id": str(person.id), "reason": "study", "asked_at": now, "until": now},
        }
        for person in marked.people.values()
    ]
    return {"epoch": 1, "seq": 1, "at": now, "agents": agents}


async def _serve_desks(stack: Stack, marked: Marked) -> web.AppRunner:
    async def health(_: web.Request) -> web.Response:
        return web.json_response({})

    async def desk(request: web.Request) -> web.Response:
        for role, person in marked.people.items():
            if str(person.id) == request.match_info["agent"]:
                return web.json_response(desk_of(marked, role))
        return web.json_response({"type": "/problems/agent-unknown", "status": 404}, status=404)

    async def targets(_: web.Request) -> web.Response:
        now = utc_now().isoformat()
        agents = [
            {
                **{"id": str(person.id), "name": f"{person.first_name} {person.secret_name}"},
                **{"state": "ready", "since": now, "free": True, "unheard_of": marked.unheard_of},
            }
            for person in marked.people.values()
        ]
        return web.json_response({"agents": agents, "queues": [], "entry_points": []})

    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/internal/desk/{tenant}/{agent}", desk)
    app.router.add_get("/internal/targets/{tenant}/{agent}", targets)

    async def team(_: web.Request) -> web.Response:
        return web.json_response(team_of(marked))

    app.router.add_get("/internal/team/{tenant}", team)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", stack.settings.ports.switchboard).start()
    return runner
