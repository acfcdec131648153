"""The floor's state as rows: what the journal writes for one step."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.switchboard.contracts import JournalEntry
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call, Handling
from ovoz.contact_center.switchboard.state.facts import Fact, Step
from ovoz.contact_center.switchboard.state.floor import Floor
from ovoz.contact_center.switchboard.state.times import share_ms, spent_ms, waited_ms


def entry_of(floor: Floor, step: Step, written: dict[UUID, int], now: datetime) -> JournalEntry | None:
    """Rows of what changed in a step; `written` holds the counts already handed to the journal."""
    calls = [
        call
        for call_id in step.calls
        if (call := floor.calls.get(call_id)) is not None and call.seq > written.get(call_id, 0)
    ]
    agents = [
        agent for agent_id in step.agents if (agent := floor.agents[agent_id]).seq > written.get(agent_id, -1)
    ]
    if not (calls or agents or step.facts):
        return None
    written.update({call.id: call.seq for call in calls})
    written.update({agent.id: agent.seq for agent in agents})
    return JournalEntry(
        tenant_id=floor.tenant_id,
        facts=[_fact(fact) for fact in step.facts],
        interactions=[_interaction(call, now) for call in calls],
        segments=[row for call in calls for row in _segments(call)],
        legs=[row for call in calls for row in _legs(call)],
        handlings=[_handling(call, share, now) for call in calls for share in call.handlings],
        agents=[_agent(agent) for agent in agents],
        recordings=[row for call in calls for row in _recordings(call)],
        live=[_live_call(call) for call in calls] + [_live_agent(agent) for agent in agents],
        at=now,
    )


def _fact(fact: Fact) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(fact)
    return row


def _interaction(call: Call, now: datetime) -> dict[str, Any]:
    waited_until = call.answered_at or call.ended_at or now
    row: dict[str, Any] = msgspec.to_builtins(
        {
            "id": call.id,
            "channel": "voice",
            "direction": call.direction,
            "state": call.phase,
            "caller_number": call.caller.number,
            "caller_hidden": call.caller.hidden,
            "caller_name": call.caller.name,
            "entry_point_id": call.entry_point_id,
            "entry_number": call.entry_number,
            "queue_id": call.queue_id,
            "agent_id": call.last_agent_id,
            "node": call.node,
            "sip_call_id": call.sip_call_id,
            "started_at": call.started_at,
            "queued_at": call.queued_at,
            "answered_at": call.answered_at,
            "ended_at": call.ended_at,
            "closed_at": call.closed_at,
            "end_reason": call.end_reason,
            "disposition": call.disposition,
            "note": call.note,
            "wait_ms": waited_ms(call, waited_until),
            "talk_ms": spent_ms(call, frozenset({"talk"}), now),
            "hold_ms": spent_ms(call, frozenset({"hold"}), now),
            "wrap_up_ms": spent_ms(call, frozenset({"wrap_up"}), now),
            "seq": call.seq,
        }
    )
    return row


def _handling(call: Call, share: Handling, now: datetime) -> dict[str, Any]:
    worked_until = share.closed_at or now
    row: dict[str, Any] = msgspec.to_builtins(
        {
            "id": share.id,
            "interaction_id": call.id,
            "agent_id": share.agent_id,
            "offered_at": share.offered_at,
            "answered_at": share.answered_at,
            "ended_at": share.ended_at,
            "closed_at": share.closed_at,
            "outcome": share.outcome,
            "talk_ms": share_ms(call, share, "talk", now) + share.guest_ms,
            "hold_ms": share_ms(call, share, "hold", now),
            "wrap_up_ms": round((worked_until - share.ended_at).total_seconds() * 1000)
            if share.ended_at is not None
            else 0,
            "disposition": share.disposition,
            "note": share.note,
            "seq": call.seq,
        }
    )
    return row


def _segments(call: Call) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = msgspec.to_builtins(
        [
            {"interaction_id": call.id, "ordinal": ordinal, **msgspec.structs.asdict(segment)}
            for ordinal, segment in enumerate(call.segments)
        ]
    )
    return rows


def _legs(call: Call) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = msgspec.to_builtins(
        [{"interaction_id": call.id, **msgspec.structs.asdict(leg)} for leg in call.legs]
    )
    return rows


def _agent(agent: Agent) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(
        {
            "agent_id": agent.id,
            "state": agent.state,
            "reason": agent.reason,
            "since": agent.since,
            "interaction_id": agent.call_id,
            "seq": agent.seq,
        }
    )
    return row


def _recordings(call: Call) -> list[dict[str, Any]]:
    if call.recording_id is None:
        return []
    row: dict[str, Any] = msgspec.to_builtins(
        {
            "id": call.recording_id,
            "interaction_id": call.id,
            "state": "capturing" if call.ended_at is None else "captured",
            "raw_name": call.raw_recording,
            "started_at": call.answered_at,
            "ended_at": call.ended_at,
        }
    )
    return [row]


def _live_call(call: Call) -> dict[str, Any]:
    state = None if call.phase == "closed" else msgspec.to_builtins(call)
    return {"key": f"i:{call.id}", "seq": call.seq, "state": state}


def _live_agent(agent: Agent) -> dict[str, Any]:
    return {"key": f"a:{agent.id}", "seq": agent.seq, "state": msgspec.to_builtins(agent)}
