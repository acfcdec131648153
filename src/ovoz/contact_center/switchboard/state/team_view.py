"""What a shift looks like at this moment: everybody's state, without anything of callers."""

from typing import Any

import msgspec

from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.floor import Floor


def team(floor: Floor) -> list[dict[str, Any]]:
    """Every agent as supervisors see them; `worked_s` and `ready_s` are without the state that lasts."""
    rows: list[dict[str, Any]] = msgspec.to_builtins(
        [_member(floor, agent) for agent in floor.agents.values()]
    )
    return rows


def colleagues(floor: Floor) -> list[dict[str, Any]]:
    """Every agent who is on duty as colleagues see them."""
    rows: list[dict[str, Any]] = msgspec.to_builtins(
        [
            {
                "id": agent.id,
                "name": agent.name,
                "state": agent.state,
                "reason": _break(agent),
                "since": agent.since,
            }
            for agent in floor.agents.values()
            if agent.state != "offline"
        ]
    )
    return rows


def _member(floor: Floor, agent: Agent) -> dict[str, Any]:
    call = floor.calls.get(agent.call_id) if agent.call_id else None
    queue = floor.queues.get(call.queue_id) if call is not None else None
    return {
        "id": agent.id,
        "name": agent.name,
        "state": agent.state,
        "reason": agent.reason,
        "since": agent.since,
        "next": agent.next,
        "queue": {"id": queue.id, "name": queue.name} if queue is not None else None,
        "interaction_id": call.id if call is not None else None,
        "held": call is not None and call.phase == "held",
        "signed_in_at": agent.signed_in_at if agent.state != "offline" else None,
        "worked_s": round(agent.worked_s, 3),
        "ready_s": round(agent.ready_s, 3),
        "break_until": agent.break_until,
        "break_over": agent.break_over,
        "wish": agent.wish,
    }


def _break(agent: Agent) -> str | None:
    """Colleagues are told of breaks, and not why somebody does not answer."""
    return agent.reason if agent.state == "break" else None
