"""The floor's calls and agents in the routing engine's terms."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ovoz.contact_center.callers.contracts import RoutingRules
from ovoz.contact_center.routing import contracts as engine
from ovoz.contact_center.routing.api import treated
from ovoz.contact_center.switchboard.state.agent import Agent
from ovoz.contact_center.switchboard.state.call import Call
from ovoz.contact_center.switchboard.state.rules import QueueRules


class Routing(msgspec.Struct, frozen=True):
    """How callers are treated by what is known of them; `queues` has the ids of the codes that rules name."""

    rules: RoutingRules = RoutingRules()
    queues: dict[str, UUID] = {}


def terms_of(queue: QueueRules) -> engine.Terms:
    """How the queue's callers are treated; a queue without rings reaches its members from the beginning."""
    return engine.Terms(
        queue=str(queue.id),
        channel="voice",
        target_s=float(queue.target_s),
        rings=queue.rings or (engine.Ring(0.0, (), frozenset({engine.members_group(str(queue.id))})),),
        head_start_s=float(queue.priority),
        weight=queue.weight,
    )


def offer_of(call: Call, queue: QueueRules) -> engine.Offer:
    """A queued call as an offer; it has waited since it came into the queue, however often it rang."""
    treatment = call.treatment
    # Whoever was rung and did not take the caller is not waited for again.
    tried = {share.agent_id for share in call.handlings if share.answered_at is None}
    return engine.Offer(
        call.id,
        treated(terms_of(queue), treatment),
        (call.queued_at or call.started_at).timestamp(),
        preferred=tuple(one for one in treatment.preferred if one.agent not in tried) if treatment else (),
    )


def routed(call: Call) -> dict[str, Any] | None:
    """What the routing rules had to do with the call, as facts and the desk say it; None: nothing."""
    treatment = call.treatment
    if treatment is None:
        return None
    said: dict[str, Any] = msgspec.to_builtins(
        {
            "rules": treatment.applied,
            "waits_for": [{"why": one.why, "wait_s": one.wait_s} for one in treatment.preferred],
            "dropped": treatment.needs_dropped,
            "unknown": treatment.unknown,
        }
    )
    return said


def candidate_of(agent: Agent) -> engine.Agent:
    """An agent who is signed in; one who may not be given work now is there too, for the explanations."""
    since = agent.since.timestamp()
    return engine.Agent(
        id=agent.id,
        skills=agent.skills,
        groups=frozenset(
            [
                engine.EVERYONE,
                *(engine.members_group(str(queue)) for queue in agent.queues),
                *([engine.team_group(agent.team_id)] if agent.team_id is not None else []),
            ]
        ),
        signed_in_at=_moment(agent.on_duty_since, since),
        idle_since=_moment(agent.idle_since, since),
        worked_s=agent.worked_s,
        available=agent.registered and agent.state not in ("break", "not_answering"),
        load=(("voice", 1),) if agent.call_id is not None else (),
    )


def _moment(moment: datetime | None, otherwise: float) -> float:
    return moment.timestamp() if moment is not None else otherwise
