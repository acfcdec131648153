"""Agents and their phones: signing in, chosen states, phones that come and go."""

from datetime import datetime, timedelta
from uuid import UUID

from ovoz.contact_center.switchboard.errors import PhoneNotRegistered
from ovoz.contact_center.switchboard.state import breaks
from ovoz.contact_center.switchboard.state.agent import BUSY, Agent, ChosenState, NextState
from ovoz.contact_center.switchboard.state.floor import Floor, replace
from ovoz.contact_center.switchboard.state.guests import ring_guest_again
from ovoz.contact_center.switchboard.state.rejoining import ring_again


def agent_known(
    floor: Floor,
    now: datetime,
    *,
    agent_id: UUID,
    name: str,
    endpoint: str,
    queues: tuple[UUID, ...],
    team_id: UUID | None = None,
    skills: tuple[tuple[str, int], ...] = (),
) -> Agent:
    """Puts an agent on the floor, or refreshes what is known of one who is there."""
    agent = floor.agents.get(agent_id)
    if agent is None:
        agent = Agent(id=agent_id, name=name, endpoint=endpoint, queues=queues, since=now)
    agent = replace(agent, name=name, queues=queues, endpoint=endpoint, team_id=team_id, skills=skills)
    floor.put_agent(agent)
    return agent


def choose_state(
    floor: Floor, now: datetime, agent: Agent, state: ChosenState, reason: str | None = None
) -> None:
    """The agent asks for a state; during a call it waits for the end of the call.

    A break that needs a supervisor's word becomes a wish, and everything else stays as it is. Raises NotPossibleNow,
    BreakFull, PhoneNotRegistered.
    """
    if state == "break":
        if breaks.needs_answer(floor, now, agent, reason):
            breaks.ask(floor, now, agent, str(reason))
            return
        if agent.wish is not None and agent.wish.reason == reason:
            agent = replace(floor.wish_over(agent, now, "withdrawn"), answer=None)
    if agent.state in BUSY:
        asked = replace(agent, next=NextState(state, reason))
        told = floor.say("agents.next_state_chosen.v1", now, agent=asked, state=state, reason=reason)
        assert isinstance(told, Agent)
        floor.put_agent(told)
        return
    if state == "ready":
        if not agent.registered:
            raise PhoneNotRegistered("Wait for “Registered!”, then press Ready again.", state=agent.state)
        floor.move_agent(agent, now, "ready", next=None, idle_since=now)
        floor.match(now)
    else:
        floor.move_agent(agent, now, state, reason, next=None)


def phone_issued(floor: Floor, now: datetime, agent: Agent, phone_id: str) -> None:
    """A browser asked for the phone: from now on only its password is right."""
    issued = floor.say("agents.phone_issued.v1", now, agent=replace(agent, phone_id=phone_id))
    assert isinstance(issued, Agent)
    floor.put_agent(issued)


def phone_registered(floor: Floor, now: datetime, endpoint: str) -> None:
    """The agent's browser can be rung; a conversation that lost its leg is called back at once."""
    agent = floor.agent_at(endpoint)
    if agent is None:
        return
    agent = replace(agent, registered=True, phone_deadline=None)
    floor.put_agent(agent)
    if agent.state == "not_answering" and agent.reason == "phone_lost":
        agent = floor.move_agent(agent, now, "ready", idle_since=now)
    call = floor.calls.get(agent.call_id) if agent.call_id else None
    guest = call.guest_of(agent.id) if call is not None else None
    if call is not None and guest is not None and guest.rejoin_until is not None:
        ring_guest_again(floor, now, call, guest)
    elif (
        call is not None
        and call.agent_id == agent.id
        and call.rejoin_until is not None
        and call.agent_leg is None
    ):
        ring_again(floor, now, call)
    floor.match(now)


def phone_gone(floor: Floor, now: datetime, endpoint: str) -> None:
    """The registration went; a ready agent has a short while to come back before it counts."""
    agent = floor.agent_at(endpoint)
    if agent is None:
        return
    if agent.registered or (agent.state == "ready" and agent.phone_deadline is None):
        phone_missed(floor, now, agent)


def phone_missed(floor: Floor, now: datetime, agent: Agent) -> None:
    """The phone is not there: from now on it has its while to come back."""
    floor.put_agent(
        replace(agent, registered=False, phone_deadline=now + timedelta(seconds=floor.limits.phone_grace_s))
    )


def phone_lost(floor: Floor, now: datetime, agent: Agent) -> None:
    """The phone did not come back in time."""
    agent = replace(agent, phone_deadline=None)
    if agent.state == "ready":
        floor.move_agent(agent, now, "not_answering", "phone_lost")
    else:
        floor.put_agent(agent)
