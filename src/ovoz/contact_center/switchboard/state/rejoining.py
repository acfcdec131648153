"""An agent's leg that went without an order, and the new one that comes instead."""

from datetime import datetime, timedelta

from ovoz.contact_center.switchboard.state.actions import Ring
from ovoz.contact_center.switchboard.state.call import Call, Leg, with_leg
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.recordings import record_again
from ovoz.contact_center.switchboard.state.sound import resound


def agent_leg_lost(
    floor: Floor, now: datetime, call: Call, cause: int | None, *, observed_late: bool = False
) -> None:
    """The agent's leg went without a command (reload, network): the caller hears music, a new leg may come."""
    before = call
    call = replace(
        call,
        agent_leg=None,
        rejoin_until=call.rejoin_until or now + timedelta(seconds=floor.limits.rejoin_grace_s),
        rejoin_at=now + timedelta(seconds=floor.limits.rejoin_retry_s),
    )
    call = floor.tell("calls.agent_leg_lost.v1", now, call, observed_late=observed_late, cause=cause)
    floor.put_call(call)
    resound(floor, before, call)


def ring_again(floor: Floor, now: datetime, call: Call) -> None:
    """Calls the agent's phone back into the conversation, when it is there."""
    agent = floor.agents.get(call.agent_id) if call.agent_id else None
    call = replace(call, rejoin_at=None)
    if agent is None or not agent.registered or call.agent_leg is not None or not floor.intents_allowed:
        later = now + timedelta(seconds=floor.limits.rejoin_retry_s)
        floor.put_call(replace(call, rejoin_at=later))
        return
    attempt = call.attempt + 1
    leg_id = f"{call.id.hex}-{attempt}"
    call = replace(call, attempt=attempt, agent_leg=leg_id)
    call = with_leg(call, Leg(leg_id, "agent", now, agent_id=agent.id))
    floor.put_call(floor.tell("calls.agent_rung_again.v1", now, call, attempt=attempt))
    floor.act_when_journalled(
        Ring(
            call.id,
            leg=leg_id,
            endpoint=agent.endpoint,
            timeout_s=5,
            rejoin=True,
        )
    )


def rejoin(floor: Floor, now: datetime, before: Call, leg_id: str) -> None:
    """The agent is back over a new leg."""
    call = before
    leg = call.leg(leg_id)
    assert leg is not None
    call = with_leg(call, replace(leg, answered_at=now))
    call = replace(call, rejoin_until=None, rejoin_at=None)
    if call.recording == "on":
        call = record_again(floor, call)
    resound(floor, before, call)
    floor.put_call(floor.tell("calls.agent_rejoined.v1", now, call))
