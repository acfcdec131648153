"""The floor's calls and agents in the routing engine's terms."""

from datetime import datetime
from typing import Final
from uuid import UUID

from ovoz.contact_center.routing import contracts as engine
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.rules import QueueRules

HEAD_START_S: Final = 10.0
"""Waiting time that a caller is given for each point of the queue's priority."""


def members_of(queue_id: UUID) -> str:
    """The group of a queue's members."""
    return f"queue:{queue_id}"


def terms_of(queue: QueueRules) -> engine.Terms:
    """How the queue's callers are treated; a queue without rings reaches its members from the beginning."""
    return engine.Terms(
        queue=str(queue.id),
        channel="voice",
        target_s=float(queue.target_s),
        rings=queue.rings or (engine.Ring(0.0, (), frozenset({members_of(queue.id)})),),
        head_start_s=queue.priority * HEAD_START_S,
        weight=queue.weight,
    )


def offer_of(call: Call, queue: QueueRules) -> engine.Offer:
    """A queued call as an offer; it has waited since it came into the queue, however often it rang."""
    return engine.Offer(call.id, terms_of(queue), (call.queued_at or call.started_at).timestamp())


def candidate_of(agent: Agent) -> engine.Agent:
    """An agent who is signed in; one who may not be given work now is there too, for the explanations."""
    since = agent.since.timestamp()
    return engine.Agent(
        id=agent.id,
        skills=agent.skills,
        groups=frozenset({engine.EVERYONE, *map(members_of, agent.queues)}),
        signed_in_at=_moment(agent.on_duty_since, since),
        idle_since=_moment(agent.idle_since, since),
        worked_s=agent.worked_s,
        available=agent.registered and agent.state not in ("break", "not_answering"),
        load=(("voice", 1),) if agent.call_id is not None else (),
    )


def _moment(moment: datetime | None, otherwise: float) -> float:
    return moment.timestamp() if moment is not None else otherwise
