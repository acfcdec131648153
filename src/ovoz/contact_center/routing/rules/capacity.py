"""What an agent may be given on top of what they have."""

from ovoz.contact_center.routing.contracts import Agent, Channel


def free_channels(agent: Agent) -> tuple[Channel, ...]:
    """The channels of which the agent can be given one contact more, now."""
    if not agent.available:
        return ()
    load = {channel: count for channel, count in agent.load if count > 0}
    interrupts = agent.capacity.interrupts
    return tuple(
        channel
        for channel, slots in agent.capacity.slots
        if load.get(channel, 0) < slots
        and all(present == channel or (channel, present) in interrupts for present in load)
    )


def contacts(agent: Agent) -> int:
    """How many contacts of any channel the agent has."""
    return sum(count for _, count in agent.load)
