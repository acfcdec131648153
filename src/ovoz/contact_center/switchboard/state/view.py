"""What an agent's desk shows: the whole small view, computed from the floor (see docs/developer/desk-protocol.md)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.breaks import places
from ovoz.contact_center.switchboard.state.call import (
    WAITING,
    Call,
    Handling,
    Segment,
)
from ovoz.contact_center.switchboard.state.dispositions import allowed_of
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.parties import Guest
from ovoz.contact_center.switchboard.state.reception import reception
from ovoz.contact_center.switchboard.state.routing import routed


def desk(
    floor: Floor, agent: Agent, *, epoch: int, seq: int, now: datetime, media: str | None
) -> dict[str, Any]:
    """The view of one agent; `media` says what is missing when nobody can be rung, None when all is well."""
    call = floor.calls.get(agent.call_id) if agent.call_id else None
    share = call.share_of(agent.id) if call else None
    view: dict[str, Any] = msgspec.to_builtins(
        {
            "epoch": epoch,
            "seq": seq,
            "at": now,
            "agent": {
                "id": agent.id,
                "name": agent.name,
                "state": agent.state,
                "reason": agent.reason,
                "since": agent.since,
                "next": agent.next,
                "wrap_up_until": share.wrap_up_until if share else None,
                **_break(agent),
            },
            "phone": {"available": media is None, "registered": agent.registered, "detail": media},
            "interaction": _interaction(floor, call, share) if call and share else None,
            "queues": queues(floor, now, agent.queues),
            "breaks": breaks(floor, agent.id),
        }
    )
    return view


def breaks(floor: Floor, agent_id: UUID | None = None) -> list[dict[str, Any]]:
    """Breaks that not everybody may be on at once, as one agent meets them: who else is on them now."""
    rows: list[dict[str, Any]] = []
    for rules in floor.breaks.values():
        if rules.archived or rules.at_once is None:
            continue
        held = places(floor, rules.code, beside=agent_id)
        first = held.first_back
        rows.append(
            {
                "code": rules.code,
                "at_once": rules.at_once,
                "taken": held.taken,
                "first_back": {"id": first.id, "name": first.name} if first is not None else None,
                "first_back_at": first.break_until if first is not None else None,
            }
        )
    return rows


def _break(agent: Agent) -> dict[str, Any]:
    """The limit of the present break, the open wish, and the answer to the last one."""
    wish, answer = agent.wish, agent.answer
    return {
        "break_until": agent.break_until,
        "break_over": agent.break_over,
        "wish": {"id": wish.id, "reason": wish.reason, "asked_at": wish.asked_at, "until": wish.until}
        if wish is not None
        else None,
        "answer": {
            "reason": answer.reason,
            "outcome": answer.outcome,
            "at": answer.at,
            "note": answer.note,
            "by": {"id": answer.by, "name": answer.by_name} if answer.by is not None else None,
        }
        if answer is not None
        else None,
    }


def queues(floor: Floor, now: datetime, shown: tuple[UUID, ...] | None = None) -> list[dict[str, Any]]:
    """Figures of the queues at this moment; all of the tenant's where `shown` is None."""
    waiting: dict[UUID, list[datetime]] = {}
    for call in floor.calls.values():
        if call.phase in WAITING:
            waiting.setdefault(call.queue_id, []).append(call.queued_at or call.started_at)
    rows: list[dict[str, Any]] = []
    for queue in floor.queues.values():
        since = waiting.get(queue.id, [])
        if (shown is not None and queue.id not in shown) or (queue.archived and not since):
            continue
        members = [agent for agent in floor.agents.values() if queue.id in agent.queues]
        estimate = floor.estimator(queue.id).estimate(now.timestamp(), len(since))
        rows.append(
            msgspec.to_builtins(
                {
                    "id": queue.id,
                    "name": queue.name,
                    "open": queue.opening.at(now),
                    "turns_at": queue.opening.next_turn(now),
                    "waiting": len(since),
                    "longest_since": min(since, default=None),
                    "estimated_wait_s": round(estimate.wait_s) if estimate else None,
                    "estimate_error_s": round(estimate.error_s)
                    if estimate and estimate.error_s is not None
                    else None,
                    "agents_ready": sum(1 for agent in members if agent.assignable),
                    "agents_signed_in": sum(1 for agent in members if agent.state != "offline"),
                }
            )
        )
    return sorted(rows, key=lambda row: str(row["name"]))


def targets(floor: Floor, agent: Agent, now: datetime) -> dict[str, Any]:
    """Whom the agent can pass a call on to, as they are at this moment."""
    call = floor.calls.get(agent.call_id) if agent.call_id else None
    takes = [queue.id for queue in floor.queues.values() if not queue.archived]
    found: dict[str, Any] = msgspec.to_builtins(
        {
            "agents": [
                {
                    "id": other.id,
                    "name": other.name,
                    "state": other.state,
                    "since": other.since,
                    "free": other.assignable,
                }
                for other in sorted(floor.agents.values(), key=lambda other: other.name)
                if other.id != agent.id and other.state != "offline"
            ],
            "queues": [
                row | _received(floor, now, call, UUID(row["id"])) for row in queues(floor, now, tuple(takes))
            ],
            "entry_points": [
                {
                    "id": entry.id,
                    "number": entry.number,
                    "name": entry.name,
                    "queue": {"id": entry.queue_id, "name": floor.queues[entry.queue_id].name},
                }
                for entry in sorted(floor.entry_points.values(), key=lambda entry: entry.number)
            ],
        }
    )
    return found


def _received(floor: Floor, now: datetime, call: Call | None, queue_id: UUID) -> dict[str, Any]:
    """What the queue would do with the agent's call now; nothing is said without one."""
    if call is None:
        return {"refuses": None, "leads_to": None}
    seen = reception(floor, now, call, floor.queues[queue_id])
    leads_to = None
    if seen.to_queue is not None:
        leads_to = {"kind": "queue", "name": floor.queues[seen.to_queue].name}
    elif seen.to_number is not None:
        leads_to = {"kind": "number", "name": seen.to_number}
    return {"refuses": seen.refused, "leads_to": leads_to}


def _interaction(floor: Floor, call: Call, share: Handling) -> dict[str, Any]:
    """The call as far as the agent has part in it: what became of it after the agent's share is not shown."""
    segments = call.segments
    if share.ended_at is not None:
        until = share.ended_at
        segments = (
            *(
                replace(segment, ended_at=min(segment.ended_at or until, until))
                for segment in segments
                if segment.started_at < until
            ),
            Segment("wrap_up", until, agent_id=share.agent_id),
        )
    guest = call.guest_of(share.agent_id)
    state = "wrap_up" if share.wraps_up else guest.state if guest is not None else call.phase
    held_since = call.segments[-1].started_at if call.phase == "held" else None
    return {
        "id": call.id,
        "channel": "voice",
        "direction": call.direction,
        "state": "announced" if state == "offered" else state,
        "caller": call.caller,
        "queue": {"id": call.queue_id, "name": floor.queues[call.queue_id].name},
        "entry_point": {"number": call.entry_number, "name": call.entry_name},
        "started_at": call.started_at,
        "answered_at": share.answered_at if call.direction == "inbound" else call.answered_at,
        "held_since": held_since,
        "ended_at": share.ended_at,
        "end_reason": share.outcome,
        "recording": call.recording,
        "recording_paused_until": call.paused_until,
        "guest_of": _agent(floor, call.agent_id) if guest is not None else None,
        "aside": call.aside if guest is None or not guest.joined else False,
        "missed": {
            "agent": _agent(floor, call.missed.agent_id),
            "number": call.missed.number,
            "outcome": call.missed.outcome,
        }
        if call.missed is not None and call.agent_id == share.agent_id
        else None,
        "parties": [] if share.wraps_up else [_party(floor, other) for other in call.guests],
        "passed": {"by": _agent(floor, call.passed.by), "failed": call.passed.failed}
        if call.passed
        else None,
        "rejoin_until": call.rejoin_until,
        "why": call.why,
        "dispositions": allowed_of(floor, call, share),
        "routed": routed(call),
        "segments": [
            {
                "kind": segment.kind,
                "started_at": segment.started_at,
                "ended_at": segment.ended_at,
                "agent": _agent(floor, segment.agent_id),
            }
            for segment in segments
        ],
    }


def _party(floor: Floor, guest: Guest) -> dict[str, Any]:
    return {
        "id": guest.id,
        "agent": _agent(floor, guest.agent_id),
        "number": guest.number,
        "state": "announced" if guest.state == "offered" else guest.state,
        "joined": guest.joined,
        "lost": guest.rejoin_until is not None,
    }


def _agent(floor: Floor, agent_id: UUID | None) -> dict[str, Any] | None:
    agent = floor.agents.get(agent_id) if agent_id else None
    return {"id": agent.id, "name": agent.name} if agent else None
